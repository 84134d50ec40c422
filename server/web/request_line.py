"""How long an address may be: 8 KiB, but for the one question a phone asks with thousands of ids in it.

Collect names every entity made on the phone in one GET, 39 bytes each, and knows no other way; a refusal keeps its form
from being updated. Gunicorn's own ceiling is 8190 bytes or none at all. Here a line is let grow beyond that only when
it has begun as that question, up to `LONGEST_QUESTION`, and only for so long; it is searched once, not again with each
piece, so that a line that comes byte by byte costs no more than one that comes at once.
Source: ODK Collect, LocalEntityUseCases (the ids are not split up); gunicorn, http/message.py.
"""

from __future__ import annotations

import re
import time
from typing import Final, Protocol

from gunicorn.http.errors import InvalidRequestLine, LimitRequestLine
from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser

LONGEST_LINE: Final = 8190
LONGEST_QUESTION: Final = 400 * 1024
"""Of some 10,500 ids; that many at once on every thread of a worker are 26 MB."""
PATIENCE_SECONDS: Final = 120
"""A slow phone sends the longest question in that time over 3.5 kB/s."""
_QUESTION: Final = re.compile(
    rb"GET /v1(?:/key/[A-Za-z0-9]{1,80})?/projects/\d{1,10}/entities/[^/? ]{1,400}/integrity\?"
)
_END: Final = b"\r\n"


class Unreader(Protocol):
    """What gunicorn reads a connection with."""

    def read(self) -> bytes:
        """Return the next piece."""


class PatientRequest(Request):  # type: ignore[misc]  # gunicorn has no types
    """A request whose line may be long where it must be."""

    def read_line(self, unreader: Unreader, buf: bytearray, limit: int = 0) -> tuple[bytes, bytearray]:  # noqa: ARG002 gunicorn's signature
        """Return the request line and what was read beyond it; raises LimitRequestLine or InvalidRequestLine."""
        searched, until = 0, time.monotonic() + PATIENCE_SECONDS
        while (end := buf.find(_END, searched)) < 0:
            if buf.find(b"\n", searched) >= 0:
                raise InvalidRequestLine("bare LF as line terminator")
            if len(buf) > longest(buf) or time.monotonic() > until:
                raise LimitRequestLine(len(buf), longest(buf))
            searched = max(0, len(buf) - 1)
            self.read_into(unreader, buf)
        if buf.find(b"\n", searched, end) >= 0:
            raise InvalidRequestLine("bare LF as line terminator")
        if end > longest(buf):
            raise LimitRequestLine(end, longest(buf))
        return bytes(buf[:end]), bytearray(buf[end + len(_END) :])


def longest(line: bytes | bytearray) -> int:
    """Return how long a line that begins so may become."""
    return LONGEST_QUESTION if _QUESTION.match(line) else LONGEST_LINE


def allow_long_questions() -> None:
    """Let gunicorn read requests so, in this process and those it starts."""
    RequestParser.mesg_class = PatientRequest
