"""Who speaks for a unit that ended: what it said of itself is of the past once those that took over have spoken.

Known from the units alone. A unit made of three speaks for each of them; where one was split, its parts must all have
spoken, since each speaks for a piece. Where a unit that took over ended in the same year, whoever took over from it
speaks for both.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import TYPE_CHECKING

from server.territory.validity import first_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from server.territory.collection import Territory
    from server.territory.units import UnitId

    Speakers = frozenset[tuple[UnitId, date]]
    """Units, each with the day after which it must have spoken."""


@dataclass(frozen=True, slots=True)
class Turnover:
    """A unit that ended in *year*, and a set of units that speak for it once all of them have spoken."""

    unit_id: UnitId
    year: int
    speakers: Speakers


def turnovers(territory: Territory) -> tuple[Turnover, ...]:
    """Return every unit that ended and was taken over, once for each set of units that may speak for it."""
    heirs: dict[UnitId, list[UnitId]] = defaultdict(list)
    for row in territory.successions:
        heirs[row.unit_id].append(row.successor_id)
    ended = _Ended(territory, heirs)
    return tuple(
        Turnover(unit_id, day.year, speakers)
        for unit_id in sorted(heirs)
        if (day := ended.on(unit_id)) is not None
        for speakers in sorted(set(ended.speaking_for(unit_id, day)), key=sorted)
    )


@dataclass(frozen=True, slots=True)
class _Ended:
    """The units that ended and those that took over from them."""

    territory: Territory
    heirs: Mapping[UnitId, Sequence[UnitId]]

    def on(self, unit_id: UnitId) -> date | None:
        """Return the last day of a unit, None while it goes on."""
        return self.territory.periods_of(unit_id)[-1].valid_to

    def speaking_for(self, unit_id: UnitId, day: date) -> Iterator[Speakers]:
        """Yield the sets of units that together speak for one that ended on *day*."""
        heirs = self.heirs.get(unit_id, ())
        each = [[frozenset({(heir, self._since(heir, day))}), *self._speaking_again(heir, day)] for heir in heirs]
        for chosen in product(*each) if each else ():
            yield frozenset().union(*chosen)

    def _since(self, heir: UnitId, day: date) -> date:
        """Return the day after which an heir must have spoken: one that was not there before speaks for all at once.

        Whoever reports for it of an earlier day says how its parts stood then.
        """
        return day if first_day(self.territory.periods_of(heir)[0].valid_from) <= day else date.min

    def _speaking_again(self, heir: UnitId, day: date) -> Iterator[Speakers]:
        """Yield who speaks for a unit that took over on *day* and ended later in the same year."""
        ended = self.on(heir)
        if ended is not None and ended > day and ended.year == day.year:
            yield from self.speaking_for(heir, ended)
