"""Smaller copies of photos, made by a child process (`server.media.picture_child`), for a photo may be hostile.

Here a picture is only handed over as bytes and the clock is watched. A JPEG that no longer can be decoded still loses
what its camera noted: the segments that hold it are found without decoding anything.
Source: ITU-T T.81 (JPEG), annex B; Exif 2.32, 4.5.4.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

from server.errors import Unavailable

LARGEST_SOURCE: Final = 32 * 1024 * 1024
_MEMORY_BYTES: Final = 640 * 1024 * 1024
"""Addresses, of which less than half is really used."""
_CPU_SECONDS: Final = 10
_WALL_SECONDS: Final = 20
_AT_ONCE: Final = 2
_PROJECT: Final = Path(__file__).resolve().parents[2]

_START, _MARK, _SCAN = b"\xff\xd8", 0xFF, 0xDA
_SEGMENT_HEAD: Final = 4
_KEPT_APPS: Final = frozenset({0xE0, 0xEE})
"""JFIF and Adobe: how colours are to be read."""
_NOTES: Final = frozenset({*range(0xE0, 0xF0), 0xFE}) - _KEPT_APPS


def smaller_picture(source: bytes, *, side: int) -> bytes | None:
    """Return a JPEG no longer than *side* pixels without anything the camera noted; None if it cannot be shown.

    Raises Unavailable ``media.unavailable`` where too many are made at once to say.
    """
    if len(source) > LARGEST_SOURCE:
        return None
    if not _slots().acquire(timeout=_WALL_SECONDS):
        raise Unavailable("media.unavailable", reason="busy")
    try:
        return _made(source, side)
    finally:
        _slots().release()


@cache
def _slots() -> BoundedSemaphore:
    """Return what keeps a page of many photos from taking the whole machine: children a worker has at once."""
    return BoundedSemaphore(_AT_ONCE)


def _made(source: bytes, side: int) -> bytes | None:
    arguments = [str(one) for one in (side, _MEMORY_BYTES, _CPU_SECONDS)]
    try:
        done = subprocess.run(  # noqa: S603  # our own module, run by our own interpreter
            [sys.executable, "-W", "ignore", "-m", "server.media.picture_child", *arguments],
            input=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": str(_PROJECT), "PYTHONUTF8": "1"},
            cwd="/",
            timeout=_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        raise Unavailable("media.unavailable", reason="busy") from fault
    return done.stdout if done.returncode == 0 and done.stdout else None


def without_notes(source: bytes) -> bytes:
    """Return a JPEG without the segments in which cameras note place and time; anything else as it is."""
    if not source.startswith(_START):
        return source
    kept, place = bytearray(_START), len(_START)
    while place + _SEGMENT_HEAD <= len(source) and source[place] == _MARK and source[place + 1] != _SCAN:
        end = place + 2 + int.from_bytes(source[place + 2 : place + _SEGMENT_HEAD], "big")
        if source[place + 1] not in _NOTES:
            kept += source[place:end]
        place = end
    return bytes(kept + source[place:])
