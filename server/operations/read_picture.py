"""A photo as a page shows it: smaller, turned upright, and without what the camera noted of place and time.

Copies are made when they are first asked for, kept in the media store beside the photo, and never for a file that is
no photo. What cannot be decoded is for the page to link to, as a file to be saved.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from server.errors import Unavailable
from server.media.pictures import LARGEST_SOURCE, smaller_picture, without_notes
from server.media.put_all import put_all
from server.media.store import MediaFolder, Stored, checked_key
from server.operations.read_attachment import DOWNLOAD, AttachmentContent, read_attachment
from server.operations.sights import sight_of
from server.storage.repositories.pictures import Picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.access.actors import Account
    from server.operations.services import Services
    from server.operations.sights import Desk

THUMB_SIDE: Final = 320
VIEW_SIDE: Final = 1600
JPEG: Final = "image/jpeg"
_PHOTOS: Final = frozenset({JPEG, "image/png", "image/webp"})
_CHUNK: Final = 64 * 1024

log = logging.getLogger(__name__)


def read_picture(
    services: Services, account: Account, attachment_id: int, *, desk: Desk, side: int
) -> AttachmentContent:
    """Return a file as it may be shown: a photo as a copy of that *side*, anything else as it is.

    A photo that cannot be decoded is a download, without the notes of its camera. Raises what `read_attachment` does.
    """
    original = read_attachment(services, account, attachment_id, desk=desk)
    if original.content_type not in _PHOTOS:
        return original
    with services.reading(sight_of(account, desk, services.today())) as uow:
        made = uow.pictures.one(original.media_key, side)
    if made is not None and made.key is not None:
        return replace(original, content_type=JPEG, size_bytes=made.size_bytes, chunks=_kept(services, made.key))
    if original.size_bytes > LARGEST_SOURCE:
        return replace(original, content_type=DOWNLOAD)
    source = b"".join(original.chunks)
    copy = _made(services, account, original, source, desk=desk, side=side) if made is None else None
    shown, kind = (without_notes(source), DOWNLOAD) if copy is None else (copy, JPEG)
    return replace(original, content_type=kind, size_bytes=len(shown), chunks=iter([shown]))


def _made(  # noqa: PLR0913 the facts of one copy, each of its own kind
    services: Services, account: Account, original: AttachmentContent, source: bytes, *, desk: Desk, side: int
) -> bytes | None:
    """Return a copy and keep it for the next time, or that there is none; what is away or busy is tried again then."""
    copy: bytes | None = None
    try:
        copy = smaller_picture(source, side=side)
        picture = Picture(None, 0) if copy is None else _stored(services, original, copy)
        with services.unit_of_work(sight_of(account, desk, services.today())) as uow:
            uow.pictures.add(original.media_key, side, picture)
    except Unavailable as fault:
        log.warning("picture.not_kept", extra={"code": fault.code})
    return copy


def _stored(services: Services, original: AttachmentContent, copy: bytes) -> Picture:
    folder = MediaFolder(original.media_key.partition("/")[0])
    with services.media.incoming() as incoming:
        incoming.write(copy)
        (placed,) = put_all(services.media, [incoming], folder=folder)
        if not isinstance(placed, Stored):
            raise Unavailable("media.unavailable", reason="away")
        return Picture(placed.key, placed.size_bytes)


def _kept(services: Services, key: str) -> Iterator[bytes]:
    with services.media.open(checked_key(key)) as content:
        while chunk := content.read(_CHUNK):
            yield chunk
