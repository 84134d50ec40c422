"""How many entities a register holds, by unit and category, as steps from year to year.

What an entity adds is one for its place and one for each answer that a list is broken down by. A change takes away what
it added before and adds what it adds now, in the year it took effect, so that the number at the end of any year is the
sum of the steps up to it. Steps never go back before the year of the step before: nobody is gone before they came.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from server.registers.reach import CLUBS, HOUSEHOLDS, MODELS, STAFF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.territory.units import UnitId

WHOLE: Final = ""
"""The category of everything there is; the others are ``property=value``."""

BREAKDOWNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        HOUSEHOLDS: ("poverty", "hh_type", "ethnic"),
        CLUBS: ("kind",),
        MODELS: ("status",),
        STAFF: ("post",),
    }
)
"""The properties a list is counted by, besides as a whole."""

_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Tallied:
    """What an entity is to its register at one moment: listed or not, where, and with which answers."""

    is_live: bool
    unit_id: UnitId | None
    values: Mapping[str, str]


Step = tuple["UnitId", str]
"""Unit and category of one step."""


def steps(list_name: str, before: Tallied, after: Tallied) -> Counter[Step]:
    """Return what a change adds to each unit and category, without those where nothing changes."""
    moved = Counter(_places(list_name, after))
    moved.subtract(_places(list_name, before))
    return Counter({place: amount for place, amount in moved.items() if amount})


def categories(list_name: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the categories an entity with these properties is counted in, the whole first."""
    return (WHOLE, *(f"{name}={values.get(name, '')}"[:_LONGEST] for name in BREAKDOWNS.get(list_name, ())))


def _places(list_name: str, one: Tallied) -> list[Step]:
    if not one.is_live or one.unit_id is None:
        return []
    return [(one.unit_id, category) for category in categories(list_name, one.values)]
