"""The pages of indicators: which there are, one as a table with bars, over the years, and what makes each number."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from flask import request

from server.access.authorisation import may_use
from server.access.roles import Permission
from server.indicators.figures import written
from server.indicators.plan import IndicatorUnit
from server.indicators.sources import Basis
from server.operations.figure_questions import FigureQuestion
from server.operations.figures_beside import figures_beside
from server.operations.open_figure import open_figure
from server.operations.read_figures import Cell, Part, read_indicator
from server.operations.read_overview import OverviewQuestion, read_overview
from server.operations.read_series import indicator_series
from server.web.console.asked import number, unit_of
from server.web.console.asked_figures import AskedFigures, asked_figures
from server.web.console.bars import bars_beside, bars_of
from server.web.console.screen import chosen_language
from server.web.identity import signed_in
from server.web.renderers.files import grid_file
from server.web.renderers.grids import indicator_grid, series_grid
from server.web.renderers.line_chart import line_chart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from server.access.actors import Account
    from server.indicators.plan import Indicator
    from server.indicators.sources import Source
    from server.indicators.tables import TableRow
    from server.operations.figure_questions import IndicatorEntry
    from server.operations.read_overview import Overview, OverviewLine
    from server.operations.services import Services
    from server.territory.units import UnitId
    from server.web.console.bars import Bar
    from server.web.console.screen import Screen

ROWS_A_PAGE: Final = 60
_PARTS: Final = {one.value: one for one in Part}


@dataclass(frozen=True, slots=True)
class RowsPart:
    """A part of a long table: where it begins, the names it begins and ends with."""

    first: int
    names: str


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of all indicators, with the question it answers and the bar beside it."""

    line: OverviewLine
    asked: AskedFigures
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class FigurePages:
    """The pages of indicators."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show every indicator of one unit and year: one's own unit, unless another is asked for."""
        account, year = self._account(), number(request.args.get("year")) or self._year()
        question = OverviewQuestion(year, unit_of(request.args.get("within")), is_own="within" not in request.args)
        overview = read_overview(self.services, account, question)
        within = overview.unit.unit_id if overview.unit else None
        return self.screen.page(
            "indicators.html",
            overview=overview,
            plans=self._by_plan(overview, year, within),
            year=year,
            within=within,
            years=sorted({self._year(), year, *overview.years}),
            **self._words(),
        )

    def _by_plan(self, overview: Overview, year: int, within: UnitId | None) -> list[list[ShownLine]]:
        bars = _bars_of_shares(overview.lines)
        shown = [
            ShownLine(line, self._asked_of(line.entry, year, within), bar)
            for line, bar in zip(overview.lines, bars, strict=True)
        ]
        return [list(lines) for _, lines in groupby(shown, key=lambda one: one.line.entry.plan_id)]

    def _asked_of(self, entry: IndicatorEntry, year: int, within: UnitId | None) -> AskedFigures:
        """Return the question that one line of all indicators answers."""
        written = {"year": year, "project": entry.project_id, "within": within}
        question = FigureQuestion(entry.indicator.code, year, entry.project_id, within=within)
        return AskedFigures(question, written, 0)

    def table(self, code: str) -> Response:
        """Show one indicator by unit."""
        asked = self._asked(code)
        question = asked.question
        reading = read_indicator(self.services, self._account(), replace(question, names_communes=True))
        rows, parts = _rows_from(reading.table.rows, asked.first)
        return self.screen.page(
            "indicator.html",
            asked=asked,
            question=question,
            reading=reading,
            rows=rows,
            parts=parts,
            repeated={
                name for name, times in Counter(row.unit.name for row in reading.table.rows).items() if times > 1
            },
            first=asked.first if any(one.first == asked.first for one in parts) else 0,
            bars=bars_of(reading.table.rows),
            years=sorted({self._year(), question.year, *reading.years}),
            beside=figures_beside(self.services, reading.entry, question),
            **self._words(),
        )

    def table_file(self, code: str, kind: str) -> Response:
        """Send the table as a file."""
        reading = read_indicator(self.services, self._account(), self._asked(code).question)
        return grid_file(indicator_grid(reading, _label(reading.entry.indicator), self._say()), kind)

    def years(self, code: str) -> Response:
        """Show one indicator over the years, and one unit beside its neighbours."""
        asked = self._asked(code)
        series = indicator_series(self.services, self._account(), asked.question)
        return self.screen.page(
            "indicator_years.html",
            asked=asked,
            question=asked.question,
            series=series,
            chart=line_chart([(one.year, one.figure) for one in series.points]),
            several_plans=len({one.entry.plan_id for one in series.points}) > 1,
            bars=bars_of(series.neighbours),
            **self._words(),
        )

    def years_file(self, code: str, kind: str) -> Response:
        """Send the years as a file."""
        series = indicator_series(self.services, self._account(), self._asked(code).question)
        return grid_file(series_grid(series, _label(series.entry.indicator), self._say()), kind)

    def behind(self, code: str) -> Response:
        """Show what makes one number, as far as it lies in one's own territory."""
        asked = self._asked(code)
        part = _PARTS.get(request.args.get("part", ""), Part.NUMERATOR)
        cell = Cell(part, unit_of(request.args.get("unit")))
        after = number(request.args.get("after"))
        opened = open_figure(self.services, self._account(), asked.question, cell, after=after)
        return self.screen.page(
            "behind.html", opened=opened, asked=asked, cell=cell, is_first=after is None, written=written
        )

    def _words(self) -> dict[str, Any]:
        today, account = self.services.today(), self._account()
        may_read = may_use(account, Permission.READ_SUBMISSIONS, today)
        may_see = {
            Basis.REGISTER: may_use(account, Permission.READ_REGISTER, today),
            Basis.ROSTER: may_use(account, Permission.READ_REGISTER, today),
            Basis.UNITS: True,
            Basis.RELEASE: True,
            Basis.IMPORT: True,
        }

        def opens(source: Source, *, is_typed: bool) -> bool:
            return is_typed or may_see.get(source.basis, may_read)

        return {"written": written, "may_read": may_read, "opens": opens}

    def _asked(self, code: str) -> AskedFigures:
        return asked_figures(request.args, code, self._year())

    def _say(self) -> partial[str]:
        return partial(self.screen.say, language=chosen_language())

    def _year(self) -> int:
        return self.services.today().year

    def _account(self) -> Account:
        return signed_in(self.services).account


def _bars_of_shares(lines: Sequence[OverviewLine]) -> list[Bar | None]:
    """Return a bar for each line whose figure is a share of a hundred: others have no common measure."""
    shares = [at for at, line in enumerate(lines) if line.figure.unit is IndicatorUnit.PERCENT]
    bars = dict(zip(shares, bars_beside([lines[at].figure for at in shares]), strict=True))
    return [bars.get(at) for at in range(len(lines))]


def _rows_from(rows: tuple[TableRow, ...], first: int) -> tuple[tuple[TableRow, ...], tuple[RowsPart, ...]]:
    """Return the rows of one page, and the pages a long table is in; a place that begins none is the first."""
    starts = range(0, len(rows), ROWS_A_PAGE)
    parts = tuple(
        RowsPart(start, f"{rows[start].unit.name} – {rows[min(start + ROWS_A_PAGE, len(rows)) - 1].unit.name}")
        for start in starts
    )
    start = first if first in starts else 0
    return rows[start : start + ROWS_A_PAGE], parts


def _label(indicator: Indicator) -> str:
    return indicator.label_en if chosen_language() == "en" and indicator.label_en else indicator.label_vi
