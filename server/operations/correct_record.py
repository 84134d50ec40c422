"""Correct a record at the office: a version beside the one that was sent, by the form's own rules and with a reason.

The bytes that came from the phone stay; the correction replaces them as a phone's edit would, and waits to be decided
about like one. An answer the form does not allow is not kept; what was wrong before and was not touched may stay.
"""

from __future__ import annotations

import logging
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.access.deeds import Deed, DeedKind, Thing
from server.errors import Conflict, InvalidInput, NotFound
from server.forms.xml_reader import read_xml
from server.operations.derive_submission import Origin, derive
from server.operations.file_attachments import file_attachments
from server.operations.file_version import Filing, file_version, mark_branch
from server.operations.note_deeds import note_deeds
from server.operations.note_openings import note_record_opening
from server.operations.open_case import check_open
from server.operations.record_answers import Naming, named_elsewhere, named_in
from server.operations.record_history import batch_of_version, open_branches
from server.operations.record_sheet import Place, Setting, Step, fill_in, not_offered, sender_of, setting_of
from server.operations.register_version import Registering, RegistersFailed, register_later, register_version
from server.operations.sights import Desk, register_sight_of, review_sight_of
from server.submissions.answers import read_answers
from server.submissions.changes import changes
from server.submissions.documents import document_bytes, stamped
from server.submissions.filling import kept_calculates, work_out
from server.submissions.findings import Finding, Severity, finding
from server.submissions.instance import read_instance
from server.submissions.questionnaire import Page, asked_fields, questionnaire

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lxml.etree import _Element

    from server.access.actors import Account
    from server.operations.derive_submission import Derived
    from server.operations.services import Services
    from server.storage.repositories.record_versions import VersionLine, Versions
    from server.storage.repositories.records import FindingLine, RecordLine
    from server.storage.unit_of_work import UnitOfWork
    from server.submissions.changes import Change
    from server.submissions.filling import Worked
    from server.submissions.instance import Instance
    from server.territory.units import UnitId

LONGEST_REASON: Final = 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """A correction on its way: the version it corrects, and the document so far."""

    submission_id: int
    version_id: int
    xml: bytes


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction as its page shows it: what there is to ask, what it changes, what the form says of it."""

    line: RecordLine
    draft: Draft
    page: Page
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    new_faults: frozenset[tuple[str, str]]
    """Code and path of the errors that were not there before; while there are any it is not kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A correction that was kept."""

    submission_id: int


@dataclass(frozen=True, slots=True)
class CorrectionBase:
    """The version that is corrected, with what the record is filled in with."""

    line: RecordLine
    version: VersionLine
    root: _Element
    findings: tuple[FindingLine, ...]
    setting: Setting
    branches: tuple[VersionLine, ...]
    """Edits that came beside it, not settled yet."""


def start_correction(services: Services, account: Account, submission_id: int, desk: Desk) -> Correction:
    """Return a record's current version, opened to be corrected.

    Raises NotFound ``access.not_found`` (none the account decides about) and InvalidInput ``record.too_long``.
    """
    base = correction_base(services, account, desk, see_record(services, account, submission_id, desk))
    return _worked(services, base, deepcopy(base.root), Step({})).correction


def go_on(services: Services, account: Account, draft: Draft, *, step: Step, desk: Desk) -> Correction:
    """Return a correction after one more step; nothing is kept.

    Raises Conflict ``correction.outdated`` when another version came meanwhile, and what `start_correction` does.
    """
    return _worked(services, _base_of(services, account, draft, desk), read_xml(draft.xml), step).correction


def check_correction(services: Services, account: Account, draft: Draft, *, step: Step, desk: Desk) -> Correction:
    """Return what `go_on` does, between two steps of a page that is open: nothing at all is written.

    That the record was opened was kept with its page, without which there is no draft; a case must lie open still.
    """
    with services.reading(review_sight_of(account, desk, services.today())) as uow:
        seen = _seen(uow, draft.submission_id)
        check_open(services, uow, account, (draft.submission_id,) if desk is Desk.INCIDENTS else ())
    base = _as_drafted(correction_base(services, account, desk, seen), draft)
    return _worked(services, base, read_xml(draft.xml), step).correction


def keep_correction(services: Services, account: Account, draft: Draft, *, step: Step, desk: Desk) -> Kept | Correction:
    """Keep a correction as the record's newest version, or return it with what the form does not allow.

    Raises InvalidInput ``correction.reason_needed``, ``correction.reason_too_long`` or
    ``correction.nothing_changed``, and what `go_on` does.
    """
    reason = checked_reason(step.reason)
    base = _base_of(services, account, draft, desk)
    worked = _worked(services, base, read_xml(draft.xml), step)
    if worked.correction.new_faults:
        return worked.correction
    if not worked.correction.changes:
        raise InvalidInput("correction.nothing_changed")
    keep_made(services, account, Made(base, worked.instance, worked.derived, reason, desk))
    return Kept(draft.submission_id)


def checked_reason(reason: str) -> str:
    """Return a reason, tidied; raises InvalidInput ``correction.reason_needed`` or ``correction.reason_too_long``."""
    reason = reason.strip()
    if not reason:
        raise InvalidInput("correction.reason_needed")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput("correction.reason_too_long", most=LONGEST_REASON)
    return reason


@dataclass(frozen=True, slots=True)
class Made:
    """A version made at the office, ready to be kept beside the one it replaces."""

    base: CorrectionBase
    instance: Instance
    derived: Derived
    reason: str
    desk: Desk
    settles: frozenset[int] = frozenset()
    """Edits that came beside the one replaced, and about which is decided with this."""


def keep_made(services: Services, account: Account, made: Made) -> None:
    """Write a version made at the office; raises Conflict ``correction.outdated``."""
    try:
        _keep(services, account, made, register_version)
    except RegistersFailed:
        _keep(services, account, made, register_later)
    log.info("record.corrected", extra={"submission": made.base.line.submission_id})


def _keep(services: Services, account: Account, made: Made, register: Callable[..., None]) -> None:
    now, setting, line = services.now(), made.base.setting, made.base.line
    with services.unit_of_work(services.intake(line.project_id)) as uow:
        lock_as_seen(uow, made.base)
        filed = file_version(uow, Filing(setting.sender, made.instance, setting.form, now, ""), made.derived)
        if setting.form.entity_blocks:
            register(services, uow, _registering(line.project_id, setting, now), filed=filed, derived=made.derived)
        file_attachments(uow, filed, made.derived, (), at=now)
        uow.corrections.add(filed.version_id, account.account_id, made.reason)
        uow.corrections.settle(made.settles, account.account_id, now)
        if any(one.version_id not in made.settles for one in made.base.branches):
            mark_branch(uow, filed.version_id)
        told = correction_deed(line, made.derived.unit_id, made.desk)
        note_deeds(services, uow, account, replace(told, batch_id=batch_of_version(made.instance.instance_id)))


def lock_as_seen(uow: UnitOfWork, base: CorrectionBase) -> None:
    """Lock a record whose current version is the one that was looked at; raises Conflict ``correction.outdated``.

    In the order in which arriving edits lock, for they wait for each other.
    """
    uow.submissions.lock_edits_of(base.line.form_key)
    if uow.submissions.history(base.line.submission_id).current_version_id != base.version.version_id:
        raise Conflict("correction.outdated")


def correction_deed(line: RecordLine, unit_id: UnitId | None, desk: Desk) -> Deed:
    """Return what is kept of correcting a record."""
    is_sensitive = desk is Desk.INCIDENTS
    return Deed(DeedKind.CORRECTED, Thing.RECORD, line.submission_id, unit_id, is_sensitive=is_sensitive)


def _registering(project_id: int, setting: Setting, at: datetime) -> Registering:
    sender = setting.sender
    return Registering(project_id, sender.collaborator_id, at, sender.territory_revision, sender.post_units)


def _base_of(services: Services, account: Account, draft: Draft, desk: Desk) -> CorrectionBase:
    seen = see_record(services, account, draft.submission_id, desk)
    return _as_drafted(correction_base(services, account, desk, seen), draft)


def _as_drafted(base: CorrectionBase, draft: Draft) -> CorrectionBase:
    if base.version.version_id != draft.version_id:
        raise Conflict("correction.outdated")
    return base


@dataclass(frozen=True, slots=True)
class Seen:
    """What is read of a record in one transaction."""

    line: RecordLine
    versions: Versions
    findings: tuple[FindingLine, ...]


def _seen(uow: UnitOfWork, submission_id: int) -> Seen:
    line = uow.records.one(submission_id)
    if line is None:
        raise NotFound("access.not_found")
    versions = uow.record_versions.of(submission_id, newest=0, shown=line.version_id)
    return Seen(line, versions, tuple(uow.records.findings(line.version_id)))


def see_record(services: Services, account: Account, submission_id: int, desk: Desk) -> Seen:
    """Return a record the account decides about, and keep that it was opened; raises NotFound ``access.not_found``."""
    sight = review_sight_of(account, desk, services.today())
    with services.unit_of_work(sight) if desk is Desk.INCIDENTS else services.reading(sight) as uow:
        seen = _seen(uow, submission_id)
        note_record_opening(services, uow, account, seen.line)
    return seen


def correction_base(services: Services, account: Account, desk: Desk, seen: Seen) -> CorrectionBase:
    """Return what a record that was seen is corrected on; raises NotFound ``access.not_found`` where nobody sent it."""
    line, versions = seen.line, seen.versions
    version = next(one for one in versions.lines if one.version_id == line.version_id)
    setting = setting_of(
        services,
        account,
        desk,
        form=services.shelf.version_by_id(line.form_version_id),
        sender=sender_of(services, line.project_id, line.collaborator_id),
        place=Place(line.unit_id, line.event_date),
    )
    xml = versions.documents[line.version_id]
    named = _naming_what_left(services, account, setting, desk=desk, line=line, xml=xml)
    return CorrectionBase(line, version, read_xml(xml), seen.findings, named, open_branches(versions.lines))


def _naming_what_left(  # noqa: PLR0913 the facts of one record, each of its own kind
    services: Services, account: Account, setting: Setting, *, desk: Desk, line: RecordLine, xml: bytes
) -> Setting:
    """Return the setting with names for what the record names and no list offers any more."""
    here, today = services.atlas.current(), services.today()
    with services.reading(register_sight_of(account, desk, here, today=today)) as uow:
        names = uow.entity_names.labels(line.project_id, named_in([xml]))
    elsewhere = named_elsewhere(setting.form, Naming(here.territory, line.event_date or today, names))
    return replace(setting, labels=replace(setting.labels, elsewhere=elsewhere))


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A correction after a step, with the instance it would be kept as and what that says."""

    correction: Correction
    instance: Instance
    derived: Derived


def _worked(services: Services, base: CorrectionBase, root: _Element, step: Step) -> _Outcome:
    """Return the correction whose document so far is *root* after a step."""
    worked = _after(base, root, step)
    page, document = questionnaire(worked, base.setting.labels), worked.document()
    instance = read_instance(
        stamped(document, instance_id=f"uuid:{services.new_id()}", deprecated_id=base.version.instance_id)
    )
    derived = derive(services, instance, base.setting.form, origin_of(services, base.setting))
    old = read_answers(base.root, base.setting.labels)
    said = {one.path: one.text for one in old.answers()}
    strange = (finding("answer.not_a_choice", one.path, Severity.ERROR) for one in not_offered(page, said))
    findings = tuple(dict.fromkeys((*derived.findings, *strange)))
    known = {(one.code, one.path) for one in base.findings}
    faults = {(one.code, one.path) for one in findings if one.severity is Severity.ERROR}
    draft = Draft(base.line.submission_id, base.version.version_id, document_bytes(root))
    told = (one for one in changes(old, read_answers(document, base.setting.labels)) if one.is_of_person)
    return _Outcome(
        Correction(base.line, draft, page, tuple(told), findings, frozenset(faults - known)), instance, derived
    )


def _after(base: CorrectionBase, root: _Element, step: Step) -> Worked:
    setting = base.setting
    compiled, circumstances = setting.form.compiled, setting.circumstances
    if step.typed or step.adds or step.drops:
        before = work_out(root, compiled, circumstances, kept=kept_calculates(base.root, root, compiled))
        fill_in(root, before, asked=asked_fields(before), setting=setting, step=step)
    return work_out(root, compiled, circumstances, kept=kept_calculates(base.root, root, compiled))


def origin_of(services: Services, setting: Setting) -> Origin:
    """Return where a version made at the office comes from: from whoever the record is of, now."""
    return Origin(services.now(), setting.sender.post_units, setting.sender.territory_revision)
