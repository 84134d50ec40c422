"""What the sources of an indicator amount to, by unit: measures, registers, the number of units, the year before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from server.indicators.sources import PREVIOUS, Basis, Source
from server.storage.repositories.figure_tables import Added, Extent
from server.territory.units import Level, UnitId
from server.territory.validity import first_day, last_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.indicators.plan import Indicator
    from server.operations.atlas import Map
    from server.storage.unit_of_work import UnitOfWork

Sums = Mapping[tuple[int | None, Source], Added]
"""What was added up for a unit (None: everywhere) and a source; what is not there is nothing."""


def sums_of(uow: UnitOfWork, here: Map, extent: Extent, indicator: Indicator) -> Sums:
    """Return what numerator and denominator amount to in each unit of the extent, and everywhere."""
    sources = indicator.sources
    found = dict(_counted(uow, here, extent, sources))
    if PREVIOUS in sources:
        before = _counted(uow, here, replace(extent, period=extent.period - 1), [indicator.numerator])
        found |= {(place, PREVIOUS): added for (place, _), added in before.items()}
    return found


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


@lru_cache(maxsize=64)
def _units_below(here: Map, frame_key: str, level: Level) -> Mapping[UnitId | None, int]:
    """Return how many units of a level lie in each unit on the boundaries of a frame, under None how many in all."""
    frame = next(one for one in here.territory.frames() if one.key == frame_key)
    on = min(max(here.epochs[-1], first_day(frame.valid_from)), last_day(frame.valid_to))
    members = {period.unit_id for period in here.territory.units_of_level(level, on)}
    number: dict[UnitId | None, int] = {None: len(members)}
    for row in here.territory.ancestors():
        if row.frame == frame_key and row.unit_id in members and not row.partial:
            number[row.ancestor_id] = number.get(row.ancestor_id, 0) + 1
    return number
