"""Which browser an account has been signed in with before, so that nobody else's failures keep its owner out of it.

It opens nothing: it only has failures counted apart (see `server.operations.throttle`). A signed cookie that holds a
random id and the hash of one login; whoever has none, or one of another login, is a stranger.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Final

from flask import request
from itsdangerous import BadSignature, Signer

from server.operations.sign_in import canonical_login
from server.web.identity import cookie_name, set_cookie

if TYPE_CHECKING:
    from flask import Response

    from server.operations.services import Services

_COOKIE: Final = "nepnha_known"
_KEPT_SECONDS: Final = 180 * 24 * 3600


def known_browser(services: Services, login: str) -> str | None:
    """Return the id of the browser at hand if that login was signed in with it before, else None."""
    given = request.cookies.get(cookie_name(services, _COOKIE), "")
    try:
        browser, _, of_login = _signer(services).unsign(given).decode().partition(":")
    except (BadSignature, UnicodeDecodeError):
        return None
    return browser if of_login == _hashed(login) else None


def remember_browser(services: Services, response: Response, login: str, browser: str | None) -> None:
    """Keep the browser known for that login for half a year, under its *browser* id or a new one."""
    text = f"{browser or secrets.token_urlsafe(16)}:{_hashed(login)}"
    set_cookie(services, response, _COOKIE, _signer(services).sign(text).decode(), seconds=_KEPT_SECONDS)


def _hashed(login: str) -> str:
    return hashlib.sha256(canonical_login(login).encode()).hexdigest()


def _signer(services: Services) -> Signer:
    return Signer(services.settings.secret_key, salt="known-browser", digest_method="sha256", key_derivation="hmac")
