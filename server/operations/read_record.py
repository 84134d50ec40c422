"""One record, whole: answers with the form's own words, findings, files, versions, decisions, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.errors import NotFound
from server.forms.definition import Datatype
from server.operations.browse_submissions import filters_of, lines_after, place_of, within
from server.operations.note_openings import note_record_opening, opened
from server.operations.outlines import commune_outline
from server.operations.record_answers import Naming, answers_of, named_in
from server.operations.record_entities import RecordEntity, entities_of
from server.operations.record_history import MOST_COMPARED, compared, history_of, open_branches, standing_comments
from server.operations.sights import register_sight_of, sight_of
from server.storage.repositories.record_orders import Cursor
from server.submissions.fixes import read_fix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.access.actors import Account
    from server.operations.browse_submissions import Question
    from server.operations.outlines import CommuneOutline
    from server.operations.record_history import StandingComment, Step
    from server.operations.services import Services
    from server.storage.repositories.case_openings import OpeningLine
    from server.storage.repositories.record_lists import Filters
    from server.storage.repositories.record_versions import VersionLine
    from server.storage.repositories.records import AttachmentLine, FindingLine, RecordLine
    from server.storage.repositories.reviews import DecisionLine
    from server.submissions.answers import Section
    from server.submissions.fixes import Fix

MOST_OPENINGS: Final = 50
"""Shown on the page of a case; all of them are in the history."""


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record as its page shows it. *shown* is the version whose answers these are, most often the current one."""

    line: RecordLine
    place: tuple[str, ...]
    shown: VersionLine
    answers: Section
    findings: tuple[FindingLine, ...]
    attachments: tuple[AttachmentLine, ...]
    history: tuple[Step, ...]
    branches: tuple[VersionLine, ...]
    """Edits beside what the record says now, to be settled."""
    comments: tuple[StandingComment, ...]
    """What reviewers said of single questions, of whatever version."""
    next_id: int | None
    """The record to look at after this one, within what the list was narrowed to."""
    entities: tuple[RecordEntity, ...]
    """What it made or changed in registers, in sight."""
    spot: Fix | None
    """Where it was made; of a sensitive record nobody is told, at no desk."""
    outline: CommuneOutline | None
    """Of the commune it is of, where an outline of it is known."""
    openings: tuple[OpeningLine, ...]
    """Who opened it, the newest first; only of a case anything is kept."""
    entity_questions: Mapping[str, str]
    """The questions beside which to tell what registers found odd, by the path of the finding."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the tables hold of a record."""

    line: RecordLine
    versions: tuple[VersionLine, ...]
    shown: VersionLine
    documents: Mapping[int, bytes]
    """The bytes of the versions that are compared, and of the one shown, by version."""
    findings: tuple[FindingLine, ...]
    attachments: tuple[AttachmentLine, ...]
    decisions: tuple[DecisionLine, ...]
    openings: tuple[OpeningLine, ...]
    stand_ins: Mapping[str, str]
    next_id: int | None


def read_record(
    services: Services, account: Account, submission_id: int, *, question: Question, version_id: int | None
) -> RecordView:
    """Return the record as of one version, the current one if none is named.

    *question* is the list the reader came from. Raises NotFound ``access.not_found`` when there is no such record, or
    no such version of it, in the account's sight, and Forbidden ``case.not_open`` for a case that does not lie open.
    """
    kept = _read(services, account, submission_id, question=question, version_id=version_id)
    today = services.today()
    atlas = services.atlas.current()
    named = named_in(kept.documents.values())
    sight = register_sight_of(account, question.desk, atlas, today=today)
    entities = entities_of(services, sight, kept.line, kept.shown, named=named)
    naming = Naming(atlas.territory, kept.line.event_date or today, entities.names)
    forms = {one.version_id: one.form_version_id for one in kept.versions}
    answers = {
        version_id: answers_of(xml, services.shelf.version_by_id(forms[version_id]), naming)
        for version_id, xml in kept.documents.items()
    }
    return RecordView(
        kept.line,
        place_of(atlas, kept.line, today),
        kept.shown,
        answers[kept.shown.version_id],
        kept.findings,
        kept.attachments,
        history_of(kept.versions, kept.decisions, answers, stand_ins=kept.stand_ins),
        open_branches(kept.versions),
        standing_comments(kept.decisions),
        kept.next_id,
        entities.entities,
        spot_in(answers[kept.shown.version_id], kept.line),
        commune_outline(services.atlas, atlas, kept.line.unit_id, on=kept.line.event_date or today),
        kept.openings,
        entities.questions,
    )


def _following(services: Services, account: Account, question: Question) -> Filters:
    """Return what the list the reader came from was narrowed to; the record itself may lie outside of it by now."""
    filters, sight = filters_of(services, question), sight_of(account, question.desk, services.today())
    _, inner = within(services.atlas.current(), sight, filters)
    return replace(filters, is_in_few_units=inner.is_in_few_units)


def spot_in(answers: Section, line: RecordLine) -> Fix | None:
    """Return the first place in a record's answers, None for a sensitive record."""
    if line.is_sensitive:
        return None
    points = (one.text for one in answers.answers() if one.node and one.node.datatype is Datatype.GEOPOINT)
    return next((fix for text in points if (fix := read_fix(text)) is not None), None)


def _read(
    services: Services, account: Account, submission_id: int, *, question: Question, version_id: int | None
) -> _Kept:
    filters = _following(services, account, question)
    with opened(services, account, question.desk) as uow:
        line = uow.records.one(submission_id)
        if line is None:
            raise NotFound("access.not_found")
        wanted = version_id or line.version_id
        # One more than is compared: each with the one before it.
        kept = uow.record_versions.of(submission_id, newest=MOST_COMPARED + 1, shown=wanted)
        versions = kept.lines
        shown = next((one for one in versions if one.version_id == wanted), None)
        if shown is None:
            raise NotFound("access.not_found")
        missing = compared(versions, shown) - kept.documents.keys()
        note_record_opening(services, uow, account, line)
        following = lines_after(uow, uow.record_lists.looked_up(filters), question.order, after=Cursor.at(line), size=1)
        return _Kept(
            line,
            versions,
            shown,
            {**kept.documents, **uow.record_versions.documents(missing)},
            tuple(uow.records.findings(shown.version_id)),
            tuple(uow.records.attachments(shown.version_id)),
            tuple(uow.reviews.history(submission_id)),
            tuple(uow.case_openings.of(submission_id, at_most=MOST_OPENINGS)) if line.is_sensitive else (),
            uow.deeds.stand_ins(submission_id),
            following[0].submission_id if following else None,
        )
