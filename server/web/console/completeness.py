"""The page of who has sent: communes or the villages of one, what is expected and what came, and the same as a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import request, url_for

from server.access.authorisation import may_use
from server.access.roles import Permission
from server.indicators.completeness import Sending
from server.operations.read_completeness import CompletenessQuestion, read_completeness
from server.web.console.asked import number, unit_of
from server.web.console.screen import chosen_language
from server.web.identity import signed_in
from server.web.renderers.files import grid_file
from server.web.renderers.grids import completeness_grid

if TYPE_CHECKING:
    from flask import Response

    from server.access.actors import Account
    from server.operations.read_completeness import CompletenessTable
    from server.operations.services import Services
    from server.web.console.screen import Screen

_YEARS_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class CompletenessPages:
    """The pages of who has sent."""

    services: Services
    screen: Screen

    def table(self) -> Response:
        """Show who has sent."""
        question = self._question()
        table = read_completeness(self.services, self._account(), question)
        this_year = self.services.today().year

        def page(endpoint: str, **other: object) -> str:
            asked: dict[str, Any] = {"year": table.year, "form": question.form_key, "within": question.within}
            return url_for(f"console.{endpoint}", **{**asked, **other})

        return self.screen.page(
            "completeness.html",
            table=table,
            page=page,
            silent=[row.unit for row in table.rows if row.sending is Sending.NONE],
            years=sorted({*range(this_year - _YEARS_SHOWN + 1, this_year + 1), table.year}),
            may_read=may_use(self._account(), Permission.READ_SUBMISSIONS, self.services.today()),
        )

    def table_file(self, kind: str) -> Response:
        """Send the table as a file."""
        table: CompletenessTable = read_completeness(self.services, self._account(), self._question())
        return grid_file(completeness_grid(table, partial(self.screen.say, language=chosen_language())), kind)

    def _question(self) -> CompletenessQuestion:
        return CompletenessQuestion(
            number(request.args.get("year")) or self.services.today().year,
            number(request.args.get("form")),
            unit_of(request.args.get("within")),
        )

    def _account(self) -> Account:
        return signed_in(self.services).account
