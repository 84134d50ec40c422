"""Probable duplicates of households: how likely two rows of the register are one household, and why, in words.

Each thing two rows agree or differ in weighs some bits: the names of head and spouse, also changed about; the house
number; the distance; the people in the house; the village. Their sum, less what any two rows of one village have to
overcome, becomes a score from 0 to 100. Nothing is merged here: a person looks at every pair. Rows that tell no name,
and a household and the one it was split off from, are never suspected.
Source of the weights' form: I. P. Fellegi and A. B. Sunter, "A Theory for Record Linkage" (1969); the weights are
estimates, held to account by `tests/registers/test_likeness_sample.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING, Final

from server.registers.house_numbers import HouseLikeness, match_house_numbers
from server.registers.name_match import WORST_FIRST, NameLikeness, NameMatch, match_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from server.registers.compared_household import ComparedHousehold, Point

SUSPECT_SCORE: Final = 65
"""From here on a pair is put before people."""

_PRIOR_BITS: Final = -12.5
_MOST_BITS: Final = 30.0
_SWAPPED_BITS: Final = -0.5
_LONE_BITS: Final = {True: 1.2, False: -0.5}
_HOUSE_BITS: Final = {
    HouseLikeness.SAME: 7.0,
    HouseLikeness.NEAR: 5.0,
    HouseLikeness.SLIP: 1.0,
    HouseLikeness.DIFFERENT: -3.5,
    HouseLikeness.MISSING: 0.0,
}
_HOUSE_BITS_ELSEWHERE: Final = dict.fromkeys(HouseLikeness, 0.0) | {HouseLikeness.SAME: 5.5, HouseLikeness.NEAR: 3.0}
_OTHER_VILLAGE_BITS: Final = -4.0
_POINT_BITS: Final = ((20, 5.0), (60, 3.0), (150, 0.5), (400, -2.0), (1500, -4.0))
_FAR_BITS: Final = -6.0
_PEOPLE_BITS: Final = ((1.5, -0.3, -2.0), (1.2, -0.3, -1.5), (1.5, -0.7, -1.5))
"""All, those under 16, those of 60 and more: the same number, one more or less, more than that."""
_NOBODY_BITS: Final = 0.3
_SAME_SIZE_BITS: Final = {1: 3.3, 2: 2.6, 3: 1.8, 4: 1.5, 5: 1.8, 6: 2.6, 7: 3.3}
_LARGE_SIZE_BITS: Final = 4.0
_TRAIT_BITS: Final = {
    "ethnic": (0.0, 0.0, -3.0),
    "hh_type": (0.5, 0.5, -1.0),
    "relations": (0.6, 0.6, -0.7),
    "poverty": (0.3, 2.5, -1.0),
    "groups": (0.2, 2.5, -0.7),
}
"""The same answer as most give, the same answer of few, another answer."""
_USUAL: Final = frozenset({"none"})
_EARTH_METRES: Final = 6_371_000


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two households are alike, or are not: a code of the catalogue (``register.like.…``) and its parameters."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Likeness:
    """The outcome for two households: *score* from 0 to 100 and the reasons, those for and then those against."""

    score: int
    reasons: tuple[Reason, ...]

    @property
    def is_suspect(self) -> bool:
        """Return whether people should look at the two."""
        return self.score >= SUSPECT_SCORE


@dataclass(frozen=True, slots=True)
class _Evidence:
    """One thing looked at: its weight and what is said of it, if anything."""

    bits: float
    reason: Reason | None = None


_UNLIKE: Final = Likeness(0, ())


def compare(one: ComparedHousehold, other: ComparedHousehold) -> Likeness:
    """Return how likely the two rows are one household; the same whichever comes first, but for the words' order."""
    if _is_known_apart(one, other):
        return _UNLIKE
    couple = _couple(one, other)
    if couple is None:
        return _UNLIKE
    evidence = [*couple, _village(one, other), _house(one, other), *_point(one.point, other.point)]
    evidence += [*_people(one, other), *_traits(one, other)]
    bits = sum(part.bits for part in evidence) + _PRIOR_BITS
    told = sorted((part for part in evidence if part.reason), key=lambda part: part.bits < 0)
    return Likeness(_score(bits), tuple(part.reason for part in told if part.reason))


def suspects(household: ComparedHousehold, others: Iterable[ComparedHousehold]) -> Iterator[tuple[str, Likeness]]:
    """Yield the id and likeness of each of *others* that is probably the same household."""
    for other in others:
        if other.entity_id != household.entity_id and (likeness := compare(household, other)).is_suspect:
            yield other.entity_id, likeness


def distance_metres(one: Point, other: Point) -> float:
    """Return the metres between two points on a sphere."""
    north = radians(other.latitude - one.latitude)
    east = radians(other.longitude - one.longitude)
    height = sin(north / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east / 2) ** 2
    return 2 * _EARTH_METRES * asin(min(1.0, sqrt(height)))


def _is_known_apart(one: ComparedHousehold, other: ComparedHousehold) -> bool:
    return other.entity_id == one.parent or one.entity_id == other.parent


def _score(bits: float) -> int:
    return round(100 / (1 + 2 ** -max(-_MOST_BITS, min(_MOST_BITS, bits))))


def _couple(one: ComparedHousehold, other: ComparedHousehold) -> tuple[_Evidence, ...] | None:
    """Return what the names say, read straight or changed about, whichever fits better; None if no name fits."""
    straight = (match_names(one.head, other.head), match_names(one.spouse, other.spouse))
    swapped = (match_names(one.head, other.spouse), match_names(one.spouse, other.head))
    lone = _lone(one, other)
    is_swapped = sum(match.bits for match in swapped) + _SWAPPED_BITS > sum(match.bits for match in straight)
    if not any(match.is_alike for match in (swapped if is_swapped else straight)):
        return None
    if is_swapped:
        bits = sum(match.bits for match in swapped) + _SWAPPED_BITS
        return (_Evidence(bits, Reason("register.like.swapped")), *_how(swapped), lone)
    head, spouse = straight
    return (_named("head", head), _named("spouse", spouse), lone)


def _named(who: str, match: NameMatch) -> _Evidence:
    if match.likeness is NameLikeness.MISSING:
        return _Evidence(0.0)
    return _Evidence(match.bits, Reason(f"register.like.{who}_{match.likeness}"))


def _how(swapped: tuple[NameMatch, NameMatch]) -> Iterator[_Evidence]:
    """Yield in what way swapped names are written differently, when they are; their weight is counted already."""
    ways = {match.likeness for match in swapped}
    way = next((one for one in (NameLikeness.DIFFERENT, *WORST_FIRST) if one in ways), None)
    if way is not None:
        yield _Evidence(0.0, Reason(f"register.like.names_{way}"))


def _lone(one: ComparedHousehold, other: ComparedHousehold) -> _Evidence:
    """Return what it says that one or both rows name no spouse."""
    missing = [not household.spouse.words for household in (one, other)]
    if not any(missing):
        return _Evidence(0.0)
    return _Evidence(_LONE_BITS[all(missing)], None if all(missing) else Reason("register.like.spouse_missing"))


def _village(one: ComparedHousehold, other: ComparedHousehold) -> _Evidence:
    if one.place.villages == other.place.villages:
        return _Evidence(0.0, Reason("register.like.village_same"))
    if one.place.villages & other.place.villages:
        return _Evidence(0.0, Reason("register.like.village_merged"))
    return _Evidence(_OTHER_VILLAGE_BITS, Reason("register.like.village_other"))


def _house(one: ComparedHousehold, other: ComparedHousehold) -> _Evidence:
    """Return what the house numbers say; in another village another number is no wonder."""
    likeness = match_house_numbers(one.house, other.house)
    if likeness is HouseLikeness.MISSING:
        is_told = one.house.is_missing != other.house.is_missing
        return _Evidence(0.0, Reason("register.like.house_missing") if is_told else None)
    is_one_village = bool(one.place.villages & other.place.villages)
    bits = (_HOUSE_BITS if is_one_village else _HOUSE_BITS_ELSEWHERE)[likeness]
    numbers = {"one": str(one.house), "other": str(other.house)}
    return _Evidence(bits, Reason(f"register.like.house_{likeness}", numbers) if bits else None)


def _point(one: Point | None, other: Point | None) -> Iterator[_Evidence]:
    if one is None or other is None:
        return
    metres = distance_metres(one, other)
    bits = next((weight for limit, weight in _POINT_BITS if metres <= limit), _FAR_BITS)
    yield _Evidence(bits, Reason("register.like.near" if bits > 0 else "register.like.far", {"metres": round(metres)}))


def _people(one: ComparedHousehold, other: ComparedHousehold) -> Iterator[_Evidence]:
    """Yield what the counts of people say; only their number in all is put in words."""
    for place, (count, counted) in enumerate(zip(one.people, other.people, strict=True)):
        if count is None or counted is None:
            continue
        bits = _PEOPLE_BITS[place][min(2, abs(count - counted))]
        if count == counted == 0:
            bits = _NOBODY_BITS
        yield _size(count, counted, bits) if place == 0 else _Evidence(bits)


def _size(count: int, counted: int, bits: float) -> _Evidence:
    """Return what the number in all says: that two households have eight people says more than that they have four."""
    if count == counted:
        same = Reason("register.like.size_same", {"count": count})
        return _Evidence(_SAME_SIZE_BITS.get(count, _LARGE_SIZE_BITS), same)
    return _Evidence(bits, Reason("register.like.size_different", {"one": count, "other": counted}))


def _traits(one: ComparedHousehold, other: ComparedHousehold) -> Iterator[_Evidence]:
    """Yield what the answers about the family say; it is said in words how many agree, not which."""
    both = [name for name in one.traits if name in other.traits]
    same = [name for name in both if one.traits[name] == other.traits[name]]
    bits = sum(_trait_bits(name, one.traits[name], is_same=name in same) for name in both)
    if both:
        yield _Evidence(bits, Reason("register.like.traits", {"same": len(same), "asked": len(both)}))


def _trait_bits(name: str, answers: frozenset[str], *, is_same: bool) -> float:
    usual, unusual, different = _TRAIT_BITS[name]
    if not is_same:
        return different
    return usual if answers <= _USUAL else unusual
