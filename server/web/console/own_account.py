"""The page of one's own account: posts, password, sign-ins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import make_response, redirect, request, url_for

from server.errors import InvalidInput
from server.operations.own_account import NewPassword, change_password, end_sign_in, read_own
from server.operations.passwords import FEWEST_CHARACTERS
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.operations.services import Services
    from server.web.console.screen import Screen


@dataclass(frozen=True, slots=True)
class OwnAccountPages:
    """The pages of one's own account."""

    services: Services
    screen: Screen

    def page(self) -> Response:
        """Show it."""
        return self._page(200, None)

    def change(self) -> Response:
        """Change the password; what is wrong is told beside the form."""
        session = signed_in(self.services)
        try:
            change_password(self.services, session, _typed())
        except InvalidInput as fault:
            return self._page(400, (fault.code, fault.params))
        return _back("password")

    def end(self) -> Response:
        """End one other sign-in, or all."""
        end_sign_in(self.services, signed_in(self.services), request.form.get("mark", ""))
        return _back("ended")

    def _page(self, status: int, problem: tuple[str, dict[str, object]] | None) -> Response:
        session = signed_in(self.services)
        return self.screen.page(
            "own_account.html",
            status=status,
            own=read_own(self.services, session),
            problem=problem,
            fewest=FEWEST_CHARACTERS,
            did=request.args.get("did"),
        )


def _typed() -> NewPassword:
    """Return what was typed; raises InvalidInput ``account.not_the_same``."""
    typed = request.form
    if typed.get("new") != typed.get("again"):
        raise InvalidInput("account.not_the_same")
    return NewPassword(typed.get("old", ""), typed.get("new", ""))


def _back(did: str) -> Response:
    return make_response(redirect(url_for("console.own", did=did), 303))
