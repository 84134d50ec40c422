"""One list of a register in one's own territory: narrowed, searched, in the order of villages, page by page."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.access.authorisation import units_for
from server.errors import NotFound
from server.language.folding import words_in
from server.operations.list_meanings import meanings_of
from server.operations.places import communes_in_order, opened_commune, place_names, ranks
from server.operations.sights import Desk, register_sight_of
from server.registers.reach import HOUSEHOLDS, REACH_OF, SENSITIVE_LISTS, Reach, reach_of
from server.registers.standing import Standing
from server.storage.repositories.register import EntityFilters, Place
from server.storage.visible import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from server.access.actors import Account
    from server.operations.atlas import Map
    from server.operations.services import Services
    from server.registers.properties import PropertyMeaning
    from server.storage.repositories.register import EntityLine
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId, UnitPeriod

PAGE_SIZE: Final = 30
COUNTED_AT_MOST: Final = 1000
_MOST_WORDS: Final = 6
_UNITS_AT_FIRST: Final = 4
_UNITS_MORE: Final = 40


class Show(StrEnum):
    """What of a list is shown: those that stand so, or those with whom something is to be done."""

    ACTIVE = "active"
    UNSURVEYED = "unsurveyed"
    LEAVING = "leaving"
    CONFLICT = "conflict"
    MOVED_OUT = "moved_out"
    MERGED = "merged"
    GONE = "gone"
    DELETED = "deleted"
    ALL = "all"


TO_DO: Final = (Show.UNSURVEYED, Show.LEAVING, Show.CONFLICT)


@dataclass(frozen=True, slots=True)
class RegisterQuestion:
    """What somebody wants to see of a list."""

    list_name: str
    desk: Desk = Desk.EVERYDAY
    is_practice: bool = False
    unit_id: UnitId | None = None
    show: Show = Show.ACTIVE
    words: str = ""


@dataclass(frozen=True, slots=True)
class ListedEntity:
    """An entity with the name of its place, the lowest unit first."""

    line: EntityLine
    place: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """One page; *total* and the numbers *to_do* stop at `COUNTED_AT_MOST`, *following* is the last entity shown."""

    entities: tuple[ListedEntity, ...]
    following: int | None
    total: int
    to_do: Mapping[Show, int]
    communes: tuple[UnitPeriod, ...]
    villages: tuple[UnitPeriod, ...]
    """Of the commune chosen, or of the only one there is."""
    meanings: Mapping[str, PropertyMeaning]
    """What the properties shown in a list mean; none where it shows none."""


def browse_register(
    services: Services, account: Account, question: RegisterQuestion, *, after: int | None
) -> RegisterPage:
    """Return the page of entities in the account's sight that comes after the entity *after*.

    Raises NotFound ``access.not_found`` for a list that does not lie at this desk.
    """
    today, here = services.today(), services.atlas.current()
    sight = _narrowed(_sight_of_list(account, question, here, today=today), here, question.unit_id)
    with services.reading(sight) as uow:
        filters = _filters(uow, question, today.year)
        keys, following, total = _Search(uow, filters, _ordered_units(here, sight, today)).page(after)
        lines = uow.register.lines(keys)
        to_do = _to_do(uow, filters, question, today.year)
        is_told = bool(lines) and question.list_name != HOUSEHOLDS
        means = meanings_of(services, uow, next(iter(lines.values()))) if is_told else {}
    held = units_for(account, question.desk.read_register, today)
    communes, scope = communes_in_order(here, held, today), here.scope_of(held)
    shown = [ListedEntity(lines[key], place_names(here, lines[key].unit_id, today)) for key in keys if key in lines]
    opened = opened_commune(here, communes, question.unit_id, today)
    below = here.territory.children(opened.unit_id, today) if opened else ()
    villages = tuple(one for one in below if scope.covers(one.unit_id))
    return RegisterPage(tuple(shown), following, total, to_do, communes, villages, means)


def sees_staff(services: Services, account: Account) -> bool:
    """Tell whether the staff list is for this account at all."""
    today, here = services.today(), services.atlas.current()
    return bool(register_sight_of(account, Desk.EVERYDAY, here, today=today).staff_units)


def _sight_of_list(account: Account, question: RegisterQuestion, here: Map, *, today: date) -> Reading:
    """Return what the account sees of that list.

    Raises NotFound for a list of the other desk, for staff without a post that may see any, and for no list at all.
    """
    whole = register_sight_of(account, question.desk, here, today=today)
    is_staff = reach_of(question.list_name) is Reach.OFFICERS
    is_elsewhere = (question.list_name in SENSITIVE_LISTS) is not (question.desk is Desk.INCIDENTS)
    if is_elsewhere or question.list_name not in REACH_OF or (is_staff and not whole.staff_units):
        raise NotFound("access.not_found")
    if is_staff:
        return Reading(frozenset(), staff_units=whole.staff_units)
    return Reading(whole.units, whole.sensitive_units)


def _ordered_units(here: Map, sight: Reading, today: date) -> dict[UnitId, int]:
    """Return the units of a sight with their places in the order of lists."""
    units = here.scope_of(sight.units | sight.sensitive_units).unit_ids | sight.staff_units
    return {unit_id: rank for unit_id, rank in ranks(here, today).items() if unit_id in units}


def _narrowed(whole: Reading, here: Map, unit_id: UnitId | None) -> Reading:
    """Return the part of a sight that lies in one unit; nothing where the unit is not within it."""
    if unit_id is None:
        return whole
    sets = (whole.units, whole.sensitive_units)
    everyday, sensitive = (frozenset({unit_id} if here.scope_of(one).covers(unit_id) else ()) for one in sets)
    return Reading(everyday, sensitive, whole.staff_units & here.scope_of({unit_id}).unit_ids)


def _filters(uow: UnitOfWork, question: RegisterQuestion, year: int) -> EntityFilters:
    list_ids = uow.register.list_ids(question.list_name, is_practice=question.is_practice)
    words = words_in(question.words)[:_MOST_WORDS]
    return uow.register.looked_up(replace(shown_as(EntityFilters(list_ids), question.show, year), words=words))


def shown_as(filters: EntityFilters, show: Show, year: int) -> EntityFilters:
    """Return the filters narrowed to what is shown so in a year."""
    match show:
        case Show.ALL:
            return filters
        case Show.UNSURVEYED:
            return replace(filters, standing=Standing.ACTIVE, unsurveyed_in=year)
        case Show.LEAVING:
            return replace(filters, is_leaving=True)
        case Show.CONFLICT:
            return replace(filters, is_in_conflict=True)
        case _:
            return replace(filters, standing=Standing(show.value))


def _to_do(uow: UnitOfWork, filters: EntityFilters, question: RegisterQuestion, year: int) -> dict[Show, int]:
    """Return how many entities wait for what, whatever the list is narrowed to besides its place."""
    asked = TO_DO if question.list_name == HOUSEHOLDS else (Show.CONFLICT,)
    plain = EntityFilters(filters.list_ids)
    counts = uow.register.counts([shown_as(plain, one, year) for one in asked], at_most=COUNTED_AT_MOST + 1)
    return dict(zip(asked, counts, strict=True))


@dataclass(frozen=True, slots=True)
class _Search:
    """Finds the keys of one page."""

    uow: UnitOfWork
    filters: EntityFilters
    ranks: Mapping[UnitId, int]

    def page(self, after: int | None) -> tuple[list[int], int | None, int]:
        """Return the keys, the last of them if more follow, and how many there are in all."""
        found = self._found()
        start = self._start(after, found)
        is_all = self.filters.keys is not None or len(found) <= COUNTED_AT_MOST
        rows = self._few(found, start) if is_all else self._many(start)
        keys = [one.key for one in rows[:PAGE_SIZE]]
        return keys, keys[-1] if len(rows) > PAGE_SIZE else None, min(len(found), COUNTED_AT_MOST + 1)

    def _found(self) -> list[Place]:
        """Return all there is where words were looked up, which is never much, else no more than is counted."""
        register, filters = self.uow.register, self.filters
        if filters.keys is not None:
            return register.places(filters, at_most=None)
        if filters.first_keys:
            some = register.places(replace(filters, words=(), keys=filters.first_keys), at_most=COUNTED_AT_MOST + 1)
            if len(some) > COUNTED_AT_MOST:
                return some
        return register.places(filters, at_most=COUNTED_AT_MOST + 1)

    def _few(self, found: Sequence[Place], start: Place | None) -> list[Place]:
        ordered = sorted(found, key=self._order)
        place = 0 if start is None else bisect_right(ordered, self._order(start), key=self._order)
        return ordered[place : place + PAGE_SIZE + 1]

    def _many(self, start: Place | None) -> list[Place]:
        """Go through the units in their order, a few at a time, until a page is full."""
        rows: list[Place] = []
        for units in self._units_from(start):
            found = self.uow.register.places(replace(self.filters, units=units), at_most=None)
            rows += self._few_of(found, start)
            if len(rows) > PAGE_SIZE:
                break
        return rows

    def _few_of(self, found: Sequence[Place], start: Place | None) -> list[Place]:
        later = found if start is None else [one for one in found if self._order(one) > self._order(start)]
        return sorted(later, key=self._order)[: PAGE_SIZE + 1]

    def _units_from(self, start: Place | None) -> Iterator[tuple[UnitId, ...]]:
        first = 0 if start is None else self.ranks.get(start.unit_id, 0)
        ordered = [unit_id for unit_id, rank in self.ranks.items() if rank >= first]
        yield tuple(ordered[:_UNITS_AT_FIRST])
        yield tuple(ordered[_UNITS_AT_FIRST:_UNITS_MORE])
        yield tuple(ordered[_UNITS_MORE:])

    def _start(self, after: int | None, found: Sequence[Place]) -> Place | None:
        """Return where the last page ended; what has left the list since still has its place in the order."""
        if after is None:
            return None
        known = next((one for one in found if one.key == after), None)
        return known or self.uow.register.place(after)

    def _order(self, one: Place) -> tuple[int, str, int]:
        return self.ranks.get(one.unit_id, 0), one.label_folded, one.key
