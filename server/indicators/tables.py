"""A table of one indicator: a row per unit, what lies in none of them, and the total.

Made from sums by the lowest unit, added upward by whoever reads them. The total is never the sum of the printed rows
but of everything counted, so a record that lies in no listed unit is seen in a row of its own and not lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from server.indicators.figures import Amounts, Figure, Goal, Receipts, figure_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.indicators.plan import Indicator
    from server.territory.units import UnitId


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line; *unit_id* is None for what could not be placed in any listed unit (then *name* is empty)."""

    unit_id: UnitId | None
    name: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class IndicatorTable:
    """One indicator in one year on the boundaries *frame*; *total* covers the whole project."""

    indicator: Indicator
    year: int
    frame: str
    rows: tuple[TableRow, ...]
    unplaced: TableRow | None
    """None, unless something was counted or received outside every listed unit."""
    total: TableRow


@dataclass(frozen=True, slots=True)
class Counts:
    """What the storage added up, by unit of the table's level, and for everything there is."""

    amounts: Mapping[UnitId, Amounts]
    receipts: Mapping[UnitId, Receipts]
    all_amounts: Amounts
    all_receipts: Receipts


@dataclass(frozen=True, slots=True)
class Goals:
    """The targets of one indicator in one year: by unit, for every unit of the table's level, and for the total."""

    by_unit: Mapping[UnitId, Goal] = field(default_factory=dict)
    everywhere: Goal | None = None
    total: Goal | None = None

    def of(self, unit_id: UnitId) -> Goal | None:
        """Return the unit's own target, else the one for its level."""
        return self.by_unit.get(unit_id, self.everywhere)


def indicator_rows(
    indicator: Indicator, units: Sequence[tuple[UnitId, str]], counts: Counts, goals: Goals
) -> tuple[TableRow, ...]:
    """Return a row for each of *units* (id and name, in the order they are to stand)."""
    return tuple(
        TableRow(
            unit_id,
            name,
            figure_of(
                indicator,
                counts.amounts.get(unit_id, Amounts()),
                goals.of(unit_id),
                counts.receipts.get(unit_id, Receipts()),
            ),
        )
        for unit_id, name in units
    )


def total_row(indicator: Indicator, name: str, counts: Counts, goals: Goals) -> TableRow:
    """Return the row of everything counted."""
    return TableRow(None, name, figure_of(indicator, counts.all_amounts, goals.total, counts.all_receipts))


def unplaced_row(indicator: Indicator, units: Sequence[tuple[UnitId, str]], counts: Counts) -> TableRow | None:
    """Return the row of what lies in none of *units*, None if there is nothing."""
    placed = [counts.amounts[unit_id] for unit_id, _ in units if unit_id in counts.amounts]
    receipts = [counts.receipts[unit_id] for unit_id, _ in units if unit_id in counts.receipts]
    everything = counts.all_amounts
    rest = Amounts(
        everything.numerator - sum(one.numerator for one in placed),
        everything.numerator_rows - sum(one.numerator_rows for one in placed),
        everything.denominator - sum(one.denominator for one in placed),
        everything.denominator_rows - sum(one.denominator_rows for one in placed),
    )
    unseen = Receipts(
        counts.all_receipts.received - sum(one.received for one in receipts),
        counts.all_receipts.approved - sum(one.approved for one in receipts),
    )
    if rest == Amounts() and unseen == Receipts():
        return None
    return TableRow(None, "", figure_of(indicator, rest, None, unseen))
