"""The bars of an indicator, measured for drawing: one per unit that has a value, and the line of the target.

Lengths are per mille of the widest value or target. The table beside the picture says the same in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.indicators.figures import Standing

if TYPE_CHECKING:
    from decimal import Decimal

    from server.indicators.tables import IndicatorTable, TableRow

_FULL: Final = 1000


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its length, and where its target stands, None without one."""

    name: str
    length: int
    target_at: int | None
    value: Decimal
    is_met: bool


def bars_of(table: IndicatorTable) -> tuple[Bar, ...]:
    """Return the bars of the rows that have a value, in the order of the table."""
    rows = [row for row in table.rows if row.figure.value is not None]
    widest = max((_reach(row) for row in rows), default=0)
    return tuple(_bar(row, widest) for row in rows) if widest > 0 else ()


def _reach(row: TableRow) -> Decimal | int:
    return max(row.figure.value or 0, row.figure.target or 0)


def _bar(row: TableRow, widest: Decimal | int) -> Bar:
    figure = row.figure
    assert figure.value is not None
    target_at = None if figure.target is None else int(_FULL * figure.target / widest)
    return Bar(
        row.unit.name, int(_FULL * figure.value / widest), target_at, figure.value, figure.standing is Standing.MET
    )
