"""Which HTTP status a refusal is: one table for every door."""

from __future__ import annotations

from typing import Final

from server.errors import (
    Conflict,
    DomainError,
    Forbidden,
    InvalidInput,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
)

_STATUS: Final[tuple[tuple[type[DomainError], int], ...]] = (
    (InvalidInput, 400),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (TooLarge, 413),
    (Unavailable, 503),
)


def status_of(fault: DomainError) -> int:
    """Return the status that says what kind of refusal *fault* is."""
    return next((status for kind, status in _STATUS if isinstance(fault, kind)), 400)
