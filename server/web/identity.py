"""Who is asking, at the console's door: read once per request from the session table, never from the cookie.

The cookie holds a random id and nothing else. It says nothing at the phones' door, which has proofs of its own.
This is the only module that keeps something for the length of a request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import g, request

from server.access.actors import Account, Visitor
from server.operations.sessions import LONGEST, OpenSession, read_session

if TYPE_CHECKING:
    from flask import Response

    from server.operations.services import Services

_PLAIN_NAME: Final = "nepnha_session"


def current_session(services: Services) -> OpenSession | None:
    """Return the session this request belongs to, None for a visitor."""
    if "session_read" not in g:
        session_id = session_id_of_request(services)
        g.session_read = read_session(services, session_id) if session_id else None
    found: OpenSession | None = g.session_read
    return found


def session_read() -> OpenSession | None:
    """Return the session if this request has asked for one already; reads nothing."""
    found: OpenSession | None = g.get("session_read")
    return found


def current_actor(services: Services) -> Account | Visitor:
    """Return who is asking, with the posts they hold at this moment."""
    session = current_session(services)
    return session.account if session else Visitor()


def signed_in(services: Services) -> OpenSession:
    """Return the session of a request that the guard let through to a page for accounts."""
    session = current_session(services)
    assert session is not None, "the route's permission lets visitors in"
    return session


def session_id_of_request(services: Services) -> str | None:
    """Return the id the browser sent, whether or not there is such a session."""
    return request.cookies.get(cookie_name(services, _PLAIN_NAME))


def give_session(services: Services, response: Response, session_id: str) -> None:
    """Put the id into the browser."""
    set_cookie(services, response, _PLAIN_NAME, session_id, seconds=int(LONGEST.total_seconds()))


def take_session(services: Services, response: Response) -> None:
    """Take the id out of the browser."""
    set_cookie(services, response, _PLAIN_NAME, "", seconds=0)


def set_cookie(services: Services, response: Response, name: str, value: str, *, seconds: int) -> None:
    """Set one of our cookies: unreadable to scripts, this site only, bound to this host where there is TLS."""
    response.set_cookie(
        cookie_name(services, name),
        value,
        max_age=seconds,
        path="/",
        secure=services.settings.is_https,
        httponly=True,
        samesite="Lax",
    )


def cookie_name(services: Services, name: str) -> str:
    """Return the name with ``__Host-`` before it where browsers accept that: over TLS."""
    return f"__Host-{name}" if services.settings.is_https else name
