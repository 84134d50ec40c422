"""QR codes of phones: drawn on the terminal or written as SVG and PNG files."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import segno

if TYPE_CHECKING:
    from pathlib import Path

    from server.cli.terminal import Terminal

_QUIET_ZONE = 4
"""Modules of white around a code; scanners rely on them. Source: ISO/IEC 18004, 6.3.8."""


_HERE = ("localhost", "::1")


def is_here_only(address: str) -> bool:
    """Return whether only this machine itself reaches the server at *address*: no phone will."""
    host = urlsplit(address).hostname or ""
    return host in _HERE or host.startswith("127.")


def draw_code(terminal: Terminal, text: str) -> None:
    """Draw the code on the terminal, two rows of it on one line; say so where the window is too narrow for it."""
    code = segno.make_qr(text, error="l")
    columns = code.symbol_size(border=_QUIET_ZONE)[0]
    if sys.stdout.isatty() and shutil.get_terminal_size().columns < columns:
        terminal.tell("cli.code_too_wide", columns=columns)
        return
    code.terminal(compact=True, border=_QUIET_ZONE)


def write_code(text: str, path: Path, *, kind: str) -> None:
    """Write the code to *path* as ``svg`` or ``png``; it holds a key, so its owner alone can read it."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    segno.make_qr(text, error="m").save(str(path), kind=kind, scale=8, border=_QUIET_ZONE)
