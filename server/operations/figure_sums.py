"""What the sources of an indicator amount to, by unit: measures, registers, the number of units, the year before.

Where the register of households is empty, the total somebody else counted stands in for it, marked as typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from server.indicators.sources import PREVIOUS, Basis, Source
from server.registers.reach import HOUSEHOLDS
from server.storage.repositories.figure_tables import Added, Extent
from server.territory.units import Level, UnitId
from server.territory.validity import first_day, last_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from server.indicators.plan import Indicator
    from server.operations.atlas import Map
    from server.storage.unit_of_work import UnitOfWork

_PARTS: Final = {"": "total", "poverty=poor": "poor", "poverty=near_poor": "near_poor"}

Sums = Mapping[tuple[int | None, Source], Added]
"""What was added up for a unit (None: everywhere) and a source; what is not there is nothing."""


def sums_of(uow: UnitOfWork, here: Map, extent: Extent, indicator: Indicator) -> Sums:
    """Return what numerator and denominator amount to in each unit of the extent, and everywhere."""
    sources = indicator.sources
    found = dict(_counted(uow, here, extent, sources))
    if indicator.denominator is not None and _part_of(indicator.denominator):
        found |= _typed(uow, here, extent, source=indicator.denominator, found=found)
    if PREVIOUS in sources:
        before = _counted(uow, here, replace(extent, period=extent.period - 1), [indicator.numerator])
        found |= {(place, PREVIOUS): added for (place, _), added in before.items()}
    return found


def _part_of(source: Source) -> str:
    """Return which count of a household total stands in for *source*, empty if none does."""
    is_households = source.basis is Basis.REGISTER and source.measure == HOUSEHOLDS
    return _PARTS.get(source.category, "") if is_households else ""


def _typed(uow: UnitOfWork, here: Map, extent: Extent, *, source: Source, found: Sums) -> Sums:
    """Return the totals typed for units whose register holds nobody, and for the whole if no register does.

    The whole is the province's own total, else the sum of the units if each of them has one: a part is no whole.
    """
    part = _part_of(source)
    totals = uow.household_totals.of_year(extent.project_id, extent.period)
    known = {unit_id: counts[part] for unit_id, counts in totals.items()}
    typed = {unit_id: count for unit_id, count in known.items() if count}
    places: dict[UnitId | None, int] = {place: typed[place] for place in extent.units & typed.keys()}
    whole = [count for unit_id, count in typed.items() if _is_province(here, extent.frame, unit_id)]
    if len(whole) == 1:
        places[None] = whole[0]
    elif extent.units and extent.units <= typed.keys():
        places[None] = sum(typed[place] for place in extent.units)
    return {
        (place, source): Added(count * 1000, 0, is_typed=True)
        for place, count in places.items()
        if (place, source) not in found
    }


def _is_province(here: Map, frame_key: str, unit_id: UnitId) -> bool:
    return any(one.unit_id == unit_id for one in here.territory.units_of_level(Level.PROVINCE, _day(here, frame_key)))


def _counted(uow: UnitOfWork, here: Map, extent: Extent, sources: Iterable[Source]) -> Sums:
    by_kind = {kind: [one for one in sources if one.basis is kind] for kind in Basis}
    measures, registers, levels = (by_kind[kind] for kind in (Basis.MEASURE, Basis.REGISTER, Basis.UNITS))
    found = dict(uow.figure_tables.sums(extent, measures)) if measures else {}
    found |= dict(uow.figure_tables.register_sums(extent, registers)) if registers else {}
    for source in levels:
        held = _units_below(here, extent.frame, Level(source.measure))
        places: dict[UnitId | None, int] = {place: held.get(place, 0) for place in (*extent.units, None)}
        found |= {(place, source): Added(number * 1000, number) for place, number in places.items()}
    return found


def _day(here: Map, frame_key: str) -> date:
    """Return a day in the frame on which its last units are known."""
    frame = next(one for one in here.territory.frames() if one.key == frame_key)
    return min(max(here.epochs[-1], first_day(frame.valid_from)), last_day(frame.valid_to))


@lru_cache(maxsize=64)
def _units_below(here: Map, frame_key: str, level: Level) -> Mapping[UnitId | None, int]:
    """Return how many units of a level lie in each unit on the boundaries of a frame, under None how many in all."""
    members = {period.unit_id for period in here.territory.units_of_level(level, _day(here, frame_key))}
    number: dict[UnitId | None, int] = {None: len(members)}
    for row in here.territory.ancestors():
        if row.frame == frame_key and row.unit_id in members and not row.partial:
            number[row.ancestor_id] = number.get(row.ancestor_id, 0) + 1
    return number
