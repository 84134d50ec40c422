"""The map of everyday records: the page with its table, the marks on it, and the outlines of communes.

The ground under it is blank unless the operator names a source of tiles; then this page alone, and no other, lets
browsers fetch pictures from that one origin.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from flask import Response, request, url_for

from server.operations.map_outlines import map_outlines
from server.operations.map_records import COUNTED_AT_MOST, SPOTS_AT_MOST, Window, map_marks, map_overview
from server.operations.sights import Desk
from server.submissions.review import ReviewState
from server.territory.outlines import Box
from server.web.console.asked import STATE_CHOICES, asked_list, number
from server.web.console.headers import CONTENT_SECURITY_POLICY
from server.web.console.screen import chosen_language
from server.web.identity import signed_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.access.actors import Account
    from server.operations.services import Services
    from server.territory.clusters import Cluster
    from server.territory.units import UnitId
    from server.web.console.asked import Asked
    from server.web.console.screen import Screen

SIGNS: Final = {
    ReviewState.RECEIVED: "●",
    ReviewState.EDITED: "◆",
    ReviewState.HAS_ISSUES: "▲",
    ReviewState.APPROVED: "■",
    ReviewState.REJECTED: "✕",
}
"""A shape for each state, for whoever does not tell colours apart; what waits for a decision comes first."""
_OWN_FIELDS: Final = frozenset({"form", "unit", "state", "from", "to"})
_WORDS: Final = ("zoom_in", "zoom_out", "closer", "list", "record", "close", "failed", "loading", "shown", "bounded")
_FARTHEST_ZOOM: Final = 5
_CLOSEST_ZOOM: Final = 19
_OUTLINES_SECONDS: Final = 600
_CORNERS: Final = 4
_EARTH: Final = (180.0, 90.0, 180.0, 90.0)
_SLOTS: Final = {"count": "%count%", "limit": f"{SPOTS_AT_MOST:,}".replace(",", ".")}
"""What stands in sentences for numbers that the script knows."""


@dataclass(frozen=True, slots=True)
class MapPages:
    """The map and what it fetches."""

    services: Services
    screen: Screen

    def page(self) -> Response:
        """Show the map, its filters, and the table that says the same without it."""
        asked = self._asked()
        settings = self.services.settings
        overview = map_overview(self.services, self._account(), asked.question)
        response = self.screen.page(
            "map.html",
            asked=asked,
            overview=overview,
            states=STATE_CHOICES,
            signs=SIGNS,
            columns=[state for state in SIGNS if any(state in place.states for place in overview.places)],
            to_list=partial(_with, url_for("console.submissions"), asked.parameters),
            to_map=partial(_with, url_for("console.map"), asked.parameters),
            others={name: text for name, text in asked.parameters.items() if name not in _OWN_FIELDS},
            known=self._known(asked, overview.box, has_outlines=overview.has_outlines),
            bound=COUNTED_AT_MOST,
        )
        if settings.tile_url:
            response.headers["Content-Security-Policy"] = policy_with_tiles(settings.tile_url)
        return response

    def marks(self) -> Response:
        """Send the marks that are on the screen."""
        asked = self._asked()
        found = map_marks(self.services, self._account(), asked.question, window_of(request.args))
        addresses = _Addresses(url_for("console.submissions"), asked.parameters)
        marks = [addresses.mark(one, found.names) for one in found.clusters]
        return _as_json({"marks": marks, "bounded": found.is_bounded})

    def outlines(self) -> Response:
        """Send the outlines of communes; a browser keeps them for some minutes."""
        drawn = map_outlines(self.services, self._account(), self._asked().question)
        response = _as_json(drawn.text)
        response.cache_control.private = True
        response.cache_control.max_age = _OUTLINES_SECONDS
        response.set_etag(drawn.tag)
        response.make_conditional(request)
        return response

    def _known(self, asked: Asked, box: Box | None, *, has_outlines: bool) -> dict[str, Any]:
        """Return what the script of the page is told."""
        settings, language = self.services.settings, chosen_language()
        words = {word: self.screen.say(f"console.map.{word}", language=language, **_SLOTS) for word in _WORDS}
        states = [
            [state.value, sign, self.screen.say(f"review.state.{state.value}", language=language)]
            for state, sign in SIGNS.items()
        ]
        return {
            "marks": _with(url_for("console.map_marks"), asked.parameters),
            "outlines": _with(url_for("console.map_outlines"), _unit_alone(asked)) if has_outlines else "",
            "box": None if box is None else [[box.south, box.west], [box.north, box.east]],
            "tiles": settings.tile_url,
            "credit": settings.tile_credit,
            "states": states,
            "words": words,
        }

    def _asked(self) -> Asked:
        return asked_list(request.args, Desk.EVERYDAY)

    def _account(self) -> Account:
        return signed_in(self.services).account


def policy_with_tiles(tile_url: str) -> str:
    """Return the policy of pages, widened by pictures from the origin of the tiles and by nothing else."""
    parts = urlsplit(tile_url)
    return CONTENT_SECURITY_POLICY.replace("img-src 'self'", f"img-src 'self' {parts.scheme}://{parts.netloc}")


def window_of(arguments: Mapping[str, str]) -> Window:
    """Return the part of the map that an address asks for; what cannot be read is all of it, from afar."""
    asked = number(arguments.get("zoom"))
    zoom = min(max(_FARTHEST_ZOOM if asked is None else asked, _FARTHEST_ZOOM), _CLOSEST_ZOOM)
    try:
        corners = [float(one) for one in arguments.get("box", "").split(",")]
    except ValueError:
        corners = []
    if len(corners) != _CORNERS or not all(map(math.isfinite, corners)):
        return Window(None, zoom)
    west, south, east, north = (max(-limit, min(limit, one)) for one, limit in zip(corners, _EARTH, strict=True))
    return Window(Box(west, south, east, north) if west <= east and south <= north else None, zoom)


@dataclass(frozen=True, slots=True)
class _Addresses:
    """The pages that marks lead to, made once for all of them."""

    listing: str
    parameters: Mapping[str, str]

    def mark(self, cluster: Cluster, names: Mapping[UnitId, str]) -> dict[str, Any]:
        """Return a mark: where, what is in it; of one place its name, and where a press leads."""
        mark: dict[str, Any] = {"at": [round(cluster.latitude, 5), round(cluster.longitude, 5)], "kinds": cluster.kinds}
        if len(cluster.units) == 1:
            (unit_id,) = cluster.units
            mark["name"] = names.get(unit_id, "")
            mark["list"] = _with(self.listing, self.parameters, unit=unit_id)
        if cluster.key is not None:
            mark["record"] = _with(f"{self.listing}/{cluster.key}", self.parameters)
        return mark


def _with(page: str, parameters: Mapping[str, str], **more: object) -> str:
    """Return the address of a page: `url_for` takes too long for hundreds of them."""
    asked = urlencode({**parameters, **more})
    return f"{page}?{asked}" if asked else page


def _unit_alone(asked: Asked) -> dict[str, str]:
    """Return the parameters that outlines know, so that a browser has them once for all filters of a place."""
    return {name: text for name, text in asked.parameters.items() if name == "unit"}


def _as_json(content: object) -> Response:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Response(text, content_type="application/json; charset=utf-8")
