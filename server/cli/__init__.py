"""The `nepnha` command: a door for operators, with no logic of its own."""

from __future__ import annotations

from server.cli.command import main

__all__ = ["main"]
