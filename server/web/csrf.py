"""Proof that a request which changes something comes from a page of ours, opened in this very browser.

A signature over the session's key, or, before signing in, over a random cookie. It rides in a form field or, from
htmx, in a header. Source: OWASP Cross-Site Request Forgery Prevention Cheat Sheet, signed double-submit cookie.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from flask import g, request
from itsdangerous import Signer

from server.errors import Forbidden, Unauthenticated
from server.operations.sessions import session_key
from server.web.identity import cookie_name, current_session, session_id_of_request, set_cookie

if TYPE_CHECKING:
    from flask import Response

    from server.operations.services import Services

FIELD: Final = "csrf_token"
HEADER: Final = "X-CSRF-Token"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_COOKIE: Final = "nepnha_visit"
_VISIT_SECONDS: Final = 12 * 3600


def csrf_token(services: Services) -> str:
    """Return the token for the page being made; a visitor without the random cookie is given one."""
    return _signer(services).get_signature(_bound_to(services) or _new_visit()).decode()


def check_csrf(services: Services) -> None:
    """Let a request through that is safe or carries its token; raises Forbidden ``access.csrf``."""
    if request.method in SAFE_METHODS:
        return
    token = request.headers.get(HEADER) or request.form.get(FIELD, "")
    bound = _bound_to(services)
    if bound is None or not _signer(services).verify_signature(bound, token):
        if is_of_ended_session(services):
            raise Unauthenticated("access.sign_in_needed")
        raise Forbidden("access.csrf")


def is_of_ended_session(services: Services) -> bool:
    """Tell whether a form comes from a page of ours that this browser opened while its session lasted."""
    session_id = session_id_of_request(services)
    if session_id is None or current_session(services) is not None:
        return False
    return _signer(services).verify_signature(_of_session(session_key(session_id)), request.form.get(FIELD, ""))


def token_in(services: Services, session_id: str) -> str:
    """Return the token for a page that is made while its session begins."""
    return _signer(services).get_signature(_of_session(session_key(session_id))).decode()


def keep_visit(services: Services, response: Response) -> None:
    """Put the random cookie into the browser if this request made one."""
    visit = g.get("new_visit")
    if visit is not None:
        set_cookie(services, response, _COOKIE, visit, seconds=_VISIT_SECONDS)


def _bound_to(services: Services) -> str | None:
    session = current_session(services)
    if session is not None:
        return _of_session(session.key)
    visit = request.cookies.get(cookie_name(services, _COOKIE)) or g.get("new_visit")
    return f"visit:{visit}" if visit else None


def _of_session(key: str) -> str:
    return f"session:{key}"


def _new_visit() -> str:
    g.new_visit = secrets.token_urlsafe(16)
    return f"visit:{g.new_visit}"


def _signer(services: Services) -> Signer:
    return Signer(services.settings.secret_key, salt="csrf", digest_method="sha256", key_derivation="hmac")
