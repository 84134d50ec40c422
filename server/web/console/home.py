"""The first page after signing in: *Hôm nay*, what waits today, each number a way to the list it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import make_response, redirect, url_for

from server.operations.browse_submissions import COUNTED_AT_MOST
from server.operations.read_day import read_day
from server.operations.sign_in import may_pass_second_step
from server.web.identity import signed_in

if TYPE_CHECKING:
    from flask import Response

    from server.operations.read_day import Day
    from server.operations.services import Services
    from server.web.console.screen import Screen


@dataclass(frozen=True, slots=True)
class Card:
    """One number and the list it counts; *number* None: the list opens after the second step."""

    code: str
    address: str
    number: int | None
    is_more: bool = False
    """The list goes on beyond the number."""


@dataclass(frozen=True, slots=True)
class HomePage:
    """The first page."""

    services: Services
    screen: Screen

    def page(self) -> Response:
        """Show what waits; to somebody without a post, whom to ask for one."""
        session = signed_in(self.services)
        if session.must_change_password:
            return make_response(redirect(url_for("console.own"), 303))
        day = read_day(self.services, session.account)
        cards = _cards(day)
        if may_pass_second_step(self.services, session):
            cards.append(_bound_card("incidents", url_for("console.incidents"), day.incidents))
            # Seldom is there one; whoever has not passed the second step is not told whether there is.
            cards += [Card("held_cases", url_for("console.incidents_held"), day.held_cases)] if day.held_cases else []
        if not self.screen.may_open_anything():
            return self.screen.page("no_post.html")
        return self.screen.page("home.html", cards=cards, due=day.due, today=self.services.today())


def _cards(day: Day) -> list[Card]:
    known = (
        Card("waiting", url_for("console.submissions"), day.waiting),
        Card("returned", url_for("console.submissions", state="has_issues"), day.returned),
        _bound_card("lacking_files", url_for("console.submissions", state="all", files="lacking"), day.lacking_files),
        Card("held", url_for("console.held"), day.held),
        Card("silent", url_for("console.collaborators", show="silent"), day.silent),
    )
    return [one for one in known if one.number is not None]


def _bound_card(code: str, address: str, number: int | None) -> Card:
    """Return the card of a list that is counted to a bound."""
    return Card(code, address, number, is_more=number is not None and number >= COUNTED_AT_MOST)
