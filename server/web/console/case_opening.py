"""The page between a masked case and what it says: why it is to be opened. It needs no script and is not kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from flask import make_response, redirect, request, url_for

from server.access.openings import OPEN_FOR, OpeningReason, read_why
from server.errors import InvalidInput
from server.operations.open_case import masked_case, open_case
from server.operations.open_held_case import masked_upload, open_upload
from server.operations.sights import Desk
from server.web.console.asked import asked_within
from server.web.console.refusals import safe_return
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.access.actors import Account
    from server.operations.services import Services
    from server.web.console.screen import Screen

_CASES: Final = "/incidents/"


@dataclass(frozen=True, slots=True)
class CaseOpeningPages:
    """The form that asks for a reason, and what follows."""

    services: Services
    screen: Screen

    def asking(self, submission_id: int) -> Response:
        """Show what lists show of the case, and ask why it is to be opened."""
        return self._page(submission_id, request.args.get("back", ""), None)

    def open(self, submission_id: int) -> Response:
        """Open it and lead on to what was asked for."""
        typed, back = request.form, request.form.get("back", "")
        try:
            why = read_why(typed.get("reason", ""), typed.get("words", ""))
        except InvalidInput as fault:
            return self._page(submission_id, back, fault)
        open_case(self.services, self._account(), submission_id, why)
        return make_response(redirect(self._onward(submission_id, back), 303))

    def asking_of_held(self, upload_id: int) -> Response:
        """Show what the tray shows of a case, and ask why it is to be opened."""
        return self._held_page(upload_id, None)

    def open_held(self, upload_id: int) -> Response:
        """Open a case in the tray and lead on to its place there."""
        try:
            why = read_why(request.form.get("reason", ""), request.form.get("words", ""))
        except InvalidInput as fault:
            return self._held_page(upload_id, fault)
        open_upload(self.services, self._account(), upload_id, why)
        return make_response(redirect(_place_in_tray(upload_id), 303))

    def _page(self, submission_id: int, back: str, fault: InvalidInput | None) -> Response:
        case = masked_case(self.services, self._account(), submission_id)
        onward = self._onward(submission_id, back)
        of_list = asked_within(dict(parse_qsl(urlsplit(onward).query)), Desk.INCIDENTS).parameters
        return self._asked(fault, case=case, back=onward, of_list=of_list)

    def _held_page(self, upload_id: int, fault: InvalidInput | None) -> Response:
        return self._asked(fault, held=masked_upload(self.services, self._account(), upload_id))

    def _asked(self, fault: InvalidInput | None, **shown: object) -> Response:
        return self.screen.page(
            "case_open.html",
            status=200 if fault is None else 400,
            reasons=tuple(OpeningReason),
            minutes=int(OPEN_FOR.total_seconds()) // 60,
            chosen=request.form.get("reason", ""),
            words=request.form.get("words", ""),
            problem=(fault.code, fault.params) if fault else None,
            **shown,
        )

    def _onward(self, submission_id: int, back: str) -> str:
        """Return where to go on: the page that was asked for, else the record."""
        return safe_return(back if back.startswith(_CASES) else self._record(submission_id))

    def _record(self, submission_id: int) -> str:
        return url_for("console.incidents_record", submission_id=submission_id)

    def _account(self) -> Account:
        return signed_in(self.services).account


def _place_in_tray(upload_id: int) -> str:
    """Return the page of the tray that begins with this upload."""
    return url_for("console.incidents_held", before=upload_id + 1, _anchor=f"held-{upload_id}")
