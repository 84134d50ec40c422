"""A household as it is compared with others, and the keys under which its possible duplicates are found.

Made from the register's properties as they stand; a property that is empty or cannot be read says nothing. The keys
make the search near-linear: two households share one when, in one village, a telling word of a name or the house number
is the same, or, in one commune, two words that tell most. A table that holds (key, household) with an index gives
the households to compare with one changed household in one query.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.registers.house_numbers import HouseNumber, read_house_number
from server.registers.person_names import PersonName, read_name
from server.submissions.fixes import read_fix

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TELLING_WORDS: Final = 2
_WORDS_OF_A_COUPLE: Final = 2
_WHOLE: Final = re.compile(r"\d{1,2}(?:\.0+)?")
_NOT_TOLD: Final = frozenset({"", "refused", "refuse"})
TRAITS: Final = ("ethnic", "hh_type", "relations", "poverty", "groups")
COMPARED: Final = frozenset(
    {"head_name", "spouse_name", "house_no", "point", "size", "u16", "n60", "parent", "village", "commune", *TRAITS}
)
"""The properties that are looked at."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where the household lives, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where the household is registered: its village's unit and the units that took over from it, and the commune."""

    villages: frozenset[int]
    commune: int | None


@dataclass(frozen=True, slots=True)
class ComparedHousehold:
    """One household read for comparing.

    *people* are all, those under 16, those of 60 and more, None if unknown; *traits* are the choices made for each
    property that was answered.
    """

    entity_id: str
    place: Place
    head: PersonName
    spouse: PersonName
    house: HouseNumber
    point: Point | None
    people: tuple[int | None, int | None, int | None]
    traits: Mapping[str, frozenset[str]]
    parent: str


def read_household(entity_id: str, properties: Mapping[str, str], place: Place) -> ComparedHousehold:
    """Return the household of these properties (``head_name``, ``spouse_name``, ``house_no``, ``point``, …)."""
    told = {name: value.strip() for name, value in properties.items()}
    return ComparedHousehold(
        entity_id=entity_id,
        place=place,
        head=read_name(told.get("head_name", "")),
        spouse=read_name(told.get("spouse_name", "")),
        house=read_house_number(told.get("house_no", "")),
        point=_point(told.get("point", "")),
        people=(_count(told.get("size", "")), _count(told.get("u16", "")), _count(told.get("n60", ""))),
        traits={name: frozenset(told[name].split()) for name in TRAITS if told.get(name, "") not in _NOT_TOLD},
        parent=told.get("parent", ""),
    )


def blocking_keys(household: ComparedHousehold) -> tuple[str, ...]:
    """Return the keys two households must share one of to be compared; at most seven for each village it counts to."""
    people = dict.fromkeys((*_telling(household.head), *_telling(household.spouse)))
    local = [f"p:{word}" for word in people]
    if not household.house.is_missing:
        local.append(f"n:{household.house.number}")
    keys = [f"{village}/{key}" for village in sorted(household.place.villages) for key in local]
    return (*keys, *_commune_keys(household))


def _commune_keys(household: ComparedHousehold) -> Iterator[str]:
    """Yield the key, in the whole commune, of both given names whoever is the head, or two words of the only name."""
    names = [name for name in (household.head, household.spouse) if name.words]
    if household.place.commune is None or not names:
        return
    words = names[0].telling_words(2) if len(names) == 1 else [word for name in names for word in name.telling_words(1)]
    if len(words) == _WORDS_OF_A_COUPLE:
        yield f"{household.place.commune}/c:{'+'.join(sorted(words))}"


def _telling(name: PersonName) -> tuple[str, ...]:
    return name.telling_words(_TELLING_WORDS)


def _point(text: str) -> Point | None:
    fix = read_fix(text)
    return None if fix is None else Point(fix.latitude, fix.longitude)


def _count(text: str) -> int | None:
    return int(float(text)) if _WHOLE.fullmatch(text) else None
