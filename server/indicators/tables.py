"""A table of one indicator: a row per unit, what lies in none of them, and the total.

Made from sums by the lowest unit, added upward by whoever reads them. The total is never the sum of the printed rows
but of everything counted, so a record that lies in no listed unit is seen in a row of its own and not lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from server.indicators.figures import Amounts, Figure, Goal, Receipts, figure_of
from server.indicators.trends import with_trend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.indicators.plan import Indicator
    from server.territory.units import UnitId


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """A unit a table has a row for; *within* names the unit above it, for names repeat."""

    unit_id: UnitId
    name: str
    within: str


@dataclass(frozen=True, slots=True)
class Listing:
    """For which year and on which boundaries a table is, and the units it lists."""

    year: int
    frame: str
    units: tuple[ListedUnit, ...]


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line."""

    unit: ListedUnit
    figure: Figure


@dataclass(frozen=True, slots=True)
class IndicatorTable:
    """One indicator in one year on the boundaries *frame*; *total* covers the whole project.

    *unplaced* is what was counted or received outside every listed unit, None if there is nothing of the kind.
    """

    indicator: Indicator
    year: int
    frame: str
    rows: tuple[TableRow, ...]
    unplaced: Figure | None
    total: Figure


@dataclass(frozen=True, slots=True)
class Counts:
    """What the storage added up, by unit of the table's level, and for everything there is.

    *before* and *all_before* are the same a year earlier, where a trend is asked for.
    """

    amounts: Mapping[UnitId, Amounts]
    receipts: Mapping[UnitId, Receipts]
    all_amounts: Amounts
    all_receipts: Receipts
    before: Mapping[UnitId | None, Amounts] | None = None
    all_before: Amounts | None = None


@dataclass(frozen=True, slots=True)
class Goals:
    """The targets of one indicator in one year: by unit, for every unit of the table's level, and for the total."""

    by_unit: Mapping[UnitId, Goal] = field(default_factory=dict)
    everywhere: Goal | None = None
    total: Goal | None = None

    def of(self, unit_id: UnitId) -> Goal | None:
        """Return the unit's own target, else the one for its level."""
        return self.by_unit.get(unit_id, self.everywhere)


def table_of(indicator: Indicator, listing: Listing, counts: Counts, goals: Goals) -> IndicatorTable:
    """Return the table of *indicator* with a row for each listed unit, in that order."""
    total = figure_of(indicator, counts.all_amounts, goals.total, counts.all_receipts)
    return IndicatorTable(
        indicator=indicator,
        year=listing.year,
        frame=listing.frame,
        rows=tuple(_row(indicator, unit, counts, goals, since=listing.year - 1) for unit in listing.units),
        unplaced=_unplaced(indicator, listing, counts),
        total=total if counts.all_before is None else with_trend(total, indicator, counts.all_before, listing.year - 1),
    )


def _row(indicator: Indicator, unit: ListedUnit, counts: Counts, goals: Goals, *, since: int) -> TableRow:
    amounts = counts.amounts.get(unit.unit_id, Amounts())
    receipts = counts.receipts.get(unit.unit_id, Receipts())
    figure = figure_of(indicator, amounts, goals.of(unit.unit_id), receipts)
    if counts.before is not None:
        figure = with_trend(figure, indicator, counts.before.get(unit.unit_id, Amounts()), since)
    return TableRow(unit, figure)


def _counted(amounts: Amounts) -> int:
    """Return the denominator, unless it was typed from paper: that is known by unit and lies nowhere else."""
    return 0 if amounts.is_typed else amounts.denominator


def _counted_above(amounts: Amounts) -> int:
    """Return the numerator, unless it was typed from paper."""
    return 0 if amounts.numerator_is_typed else amounts.numerator


def _unplaced(indicator: Indicator, listing: Listing, counts: Counts) -> Figure | None:
    """Return what lies in none of the listed units, None if there is nothing.

    A record whose elements lie in several units is received in each of them and once in all, hence never below zero.
    """
    listed = [unit.unit_id for unit in listing.units]
    amounts = [counts.amounts[one] for one in listed if one in counts.amounts]
    receipts = [counts.receipts[one] for one in listed if one in counts.receipts]
    everything, seen = counts.all_amounts, counts.all_receipts
    rest = Amounts(
        _counted_above(everything) - sum(map(_counted_above, amounts)),
        everything.numerator_rows - sum(one.numerator_rows for one in amounts),
        _counted(everything) - sum(map(_counted, amounts)),
        everything.denominator_rows - sum(one.denominator_rows for one in amounts),
    )
    unseen = Receipts(
        max(0, seen.received - sum(one.received for one in receipts)),
        max(0, seen.approved - sum(one.approved for one in receipts)),
    )
    if rest == Amounts() and unseen == Receipts():
        return None
    return figure_of(indicator, rest, None, unseen)
