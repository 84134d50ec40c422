"""Totals of a year that readers knew from paper before its tables were frozen: releases of one cell that came before.

A typed count of the whole province is on pages until the year has tables, and nobody forgets it. Where it is the very
total, that total cannot be hidden again, and what is small must be hidden from one who knows it; where it is another by
less than k, the difference is a count itself, and the total is hidden; where it is far off it tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.indicators.suppression_tables import Published, counts_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from server.indicators.suppression_tables import Case, Cell, CellKey, Layout, Value

_UNIT: Final = 0
_ON_PAPER: Final[Case] = ("paper",)
"""What a count that is no release's total is made of: nothing is known of what it counted."""


@dataclass(frozen=True, slots=True)
class TotalAlone:
    """The tables of *whole* with all cells but the year's total of a measure taken away; a `Layout`."""

    whole: Layout
    measure: str

    @property
    def cells(self) -> Mapping[CellKey, Cell]:
        """Return the cells of the total: that for everywhere, and those of units outside which nobody reported."""
        return {key: cell for key, cell in self.whole.cells.items() if self._is_total(key)}

    @property
    def aspects(self) -> Sequence[Sequence[Value]]:
        """Return the values a case may have in each of its aspects."""
        return self.whole.aspects

    def keys_of(self, case: Case) -> tuple[CellKey, ...]:
        """Return the cells *case* counts in."""
        if case == _ON_PAPER:
            return tuple(self.cells)
        return tuple(filter(self._is_total, self.whole.keys_of(case)))

    def needs_of(self, key: CellKey) -> Mapping[int, frozenset[Value]]:
        """Return what a case needs to count in a cell."""
        return self.whole.needs_of(key)

    def _is_total(self, key: CellKey) -> bool:
        if key.measure != self.measure or key.quarter or key.category:
            return False
        return key.unit_id == 0 or self.whole.needs_of(key)[_UNIT] >= frozenset(self.whole.aspects[_UNIT])


def also_read(
    layout: Layout, cases: Sequence[Case], earlier: Sequence[Published], totals: Mapping[str, Collection[int]]
) -> list[Published]:
    """Return the *earlier* releases with the *totals* of measures that were known from paper, where each belongs.

    That is beside the first release of which it is the total, *cases* in *layout* being the newest, or before all where
    it is not far from the newest. What is far from it tells nothing.
    """
    releases = [*((one.layout, one.cases) for one in earlier), (layout, tuple(cases))]
    beside: dict[int, list[Published]] = {at: [] for at in range(len(releases))}
    for measure, counts in sorted(totals.items()):
        for count in sorted(counts):
            at = next((at for at, (one, made) in enumerate(releases) if count in _totals(one, made, measure)), None)
            if at is not None:
                beside[at].append(_known(*releases[at], measure))
            elif _is_near(releases[-1], measure, count) and releases[0][1]:
                beside[0].insert(0, _known(layout, (_ON_PAPER,) * count, measure))
    return [one for at, release in enumerate([*earlier, None]) for one in (*beside[at], release) if one is not None]


def _totals(layout: Layout, cases: Sequence[Case], measure: str) -> Collection[int]:
    return counts_of(TotalAlone(layout, measure), cases).values()


def _is_near(newest: tuple[Layout, tuple[Case, ...]], measure: str, count: int) -> bool:
    alone = TotalAlone(newest[0], measure)
    counts = counts_of(alone, newest[1])
    return any(abs(count - counts[key]) < cell.k for key, cell in alone.cells.items())


def _known(layout: Layout, cases: tuple[Case, ...], measure: str) -> Published:
    return Published(TotalAlone(layout, measure), cases, frozenset(), frozenset())
