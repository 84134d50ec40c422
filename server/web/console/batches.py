"""Which stroke a form belongs to: sent twice over a line that broke, or reloaded, it is carried out once.

The id of the batch to be is written into the form, signed for the session it was made in; any other is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from itsdangerous import BadSignature, Signer

from server.web.identity import signed_in

if TYPE_CHECKING:
    from server.operations.services import Services


def new_batch(services: Services) -> str:
    """Return the id of a batch that a form may begin."""
    return _signer(services).sign(services.new_id()).decode()


def read_batch(services: Services, text: str) -> str:
    """Return the id that `new_batch` wrote in this session; empty for anything else."""
    try:
        return _signer(services).unsign(text).decode()
    except BadSignature:
        return ""


def _signer(services: Services) -> Signer:
    return Signer(services.settings.secret_key, salt=f"batch:{signed_in(services).key}")
