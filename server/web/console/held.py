"""The page of held uploads: why each is held, who sent it, and the two ways out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import make_response, redirect, request, url_for

from server.access.authorisation import may_use
from server.access.roles import Permission
from server.operations.browse_tray import browse_tray, discard_held, tray_choices
from server.operations.release_held import Assigned, release_held
from server.web.console.asked import number
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.operations.services import Services
    from server.web.console.screen import Screen


@dataclass(frozen=True, slots=True)
class HeldPages:
    """The pages of the tray."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show a page of the tray."""
        account = signed_in(self.services).account
        page = browse_tray(self.services, account, before=number(request.args.get("before")))
        may_settle = may_use(account, Permission.RELEASE_TRAY, self.services.today())
        asked = number(request.args.get("give")) if may_settle else None
        given = next((one for one in page.uploads if one.upload_id == asked and not one.is_sensitive), None)
        return self.screen.page(
            "held.html",
            tray=page,
            may_settle=may_settle,
            given=given,
            choices=tray_choices(self.services, account, given) if given else None,
            before=request.args.get("before"),
            did=request.args.get("did"),
        )

    def release(self, upload_id: int) -> Response:
        """File an upload after all."""
        typed = request.form
        to = Assigned(number(typed.get("version")), number(typed.get("person")))
        release_held(self.services, signed_in(self.services).account, upload_id, to)
        return _back("released")

    def discard(self, upload_id: int) -> Response:
        """Put an upload aside, with a reason."""
        discard_held(self.services, signed_in(self.services).account, upload_id, request.form.get("reason", ""))
        return _back("discarded")


def _back(did: str) -> Response:
    return make_response(redirect(url_for("console.held", did=did), 303))
