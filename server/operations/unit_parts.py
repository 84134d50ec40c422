"""Which units lie wholly in a unit on the boundaries of a frame, and which are the provinces and communes of a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.operations.atlas import Map
    from server.storage.repositories.figure_tables import Extent
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
        return units_in(self.here, self.extent.frame, place) & self.units(level)
