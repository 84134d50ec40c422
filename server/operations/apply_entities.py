"""Let a record make and change entities: once per version of it, in the transaction that files it.

What an edit says otherwise than the version before corrects what that version did; what it no longer asks for is
withdrawn. A change that stands on one not yet here waits (`release_changes`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from server.operations.correct_entities import Earlier, correct, earlier_of, withdraw
from server.operations.other_surveys import other_survey
from server.operations.release_changes import release_waiting_for
from server.operations.write_entity import Source, Touched, TouchedOnce, survivor_of, with_deletion, write_version
from server.registers.households import LAST_SURVEY_YEAR
from server.registers.reach import share_of
from server.registers.versions import (
    OUT_OF_TERRITORY,
    REDIRECTED,
    SURVEYED_TWICE,
    Action,
    Conflict,
    NewVersion,
    Wait,
    amended,
    decide,
    is_as_fetched,
    unchanged,
)
from server.submissions.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.operations.services import Services
    from server.registers.changes import EntityChange
    from server.registers.reach import Posting
    from server.storage.repositories.entities import EntityList, StoredEntity
    from server.storage.repositories.entity_effects import EarlierRecord
    from server.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Applying:
    """A version of a record on its way into registers."""

    project_id: int
    submission_id: int
    version_id: int
    changes: tuple[EntityChange, ...]
    is_current: bool
    is_edit: bool
    source: Source
    posting: Posting | None
    """Where the sender works; None for who has no phone."""


def apply_entities(services: Services, uow: UnitOfWork, applying: Applying) -> None:
    """Do what the record asks of registers; the caller holds the record locked.

    What is odd about it becomes a finding of the version, never a refusal.
    """
    work = _Work(services, uow, applying)
    good = [one for one in applying.changes if one.has_good_id]
    work.refuse([one for one in applying.changes if not one.has_good_id])
    if not applying.is_current:
        work.note_all(good, "superseded")
        return
    earlier = earlier_of(services, uow, applying.submission_id, applying.version_id) if applying.is_edit else {}
    work.go_through(good, earlier)


class _Work:
    """The steps of one version, with what they share."""

    def __init__(self, services: Services, uow: UnitOfWork, applying: Applying) -> None:
        self._services = services
        self._uow = uow
        self._applying = applying
        self._touched: Touched = Touched()
        self._lists: dict[str, EntityList] = {}
        self._is_as_seen = False
        record = [applying.submission_id] if applying.is_edit else []
        self._withdrawn = uow.entity_effects.withdrawn_keys(record)
        self._effects: list[dict[str, Any]] = []
        self._findings: list[dict[str, Any]] = []

    def refuse(self, changes: Sequence[EntityChange]) -> None:
        self.note_all(changes, "refused")

    def note_all(self, changes: Sequence[EntityChange], outcome: str) -> None:
        for one in changes:
            self._note(one.path, None, outcome, None)
        self._write_effects()

    def go_through(self, changes: Sequence[EntityChange], earlier: dict[str, Earlier]) -> None:
        """Apply, correct and withdraw, entities in the order of their ids."""
        stored = self._locked(changes)
        dropped = self._dropped(changes, earlier)
        for one in sorted(changes, key=lambda change: (change.dataset, change.entity_id, change.path)):
            key = (one.dataset, one.entity_id)
            stored[key] = self._as_it_stands(stored[key], stored)
            before = earlier.get(one.path)
            is_same = (
                before is not None and before.change.entity_id == one.entity_id and before.effect.outcome != "held"
            )
            told = before if is_same else None
            self._look_for_other_survey(one, told, survivor_of(self._uow, stored[key]))
            stored[key] = self._do(one, stored[key]) if told is None else self._correct(one, told, stored[key])
        for before in dropped:
            self._drop(before, is_replaced=(before.change.dataset, before.change.entity_id) in stored)
        self._uow.submissions.add_findings(self._findings)
        if any(one.has_waiting or one.merged_into_id is not None for one in stored.values()):
            self._write_effects()
        for entity in stored.values():
            release_waiting_for(self._services, self._uow, self._as_it_stands(entity, stored), self._touched)
        self._touched.tell(self._uow, self._effects)

    def _write_effects(self) -> None:
        self._uow.entity_effects.add(self._effects)
        self._effects.clear()

    def _as_it_stands(self, one: StoredEntity, stored: dict[tuple[str, str], StoredEntity]) -> StoredEntity:
        """Return the entity, read again where a record names a merged one too, whose changes are carried over to it."""
        if all(other.merged_into_id is None for other in stored.values()):
            return one
        return self._uow.entities.lock_keys([one.key])[one.key]

    def _locked(self, changes: Sequence[EntityChange]) -> dict[tuple[str, str], StoredEntity]:
        """Return the entities the changes name, locked list by list; those nobody named before are awaited."""
        entities, at = self._uow.entities, self._applying.source.at
        found: dict[tuple[str, str], StoredEntity] = {}
        if len(changes) == 1 and is_as_fetched(changes[0]) and not self._applying.is_edit:
            one = changes[0]
            seen = entities.as_seen(self._applying.project_id, one.dataset, one)
            if seen is not None:
                self._is_as_seen, self._touched = True, TouchedOnce()
                self._lists[one.dataset], found[one.dataset, one.entity_id] = seen
                return found
        if changes:
            self._lists = entities.lists(self._applying.project_id)
        for name in sorted({one.dataset for one in changes}):
            if name not in self._lists:
                self._lists[name] = entities.ensure_list(self._applying.project_id, name, at)
            ids = {one.entity_id for one in changes if one.dataset == name}
            locked = entities.claimed(self._lists[name], ids, at)
            found |= {(name, entity_id): one for entity_id, one in locked.items()}
        return found

    @staticmethod
    def _dropped(changes: Sequence[EntityChange], earlier: dict[str, Earlier]) -> list[Earlier]:
        """Return what an earlier version did at a place where this one asks for nothing, or for another entity."""
        asked = {(one.path, one.entity_id) for one in changes if one.path in earlier}
        return [
            one
            for path, one in earlier.items()
            if one.effect.outcome == "held" or (path, one.change.entity_id) not in asked
        ]

    def _drop(self, before: Earlier, *, is_replaced: bool) -> None:
        """Take back what an earlier version did; what still waited for an entity this one is about just ends."""
        if is_replaced and before.effect.outcome == "held":
            self._uow.entity_effects.set_outcome(before.effect, "withdrawn", None)
        else:
            withdraw(self._services, self._uow, before.effect, self._applying.source, touched=self._touched)

    def _do(self, change: EntityChange, stored: StoredEntity) -> StoredEntity:
        """Apply a change as it comes."""
        self._look_where_it_lies(change, stored)
        if stored.merged_into_id is not None:
            # What it then says is carried over to the one it became.
            self._remark(change.path, REDIRECTED)
        if stored.key in self._withdrawn:
            return self._revive(change, stored)
        made = decide(change, stored.state)
        if isinstance(made, Wait):
            self._remark(change.path, made.remark)
            self._note(change.path, stored.key, "held", None, waiting=change)
            return replace(stored, has_waiting=True)
        return self._write(change, stored, made)

    def _revive(self, change: EntityChange, stored: StoredEntity) -> StoredEntity:
        """Let an edit bring back what was withdrawn when its record was not to be counted."""
        made = amended(stored.state, change.values, label=change.label, action=Action.UPDATE)
        made = made or unchanged(stored.state, action=Action.UPDATE, conflict=Conflict.NONE)
        back = with_deletion(stored, is_deleted=stored.state.is_deleted and not change.creates)
        after = write_version(self._uow, back, made, self._applying.source, touched=self._touched)
        self._note(change.path, stored.key, "applied", made.version)
        return after

    def _correct(self, change: EntityChange, before: Earlier, stored: StoredEntity) -> StoredEntity:
        made = correct(before, change, stored.state)
        if made is None:
            self._note(change.path, stored.key, "unchanged", stored.state.version)
            return stored
        return self._write(change, stored, made)

    def _write(self, change: EntityChange, stored: StoredEntity, made: NewVersion) -> StoredEntity:
        source = self._applying.source
        for code in made.remarks:
            self._remark(change.path, code)
        if made.action is not Action.CREATE and not made.changed and not made.branch_id:
            self._note(change.path, stored.key, "unchanged", stored.state.version)
            return stored
        after = write_version(self._uow, stored, made, source, touched=self._touched)
        self._note(change.path, stored.key, "applied", made.version)
        return after

    def _look_where_it_lies(self, change: EntityChange, stored: StoredEntity) -> None:
        """Tell when a record is about an entity that its sender's lists would not hold."""
        posting = self._applying.posting
        if posting is None or stored.unit_id is None or not stored.state.exists:
            return
        reach = self._lists[change.dataset].reach
        if stored.unit_id not in share_of(reach, posting).units:
            self._remark(change.path, OUT_OF_TERRITORY)

    def _look_for_other_survey(self, change: EntityChange, before: Earlier | None, stored: StoredEntity) -> None:
        """Tell both records when a household is surveyed a second time for the same year.

        *before* is what an earlier version of the record did here: the other sender was told then.
        """
        year = change.values.get(LAST_SURVEY_YEAR, "")
        if not year or self._is_as_seen:
            return
        other = other_survey(self._services, self._uow, stored, year=year, but=self._applying.submission_id)
        if other is None:
            return
        mine = self._uow.entity_effects.sender_of(self._applying.version_id)
        self._tell_survey(mine.submission_version_id, change, year, other)
        if before is None or before.change.values.get(LAST_SURVEY_YEAR, "") != year:
            self._tell_survey(other.submission_version_id, change, year, mine)

    def _tell_survey(self, version_id: int, change: EntityChange, year: str, about: EarlierRecord) -> None:
        params: dict[str, str | int] = {"year": year, "sender": about.sender_name, "record": about.submission_id}
        params["sent_on"] = about.received_at.date().isoformat()
        self._findings.append(_finding(version_id, SURVEYED_TWICE, change.path, **params))

    def _remark(self, path: str, code: str) -> None:
        self._findings.append(_finding(self._applying.version_id, code, path))

    def _note(
        self, path: str, key: int | None, outcome: str, version: int | None, *, waiting: EntityChange | None = None
    ) -> None:
        self._effects.append(
            {
                "submission_version_id": self._applying.version_id,
                "path": path[:500],
                "entity_key": key,
                "outcome": outcome,
                "entity_version": version,
                "held_at": self._applying.source.at if waiting else None,
                "branch_id": waiting.branch_id if waiting else "",
                "base_version": waiting.base_version if waiting else None,
                "trunk_version": waiting.trunk_version if waiting else None,
            }
        )


def _finding(version_id: int, code: str, path: str, **params: str | int) -> dict[str, Any]:
    severity = Severity.WARNING.value
    return {"version_id": version_id, "code": code, "path": path[:500], "severity": severity, "params": params}
