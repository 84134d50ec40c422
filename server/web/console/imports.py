"""The pages that load lists: choose a file, see what it would do, agree, watch it, take it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, cast

from flask import make_response, redirect, request, url_for

from server.errors import InvalidInput, NotFound
from server.indicators.paper_rows import FIGURES
from server.operations.import_order import ImportOrder, kinds_for, loadable_projects
from server.operations.import_report import told_fault
from server.operations.import_template import import_template
from server.operations.office_imports import (
    SentList,
    agree,
    browse_imports,
    forget,
    read_import,
    send_list,
    take_back,
)
from server.operations.typed_keys import keys_to_type
from server.web.console.asked import number
from server.web.console.screen import chosen_language
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.access.actors import Account
    from server.indicators.paper_keys import PaperKey
    from server.operations.services import Services
    from server.web.console.screen import Screen
    from server.web.openrosa.multipart import PartStream

WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_SHOWN: Final = 100
_LONGEST_SOURCE: Final = 500


@dataclass(frozen=True, slots=True)
class ImportPages:
    """The pages of loads."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show the form to send a file with, and the newest loads."""
        account = self._account()
        return self.screen.page(
            "imports.html",
            kinds=kinds_for(self.services, account),
            projects=loadable_projects(self.services),
            imports=browse_imports(self.services, account),
            today=self.services.today(),
        )

    def send(self) -> Response:
        """Take a file in."""
        file = request.files.get("file")
        if file is None or not file.filename:
            raise InvalidInput("register.no_file")
        sent = SentList(file.filename, cast("PartStream", file.stream).as_file())
        return _to(send_list(self.services, self._account(), self._order(), sent))

    def one(self, import_id: int) -> Response:
        """Show one load; to htmx, only what may have changed."""
        shown = read_import(self.services, self._account(), import_id)
        language = chosen_language()
        faults = [told_fault(one, self.services.catalogue, language) for one in shown.report.faults[:_MOST_SHOWN]]
        template = "import_body.html" if request.headers.get("HX-Request") else "import.html"
        return self.screen.page(
            template, shown=shown, faults=faults, changes=shown.report.changes[:_MOST_SHOWN], most=_MOST_SHOWN
        )

    def agree(self, import_id: int) -> Response:
        """Load what was read."""
        agree(self.services, self._account(), import_id)
        return _to(import_id)

    def undo(self, import_id: int) -> Response:
        """Take a load back."""
        take_back(self.services, self._account(), import_id)
        return _to(import_id)

    def forget(self, import_id: int) -> Response:
        """Drop a file that is not to be loaded."""
        forget(self.services, self._account(), import_id)
        return make_response(redirect(url_for("console.imports"), 303))

    def template(self, kind: str) -> Response:
        """Send an empty workbook for a kind of list."""
        if kind not in kinds_for(self.services, self._account()):
            raise NotFound("register.unknown_kind", given=kind)
        keys = self._keys() if kind == FIGURES else ()
        response = make_response(import_template(self.services.catalogue, kind, chosen_language(), keys=keys))
        response.content_type = WORKBOOK
        response.headers["Content-Disposition"] = f'attachment; filename="{kind}.xlsx"'
        return response

    def _keys(self) -> tuple[PaperKey, ...]:
        """Return what can be typed in the project asked for, else in the first there is."""
        projects = [one.project_id for one in loadable_projects(self.services)]
        asked = number(request.args.get("project"))
        project_id = asked if asked in projects else projects[0] if projects else 0
        return keys_to_type(self.services, project_id, is_sensitive=False).keys

    def _order(self) -> ImportOrder:
        typed = request.form
        source = " ".join(typed.get("source", "").split())[:_LONGEST_SOURCE]
        return ImportOrder(number(typed.get("project")) or 0, typed.get("kind", ""), _day(typed.get("as_of")), source)

    def _account(self) -> Account:
        return signed_in(self.services).account


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError as wrong:
        raise InvalidInput("register.bad_day") from wrong


def _to(import_id: int) -> Response:
    return make_response(redirect(url_for("console.imports_one", import_id=import_id), 303))
