"""The page *Phiếu làm thử*: a course's trainees, and clearing away what they sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import make_response, redirect, request, url_for

from server.access.authorisation import may_use
from server.access.roles import Permission
from server.errors import InvalidInput
from server.operations.clear_practice import clear_practice, read_practice
from server.web.console.asked import number, piece
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.operations.services import Services
    from server.web.console.screen import Screen


@dataclass(frozen=True, slots=True)
class PracticePages:
    """The pages of practice."""

    services: Services
    screen: Screen

    def page(self) -> Response:
        """Show how it goes."""
        account, start = signed_in(self.services).account, number(request.args.get("from")) or 0
        practice = read_practice(self.services, account)
        shown, following = piece(practice.trainees, start)
        return self.screen.page(
            "practice.html",
            practice=practice,
            shown=shown,
            start=start,
            following=following,
            may_enrol=may_use(account, Permission.MANAGE_COLLABORATORS, self.services.today()),
            cleared=number(request.args.get("cleared")),
        )

    def clear(self) -> Response:
        """Clear it away, once somebody said they are sure."""
        if not request.form.get("is_sure"):
            raise InvalidInput("practice.not_sure")
        seen = number(request.form.get("seen"))
        cleared = clear_practice(self.services, signed_in(self.services).account, -1 if seen is None else seen)
        return make_response(redirect(url_for("console.practice", cleared=cleared), 303))
