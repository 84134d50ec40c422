"""What was typed into a form whose sign-in ended meanwhile: it waits behind the sign-in page, and is not lost.

It travels with that page, signed, and is stored nowhere. Only a form of ours that this browser opened while its session
lasted is kept, and only everyday ones: what was typed about a case goes with its sign-in. What comes back is worked
out again, never saved by itself; the draft in it is good for the account that began it and for no other. What was to be
said of a record that is sent back, or not counted, is shown again, and sent by another press.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from server.submissions.review import Verdict
from server.web.console.asked import read_targets, remarks_in
from server.web.csrf import FIELD, is_of_ended_session

if TYPE_CHECKING:
    from server.operations.review_submissions import Target
    from server.operations.services import Services

KEPT: Final = "kept"
"""The field of the sign-in page it waits in."""
_DECIDING: Final = "console.submissions_decide"
_PAGES: Final = frozenset({"console.submissions_correct", "console.submissions_sheet_keep", _DECIDING})
_WISH: Final = "do"
_SECONDS: Final = 3600
_LONGEST: Final = 500_000


@dataclass(frozen=True, slots=True)
class KeptForm:
    """Where a form was sent and what stood in it."""

    address: str
    fields: tuple[tuple[str, str], ...]
    decided: Target | None = None
    """The record that it decides about, None for a form that is gone on with."""

    @property
    def verdict(self) -> str:
        """Return what was to be decided."""
        return dict(self.fields).get("verdict", "")

    @property
    def said(self) -> tuple[str, ...]:
        """Return what was to be said of the record and of its questions."""
        return remarks_in(self.fields)


def kept_of_request(services: Services) -> str:
    """Return the form that was just sent, signed; empty where it is none to keep."""
    if request.method != "POST" or request.endpoint not in _PAGES or not is_of_ended_session(services):
        return ""
    fields = [(name, text) for name, text in request.form.items(multi=True) if name not in {FIELD, _WISH}]
    if request.endpoint == _DECIDING and _decided(tuple(fields)) is None:
        return ""
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
    decided = _decided(typed) if address == url_for(_DECIDING) else None
    return KeptForm(str(address), typed if decided else (*typed, (_WISH, "check")), decided)


def _decided(fields: tuple[tuple[str, str], ...]) -> Target | None:
    """Return the one record about which something was to be said; of ticks alone there is nothing to keep."""
    targets = read_targets(text for name, text in fields if name == "record")
    verdict = dict(fields).get("verdict", "")
    return targets[0] if len(targets) == 1 and remarks_in(fields) and verdict in set(Verdict) else None


def _signer(services: Services) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services.settings.secret_key, salt="kept form")
