"""Who is knocking: the token in the address, or Digest or Basic on the plain address.

A token address never answers 401, which would make Collect ask a collaborator for a password she does not have.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from flask import request

from server.access.devices import ha1_of, realm_of
from server.errors import Unauthenticated
from server.operations.identify_sender import sender_by_token, sender_by_username
from server.web.openrosa.digest import Challenge, digest_matches, new_nonce, nonce_state

if TYPE_CHECKING:
    from werkzeug.datastructures import Authorization

    from server.operations.services import Services
    from server.storage.repositories.collaborators import Sender


def identify(services: Services, project_id: int, token: str | None) -> Sender:
    """Return who sent the request at hand; raises Forbidden for a token, Unauthenticated with a challenge otherwise."""
    if token is not None:
        return sender_by_token(services, project_id, token)
    given = _credentials()
    sender = _by_credentials(services, project_id, given) if given and given.type in {"digest", "basic"} else None
    if sender is None:
        is_stale = given is not None and given.type == "digest" and _nonce_state(services, given) == "stale"
        raise Unauthenticated("openrosa.sign_in_needed", challenge=_challenge(services, project_id, is_stale=is_stale))
    return sender


def _credentials() -> Authorization | None:
    """Return what the request says of its sender; None where that cannot be read, as if it said nothing."""
    try:
        return request.authorization
    except ValueError:  # werkzeug 3.1 lets one from base64 through when the header is not ASCII
        return None


def _by_credentials(services: Services, project_id: int, given: Authorization) -> Sender | None:
    username = (given.username if given.type == "basic" else given.get("username")) or ""
    if given.type == "basic" and not services.settings.is_https:
        return None
    if given.type == "digest" and _nonce_state(services, given) != "fresh":
        return None
    sender = sender_by_username(services, project_id, username)
    ha1 = sender.ha1 if sender else "0" * 32
    if given.type == "digest":
        is_right = digest_matches(given, ha1=ha1, method=request.method, uri=_request_uri())
    else:
        is_right = hmac.compare_digest(ha1_of(username, project_id, given.password or ""), ha1)
    return sender if is_right else None


def _nonce_state(services: Services, given: Authorization) -> str:
    return nonce_state(given.get("nonce") or "", services.settings.secret_key)


def _challenge(services: Services, project_id: int, *, is_stale: bool) -> Challenge:
    secret = services.settings.secret_key
    return Challenge(realm_of(project_id), new_nonce(secret), is_stale, services.settings.is_https)


def _request_uri() -> str:
    """Return path and query exactly as they were sent."""
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    return str(raw) if raw else request.full_path.rstrip("?")
