"""How places stood at the end of a year in which communes were merged: a later commune speaks for those it was made of.

A commune reports of its addresses, lines and models as they stand. In the year of a reform its parts may have reported
in spring and it itself in autumn; added together the same addresses would be counted twice. Where the merged commune
has reported, the reports of its parts say no more; where it has not, they still do (decision 27).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from server.operations.unit_parts import units_in
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

    from server.indicators.sources import Source
    from server.operations.atlas import Map
    from server.operations.figure_sums import Sums
    from server.territory.units import UnitId

    Followed = Mapping[UnitId, frozenset[UnitId]]


@dataclass(frozen=True, slots=True)
class StatesSaid:
    """*followed* are, in each unit, the communes made of others with those others; *states* the measures concerned."""

    followed: Mapping[UnitId, Followed]
    states: frozenset[str]

    def communes(self, sources: Iterable[Source]) -> frozenset[UnitId]:
        """Return the communes whose own sums must be known besides; none where no source says how a place stood."""
        if not any(one.measure in self.states for one in sources):
            return frozenset()
        return frozenset(
            one for each in self.followed.values() for made, before in each.items() for one in (made, *before)
        )

    def at_the_end(self, sums: Sums, sources: Iterable[Source]) -> Sums:
        """Return the sums without what communes said for which a later one has spoken since."""
        found = dict(sums)
        for source in sources:
            if source.measure not in self.states:
                continue
            for unit_id in self.followed:
                whole = found.get((unit_id, source))
                said = [sums[one, source] for one in self._overtaken(sums, unit_id, source) if (one, source) in sums]
                if whole is not None and said and not whole.is_typed:
                    found[unit_id, source] = replace(
                        whole,
                        thousandths=whole.thousandths - sum(one.thousandths for one in said),
                        contributions=whole.contributions - sum(one.contributions for one in said),
                    )
        return found

    def _overtaken(self, sums: Sums, unit_id: UnitId, source: Source) -> Iterator[UnitId]:
        """Yield the communes in a unit that ended, and whose successor has said itself how it stands."""
        whole = replace(source, category="")
        for made, before in self.followed[unit_id].items():
            earlier = sum(sums[one, whole].contributions for one in before if (one, whole) in sums)
            if (made, whole) in sums and sums[made, whole].contributions > earlier:
                yield from before


def followed_in(here: Map, frame: str, on: date, units: Collection[UnitId]) -> Mapping[UnitId, Followed]:
    """Return for each of *units* the communes of a day in it that were made of others which lie wholly in them."""
    every = _followed(here, frame, here.epoch_of(on))
    return {
        unit_id: {made: before for made, before in every.items() if made in units_in(here, frame, unit_id)}
        for unit_id in units
    }


@lru_cache(maxsize=16)
def _followed(here: Map, frame: str, on: date) -> Followed:
    communes = [one.unit_id for one in here.territory.units_of_level(Level.COMMUNE, on)]
    parts = {one: set(here.territory.predecessors(one)) & units_in(here, frame, one) - {one} for one in communes}
    return {one: frozenset(before) for one, before in parts.items() if before}
