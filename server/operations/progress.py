"""How a long operation tells whoever waits for it how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called now and then with a message code and its parameters; the door decides whether and where to show it."""

    def __call__(self, code: str, **params: object) -> None:
        """Show one step."""


def silent(code: str, **params: object) -> None:
    """Tell nobody."""
