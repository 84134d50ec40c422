"""The page of held uploads of one desk: why each is held, who sent it, and the two ways out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import make_response, redirect, request, url_for

from server.access.authorisation import may_use
from server.operations.browse_tray import browse_tray, discard_held, tray_choices
from server.operations.release_held import Assigned, release_held
from server.web.console.asked import number
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.operations.services import Services
    from server.operations.sights import Desk
    from server.web.console.screen import Screen


@dataclass(frozen=True, slots=True)
class HeldPages:
    """The pages of the tray of one desk; *name* is what its endpoints begin with."""

    services: Services
    screen: Screen
    desk: Desk
    name: str

    def listing(self) -> Response:
        """Show a page of the tray."""
        account = signed_in(self.services).account
        page = browse_tray(self.services, account, self.desk, before=number(request.args.get("before")))
        may_settle = may_use(account, self.desk.settle_tray, self.services.today())
        asked = number(request.args.get("give")) if may_settle else None
        given = next((one for one in page.uploads if one.upload_id == asked and not one.is_sensitive), None)
        return self.screen.page(
            "held.html",
            desk=self.name,
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
        release_held(self.services, signed_in(self.services).account, self.desk, upload_id=upload_id, to=to)
        return self._back("released")

    def discard(self, upload_id: int) -> Response:
        """Put an upload aside, with a reason."""
        account, reason = signed_in(self.services).account, request.form.get("reason", "")
        discard_held(self.services, account, self.desk, upload_id=upload_id, reason=reason)
        return self._back("discarded")

    def _back(self, did: str) -> Response:
        return make_response(redirect(url_for(f"console.{self.name}", did=did), 303))
