"""The page of the list of records: filters, what is in force of them, the order, and the rows.

The same page serves both desks; which permission it asks for stands in `register`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Response, request

from server.access.authorisation import may_use
from server.operations.browse_submissions import COUNTED_AT_MOST, Lately, browse_submissions
from server.operations.list_choices import list_choices
from server.operations.review_submissions import UNDONE_WITHIN, latest_decided
from server.operations.save_views import saved_views
from server.operations.sights import Desk
from server.operations.sign_release import may_sign_releases
from server.web.console.active_filters import Naming, active_filters
from server.web.console.asked import STATE_CHOICES, asked_list, cursor_text, orders_at, place_in, read_cursor
from server.web.console.finding_names import names_of
from server.web.console.saved_views import offered
from server.web.console.screen import chosen_language
from server.web.identity import signed_in

if TYPE_CHECKING:
    from server.access.actors import Account
    from server.operations.list_choices import Place
    from server.operations.services import Services
    from server.storage.repositories.reviews import LatestBatch
    from server.web.console.asked import Asked
    from server.web.console.saved_views import OfferedView
from server.web.console.screen import Screen

_CHIPS: Final = 12
"""So many places stand in view; the others are a press away."""


@dataclass(frozen=True, slots=True)
class ListPages:
    """The list of one desk; *name* is what its endpoints begin with."""

    services: Services
    screen: Screen
    desk: Desk
    name: str

    def listing(self) -> Response:
        """Show a page of the list; to htmx, only its rows."""
        account, asked = self._account(), asked_list(request.args, self.desk)
        page = browse_submissions(self.services, account, asked.question, after=read_cursor(request.args.get("after")))
        shown: dict[str, Any] = {
            "desk": self.name,
            "asked": asked,
            "page": page,
            "place": place_in(request.args),
            "following": cursor_text(page.following),
            "may_tick": self._may_review(account) and self.desk is Desk.EVERYDAY,  # incidents are read one by one
        }
        if request.headers.get("HX-Request"):
            return self.screen.page("records_rows.html", continues=True, **shown)
        choices = list_choices(self.services, account, asked.question, page)
        findings = names_of(choices.findings, self.services.catalogue, chosen_language())
        return self.screen.page(
            "records.html",
            choices=choices,
            findings=findings.items(),
            active=active_filters(asked, Naming(choices, findings)),
            chips=chips(choices.places, asked.question.unit_id),
            states=STATE_CHOICES,
            lately=tuple(Lately),
            orders=orders_at(self.desk),
            bound=COUNTED_AT_MOST,
            views=self._views(account, asked),
            latest=self._latest(account, asked),
            undone_within=UNDONE_WITHIN,
            may_publish=self.desk is Desk.INCIDENTS and may_sign_releases(self.services, account),
            **shown,
        )

    def _views(self, account: Account, asked: Asked) -> tuple[OfferedView, ...]:
        """Return the lists this person saved; there are none of incidents."""
        return () if self.desk is Desk.INCIDENTS else offered(saved_views(self.services, account), asked)

    def _latest(self, account: Account, asked: Asked) -> LatestBatch | None:
        """Return what this person decided last of several records, while it can be taken back; on the plain list."""
        is_plain = asked.parameters.keys() <= {"state"}
        if self.desk is not Desk.EVERYDAY or not is_plain or not self._may_review(account):
            return None
        latest = latest_decided(self.services, account, self.desk)
        return latest if latest is not None and latest.records > 1 else None

    def _account(self) -> Account:
        return signed_in(self.services).account

    def _may_review(self, account: Account) -> bool:
        return may_use(account, self.desk.review, self.services.today())


def chips(places: tuple[Place, ...], chosen: int | None) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """Return the places to show as chips, and those behind a press, each in the order they came in.

    Places where nothing waits are left to the menu of all units; the one chosen always stands in view.
    """
    offered = [one for one in places if one.waiting != 0 or one.unit.unit_id == chosen]
    busiest = sorted(offered, key=lambda one: (one.unit.unit_id != chosen, -(one.waiting or 0)))[:_CHIPS]
    first = {one.unit.unit_id for one in busiest}
    in_view = tuple(one for one in offered if one.unit.unit_id in first)
    return in_view, tuple(one for one in offered if one.unit.unit_id not in first)
