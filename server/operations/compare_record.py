"""A record beside what was said before: its version before this one, and the visits to the same household before it.

One visit is that of the latest earlier year, one the newest survey of its own year that came before it: both in sight
and of the same form. Of records at the incident desk there are none, for a case is never tied to a household's visits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.errors import NotFound
from server.operations.browse_submissions import place_of
from server.operations.entity_visits import visits_of
from server.operations.note_openings import note_record_opening, opened
from server.operations.record_answers import Naming, answers_of, named_in
from server.operations.record_history import base_of
from server.operations.sights import Desk, register_sight_of
from server.submissions.changes import changes
from server.submissions.review import ReviewState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from server.access.actors import Account
    from server.operations.atlas import Map
    from server.operations.entity_visits import Visit
    from server.operations.services import Services
    from server.storage.repositories.entity_history import VisitLine
    from server.storage.repositories.record_versions import VersionLine
    from server.storage.repositories.records import RecordLine
    from server.submissions.answers import Answer, Section


_MOST_KIN: Final = 20
"""Households that were merged into one, whose visits are its visits."""


class Earlier(StrEnum):
    """What a record is compared with; the words are ``console.compare.<value>``."""

    VERSION = "version"
    SURVEY = "survey"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A question with what was answered: now, and in each of what it is compared with; None for nothing."""

    now: Answer | None
    earlier: Mapping[Earlier, Answer | None]
    differs: frozenset[Earlier]

    @property
    def either(self) -> Answer:
        """Return an answer that tells the question."""
        found = self.now or next(one for one in self.earlier.values() if one)
        assert found is not None, "nobody compares what nobody answered"
        return found


@dataclass(frozen=True, slots=True)
class RecordComparison:
    """A record beside what was said before; *changed* first, then what is the same."""

    line: RecordLine
    place: tuple[str, ...]
    current: VersionLine
    version: VersionLine | None
    survey: Visit | None
    visit: Visit | None
    year: int
    """Of the visit the record tells of, and of the other survey."""
    changed: tuple[ComparedRow, ...]
    same: tuple[ComparedRow, ...]


def compare_record(services: Services, account: Account, submission_id: int, desk: Desk) -> RecordComparison:
    """Return the record beside what was said before; raises NotFound ``access.not_found``."""
    today, here = services.today(), services.atlas.current()
    kept = _read(services, account, submission_id, desk)
    line, base = kept.line, kept.base
    before = _visits_before(services, account, line, desk=desk, here=here)
    texts = [*kept.documents.values(), *(one.line.xml for one in before.told.values())]
    with services.reading(register_sight_of(account, desk, here, today=today)) as uow:
        names = uow.entity_names.labels(line.project_id, named_in(texts))
    naming = Naming(here.territory, line.event_date or today, names)

    def answers(xml: bytes, form_version_id: int) -> Section:
        return answers_of(xml, services.shelf.version_by_id(form_version_id), naming)

    earlier: dict[Earlier, Section] = {}
    if base is not None:
        earlier[Earlier.VERSION] = answers(kept.documents[base.version_id], base.form_version_id)
    for kind, visit in before.told.items():
        earlier[kind] = answers(visit.line.xml, visit.line.form_version_id)
    rows = _rows(answers(kept.documents[kept.current.version_id], kept.current.form_version_id), earlier)
    changed = tuple(one for one in rows if one.differs)
    same = tuple(one for one in rows if not one.differs)
    return RecordComparison(
        line,
        place_of(here, line, today),
        kept.current,
        base,
        before.told.get(Earlier.SURVEY),
        before.told.get(Earlier.VISIT),
        before.year,
        changed,
        same,
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    line: RecordLine
    current: VersionLine
    base: VersionLine | None
    documents: Mapping[int, bytes]


def _read(services: Services, account: Account, submission_id: int, desk: Desk) -> _Kept:
    with opened(services, account, desk) as uow:
        line = uow.records.one(submission_id)
        if line is None:
            raise NotFound("access.not_found")
        note_record_opening(services, uow, account, line)
        kept = uow.record_versions.of(submission_id, newest=2, shown=line.version_id)
        current = next(one for one in kept.lines if one.version_id == line.version_id)
        base = base_of(kept.lines, current)
        wanted = {one.version_id for one in (current, base) if one is not None}
        documents = {**kept.documents, **uow.record_versions.documents(wanted - kept.documents.keys())}
    return _Kept(line, current, base, {one: documents[one] for one in wanted})


@dataclass(frozen=True, slots=True)
class _Before:
    """What was said of the household before the record, and the year of the record's own visit."""

    told: Mapping[Earlier, Visit]
    year: int


def _visits_before(services: Services, account: Account, line: RecordLine, *, desk: Desk, here: Map) -> _Before:
    """Return the survey of the same year before the record, and the visit of the latest year before that one."""
    own_year = line.event_date.year if line.event_date else line.received_at.year
    if desk is Desk.INCIDENTS:
        return _Before({}, own_year)
    visits = _visits_of_household(services, account, line, here)
    own_year = next((one.year for one in visits if one.line.submission_id == line.submission_id), own_year)
    form_id = _form_id(services, line.form_version_id)
    counting = [
        one
        for one in visits
        if one.line.state is not ReviewState.REJECTED and _form_id(services, one.line.form_version_id) == form_id
    ]
    surveys = (one for one in counting if one.year == own_year and _came(one.line) < _came(line))
    found = {
        Earlier.SURVEY: max(surveys, key=lambda one: _came(one.line), default=None),
        Earlier.VISIT: max((one for one in counting if one.year < own_year), key=_worth, default=None),
    }
    return _Before({kind: visit for kind, visit in found.items() if visit is not None}, own_year)


def _visits_of_household(services: Services, account: Account, line: RecordLine, here: Map) -> list[Visit]:
    """Return the visits in sight to the households that the record tells of, its own among them."""
    with services.reading(register_sight_of(account, Desk.EVERYDAY, here, today=services.today())) as uow:
        effects = uow.entity_history.effects_of(line.version_id)
        entities = uow.register.lines({one.entity_key for one in effects if one.entity_key is not None})
        kin = {key: uow.register.offspring(one, at_most=_MOST_KIN)[1] for key, one in entities.items()}
    with opened(services, account, Desk.EVERYDAY) as uow:
        return [
            visit
            for key, entity in entities.items()
            for visit in visits_of(services, uow, entity, (key, *(one.key for one in kin[key])))
        ]


def _form_id(services: Services, form_version_id: int) -> str:
    return services.shelf.version_by_id(form_version_id).definition.form_id


def _came(line: RecordLine | VisitLine) -> tuple[datetime, int]:
    """Return the place of a record in the order of arrival."""
    return line.received_at, line.submission_id


def _worth(visit: Visit) -> tuple[int, bool, datetime]:
    """Return what makes one visit stand for a household rather than another: later, approved, received later."""
    return visit.year, visit.line.state is ReviewState.APPROVED, visit.line.received_at


def _rows(now: Section, earlier: Mapping[Earlier, Section]) -> list[ComparedRow]:
    """Return the questions anybody answered, in the form's order, those that are asked no more last."""
    said = _said(now)
    before = {kind: _said(section) for kind, section in earlier.items()}
    differs = {kind: {one.path for one in changes(section, now)} for kind, section in earlier.items()}
    paths = dict.fromkeys([*said, *(path for each in before.values() for path in each)])
    return [
        ComparedRow(
            said.get(path),
            {kind: each.get(path) for kind, each in before.items()},
            frozenset(kind for kind, found in differs.items() if path in found),
        )
        for path in paths
    ]


def _said(section: Section) -> dict[str, Answer]:
    return {one.path.removeprefix(section.path): one for one in section.answers() if one.text and one.is_question}
