"""Two entities that are one: what stands side by side, what the survivor then says, and what it says once parted again.

Both keep their histories. While they are merged, what arrives for the one that was given up is carried over to the
survivor; when they are parted, the survivor says what it would say without the merge and without what was carried over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.registers.households import LAST_SURVEY_YEAR, VISIT_RESULT
from server.registers.versions import LABEL, Action, Conflict, NewVersion, amended, unchanged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from server.registers.versions import EntityState

_GO_WITH_THE_YEAR: Final = (LAST_SURVEY_YEAR, VISIT_RESULT)


@dataclass(frozen=True, slots=True)
class Side:
    """A property of two entities; *name* is `LABEL` for the label."""

    name: str
    survivor: str
    other: str
    takes_other: bool
    """Whether the other's is proposed: the survivor says nothing, or was surveyed longer ago."""

    @property
    def differs(self) -> bool:
        """Tell whether there is anything to choose."""
        return self.survivor != self.other


@dataclass(frozen=True, slots=True)
class Said:
    """What one version of an entity changed and what it then said, label among the values."""

    version: int
    changed: frozenset[str]
    values: Mapping[str, str]
    is_carried: bool
    """Whether it was carried over from the entity that was given up."""


def side_by_side(survivor: Mapping[str, str], other: Mapping[str, str]) -> tuple[Side, ...]:
    """Return every property of the two in the order of their names; those empty on both sides are left out."""
    is_later = other.get(LAST_SURVEY_YEAR, "") > survivor.get(LAST_SURVEY_YEAR, "")
    names = sorted({name for values in (survivor, other) for name, text in values.items() if text})
    return tuple(
        Side(
            name,
            survivor.get(name, ""),
            other.get(name, ""),
            takes_other=is_later if name in _GO_WITH_THE_YEAR else not survivor.get(name, ""),
        )
        for name in names
    )


def joined(survivor: EntityState, other: EntityState, from_other: Iterable[str]) -> NewVersion:
    """Return the survivor's version with the named properties, and with `LABEL` the label, as the other has them."""
    chosen = frozenset(from_other)
    values = {name: other.values.get(name, "") for name in chosen - {LABEL}}
    label = other.label if LABEL in chosen else None
    made = amended(survivor, values, label=label, action=Action.MERGE)
    return made or unchanged(survivor, action=Action.MERGE, conflict=Conflict.NONE)


def carried_over(new: NewVersion, survivor: EntityState) -> NewVersion | None:
    """Return the survivor's version that says what *new* changed of the one given up; None where that is so already."""
    values = {name: new.values.get(name, "") for name in new.changed - {LABEL}}
    made = amended(survivor, values, label=None, action=Action.UPDATE if new.action is Action.CREATE else new.action)
    return None if made is None else replace(made, conflict=new.conflict)


def parted(state: EntityState, before: Mapping[str, str], since: Sequence[Said]) -> NewVersion:
    """Return the survivor's version once the two are parted.

    *before* is what it said before the merge, label among the values; *since* are its versions from the merge on, in
    order, the merge first. What others changed of it since stays.
    """
    merge, *later = since
    ours = merge.changed.union(*(one.changed for one in later if one.is_carried))
    right = {name: before.get(name, "") for name in ours}
    for one in later:
        if not one.is_carried:
            right |= {name: one.values.get(name, "") for name in one.changed & ours}
    label = right.pop(LABEL, None)
    made = amended(state, right, label=label, action=Action.UNDO)
    return made or unchanged(state, action=Action.UNDO, conflict=Conflict.NONE)
