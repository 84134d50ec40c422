"""QR codes of phones: drawn on the terminal or written as SVG and PNG files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno

if TYPE_CHECKING:
    from pathlib import Path

_QUIET_ZONE = 4
"""Modules of white around a code; scanners rely on them. Source: ISO/IEC 18004, 6.3.8."""


def draw_code(text: str) -> None:
    """Draw the code on the terminal, two rows of it on one line."""
    segno.make_qr(text, error="l").terminal(compact=True, border=_QUIET_ZONE)


def write_code(text: str, path: Path, *, kind: str) -> None:
    """Write the code to *path* as ``svg`` or ``png``."""
    segno.make_qr(text, error="m").save(str(path), kind=kind, scale=8, border=_QUIET_ZONE)
