"""Passwords of console accounts: hashed with argon2id, at most a few at a time.

Parameters: OWASP Password Storage Cheat Sheet (t=2, m=19 MiB, p=1). Each hash holds 19 MiB while it runs, so that a
flood of sign-ins could take all memory; only four run at once in a process.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.errors import InvalidInput, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

FEWEST_CHARACTERS: Final = 10
MOST_CHARACTERS: Final = 200
_AT_ONCE: Final = 4
_LONGEST_WAIT_SECONDS: Final = 5
# No 0/o, 1/l/i: passwords are read from paper and typed.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def generated_password() -> str:
    """Return a new password of four groups, such as ``k7mq-x2rd-9htw-bnpe`` (79 bits)."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def checked_password(password: str) -> str:
    """Return *password* if it may be one; raises InvalidInput ``account.password_length``."""
    if not FEWEST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise InvalidInput("account.password_length", fewest=FEWEST_CHARACTERS, most=MOST_CHARACTERS)
    return password


def hash_password(password: str) -> str:
    """Return the hash to store; raises Unavailable ``sign_in.busy``."""
    with _turn():
        return _hasher().hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Return whether *password* belongs to the hash; without one (no such account) takes as long and says no.

    Raises Unavailable ``sign_in.busy`` when too many others are waiting: a flood must not take every thread.
    """
    with _turn():
        try:
            _hasher().verify(password_hash or _nobody(), password[:MOST_CHARACTERS])
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Return whether the hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(password_hash)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@contextmanager
def _turn() -> Iterator[None]:
    turns = _turns()
    if not turns.acquire(timeout=_LONGEST_WAIT_SECONDS):
        raise Unavailable("sign_in.busy")
    try:
        yield
    finally:
        turns.release()


@cache
def _turns() -> BoundedSemaphore:
    return BoundedSemaphore(_AT_ONCE)


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex(16))
