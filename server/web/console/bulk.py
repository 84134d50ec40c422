"""The step before many records are approved together: how many, and which are left out by name and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, request

from server.operations.propose_approval import propose_approval
from server.operations.sights import Desk
from server.web.console.asked import asked_list, read_targets, ticks_text
from server.web.console.finding_names import names_of
from server.web.console.screen import chosen_language
from server.web.identity import signed_in

if TYPE_CHECKING:
    from server.operations.services import Services
    from server.web.console.screen import Screen


@dataclass(frozen=True, slots=True)
class BulkPages:
    """The step; there is none at the desk of incidents, which are read one by one."""

    services: Services
    screen: Screen

    def propose(self) -> Response:
        """Say what approving the ticked records, or all that match, would do."""
        asked = asked_list(request.form, Desk.EVERYDAY)
        ticked = None if request.form.get("all") else read_targets(request.form.getlist("record"))
        proposal = propose_approval(self.services, signed_in(self.services).account, asked.question, ticked)
        codes = {code for one in proposal.named for code in one.findings}
        return self.screen.page(
            "approve.html",
            desk="submissions",
            asked=asked,
            proposal=proposal,
            records=ticks_text(proposal.targets),
            finding_names=names_of(codes, self.services.catalogue, chosen_language()),
        )
