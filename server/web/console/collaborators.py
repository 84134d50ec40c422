"""The pages of collaborators: who works where, a new person, a card with a code for the phone, taking access away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import segno
from flask import make_response, redirect, request, url_for

from server.errors import InvalidInput
from server.operations.add_collaborator import NewCollaborator
from server.operations.browse_collaborators import (
    SILENT_AFTER,
    browse_collaborators,
    enrol,
    enrolling_choices,
    make_card,
    read_collaborator,
    revoke,
)
from server.web.console.asked import number
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.access.actors import Account
    from server.operations.add_collaborator import Enrolment
    from server.operations.services import Services
    from server.web.console.screen import Screen

_REASONS: Final = {"lost": False, "left": False, "stolen": True}
"""Why access ends, and whether what the phone still holds is refused."""


@dataclass(frozen=True, slots=True)
class CollaboratorPages:
    """The pages of collaborators."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show who works in one's territory."""
        listed = browse_collaborators(self.services, self._account())
        return self.screen.page("collaborators.html", listed=listed, silent_days=SILENT_AFTER.days)

    def enrolling(self) -> Response:
        """Show the form for a new person."""
        return self.screen.page(
            "collaborator_new.html", choices=enrolling_choices(self.services, self._account()), problem=None, typed={}
        )

    def enrol(self) -> Response:
        """Enrol a person and show her card; what is missing is asked for again with what was typed."""
        account, typed = self._account(), request.form
        new = NewCollaborator(
            number(typed.get("project")) or 0, typed.get("name", ""), tuple(typed.getlist("unit")), is_sample=False
        )
        try:
            enrolment = enrol(self.services, account, new)
        except InvalidInput as fault:
            choices, problem = enrolling_choices(self.services, account), (fault.code, fault.params)
            return self.screen.page(
                "collaborator_new.html", status=400, choices=choices, problem=problem, typed=typed.to_dict(flat=False)
            )
        return self._card(account, enrolment)

    def one(self, collaborator_id: int) -> Response:
        """Show one person."""
        listed = read_collaborator(self.services, self._account(), collaborator_id)
        return self.screen.page("collaborator.html", one=listed, did=request.args.get("did"))

    def card(self, collaborator_id: int) -> Response:
        """Make a new key and show it as a card, this once."""
        account = self._account()
        ends_others = request.form.get("phone") == "new"
        return self._card(account, make_card(self.services, account, collaborator_id, ends_others=ends_others))

    def revoke(self, collaborator_id: int) -> Response:
        """Take a person's access away."""
        reason = request.form.get("reason", "")
        if reason not in _REASONS:
            raise InvalidInput("console.collaborator.reason_needed")
        revoke(self.services, self._account(), collaborator_id, is_stolen=_REASONS[reason])
        address = url_for("console.collaborator", collaborator_id=collaborator_id, did="revoked")
        return make_response(redirect(address, 303))

    def _card(self, account: Account, enrolment: Enrolment) -> Response:
        listed = read_collaborator(self.services, account, enrolment.collaborator_id)
        picture = segno.make(enrolment.qr, error="m").svg_data_uri(scale=4, border=3)
        return self.screen.page("card.html", one=listed, enrolment=enrolment, picture=picture)

    def _account(self) -> Account:
        return signed_in(self.services).account
