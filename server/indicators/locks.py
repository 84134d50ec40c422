"""A locked period: the figures of one unit and what lies in it, frozen, and how today's differ from them.

A table of a lock is a table of an indicator whose total is the locked unit; its rows are the units below it. What is
frozen never changes; the same tables made again later are held against it, cell by cell. Writing it as bytes is for
`lock_format`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from server.indicators.figures import Figure
    from server.indicators.periods import Period
    from server.indicators.tables import IndicatorTable, ListedUnit
    from server.territory.units import Level, UnitId

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class LockedUnit:
    """The unit a lock is of, as it was called; *within* names the unit above it."""

    unit_id: UnitId
    code: str
    name: str
    level: Level
    within: str


@dataclass(frozen=True, slots=True)
class LockedPlan:
    """The plan a table was made by: its name and the SHA-256 of its workbook."""

    plan_id: int
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class LockedTable:
    """The table of one indicator, and the plan it stands in."""

    plan: LockedPlan
    table: IndicatorTable


@dataclass(frozen=True, slots=True)
class LockedPeriod:
    """Everything that is frozen: who locked what, when, why, and the tables."""

    project_id: int
    project_name: str
    unit: LockedUnit
    period: Period
    frame: str
    revision: int
    reason: str
    author: str
    locked_at: datetime
    tables: tuple[LockedTable, ...]


@dataclass(frozen=True, slots=True)
class CellPair:
    """One figure as it was locked and as it is now; without a *unit*, that of the locked unit itself."""

    unit: ListedUnit | None
    then: Figure
    now: Figure

    @property
    def differs(self) -> bool:
        """Tell whether anything of it would be printed otherwise."""
        return self.then != self.now

    @property
    def numerator(self) -> Decimal:
        """Return by how much the numerator has grown."""
        return self.now.numerator - self.then.numerator

    @property
    def denominator(self) -> Decimal:
        """Return by how much the denominator has grown."""
        return (self.now.denominator or NOTHING) - (self.then.denominator or NOTHING)


@dataclass(frozen=True, slots=True)
class Restated:
    """The table of one indicator, frozen and made again: *total* is the locked unit, *rows* the units in it.

    *moved* are those of the rows whose figure is otherwise now.
    """

    plan: LockedPlan
    then: IndicatorTable
    now: IndicatorTable
    total: CellPair
    rows: tuple[CellPair, ...]
    moved: tuple[CellPair, ...]

    @property
    def differs(self) -> bool:
        """Tell whether any figure of it is otherwise."""
        return bool(self.moved) or self.total.differs


def restated(then: Sequence[LockedTable], now: Sequence[IndicatorTable]) -> tuple[Restated, ...]:
    """Return each frozen table beside the one made *now*, which must be of the same indicators and units, in order."""
    return tuple(_restated(one, again) for one, again in zip(then, now, strict=True))


def _restated(then: LockedTable, now: IndicatorTable) -> Restated:
    rows = tuple(_pairs(then.table, now))
    total, moved = CellPair(None, then.table.total, now.total), tuple(one for one in rows if one.differs)
    return Restated(then.plan, then.table, now, total, rows, moved)


def _pairs(then: IndicatorTable, now: IndicatorTable) -> Iterator[CellPair]:
    for before, after in zip(then.rows, now.rows, strict=True):
        yield CellPair(before.unit, before.figure, after.figure)
