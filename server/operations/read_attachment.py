"""The bytes of one attachment, for somebody in whose sight its record is.

What a file is, is told by its first bytes alone: neither its name nor the type a phone gave is believed. Only kinds
that a browser shows without running anything are shown; everything else is a download.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.errors import NotFound
from server.media.store import checked_key
from server.operations.note_openings import note_file_opening, opened
from server.operations.sights import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.access.actors import Account
    from server.media.store import MediaKey
    from server.operations.services import Services

DOWNLOAD: Final = "application/octet-stream"
_CHUNK: Final = 64 * 1024
_LONGEST_MAGIC: Final = 16
_STILLS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif"})


@dataclass(frozen=True, slots=True)
class AttachmentContent:
    """A file to send. *content_type* is `DOWNLOAD` for whatever must not be shown in a page."""

    name: str
    content_type: str
    size_bytes: int
    chunks: Iterator[bytes]
    media_key: MediaKey

    @property
    def is_shown(self) -> bool:
        """Tell whether the browser may show it."""
        return self.content_type != DOWNLOAD


def read_attachment(services: Services, account: Account, attachment_id: int, *, desk: Desk) -> AttachmentContent:
    """Return the file; raises NotFound ``access.not_found`` (not in sight) or ``attachment.awaited`` (no bytes yet)."""
    with opened(services, account, desk) as uow:
        found = uow.records.attachment(attachment_id)
        if found is None:
            raise NotFound("access.not_found")
        if found.media_key is None:
            raise NotFound("attachment.awaited", name=found.name)
        if desk is Desk.INCIDENTS:
            note_file_opening(services, uow, account, attachment_id)
        key = checked_key(found.media_key)
        slices = uow.spool.slices(key)
    chunks = _spooled(services, key, slices) if slices else _stored(services, key)
    first = next(chunks, b"")
    return AttachmentContent(
        found.name, shown_type(first[:_LONGEST_MAGIC]), found.size_bytes or 0, _from(first, chunks), key
    )


def shown_type(first: bytes) -> str:
    """Return the type of content that begins with these bytes if a page may show it, else `DOWNLOAD`.

    Source: WHATWG MIME Sniffing, image, audio and video type patterns.
    """
    match first:
        case _ if first.startswith(b"\xff\xd8\xff"):
            return "image/jpeg"
        case _ if first.startswith(b"\x89PNG\r\n\x1a\n"):
            return "image/png"
        case _ if first[:4] == b"RIFF" and first[8:12] == b"WEBP":
            return "image/webp"
        case _ if first[4:8] == b"ftyp" and first[8:12] in _STILLS:
            return DOWNLOAD  # no browser of today shows HEIC
        case _ if first[4:8] == b"ftyp":
            return "audio/mp4" if first[8:11] == b"M4A" else "video/mp4"
        case _:
            return DOWNLOAD


def _stored(services: Services, key: MediaKey) -> Iterator[bytes]:
    with services.media.open(key) as content:
        while chunk := content.read(_CHUNK):
            yield chunk


def _spooled(services: Services, key: MediaKey, slices: int) -> Iterator[bytes]:
    """Yield a file that waits for the object store, slice by slice, holding no connection in between."""
    for number in range(slices):
        with services.reading(services.operator()) as uow:
            chunk = uow.spool.slice(key, number)
        yield chunk


def _from(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
