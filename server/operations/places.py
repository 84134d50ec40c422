"""What the places of a register are called: today, before a change of boundaries, and in the order of a list."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from server.operations.atlas import Map
    from server.territory.units import UnitId, UnitPeriod


_FEW_IN: Final = 16
"""Less than one in so many units are few."""


@dataclass(frozen=True, slots=True)
class FormerPlace:
    """What a unit was called and lay in until a day, the lowest unit first."""

    names: tuple[str, ...]
    until: date


def place_names(here: Map, unit_id: UnitId | None, today: date) -> tuple[str, ...]:
    """Return the names of a unit and of the one above as of today; none where the place is not known."""
    if unit_id is None or not here.territory.holds(unit_id):
        return ()
    return here.territory.path(unit_id, today)[:2]


def told_apart(here: Map, units: Iterable[tuple[UnitId, str]], on: date) -> dict[UnitId, str]:
    """Return what units of one menu are called in it: namesakes with the unit above, or else with their code."""
    plain = dict(units)
    within = {one: " – ".join((plain[one], *place_names(here, one, on)[1:])) for one in _namesakes(plain)}
    coded = {one: f"{within[one]} ({here.territory.period(one, on).code})" for one in _namesakes(within)}
    return plain | within | coded


def _namesakes(names: dict[UnitId, str]) -> list[UnitId]:
    borne = Counter(names.values())
    return [one for one, name in names.items() if borne[name] > 1]


def former_places(here: Map, unit_id: UnitId | None, today: date) -> tuple[FormerPlace, ...]:
    """Return what else the unit was called or lay in, the latest first; its id was always the same."""
    if unit_id is None or not here.territory.holds(unit_id):
        return ()
    now = here.territory.path(unit_id, today)
    periods = [one for one in _life(here, unit_id) if one.valid_to is not None and one.valid_to < today]
    ends = sorted({day for one in periods if (day := one.valid_to) is not None}, reverse=True)
    found = [FormerPlace(here.territory.path(unit_id, day), day) for day in ends]
    return tuple(one for one in found if one.names != now)


def successors_today(here: Map, unit_id: UnitId | None, today: date) -> tuple[str, ...]:
    """Return the names of the communes of today that a unit which has ended now lies in."""
    if unit_id is None or here.territory.period(unit_id, today).is_valid_on(today):
        return ()
    every = here.territory.units_of_level(Level.COMMUNE, today)
    return tuple(one.name for one in every if unit_id in here.below.get(one.unit_id, ()))


def communes_in_order(here: Map, units: frozenset[UnitId], today: date) -> tuple[UnitPeriod, ...]:
    """Return the communes of today that these units lie in or cover, in Vietnamese order."""
    within = here.communes_of(units, today)
    return tuple(one for one in here.territory.units_of_level(Level.COMMUNE, today) if one.unit_id in within)


def opened_commune(
    here: Map, communes: tuple[UnitPeriod, ...], unit_id: UnitId | None, today: date
) -> UnitPeriod | None:
    """Return the commune whose villages can be chosen: the one chosen, that of the village chosen, or the only one."""
    if len(communes) == 1:
        return communes[0]
    chosen = {unit_id}
    if unit_id is not None and here.territory.holds(unit_id):
        chosen.add(here.territory.period(unit_id, today).parent_id)
    return next((one for one in communes if one.unit_id in chosen), None)


def are_few(here: Map, units: frozenset[UnitId]) -> bool:
    """Tell whether units are so few among all there are that what is kept of them is best read one by one."""
    return len(units) * _FEW_IN < len(here.below)


def ranks(here: Map, today: date) -> dict[UnitId, int]:
    """Return the place of every unit in a list: by commune in Vietnamese order, each before its villages."""
    return _ranks(here, here.epoch_of(today))


@lru_cache(maxsize=4)
def _ranks(here: Map, on: date) -> dict[UnitId, int]:
    order: dict[UnitId, int] = {}
    for commune in here.territory.units_of_level(Level.COMMUNE, on):
        for one in (commune, *here.territory.children(commune.unit_id, on)):
            order.setdefault(one.unit_id, len(order))
    for period in here.territory.periods:
        order.setdefault(period.unit_id, len(order))
    return order


def _life(here: Map, unit_id: UnitId) -> list[UnitPeriod]:
    return [one for one in here.territory.periods if one.unit_id == unit_id]
