"""Saving the list of records as it is narrowed now, and renaming and removing what was saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from flask import make_response, redirect, request, url_for

from server.operations.save_views import remove_view, rename_view, save_view
from server.operations.sights import Desk
from server.web.console.asked import asked_list
from server.web.identity import signed_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from server.operations.services import Services
    from server.storage.repositories.saved_views import SavedView
    from server.web.console.asked import Asked


@dataclass(frozen=True, slots=True)
class OfferedView:
    """A saved list to open; *is_here*: it is the one that is shown."""

    view_id: int
    name: str
    parameters: Mapping[str, str]
    is_here: bool


@dataclass(frozen=True, slots=True)
class SavedViewPages:
    """What is done to saved lists; each leads back to the list."""

    services: Services

    def save(self) -> Response:
        """Save the list that the form was shown with."""
        asked = asked_list(request.form, Desk.EVERYDAY)
        save_view(self.services, signed_in(self.services).account, request.form.get("name", ""), query_of(asked))
        return _back(asked)

    def change(self, view_id: int) -> Response:
        """Rename or remove a list."""
        account = signed_in(self.services).account
        if request.form.get("act") == "remove":
            remove_view(self.services, account, view_id)
        else:
            rename_view(self.services, account, view_id, request.form.get("name", ""))
        return _back(asked_list(request.form, Desk.EVERYDAY))


def offered(views: tuple[SavedView, ...], asked: Asked) -> tuple[OfferedView, ...]:
    """Return saved lists as links."""
    here = query_of(asked)
    return tuple(OfferedView(one.view_id, one.name, dict(parse_qsl(one.query)), one.query == here) for one in views)


def query_of(asked: Asked) -> str:
    """Return what a list is narrowed to and ordered by as it is saved."""
    return urlencode(sorted(asked.parameters.items()))


def _back(asked: Asked) -> Response:
    parameters: dict[str, Any] = {**asked.parameters}
    return make_response(redirect(url_for("console.submissions", **parameters), 303))
