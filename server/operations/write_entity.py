"""Write one version of an entity: the version itself, what the entity's row then says, and what to tell phones.

Whatever changes a register (a record, an import, a merge, a settlement) goes through here, with the entity locked.
Counters are raised at the end of the transaction, all at once and in order, by `Touched`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from server.language.folding import fold
from server.operations.find_suspects import COMPARE_JOB
from server.registers.compared_household import COMPARED
from server.registers.households import PARENT
from server.registers.lists import COMMUNE, VILLAGE
from server.registers.mergers import carried_over
from server.registers.reach import HOUSEHOLDS, is_live
from server.registers.standing import is_proposed_to_leave, standing_of, surveyed_year
from server.registers.tallies import Tallied, steps
from server.registers.versions import Conflict, EntityState, NewVersion, PastVersion
from server.registers.words import words_of
from server.storage.repositories.entity_effects import Update

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from server.operations.atlas import Map
    from server.storage.repositories.entities import StoredEntity
    from server.storage.repositories.register_tallies import TallyKey
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

_WEIGHT = {Conflict.NONE: 0, Conflict.SOFT: 1, Conflict.HARD: 2}


@dataclass(frozen=True, slots=True)
class Source:
    """What makes a version: one version of a record, or a batch of a person's; and where unit codes are read."""

    at: datetime
    here: Map
    code_days: tuple[date, ...]
    """The days whose meaning a unit code may have, the likeliest first."""
    submission_version_id: int | None = None
    batch_id: int | None = None
    holder_id: int | None = None
    """The collaborator whose record it is; she holds what she creates."""
    unit_id: UnitId | None = None
    """Where an entity lies that names no place."""
    place: UnitId | None = None
    """Where an entity lies whatever its codes say, when it is known otherwise; only for one whose place changes."""
    carried_from: int | None = None
    """The merged entity that was named, where the version is carried over to the one it became."""
    effective_on: date | None = None
    """The day it took effect, by which registers are counted; none: the day it is written."""

    @property
    def effective_year(self) -> int:
        """Return the year it took effect."""
        return (self.effective_on or self.at.date()).year


@dataclass(slots=True)
class Touched:
    """The parts of lists in which something changed during one transaction."""

    parts: set[tuple[int, UnitId]] = field(default_factory=set)
    tallies: Counter[TallyKey] = field(default_factory=Counter)
    to_compare: dict[int, datetime] = field(default_factory=dict)
    """Households that may be like others now, and when they changed."""

    def note(self, before: StoredEntity, after: StoredEntity) -> None:
        """Remember where an entity was and is, and what that adds to the number of those its list holds."""
        units = (one.unit_id for one in (before, after))
        self.parts.update((after.list_id, unit_id) for unit_id in units if unit_id is not None)
        for (unit_id, category), amount in steps(after.list_name, _tallied(before), _tallied(after)).items():
            self.tallies[after.list_id, unit_id, category, after.effective_year] += amount

    def write(self, uow: UnitOfWork, key: int, version: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        """Write an entity's newest version and what its row says then."""
        uow.entities.write(key, version, facts)

    def raise_counters(self, uow: UnitOfWork, effects: Sequence[Mapping[str, Any]]) -> None:
        """Write what became of a record's blocks, as far as that is not written yet, and raise the counters."""
        uow.entity_effects.add(effects)
        uow.entities.raise_counters(self.parts)

    def tell(self, uow: UnitOfWork, effects: Sequence[Mapping[str, Any]] = ()) -> None:
        """Raise the counters and move the tallies; the last thing a transaction does to registers."""
        self.raise_counters(uow, effects)
        uow.register_tallies.move_tallies({key: amount for key, amount in self.tallies.items() if amount})
        if self.to_compare:
            uow.outbox.add([(COMPARE_JOB, {"keys": sorted(self.to_compare)})], max(self.to_compare.values()))


@dataclass(slots=True)
class TouchedOnce(Touched):
    """The everyday record's: it changes one entity that stands as the device saw it, and nothing else reads it.

    The version waits for the end, to be written with what became of the block and with the counter.
    """

    held_back: tuple[int, Mapping[str, Any], Mapping[str, Any]] | None = None

    def write(self, uow: UnitOfWork, key: int, version: Mapping[str, Any], facts: Mapping[str, Any]) -> None:  # noqa: ARG002 the base's signature
        """Keep the version for the end."""
        self.held_back = (key, version, facts)

    def raise_counters(self, uow: UnitOfWork, effects: Sequence[Mapping[str, Any]]) -> None:
        """Write the version, what became of the block and the counter at once."""
        if self.held_back is None:
            Touched.raise_counters(self, uow, effects)
        else:
            (effect,) = effects
            uow.entity_effects.write_whole(Update(*self.held_back, effect), self.parts)


def write_version(
    uow: UnitOfWork, stored: StoredEntity, new: NewVersion, source: Source, *, touched: Touched
) -> StoredEntity:
    """Keep *new* as the entity's newest version and return the entity as it stands then."""
    after = advanced(stored, new, source)
    touched.write(uow, stored.key, version_facts(after, new, source), entity_facts(after, source.at))
    _let_it_be_found(uow, stored, after)
    touched.note(stored, after)
    if is_to_compare(stored, after, new):
        touched.to_compare[after.key] = source.at
    if stored.merged_into_id is not None and after.merged_into_id is not None:
        _carry_over(uow, after, new, source, touched=touched)
    return after


def survivor_of(uow: UnitOfWork, stored: StoredEntity) -> StoredEntity:
    """Return the entity that this one became, locked; itself where it was not merged."""
    survivor = stored
    while survivor.merged_into_id is not None:
        survivor = uow.entities.lock_keys([survivor.merged_into_id])[survivor.merged_into_id]
    return survivor


def _carry_over(uow: UnitOfWork, merged: StoredEntity, new: NewVersion, source: Source, *, touched: Touched) -> None:
    """Let the entity that this one became say what a change that named this one says."""
    assert merged.merged_into_id is not None, "asked for merged ones"
    survivor = uow.entities.lock_keys([merged.merged_into_id])[merged.merged_into_id]
    made = carried_over(new, survivor.state)
    if made is not None:
        write_version(uow, survivor, made, replace(source, carried_from=merged.key), touched=touched)


def is_to_compare(before: StoredEntity, after: StoredEntity, new: NewVersion) -> bool:
    """Tell whether a household is to be compared with others, because it changed in what is compared or came back."""
    if after.list_name != HOUSEHOLDS:
        return False
    return not COMPARED.isdisjoint(new.changed) or before.is_live != after.is_live


def version_facts(after: StoredEntity, new: NewVersion, source: Source) -> dict[str, Any]:
    """Return the row of a version; *after* is the entity as it stands with it."""
    return {
        "entity_key": after.key,
        "unit_id": after.unit_id,
        "is_live": after.is_live,
        "effective_year": after.effective_year,
        "version": new.version,
        "action": new.action.value,
        "label": new.label,
        "properties": dict(new.values),
        "changed": sorted(new.changed),
        "base_version": new.base_version,
        "trunk_version": new.trunk_version,
        "branch_id": new.branch_id,
        "branch_base_version": new.branch_base_version,
        "conflict": new.conflict.value,
        "submission_version_id": source.submission_version_id,
        "batch_id": source.batch_id,
        "carried_from_id": source.carried_from,
        "recorded_at": source.at,
    }


def advanced(stored: StoredEntity, new: NewVersion, source: Source) -> StoredEntity:
    """Return the entity as it stands after *new*."""
    past = PastVersion(new.version, new.changed, new.branch_id, new.branch_base_version)
    state = EntityState(new.version, new.label, new.values, (*stored.state.past, past), stored.state.is_deleted)
    is_new = not stored.state.exists
    return replace(
        stored,
        state=state,
        unit_id=_place(stored, new, source),
        holder_id=source.holder_id if is_new else stored.holder_id,
        conflict=max(stored.conflict, new.conflict, key=lambda one: _WEIGHT[one]),
        is_live=_is_listed(stored, state),
        effective_year=max(stored.effective_year, source.effective_year),
    )


def entity_facts(one: StoredEntity, at: datetime) -> dict[str, Any]:
    """Return what an entity's row says as it stands."""
    standing = standing_of(one.state.values, is_deleted=one.state.is_deleted, is_merged=one.merged_into_id is not None)
    return {
        "unit_id": one.unit_id,
        "holder_id": one.holder_id,
        "version": one.state.version,
        "label": one.state.label,
        "label_folded": fold(one.state.label)[:300],
        "properties": dict(one.state.values),
        "is_live": one.is_live,
        "is_deleted": one.state.is_deleted,
        "standing": standing.value,
        "surveyed_year": surveyed_year(one.state.values),
        "is_leaving": is_proposed_to_leave(one.state.values, standing),
        "split_from": one.state.values.get(PARENT, "")[:120],
        "merged_into_id": one.merged_into_id,
        "conflict": one.conflict.value,
        "effective_year": one.effective_year,
        "updated_at": at,
    }


def with_deletion(stored: StoredEntity, *, is_deleted: bool) -> StoredEntity:
    """Return the entity taken off its list, or put back on it; the next version makes it so."""
    return replace(stored, state=replace(stored.state, is_deleted=is_deleted))


def with_merge(stored: StoredEntity, into: int | None) -> StoredEntity:
    """Return the entity as one that became another, or is itself again; the next version makes it so."""
    return replace(stored, merged_into_id=into)


def found_by(one: StoredEntity) -> frozenset[str]:
    """Return the words by which an entity is found as it stands."""
    return words_of(one.state.label, one.state.values)


def _let_it_be_found(uow: UnitOfWork, before: StoredEntity, after: StoredEntity) -> None:
    words, is_new = found_by(after), not before.state.exists
    if is_new or before.unit_id != after.unit_id or words != found_by(before):
        uow.entity_words.replace([(after, words)], are_new=is_new)


def _tallied(one: StoredEntity) -> Tallied:
    return Tallied(one.is_live, one.unit_id, one.state.values)


def _is_listed(stored: StoredEntity, state: EntityState) -> bool:
    return not state.is_deleted and stored.merged_into_id is None and is_live(state.values)


def _place(stored: StoredEntity, new: NewVersion, source: Source) -> UnitId | None:
    """Return where the entity lies: the village it names, else its commune, else where it was or its record is."""
    if stored.state.exists and not new.changed & {VILLAGE, COMMUNE}:
        return stored.unit_id if stored.unit_id is not None else source.unit_id
    if source.place is not None:
        return source.place
    codes = (new.values.get(name, "").strip() for name in (VILLAGE, COMMUNE))
    found = (source.here.territory.find_on(code, source.code_days) for code in codes if code)
    known = next((unit_id for unit_id in found if unit_id is not None), None)
    return known or stored.unit_id or source.unit_id
