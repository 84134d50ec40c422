"""The bars of an indicator, measured for drawing: how long each is, and where its target stands.

Lengths are per mille of the widest value or target of the table. The row beside a bar says the same in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.indicators.figures import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from server.indicators.figures import Figure
    from server.indicators.tables import TableRow
    from server.territory.units import UnitId

_FULL: Final = 1000


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its length, and where its target stands, None without one."""

    length: int
    target_at: int | None
    is_met: bool


def bars_of(several: Sequence[TableRow]) -> dict[UnitId, Bar]:
    """Return the bars of the rows that have a value, by unit."""
    bars = bars_beside([row.figure for row in several])
    return {row.unit.unit_id: bar for row, bar in zip(several, bars, strict=True) if bar is not None}


def bars_beside(figures: Sequence[Figure]) -> list[Bar | None]:
    """Return the bars of figures of one measure, in their order; None for those without a value, or if all are 0."""
    widest = max((_reach(one) for one in figures if one.value is not None), default=0)
    return [_bar(one, widest) if widest > 0 and one.value is not None else None for one in figures]


def _reach(figure: Figure) -> Decimal | int:
    return max(figure.value or 0, figure.target or 0)


def _bar(figure: Figure, widest: Decimal | int) -> Bar:
    target_at = None if figure.target is None else int(_FULL * figure.target / widest)
    return Bar(max(0, int(_FULL * (figure.value or 0) / widest)), target_at, figure.standing is Standing.MET)
