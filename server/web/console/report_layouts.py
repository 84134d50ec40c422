"""The page of report layouts: an administrator looks a workbook over, sees it filled, and puts it in force."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from flask import request

from server.errors import InvalidInput
from server.forms.faults import tell
from server.indicators.report import ReportRefused
from server.operations.try_report import ReportUpload, layouts_page, publish_layout, try_layout
from server.web.console.asked import number
from server.web.console.screen import chosen_language
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.access.actors import Account
    from server.operations.services import Services
    from server.web.console.screen import Screen
    from server.web.openrosa.multipart import PartStream

_MOST_CARRIED: Final = 600_000
"""Bytes of a workbook that travel in the form that puts it in force; a larger one is chosen again."""


@dataclass(frozen=True, slots=True)
class LayoutPages:
    """The pages of layouts."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show the layouts in force, and the form to send one with."""
        return self._page(200)

    def send(self) -> Response:
        """Look a workbook over and show what it would be; or put it in force, if that is what was asked."""
        sent = self._sent()
        try:
            if request.form.get("act") == "publish":
                done = publish_layout(self.services, self._account(), sent)
                return self._page(200, done=done)
            trial = try_layout(self.services, self._account(), sent)
        except ReportRefused as refused:
            told = [tell(one, self.services.catalogue, chosen_language()) for one in refused.faults]
            return self._page(400, faults=told, sent=sent)
        carried = b64encode(sent.workbook).decode() if len(sent.workbook) <= _MOST_CARRIED else ""
        return self._page(200, trial=trial, sent=sent, carried=carried)

    def _sent(self) -> ReportUpload:
        typed, file = request.form, request.files.get("file")
        if file is not None and file.filename:
            content = cast("PartStream", file.stream).content()
        else:
            content = _carried(typed.get("carried", ""))
        if not content:
            raise InvalidInput("report.no_file")
        name = typed.get("name", "").strip() or (file.filename or "" if file else "").rpartition(".")[0]
        return ReportUpload(number(typed.get("project")) or 0, name, content)

    def _page(self, status: int, **shown: object) -> Response:
        page = layouts_page(self.services, self._account())
        nothing: dict[str, object] = {"trial": None, "faults": (), "sent": None, "carried": "", "done": None}
        return self.screen.page("report_layouts.html", status=status, layouts=page, **{**nothing, **shown})

    def _account(self) -> Account:
        return signed_in(self.services).account


def _carried(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:  # what is no base64, or has letters that are not ASCII
        return b""
