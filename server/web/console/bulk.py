"""The step before many records are approved together: how many, and which are left out by name and why.

It is a page with an address, so that one may open what is left out and come back; only where more is ticked than fits
into one does it answer the form itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Response, make_response, redirect, request, url_for

from server.operations.propose_approval import propose_approval
from server.operations.sights import Desk
from server.web.console.asked import asked_list, read_targets, ticks_text
from server.web.console.batches import new_batch
from server.web.console.finding_names import names_of
from server.web.console.screen import chosen_language
from server.web.identity import signed_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.operations.review_submissions import Target
    from server.operations.services import Services
    from server.web.console.asked import Asked
    from server.web.console.screen import Screen

_LONGEST_ADDRESS: Final = 4000
"""A server takes twice that, but not every line to it does."""


@dataclass(frozen=True, slots=True)
class BulkPages:
    """The step; there is none at the desk of incidents, which are read one by one."""

    services: Services
    screen: Screen

    def ask(self) -> Response:
        """Lead to the page about the ticked records, or about all that match."""
        asked = asked_list(request.form, Desk.EVERYDAY)
        ticked = None if request.form.get("all") else read_targets(request.form.getlist("record"))
        parameters: dict[str, Any] = {**asked.parameters, "ticked": None if ticked is None else ticks_text(ticked)}
        address = url_for("console.submissions_approving", **parameters)
        if ticked == () or len(address) > _LONGEST_ADDRESS:
            return self._page(asked, ticked)
        return make_response(redirect(address, 303))

    def proposal(self) -> Response:
        """Say what approving the records named in the address, or all that match, would do."""
        ticked = request.args.get("ticked")
        return self._page(asked_list(request.args, Desk.EVERYDAY), None if ticked is None else read_targets([ticked]))

    def _page(self, asked: Asked, ticked: Sequence[Target] | None) -> Response:
        proposal = propose_approval(self.services, signed_in(self.services).account, asked.question, ticked)
        codes = {code for one in proposal.named for code in one.findings}
        return self.screen.page(
            "approve.html",
            desk="submissions",
            asked=asked,
            proposal=proposal,
            records=ticks_text(proposal.targets),
            batch=new_batch(self.services),
            finding_names=names_of(codes, self.services.catalogue, chosen_language()),
        )
