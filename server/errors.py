"""The one family of refusals.

A refusal carries a stable code and parameters; the sentence a person reads is made from them by
`server.language` at the door where it is shown. Expected outcomes (a duplicate, a conflict) are values, not errors.
"""

from __future__ import annotations


class DomainError(Exception):
    """A request that is refused, with a stable *code* such as ``form.version_taken`` and JSON-able *params*."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        """Return the code and its parameters, for logs and test output."""
        named = ", ".join(f"{name}={value!r}" for name, value in sorted(self.params.items()))
        return f"{self.code}({named})" if named else self.code


class InvalidInput(DomainError):
    """What was sent cannot be read or breaks a rule of its format."""


class TooLarge(DomainError):
    """What was sent is over a stated limit."""


class Unauthenticated(DomainError):
    """Nobody, or nobody we can name, is asking."""


class Forbidden(DomainError):
    """We know who asks, and this is not theirs to do."""


class NotFound(DomainError):
    """No such thing within what the asker may see."""


class Conflict(DomainError):
    """The thing asked for clashes with what is already kept."""


class Unavailable(DomainError):
    """A part we depend on (disk, database, object store) cannot serve now; ask again later."""
