"""Settle an edit that came beside a correction: answer by answer, what the record says or what the phone sent.

Three versions lie side by side: the one both began from, the record as it stands, and the edit. What only one of the
two changed is proposed; the officer has the last word. The edit stays where it is, settled.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.errors import Conflict, NotFound
from server.forms.xml_reader import read_xml
from server.operations.correct_record import (
    Made,
    checked_reason,
    correction_base,
    correction_deed,
    keep_made,
    lock_as_seen,
    origin_of,
    see_record,
)
from server.operations.derive_submission import derive
from server.operations.file_version import mark_branch
from server.operations.note_deeds import note_deeds
from server.operations.record_answers import Naming, answers_of, named_in
from server.operations.record_history import open_branches
from server.operations.sights import register_sight_of, review_sight_of
from server.submissions.changes import changes
from server.submissions.documents import drop_instance, element_at, ensure, put_text, stamped, text_at
from server.submissions.filling import kept_calculates, work_out
from server.submissions.findings import BRANCH
from server.submissions.instance import read_instance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lxml.etree import _Element

    from server.access.actors import Account
    from server.operations.correct_record import CorrectionBase, Seen
    from server.operations.services import Services
    from server.operations.sights import Desk
    from server.storage.repositories.record_versions import VersionLine
    from server.storage.repositories.records import RecordLine
    from server.submissions.answers import Answer, Section
    from server.submissions.changes import Within


@dataclass(frozen=True, slots=True)
class Contested:
    """A question the record and the edit answer otherwise; None where one of the three says nothing."""

    path: str
    before: Answer | None
    now: Answer | None
    edited: Answer | None
    within: Within = ()

    @property
    def is_proposed(self) -> bool:
        """Return whether the edit's answer is proposed: the record still says what both began from."""
        return _text(self.now) == _text(self.before)

    @property
    def either(self) -> Answer:
        """Return an answer that tells the question."""
        found = self.now or self.edited
        assert found is not None, "two that differ are not both empty"
        return found


@dataclass(frozen=True, slots=True)
class BranchView:
    """An edit beside the record, with what there is to choose."""

    line: RecordLine
    current: VersionLine
    branch: VersionLine
    contested: tuple[Contested, ...]


@dataclass(frozen=True, slots=True)
class BranchChoice:
    """What was chosen: the version seen as current, the edit, and the paths at which the edit's answer counts."""

    submission_id: int
    version_id: int
    branch_id: int
    paths: frozenset[str]
    reason: str


def read_branch(services: Services, account: Account, *, submission_id: int, branch_id: int, desk: Desk) -> BranchView:
    """Return an edit that waits to be settled; raises NotFound ``access.not_found``."""
    return _read(services, account, submission_id=submission_id, branch_id=branch_id, desk=desk).view


def settle_branch(services: Services, account: Account, choice: BranchChoice, desk: Desk) -> bool:
    """Let the record say what was chosen; return whether that is anything new.

    Raises what `read_branch` raises, Conflict ``correction.outdated`` and InvalidInput ``correction.reason_needed``.
    """
    read = _read(services, account, submission_id=choice.submission_id, branch_id=choice.branch_id, desk=desk)
    if read.view.current.version_id != choice.version_id:
        raise Conflict("correction.outdated")
    base = correction_base(services, account, desk, read.seen)
    chosen = [one for one in read.view.contested if one.path in choice.paths]
    if not chosen:
        _settle_alone(services, account, base, branch_id=choice.branch_id, desk=desk)
        return False
    reason = checked_reason(choice.reason)
    root = _merged(base, read.edited, chosen)
    compiled, circumstances = base.setting.form.compiled, base.setting.circumstances
    worked = work_out(root, compiled, circumstances, kept=kept_calculates(base.root, root, compiled))
    new_id = f"uuid:{services.new_id()}"
    xml = stamped(worked.document(), instance_id=new_id, deprecated_id=base.version.instance_id)
    instance = read_instance(xml)
    derived = derive(services, instance, base.setting.form, origin_of(services, base.setting))
    keep_made(services, account, Made(base, instance, derived, reason, desk, frozenset({choice.branch_id})))
    return True


@dataclass(frozen=True, slots=True)
class _Read:
    view: BranchView
    seen: Seen
    edited: bytes


def _read(services: Services, account: Account, *, submission_id: int, branch_id: int, desk: Desk) -> _Read:
    """Return the three versions side by side; no list the record may be filled in with is looked at for that."""
    seen = see_record(services, account, submission_id, desk)
    line, lines = seen.line, seen.versions.lines
    current = next(one for one in lines if one.version_id == line.version_id)
    branch = next((one for one in open_branches(lines) if one.version_id == branch_id), None)
    if branch is None:
        raise NotFound("access.not_found")
    with services.reading(review_sight_of(account, desk, services.today())) as uow:
        versions = uow.record_versions.of(submission_id, newest=0, shown=branch_id).lines
        origin = _origin(versions, current, branch)
        documents = uow.record_versions.documents({branch_id, *([origin.version_id] if origin else [])})
    said = _answers(services, account, desk, line=line, documents={**seen.versions.documents, **documents})
    before = said[origin.version_id] if origin else None
    contested = _contested(before, said[current.version_id], said[branch_id])
    return _Read(BranchView(line, current, branch, contested), seen, documents[branch_id])


def _answers(
    services: Services, account: Account, desk: Desk, *, line: RecordLine, documents: Mapping[int, bytes]
) -> dict[int, Section]:
    """Return the answers of versions in the words of the current one's form, by version."""
    here, today = services.atlas.current(), services.today()
    with services.reading(register_sight_of(account, desk, here, today=today)) as uow:
        names = uow.entity_names.labels(line.project_id, named_in(documents.values()))
    form, naming = (
        services.shelf.version_by_id(line.form_version_id),
        Naming(here.territory, line.event_date or today, names),
    )
    return {version_id: answers_of(xml, form, naming) for version_id, xml in documents.items()}


def _origin(versions: Sequence[VersionLine], current: VersionLine, branch: VersionLine) -> VersionLine | None:
    """Return the version both came from, None if it is not here."""
    by_id = {one.instance_id: one for one in versions}
    ours = {one.instance_id for one in _chain(current, by_id)}
    return next((one for one in _chain(branch, by_id) if one.instance_id in ours), None)


def _chain(version: VersionLine, by_id: dict[str, VersionLine]) -> list[VersionLine]:
    chain = [version]
    while (parent := by_id.get(chain[-1].deprecated_id or "")) is not None and parent not in chain:
        chain.append(parent)
    return chain


def _contested(before: Section | None, now: Section, edited: Section) -> tuple[Contested, ...]:
    said = {one.path: one for one in before.answers()} if before else {}
    root = now.path
    found = ((f"{root}{change.path}", change) for change in changes(now, edited) if change.is_of_person)
    return tuple(Contested(path, said.get(path), change.before, change.after, change.within) for path, change in found)


def _merged(base: CorrectionBase, edit: bytes, chosen: Iterable[Contested]) -> _Element:
    """Return the record's document with the edit's answers at what was chosen."""
    definition, edited = base.setting.form.definition, read_xml(edit)
    root, emptied = deepcopy(base.root), set()
    compiled, circumstances = base.setting.form.compiled, base.setting.circumstances
    work_out(root, compiled, circumstances, kept=kept_calculates(base.root, root, compiled))
    for one in chosen:
        element = ensure(root, definition, one.path)
        if element is not None:
            put_text(element, text_at(edited, one.path))
        if one.edited is None and "]" in one.path:
            emptied.add(one.path[: one.path.rindex("]") + 1])
    for path in sorted(emptied, reverse=True):
        if element_at(edited, path) is None and _says_nothing(element_at(root, path)):
            drop_instance(root, definition, path)
    return root


def _says_nothing(element: _Element | None) -> bool:
    return element is not None and not any(str(part).strip() for part in element.itertext())


def _settle_alone(services: Services, account: Account, base: CorrectionBase, *, branch_id: int, desk: Desk) -> None:
    """Note that nothing of the edit counts."""
    with services.unit_of_work(services.intake(base.line.project_id)) as uow:
        lock_as_seen(uow, base)
        uow.corrections.settle([branch_id], account.account_id, services.now())
        uow.submissions.replace_findings(base.version.version_id, BRANCH, [])
        if any(one.version_id != branch_id for one in base.branches):
            mark_branch(uow, base.version.version_id)
        note_deeds(services, uow, account, correction_deed(base.line, base.line.unit_id, desk))


def _text(answer: Answer | None) -> str:
    return answer.text if answer else ""
