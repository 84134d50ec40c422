"""Every route says which permission it needs, and no server starts with one that does not.

``@requires(Permission.X)`` writes it on the view; `guard_routes` asks `server.access` before each request. Phones'
routes are let through: their door knows its senders by token or password and never reads the console's cookie.
What lies in whose territory is not decided here but by the sight of each unit of work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from flask import current_app, request

from server.access.authorisation import authorise
from server.access.roles import Permission
from server.errors import Forbidden, NotFound
from server.web.csrf import SAFE_METHODS, check_csrf
from server.web.identity import current_actor, current_session
from server.web.storable import make_storable

if TYPE_CHECKING:
    from flask import Flask

    from server.operations.services import Services
    from server.territory.scope import Scope
    from server.territory.units import UnitId

_MARK: Final = "required_permission"
_OWN_DOOR: Final = frozenset({Permission.PUBLIC, Permission.OPENROSA})
"""Routes that identify nobody, or do so by themselves; nothing on them may change by a browser's cookie."""

_NUL: Final = b"%00"
"""The one character PostgreSQL has no text for; nothing is called by it."""

View = TypeVar("View", bound=Callable[..., Any])


class UnguardedRoutes(Exception):
    """Some routes declare no permission; the message names them."""


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare the permission a view needs."""

    def declare(view: View) -> View:
        setattr(view, _MARK, permission)
        return view

    return declare


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """Return what the route's view declares."""
    found: Permission | None = getattr(app.view_functions[endpoint], _MARK, None)
    return found


def check_every_route_is_guarded(app: Flask) -> None:
    """Raise `UnguardedRoutes` unless each route declares a permission."""
    bare = sorted({str(rule) for rule in app.url_map.iter_rules() if permission_of(app, rule.endpoint) is None})
    if bare:
        raise UnguardedRoutes(", ".join(bare))


def guard_routes(app: Flask, services: Services) -> None:
    """Have every request of *app* checked before its view runs."""
    app.before_request(lambda: _check(services))


def _check(services: Services) -> None:
    """Let the request through or raise what `authorise` and `check_csrf` raise."""
    if request.endpoint is None:
        return  # there is no such page; Flask says so next
    permission = permission_of(current_app, request.endpoint)
    assert permission is not None, "check_every_route_is_guarded was not called"
    if permission in _OWN_DOOR:
        return
    check_csrf(services)

    def scope_of(units: frozenset[UnitId]) -> Scope:
        return services.atlas.current().scope_of(units)

    authorise(current_actor(services), permission, scope_of=scope_of, on=services.today())
    session = current_session(services)
    if session is not None and session.must_change_password and permission is not Permission.OWN_SESSION:
        raise Forbidden("access.password_to_change")
    if _NUL in request.query_string or "\0" in request.path:
        raise NotFound("access.not_found")
    if request.method not in SAFE_METHODS:
        make_storable(request)
