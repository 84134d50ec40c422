"""Which units lie wholly in a unit on the boundaries of a frame, and which are the provinces and communes of a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from server.territory.turnovers import turnovers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.operations.atlas import Map
    from server.storage.repositories.figure_tables import Extent
    from server.territory.turnovers import Turnover
    from server.territory.units import Level, UnitId

_NOTHING: frozenset[UnitId] = frozenset()


def units_in(here: Map, frame_key: str, unit_id: UnitId) -> frozenset[UnitId]:
    """Return the units that lie wholly in one on the boundaries of a frame, itself too."""
    return wholly_below(here, frame_key).get(unit_id, _NOTHING)


@lru_cache(maxsize=16)
def wholly_below(here: Map, frame_key: str) -> Mapping[UnitId, frozenset[UnitId]]:
    """Return the units that lie wholly in each unit on the boundaries of a frame."""
    below: dict[UnitId, set[UnitId]] = {}
    for row in here.territory.ancestors():
        if row.frame == frame_key and not row.partial:
            below.setdefault(row.ancestor_id, set()).add(row.unit_id)
    return {unit_id: frozenset(units) for unit_id, units in below.items()}


@lru_cache(maxsize=16)
def turns_of(here: Map) -> tuple[Turnover, ...]:
    """Return who speaks for each unit that ended."""
    return turnovers(here.territory)


@dataclass(frozen=True, slots=True)
class _Merged:
    """Units made of several that lie in a unit, or lie there in part, on boundaries of before they were made."""

    whole: Mapping[UnitId, frozenset[UnitId]]
    part: Mapping[UnitId, frozenset[UnitId]]


@lru_cache(maxsize=16)
def _merged_below(here: Map, frame_key: str) -> _Merged:
    """Return where units made of several lie on the boundaries of a frame: where all they were made of lies.

    A record of such a unit has no place there, for it cannot be told whose it was; a count of the whole unit has.
    """
    above: dict[UnitId, dict[UnitId, bool]] = {}
    for row in here.territory.ancestors():
        if row.frame == frame_key:
            above.setdefault(row.unit_id, {})[row.ancestor_id] = row.partial
    whole: dict[UnitId, set[UnitId]] = {}
    part: dict[UnitId, set[UnitId]] = {}
    for unit_id in [one for one, places in above.items() if places.keys() == {one}]:
        origins = [above.get(one, {}) for one in here.territory.predecessors(unit_id)]
        for place in {one for places in origins for one in places}:
            is_whole = all(places.get(place) is False for places in origins)
            (whole if is_whole else part).setdefault(place, set()).add(unit_id)
    return _Merged(
        {one: frozenset(some) for one, some in whole.items()}, {one: frozenset(some) for one, some in part.items()}
    )


@lru_cache(maxsize=16)
def _partly_below(here: Map, frame_key: str) -> Mapping[UnitId, frozenset[UnitId]]:
    """Return the units of which only a part lies in each unit on the boundaries of a frame."""
    below: dict[UnitId, set[UnitId]] = {}
    for row in here.territory.ancestors():
        if row.frame == frame_key and row.partial:
            below.setdefault(row.ancestor_id, set()).add(row.unit_id)
    return {unit_id: frozenset(units) for unit_id, units in below.items()}


@lru_cache(maxsize=64)
def units_of_year(here: Map, level: Level, year: int) -> frozenset[UnitId]:
    """Return the units of a level there were on the last day of a year."""
    return frozenset(one.unit_id for one in here.territory.units_of_level(level, date(year, 12, 31)))


@dataclass(frozen=True, slots=True)
class YearCut:
    """A year and the extent its numbers are cut on, which may be of other boundaries than those of that year."""

    here: Map
    extent: Extent
    year: int

    def units(self, level: Level) -> frozenset[UnitId]:
        """Return the units of a level there were in the year."""
        return units_of_year(self.here, level, self.year)

    def parts(self, place: UnitId, level: Level) -> frozenset[UnitId]:
        """Return the units of a level of that year that lie wholly in *place* as the extent is cut."""
        merged = _merged_below(self.here, self.extent.frame).whole.get(place, _NOTHING)
        return (units_in(self.here, self.extent.frame, place) | merged) & self.units(level)

    def straddling(self, place: UnitId, level: Level) -> frozenset[UnitId]:
        """Return the units of a level of that year of which only a part lies in *place* as the extent is cut."""
        merged = _merged_below(self.here, self.extent.frame).part.get(place, _NOTHING)
        return (_partly_below(self.here, self.extent.frame).get(place, _NOTHING) | merged) & self.units(level)
