"""The pages of release tables: what was published, the tables of a year with what is hidden said in words, and signing.

Whatever stands here was frozen with what is hidden already left out; there is no filter and no choice of columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import make_response, redirect, request, url_for

from server.errors import InvalidInput
from server.operations.read_releases import ReleaseQuestion, list_releases, released_tables
from server.operations.release_tables import ReleaseOrder
from server.operations.sign_release import (
    freeze_as_officer,
    may_sign_releases,
    releases_to_sign,
    revise_as_officer,
    tables_as_officer,
)
from server.web.console.asked import number, year_of
from server.web.console.screen import chosen_language
from server.web.identity import signed_in
from server.web.renderers.files import grid_file
from server.web.renderers.released import released_grid, released_sheet

if TYPE_CHECKING:
    from flask import Response

    from server.access.actors import Account
    from server.operations.read_releases import ReleasedTables
    from server.operations.services import Services
    from server.web.console.screen import Screen


@dataclass(frozen=True, slots=True)
class PublishedPages:
    """The pages of release tables."""

    services: Services
    screen: Screen

    def listing(self) -> Response:
        """Show what was published, the newest first."""
        entries = list_releases(self.services, self._account())
        newest = {(one.project_id, one.plan, one.year): one.revision for one in entries}
        may_sign = may_sign_releases(self.services, self._account())
        return self.screen.page("published.html", entries=entries[::-1], newest=newest, may_sign=may_sign)

    def tables(self) -> Response:
        """Show the tables of one revision."""
        return self._page(released_tables(self.services, self._account(), asked_tables()), "indicators_published")

    def tables_file(self, kind: str) -> Response:
        """Send the tables of one revision as a file."""
        return self._file(released_tables(self.services, self._account(), asked_tables()), kind)

    def signed_tables(self) -> Response:
        """Show the tables of one revision to who signs them."""
        return self._page(tables_as_officer(self.services, self._account(), asked_tables()), "incidents_published")

    def signed_tables_file(self, kind: str) -> Response:
        """Send the tables of one revision as a file to who signs them."""
        return self._file(tables_as_officer(self.services, self._account(), asked_tables()), kind)

    def signing(self) -> Response:
        """Show the officer what can be frozen or made again."""
        plans = releases_to_sign(self.services, self._account())
        return self.screen.page("published_signing.html", plans=plans)

    def sign(self) -> Response:
        """Freeze or revise, once the officer has said that it is for ever."""
        typed = request.form
        if not typed.get("is_sure"):
            raise InvalidInput("console.published.not_sure")
        session = signed_in(self.services)
        order = ReleaseOrder(
            number(typed.get("project")) or 0, typed.get("plan", ""), year_of(typed.get("year")) or 0, session.name
        )
        if typed.get("again"):
            revise_as_officer(self.services, session.account, order, may_hide_more=bool(typed.get("hide_more")))
        else:
            freeze_as_officer(self.services, session.account, order)
        address: dict[str, Any] = {"project": order.project_id, "plan": order.plan, "year": order.year}
        return make_response(redirect(url_for("console.incidents_published_tables", **address), 303))

    def _page(self, shown: ReleasedTables, shelf: str) -> Response:
        """Show tables; *shelf* is the page they are reached from, whose names those of their own pages begin with."""
        sheets = [released_sheet(one, self._say(), chosen_language()) for one in shown.tables]
        return self.screen.page(
            "published_tables.html", entry=shown.entry, sheets=sheets, hashes=shown.hashes, shelf=f"console.{shelf}"
        )

    def _file(self, shown: ReleasedTables, kind: str) -> Response:
        return grid_file(released_grid(shown, self._say(), chosen_language()), kind)

    def _say(self) -> partial[str]:
        return partial(self.screen.say, language=chosen_language())

    def _account(self) -> Account:
        return signed_in(self.services).account


def asked_tables() -> ReleaseQuestion:
    """Return which tables the address asks for."""
    asked = request.args
    return ReleaseQuestion(
        number(asked.get("project")) or 0,
        asked.get("plan", ""),
        year_of(asked.get("year")) or 0,
        number(asked.get("revision")),
    )
