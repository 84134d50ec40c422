"""What was typed into a long form whose sign-in ended meanwhile: it waits behind the sign-in page, and is not lost.

It travels with that page, signed, and is stored nowhere. Only a form of ours that this browser opened while its session
lasted is kept, and only everyday ones: what was typed about a case goes with its sign-in. What comes back is worked
out again, never saved by itself; the draft in it is good for the account that began it and for no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from server.web.csrf import FIELD, is_of_ended_session

if TYPE_CHECKING:
    from server.operations.services import Services

KEPT: Final = "kept"
"""The field of the sign-in page it waits in."""
_PAGES: Final = frozenset({"console.submissions_correct", "console.submissions_sheet_keep"})
_WISH: Final = "do"
_SECONDS: Final = 3600
_LONGEST: Final = 500_000


@dataclass(frozen=True, slots=True)
class KeptForm:
    """Where a form was sent and what stood in it."""

    address: str
    fields: tuple[tuple[str, str], ...]


def kept_of_request(services: Services) -> str:
    """Return the form that was just sent, signed; empty where it is none to keep."""
    if request.method != "POST" or request.endpoint not in _PAGES or not is_of_ended_session(services):
        return ""
    fields = [(name, text) for name, text in request.form.items(multi=True) if name not in {FIELD, _WISH}]
    signed: str = _signer(services).dumps([request.path, fields])
    return signed if len(signed) <= _LONGEST else ""


def read_kept(services: Services, signed: str) -> KeptForm | None:
    """Return the form that waits, None where there is none or it waited for too long."""
    if not signed:
        return None
    try:
        address, fields = _signer(services).loads(signed, max_age=_SECONDS)
    except BadSignature:
        return None
    typed = tuple((str(name), str(text)) for name, text in fields)
    return KeptForm(str(address), (*typed, (_WISH, "check")))


def _signer(services: Services) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services.settings.secret_key, salt="kept form")
