"""The official copy at the incident officer's desk: asked for with a reason, answered once, kept by nobody on the way.

It has no address of its own: a form is answered with it. Nothing lists it and nothing leads to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request

from server.errors import InvalidInput
from server.operations.official_copy import Act, official_choice, official_copy
from server.web.console.asked import number
from server.web.console.reports import DOCUMENT, WORKBOOK, file_name, read_order, sent_file
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.access.actors import Account
    from server.operations.services import Services
    from server.web.console.screen import Screen


@dataclass(frozen=True, slots=True)
class OfficialPages:
    """The form that asks for an official copy, and its answer."""

    services: Services
    screen: Screen

    def asking(self) -> Response:
        """Show the form."""
        choice = official_choice(self.services, self._account())
        return self.screen.page("official.html", choice=choice, year=self.services.today().year)

    def answer(self) -> Response:
        """Answer with the copy: a page, or one of its files."""
        typed = request.form
        act = next((one for one in Act if one.value == typed.get("act")), Act.OPEN)
        template_id = number(typed.get("template"))
        if template_id is None:
            raise InvalidInput("report.no_unit")
        order = read_order(self.services, template_id, typed)
        copy = official_copy(self.services, self._account(), order, act=act, reason=typed.get("reason", ""))
        name = f"{file_name(self.services, copy.key)}-chinh-thuc"
        match act:
            case Act.WORKBOOK:
                return sent_file(copy.workbook, WORKBOOK, f"{name}.xlsx")
            case Act.DOCUMENT:
                return sent_file(copy.document, DOCUMENT, f"{name}.docx")
            case _:
                return self.screen.page("official_copy.html", copy=copy, order=order)

    def _account(self) -> Account:
        return signed_in(self.services).account
