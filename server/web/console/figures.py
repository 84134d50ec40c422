"""The pages of indicators: which there are, one as a table with bars, over the years, and what makes each number."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import request

from server.access.authorisation import may_use
from server.access.roles import Permission
from server.indicators.figures import written
from server.indicators.sources import Basis
from server.operations.open_figure import open_figure
from server.operations.read_coverage import read_coverage
from server.operations.read_figures import Cell, Part, list_indicators, read_indicator
from server.operations.read_series import indicator_series
from server.territory.units import Level, UnitId
from server.web.console.asked import number
from server.web.console.asked_figures import asked_figures
from server.web.console.bars import bars_of
from server.web.console.screen import chosen_language
from server.web.identity import signed_in
from server.web.renderers.files import grid_file
from server.web.renderers.grids import indicator_grid, series_grid
from server.web.renderers.line_chart import line_chart

if TYPE_CHECKING:
    from flask import Response

    from server.access.actors import Account
    from server.indicators.plan import Indicator
    from server.indicators.sources import Source
    from server.indicators.tables import TableRow
    from server.operations.services import Services
    from server.web.console.asked_figures import AskedFigures
    from server.web.console.screen import Screen

ROWS_A_PAGE: Final = 60
_PARTS: Final = {one.value: one for one in Part}


@dataclass(frozen=True, slots=True)
class RowsPart:
    """A part of a long table: where it begins, the names it begins and ends with."""

    first: int
    names: str


@dataclass(frozen=True, slots=True)
class FigurePages:
    """The pages of indicators."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show every indicator in force."""
        entries = list_indicators(self.services, self._account())
        return self.screen.page("indicators.html", entries=entries, year=self._year())

    def table(self, code: str) -> Response:
        """Show one indicator by unit."""
        asked = self._asked(code)
        question = asked.question
        reading = read_indicator(self.services, self._account(), question)
        rows, parts = _rows_from(reading.table.rows, asked.first)
        is_by_commune = reading.level is Level.COMMUNE and question.within is None
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
            coverage=read_coverage(self.services, question) if is_by_commune else None,
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
        asked, unit = self._asked(code), number(request.args.get("unit"))
        part = _PARTS.get(request.args.get("part", ""), Part.NUMERATOR)
        cell = Cell(part, None if unit is None else UnitId(unit))
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
