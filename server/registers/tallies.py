"""How many entities a register holds, by unit and category, as steps from year to year.

What an entity adds is one for its place and one for each answer that a list is broken down by; of a property that holds
several answers, as the groups a household belongs to, one for each of them. A change takes away what
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
    from collections.abc import Collection, Mapping

    from server.territory.units import UnitId

WHOLE: Final = ""
"""The category of everything there is; the others are ``property=value``."""

BREAKDOWNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        HOUSEHOLDS: ("poverty", "hh_type", "ethnic", "groups"),
        CLUBS: ("kind",),
        MODELS: ("status",),
        STAFF: ("post",),
    }
)
"""The properties a list is counted by, besides as a whole."""

SEVERAL: Final[Mapping[str, frozenset[str]]] = MappingProxyType({HOUSEHOLDS: frozenset({"groups"})})
"""Those of them that hold several answers with spaces between: their categories overlap and cannot be added up."""

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
    answers = ((name, _answers(list_name, name, values)) for name in BREAKDOWNS.get(list_name, ()))
    return (WHOLE, *(f"{name}={one}"[:_LONGEST] for name, each in answers for one in each))


def may_overlap(list_name: str, wanted: Collection[str]) -> bool:
    """Tell whether one entity may be counted in two of these categories, so that they make no sum."""
    several = SEVERAL.get(list_name, frozenset())
    return len(wanted) > 1 and any(one.partition("=")[0] in several for one in wanted)


def _answers(list_name: str, name: str, values: Mapping[str, str]) -> tuple[str, ...]:
    said = values.get(name, "")
    if name not in SEVERAL.get(list_name, ()):
        return (said,)
    return tuple(dict.fromkeys(said.split())) or ("",)


def _places(list_name: str, one: Tallied) -> list[Step]:
    if not one.is_live or one.unit_id is None:
        return []
    return [(one.unit_id, category) for category in categories(list_name, one.values)]
