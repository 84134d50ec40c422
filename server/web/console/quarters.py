"""The page of quarters without a case: which are silent still, confirming one, taking a confirmation back.

It lies behind the second sign-in step with everything else about incidents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import make_response, redirect, request, url_for

from server.errors import NotFound
from server.indicators.periods import Period
from server.operations.confirm_no_case import NoCaseOrder, confirm_no_case, withdraw_no_case
from server.operations.no_case_sheet import no_case_sheet
from server.territory.units import UnitId
from server.web.console.asked import number, piece
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.access.actors import Account
    from server.operations.services import Services
    from server.web.console.screen import Screen


@dataclass(frozen=True, slots=True)
class QuarterPages:
    """The page of quarters."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show the quarters of one's communes."""
        project_id, year = number(request.args.get("project")), number(request.args.get("year"))
        sheet = no_case_sheet(self.services, self._account(), project_id=project_id, year=year)
        start = number(request.args.get("from")) or 0
        shown, following = piece(sheet.communes, start)
        return self.screen.page("quarters.html", sheet=sheet, shown=shown, start=start, following=following)

    def confirm(self) -> Response:
        """Confirm a quarter."""
        typed = request.form
        project_id, unit_id = number(typed.get("project")), number(typed.get("unit"))
        if project_id is None or unit_id is None:
            raise NotFound("access.not_found")
        order = NoCaseOrder(project_id, UnitId(unit_id), Period.parse(typed.get("period", "")))
        confirm_no_case(self.services, self._account(), order)
        return self._back(order.period.year, project_id)

    def withdraw(self, no_case_id: int) -> Response:
        """Take a confirmation back."""
        withdraw_no_case(self.services, self._account(), no_case_id)
        year = number(request.form.get("year")) or self.services.today().year
        return self._back(year, number(request.form.get("project")))

    def _back(self, year: int, project_id: int | None) -> Response:
        typed = request.form
        parameters: dict[str, Any] = {"year": year, "project": project_id, "from": number(typed.get("from")) or None}
        address = url_for("console.incidents_quarters", **parameters, _anchor=f"unit-{number(typed.get('unit')) or 0}")
        return make_response(redirect(address, 303))

    def _account(self) -> Account:
        return signed_in(self.services).account
