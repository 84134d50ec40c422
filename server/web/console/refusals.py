"""Refusals as pages: what is wrong, in the reader's language, and the next step.

Whoever must sign in is led there and back; whoever must take the second step, or say why a case is to be opened,
likewise. What we do not understand ourselves is logged whole and shown as one sentence.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from flask import make_response, redirect, request, url_for
from werkzeug.exceptions import HTTPException

from server.errors import DomainError, Forbidden, Unauthenticated, Unavailable
from server.web.console.kept_forms import kept_of_request
from server.web.console.way_back import way_back
from server.web.statuses import status_of

if TYPE_CHECKING:
    from flask import Response

    from server.web.console.screen import Screen

log = logging.getLogger(__name__)

_CODE_OF_STATUS: Final = {404: "access.not_found", 405: "access.not_found", 413: "console.refused.too_large"}
_BUSY: Final = "sign_in.busy"
_OUR_FAULT: Final = 500
_PASSWORD_TO_CHANGE: Final = "access.password_to_change"  # noqa: S105 a code, no password
_SECOND_STEP: Final = "access.second_step_needed"
_CASE_NOT_OPEN: Final = "case.not_open"
_LIVE: Final = ("_correct_check", "_sheet_check")
"""What is asked while somebody types."""
_ALONE: Final = ("_file", "_thumb")
"""What is no page to come back to: its address lasts some minutes."""


def refusal_page(screen: Screen, fault: Exception) -> Response:
    """Return the answer to a request that *fault* ended."""
    match fault:
        case Unauthenticated():
            return _signed_out(screen)
        case Forbidden(code=code) if code == _SECOND_STEP:
            return _led_to("console.second_step")
        case Forbidden(code=code) if code == _PASSWORD_TO_CHANGE:
            return make_response(redirect(url_for("console.own"), 303))
        case Forbidden(code=code, params=params) if code == _CASE_NOT_OPEN:
            return _asked_why(screen, params)
        case Unavailable(code=code) if code != _BUSY:
            # What an operator should do about it is for the log; who reads a page can only come back.
            log.error("console.unavailable", extra={"fault": code})
            return _page(screen, 503, "console.refused.unavailable", {})
        case DomainError(code=code, params=params):
            return _page(screen, status_of(fault), code, params)
        case HTTPException(code=status) if status is not None and status < _OUR_FAULT:
            return _page(screen, status, _CODE_OF_STATUS.get(status, "console.refused.request"), {})
        case _:
            log.error("console.failed", exc_info=fault)
            return _page(screen, 500, "console.refused.failed", {})


def here() -> str:
    """Return the address of this request, to come back to it."""
    return request.full_path.rstrip("?")


def safe_return(address: str | None) -> str:
    """Return *address* if it is a page of ours, else the first page: nobody is led elsewhere."""
    home = url_for("console.home")
    if not address or not address.startswith("/") or address.startswith("//"):
        return home
    # Browsers read a backslash as a slash, and leave out tabs and line ends.
    return home if "\\" in address or any(ord(letter) <= ord(" ") for letter in address) else address


def _signed_out(screen: Screen) -> Response:
    """Lead to the sign-in page; a long form that was sent waits behind it."""
    if (request.endpoint or "").endswith(_LIVE):  # the page it came from stays as it is
        return make_response("", 401)
    kept = kept_of_request(screen.services)
    if not kept:
        return _led_to("console.sign_in")
    return screen.page(
        "sign_in.html", status=401, back="", login="", problem=None, kept=kept, notice="console.kept.waits"
    )


def _led_to(endpoint: str) -> Response:
    """Send the browser to a page and, after it, back; what was posted is not repeated."""
    is_form = request.method != "GET"
    address = url_for(endpoint, back=way_back() if is_form else here(), lost=1 if is_form else None)
    if request.headers.get("HX-Request"):
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = url_for(endpoint)
        return answer
    return make_response(redirect(address, 303))


def _asked_why(screen: Screen, params: dict[str, object]) -> Response:
    """Lead who wants to read a case to the page that asks why; what was posted is not done."""
    is_page = not (request.endpoint or "").endswith(_ALONE)
    back = here() if is_page and request.method == "GET" else None
    if "upload" in params:
        address = url_for("console.incidents_held_asking", upload_id=params["upload"])
    else:
        address = url_for("console.incidents_asking", submission_id=params["submission"], back=back)
    if request.method == "GET":
        return make_response(redirect(address, 303))
    return _page(screen, 403, _CASE_NOT_OPEN, {}, back=address)


def _page(screen: Screen, status: int, code: str, params: dict[str, object], *, back: str | None = None) -> Response:
    known = screen.services.catalogue.has(code)
    draw = screen.page if status < _OUR_FAULT else screen.bare_page
    return draw(
        "refusal.html",
        status=status,
        code=code if known else "console.refused.request",
        params=params if known else {},
        # Whoever keeps the server can do nothing about what was only not found or typed wrong.
        reference=code if status >= _OUR_FAULT or not known else None,
        back=back or way_back(),
    )
