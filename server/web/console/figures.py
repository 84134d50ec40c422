"""The pages of indicators: which there are, one as a table with bars, and the records behind each number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request

from server.access.authorisation import may_use
from server.access.roles import Permission
from server.indicators.figures import written
from server.operations.figure_questions import FigureQuestion
from server.operations.read_coverage import read_coverage
from server.operations.read_figures import Cell, Part, indicator_table, list_indicators, records_behind_figure
from server.territory.units import Level, UnitId
from server.web.console.asked import number
from server.web.console.bars import bars_of
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.access.actors import Account
    from server.operations.services import Services
    from server.web.console.screen import Screen


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
        account, question = self._account(), self._question(code)
        table = indicator_table(self.services, account, question)
        years = sorted({self.services.today().year, question.year, *self._years(code)})
        return self.screen.page(
            "indicator.html",
            table=table,
            bars=bars_of(table),
            question=question,
            years=years,
            coverage=read_coverage(self.services, question) if table.indicator.level is Level.COMMUNE else None,
            written=written,
            may_read=may_use(account, Permission.READ_SUBMISSIONS, self.services.today()),
        )

    def behind(self, code: str) -> Response:
        """Show the records behind one number, as far as they are in one's own territory."""
        question, unit = self._question(code), number(request.args.get("unit"))
        part = Part.DENOMINATOR if request.args.get("part") == Part.DENOMINATOR.value else Part.NUMERATOR
        cell = Cell(part, None if unit is None else UnitId(unit))
        after = number(request.args.get("after"))
        page = records_behind_figure(self.services, self._account(), question, cell, after=after)
        return self.screen.page("behind.html", page=page, question=question, cell=cell)

    def _question(self, code: str) -> FigureQuestion:
        year = number(request.args.get("year")) or self._year()
        return FigureQuestion(code, year, number(request.args.get("project")), request.args.get("frame"))

    def _years(self, code: str) -> tuple[int, ...]:
        entries = list_indicators(self.services, self._account())
        return tuple(year for one in entries if one.indicator.code == code for year in one.years)

    def _year(self) -> int:
        return self.services.today().year

    def _account(self) -> Account:
        return signed_in(self.services).account
