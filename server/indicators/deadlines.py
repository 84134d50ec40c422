"""By which day the figures of a period are to be locked, by level: sheet ``deadlines`` of a plan.

    level        commune | district | province
    period       year, h1, h2, q1 … q4
    month, day   the day by which it is due (month and day apart: spreadsheets turn 25/11 into a date)
    next_year    yes where that day lies in the year after the period's
    from, to     the years it holds for; empty for open
    source       what sets it, in words

The days are the province's to set: Circular 07/2017/TT-BVHTTDL asks for a yearly report and names no day for communes.
Every fault is found at once, with sheet, row and column.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Final

from server.forms.faults import Fault
from server.indicators.cells import missing_columns, rows_of
from server.indicators.periods import PeriodKind
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from server.forms.sheets import Sheet
    from server.indicators.cells import Cells
    from server.indicators.periods import Period

DEADLINES: Final = "deadlines"
_COLUMNS: Final = ("level", "period", "month", "day")
_LEVELS: Final = {one.value: one for one in (Level.COMMUNE, Level.DISTRICT, Level.PROVINCE)}
_PARTS: Final = {
    "year": (PeriodKind.YEAR, 0),
    **{f"h{one}": (PeriodKind.HALF, one) for one in (1, 2)},
    **{f"q{one}": (PeriodKind.QUARTER, one) for one in (1, 2, 3, 4)},
}
_MONTHS: Final = {str(one): one for one in range(1, 13)}
_DAYS: Final = {str(one): one for one in range(1, 32)}
_YES: Final = {"": False, "no": False, "yes": True}
_YEARS: Final = {"": 0, **{str(year): year for year in range(2000, 2101)}}
_PLAIN_YEAR, _NO_END = 2025, 9999


@dataclass(frozen=True, slots=True)
class Deadline:
    """The day for one level and part of the year: *part* is ``year``, ``h1`` … ``q4``; open years are 0."""

    level: Level
    part: str
    month: int
    day: int
    years_after: int
    first_year: int
    last_year: int
    source: str
    row: int = 0

    def holds_for(self, level: Level, period: Period) -> bool:
        """Tell whether it is the one for a level and period."""
        kind, number = _PARTS[self.part]
        years = range(self.first_year, (self.last_year or _NO_END) + 1)
        part = period.half or period.quarter
        return (level, period.kind, part) == (self.level, kind, number) and period.year in years

    def due(self, period: Period) -> date:
        """Return the day for a period it holds for."""
        return date(period.year + self.years_after, self.month, self.day)

    def __str__(self) -> str:
        """Return it as one line, for a preview of what a plan changes."""
        years = "" if not (self.first_year or self.last_year) else f" {self.first_year or ''}–{self.last_year or ''}"
        return f"{self.level.value} {self.part}{years}: {self.day}/{self.month}{' +1' * self.years_after}"


@dataclass(frozen=True, slots=True)
class DeadlinesRead:
    """The deadlines a sheet sets; with any *faults* the plan is not to be published."""

    deadlines: tuple[Deadline, ...]
    faults: tuple[Fault, ...]


def read_deadlines(sheet: Sheet) -> DeadlinesRead:
    """Return the deadlines *sheet* sets, with every fault of it.

    Fault codes: ``plan.no_column``, ``.unknown_word``, ``.bad_day``, ``.repeated_deadline``.
    """
    if not sheet.rows:
        return DeadlinesRead((), ())
    faults = missing_columns(sheet, _COLUMNS, "plan.no_column")
    if faults:
        return DeadlinesRead((), tuple(faults))
    rows = list(rows_of(sheet))
    found = [one for one in map(_deadline, rows) if one is not None]
    faults = [fault for cells in rows for fault in cells.faults]
    return DeadlinesRead(tuple(found), (*faults, *_overlapping(found)))


def due_day(deadlines: Iterable[Deadline], level: Level, period: Period) -> date | None:
    """Return the day by which a level locks a period, None where nobody set one."""
    return next((one.due(period) for one in deadlines if one.holds_for(level, period)), None)


def _deadline(cells: Cells) -> Deadline | None:
    level = cells.choice("level", _LEVELS, "plan.unknown_word")
    part = cells.choice("period", {one: one for one in _PARTS}, "plan.unknown_word")
    month = cells.choice("month", _MONTHS, "plan.unknown_word")
    day = cells.choice("day", _DAYS, "plan.unknown_word")
    is_after = cells.choice("next_year", _YES, "plan.unknown_word")
    years = [cells.choice(column, _YEARS, "plan.bad_year") for column in ("from", "to")]
    if month and day and not _is_day(month, day):
        cells.refuse("plan.bad_day", "day", given=f"{day}/{month}")
    if cells.faults or level is None or part is None:
        return None
    return Deadline(
        level=level,
        part=part,
        month=month or 0,
        day=day or 0,
        years_after=int(bool(is_after)),
        first_year=years[0] or 0,
        last_year=years[1] or 0,
        source=cells.text("source"),
        row=cells.row.number,
    )


def _is_day(month: int, day: int) -> bool:
    """Return whether there is such a day in every year."""
    try:
        date(_PLAIN_YEAR, month, day)
    except ValueError:
        return False
    return True


def _overlapping(found: Sequence[Deadline]) -> Iterator[Fault]:
    """Yield a fault for each row that sets what a row above it sets for one of the same years."""
    for above, below in combinations(found, 2):
        last = min(above.last_year or _NO_END, below.last_year or _NO_END)
        is_same = (above.level, above.part) == (below.level, below.part)
        if is_same and max(above.first_year, below.first_year) <= last:
            said: dict[str, str | int] = {"key": f"{below.level.value} {below.part}", "above": above.row}
            yield Fault("plan.repeated_deadline", said, sheet=DEADLINES, row=below.row, column="period")
