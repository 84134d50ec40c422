"""A bar that fills while something long goes on: drawn over itself on a terminal, a line now and then in a file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from server.cli.terminal import Terminal

_WIDTH: Final = 30
_LINES: Final = 20
"""How many lines a whole bar makes where it cannot be drawn over."""


class Bar:
    """A `Progress`: steps that say *done* and *whole* fill the bar, others are sentences of their own."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._is_drawn_over = sys.stderr.isatty()
        self._parts = -1

    def __call__(self, code: str, **params: object) -> None:
        """Show one step."""
        done, whole = params.get("done"), params.get("whole")
        if not (isinstance(done, int) and isinstance(whole, int) and whole > 0):
            self._terminal.tell(code, **params)
            return
        sentence = self._terminal.sentence(code, **params)
        if self._is_drawn_over:
            filled = min(_WIDTH, done * _WIDTH // whole)
            bar = "█" * filled + "░" * (_WIDTH - filled)
            click.echo(f"\r{bar} {min(100, done * 100 // whole):3} %  {sentence}", err=True, nl=done >= whole)
        elif (part := done * _LINES // whole) > self._parts:
            self._parts = part
            click.echo(sentence, err=True)
