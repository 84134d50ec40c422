"""Decide what an instance is to its record and write it there: a new record, a further version, or nothing new.

The record's row is made by constraint and then locked, so that the same instance sent twice at the same moment becomes
one. Chains of edits are joined in whatever order their parts arrive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

from server.operations.count_submissions import count_submissions
from server.operations.envelope import Filed
from server.storage.repositories.new_records import Said
from server.storage.repositories.record_words import Findable
from server.submissions.decision import Edit, History, KnownVersion, New, OtherContent, Resend, current_of, decide
from server.submissions.findings import BRANCH, Severity
from server.submissions.review import ReviewState, counted_version
from server.territory.map_cells import cell_of, steps_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from server.operations.derive_submission import Derived
    from server.operations.form_shelf import ShelvedForm
    from server.storage.repositories.collaborators import Sender
    from server.storage.unit_of_work import UnitOfWork
    from server.submissions.findings import Finding
    from server.submissions.fixes import Fix
    from server.submissions.instance import Instance


@dataclass(frozen=True, slots=True)
class Filing:
    """An instance on its way into a record."""

    sender: Sender
    instance: Instance
    form: ShelvedForm
    received_at: datetime
    device_id: str

    @property
    def project_id(self) -> int:
        """Return the project it was sent to: for a practice twin, the twin."""
        return self.sender.project_id

    @property
    def form_key(self) -> int:
        """Return the form's row id."""
        return self.form.published.form_key


def file_version(uow: UnitOfWork, filing: Filing, derived: Derived) -> Filed:
    """Write the instance into its record, unless the record has it or has other content under its id."""
    instance = filing.instance
    if instance.deprecated_id is None and (kept := _add_new(uow, filing, derived)) is not None:
        return kept
    history = _claim(uow, filing, derived)
    decision = decide(instance.instance_id, instance.deprecated_id, instance.sha256, history)
    match decision:
        case Resend(version_id) | OtherContent(version_id):
            return Filed(history.submission_id, version_id, decision)
        case New():
            version_id = _add_first(uow, filing, derived, history)
        case Edit(becomes_current=becomes_current, is_branch=is_branch):
            version_id = _add(uow, filing, derived, history, is_current=False)
            if is_branch:
                uow.submissions.add_findings([_BRANCH | {"version_id": version_id}])
            if becomes_current:
                uow.submissions.make_current(history.submission_id, version_id, derived_facts(derived) | _EDITED)
            elif is_branch:
                _tell_of_branch(uow, history)
        case _:
            assert_never(decision)
    return Filed(history.submission_id, version_id, decision)


def _tell_of_branch(uow: UnitOfWork, history: History) -> None:
    """Let a record that was corrected at the office be looked at again when a phone sends an edit beside that."""
    current = next((one for one in history.versions if one.version_id == history.current_version_id), None)
    if current is not None and any(one.is_correction for one in history.versions):
        mark_branch(uow, current.version_id)
        uow.submissions.call_back(history.submission_id)


def mark_branch(uow: UnitOfWork, version_id: int) -> None:
    """Note, once, at a version that there is another edit beside it."""
    uow.submissions.replace_findings(version_id, BRANCH, [_BRANCH | {"version_id": version_id}])


_EDITED = {"review_state": "edited"}
_BRANCH = {"code": BRANCH, "path": "", "severity": Severity.WARNING.value, "params": {}}


def derived_facts(derived: Derived) -> dict[str, Any]:
    """Return what a record's row says because of its current version."""
    return {
        "unit_id": derived.unit_id,
        "event_date": derived.event_date,
        "figure_year": derived.figure_year,
        "instance_name": derived.instance_name,
        "name_folded": derived.words,
        "is_flagged": derived.is_flagged,
        "is_derived": derived.is_derived,
        **_spot(derived.fix),
    }


def _spot(fix: Fix | None) -> dict[str, int | None]:
    if fix is None:
        return {"longitude_e5": None, "latitude_e5": None, "cell": None}
    longitude, latitude = fix.longitude, fix.latitude
    return {
        "longitude_e5": steps_of(longitude),
        "latitude_e5": steps_of(latitude),
        "cell": cell_of(longitude, latitude),
    }


def finding_rows(version_id: int, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return *findings* as the table keeps them."""
    return [
        {
            "version_id": version_id,
            "code": one.code,
            "path": one.path,
            "severity": one.severity.value,
            "params": dict(one.params),
        }
        for one in findings
    ]


def _add_new(uow: UnitOfWork, filing: Filing, derived: Derived) -> Filed | None:
    """Write a record of which nothing is known; None if something is."""
    record = _record_facts(filing, derived, filing.instance.instance_id)
    said = Said(_findable(filing, derived), derived.contributions)
    kept = uow.new_records.add(record, _version_facts(filing, is_current=True), said)
    if kept is None:
        return None
    _add_derived(uow, filing, derived, kept.version_id)
    return Filed(kept.submission_id, kept.version_id, New())


def _add_first(uow: UnitOfWork, filing: Filing, derived: Derived, history: History) -> int:
    """Write the first version of a record that an edit began, whose original is not here."""
    version_id = _add(uow, filing, derived, history, is_current=True)
    if (found := _findable(filing, derived)) is not None:
        uow.record_words.add(history.submission_id, found)
    return version_id


def _findable(filing: Filing, derived: Derived) -> Findable | None:
    """Return what a new record is found by: nothing if it is sensitive or lies nowhere."""
    if filing.form.published.is_sensitive or derived.unit_id is None:
        return None
    ids = tuple(one.entity_id for one in derived.changes if one.has_good_id)
    return Findable(filing.project_id, derived.unit_id, derived.words, filing.sender.name, ids)


def _claim(uow: UnitOfWork, filing: Filing, derived: Derived) -> History:
    """Return the record this instance belongs to, made if there is none, locked in any case."""
    instance = filing.instance
    if instance.deprecated_id is None:
        return _history_of(uow, filing, instance.instance_id)
    uow.submissions.lock_edits_of(filing.form_key)
    holder = uow.submissions.holder_of(filing.project_id, filing.form_key, instance.ids)
    history = (
        uow.submissions.history(holder)
        if holder is not None
        else _claim_root(uow, filing, derived, instance.deprecated_id)
    )
    return _join_tail(uow, filing, history)


def _claim_root(uow: UnitOfWork, filing: Filing, derived: Derived, root: str) -> History:
    return uow.submissions.claim(_record_facts(filing, derived, root)) or _history_of(uow, filing, root)


def _history_of(uow: UnitOfWork, filing: Filing, root: str) -> History:
    known = uow.submissions.rooted_at(filing.project_id, filing.form_key, root)
    assert known is not None, "what clashed a moment ago is there"
    return uow.submissions.history(known)


def _join_tail(uow: UnitOfWork, filing: Filing, history: History) -> History:
    """Merge the record of edits that arrived before this one, if there is one."""
    instance_id = filing.instance.instance_id
    tail_id = uow.submissions.rooted_at(filing.project_id, filing.form_key, instance_id)
    if tail_id is None or tail_id == history.submission_id:
        return history
    tail = uow.submissions.history(tail_id)
    facts = uow.submissions.merge(tail_id, history.submission_id)
    joined = uow.submissions.history(history.submission_id)
    newest, state = current_of(_with_link(joined.versions, filing)), joined.review_state
    if newest.version_id in {one.version_id for one in tail.versions}:
        uow.submissions.make_current(history.submission_id, newest.version_id, facts)
        state = "edited" if tail.review_state == "received" else tail.review_state
    _settle_joined(uow, history.submission_id, ReviewState(state))
    return joined


def _settle_joined(uow: UnitOfWork, submission_id: int, state: ReviewState) -> None:
    """Let the decisions about both records, in their order, say which version counts, and move the figures."""
    past = uow.reviews.past([submission_id])
    uow.reviews.set_state(submission_id, state, counted_version(past[submission_id]))
    count_submissions(uow, [submission_id])


def _with_link(versions: tuple[KnownVersion, ...], filing: Filing) -> tuple[KnownVersion, ...]:
    """Return *versions* with the arriving one, which joins the tail to the rest."""
    instance = filing.instance
    return (*versions, KnownVersion(0, instance.instance_id, instance.deprecated_id, instance.sha256))


def _record_facts(filing: Filing, derived: Derived, root: str) -> dict[str, Any]:
    return {
        **derived_facts(derived),
        "project_id": filing.project_id,
        "form_key": filing.form_key,
        "root_instance_id": root,
        "is_sensitive": filing.form.published.is_sensitive,
        "received_at": filing.received_at,
        "collaborator_id": filing.sender.collaborator_id,
        "review_state": "received",
        "missing_media": 0,
    }


def _add(uow: UnitOfWork, filing: Filing, derived: Derived, history: History, *, is_current: bool) -> int:
    facts = {"submission_id": history.submission_id, **_version_facts(filing, is_current=is_current)}
    version_id = uow.submissions.add_version(facts, is_sensitive=filing.form.published.is_sensitive)
    uow.figures.add(filing.project_id, version_id, derived.contributions)
    _add_derived(uow, filing, derived, version_id)
    return version_id


def _add_derived(uow: UnitOfWork, filing: Filing, derived: Derived, version_id: int) -> None:
    uow.submissions.add_findings(finding_rows(version_id, derived.findings))
    if not derived.is_derived:
        uow.outbox.add([("derive_submission", {"version_id": version_id})], filing.received_at)


def _version_facts(filing: Filing, *, is_current: bool) -> Mapping[str, Any]:
    instance = filing.instance
    return {
        "project_id": filing.project_id,
        "form_key": filing.form_key,
        "form_version_id": filing.form.published.version_id,
        "instance_id": instance.instance_id,
        "deprecated_id": instance.deprecated_id,
        "sha256": instance.sha256,
        "xml": instance.xml,
        "received_at": filing.received_at,
        "collaborator_id": filing.sender.collaborator_id,
        "device_id": filing.device_id,
        "is_current": is_current,
    }
