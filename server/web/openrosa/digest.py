"""Digest and Basic for phones that were given a user name instead of a token.

Collect answers only a challenge, Digest always, Basic only over https; it wants them as two header lines, Digest first,
and would pick auth-int if it were offered. The nonce carries its own time and is signed, so that every worker knows it.
Source: RFC 2617; https://docs.getodk.org/openrosa-authentication/.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

if TYPE_CHECKING:
    from werkzeug.datastructures import Authorization

NONCE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a 401 asks for."""

    realm: str
    nonce: str
    is_stale: bool
    offers_basic: bool

    def headers(self) -> list[tuple[str, str]]:
        """Return the header lines, Digest first."""
        digest = (
            f'Digest realm="{self.realm}", domain="/v1/", nonce="{self.nonce}", opaque="{_md5(self.realm)}", '
            f'algorithm=MD5, qop="auth"{", stale=true" if self.is_stale else ""}'
        )
        lines = [("WWW-Authenticate", digest)]
        if self.offers_basic:
            lines.append(("WWW-Authenticate", f'Basic realm="{self.realm}"'))
        return lines


def new_nonce(secret: str) -> str:
    """Return a nonce that any worker with the same secret accepts for ten minutes."""
    return _signer(secret).sign(secrets.token_hex(8)).decode()


def nonce_state(nonce: str, secret: str) -> str:
    """Return ``fresh``, ``stale`` or ``forged``."""
    try:
        _signer(secret).unsign(nonce, max_age=NONCE_SECONDS)
    except SignatureExpired:
        return "stale"
    except BadSignature:
        return "forged"
    return "fresh"


def digest_matches(given: Authorization, *, ha1: str, method: str, uri: str) -> bool:
    """Tell whether a Digest answer is right for this request line and the kept HA1."""
    if given.get("uri") != uri or (given.get("algorithm") or "MD5").upper() != "MD5":
        return False
    ha2 = _md5(f"{method}:{given.get('uri')}")
    if given.get("qop"):
        middle = f"{given.get('nonce')}:{given.get('nc')}:{given.get('cnonce')}:{given.get('qop')}"
    else:
        middle = f"{given.get('nonce')}"
    expected, response = _md5(f"{ha1}:{middle}:{ha2}"), given.get("response") or ""
    return hmac.compare_digest(expected.encode(), response.encode())


def _signer(secret: str) -> TimestampSigner:
    return TimestampSigner(secret, salt="digest-nonce", sep=".")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
