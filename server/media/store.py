"""What a media store promises, whichever technology keeps the bytes.

A key is `<folder>/<aa>/<sha256>`: the content names itself, so storing twice is storing once and nothing is ever
overwritten by something else. The folder divides projects from each other, and a sensitive form from everything, so
that no blob is shared across such a line and its presence tells nothing to anyone on the other side.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, NewType, Protocol

from server.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from server.media.incoming import IncomingFile

MediaFolder = NewType("MediaFolder", str)
MediaKey = NewType("MediaKey", str)

KEY = re.compile(r"[0-9a-z][0-9a-z-]{0,63}/([0-9a-f]{2})/(\1[0-9a-f]{62})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is durably in the store."""

    key: MediaKey
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Spooled:
    """A file the store could not take now: its bytes stand at *path* until the incoming file is closed.

    Whoever receives this writes the bytes into the spool table, in the transaction that records the file.
    """

    key: MediaKey
    sha256: str
    size_bytes: int
    path: Path


Placed = Stored | Spooled


def folder_of(project_id: int, *, sensitive_form_id: str | None) -> MediaFolder:
    """Return the folder of a project, or the one of its form *sensitive_form_id*, whose name it does not betray."""
    if sensitive_form_id is None:
        return MediaFolder(f"{project_id}")
    return MediaFolder(f"{project_id}-{hashlib.sha256(sensitive_form_id.encode()).hexdigest()[:16]}")


def key_of(folder: MediaFolder, sha256: str) -> MediaKey:
    """Return the key of the content whose SHA-256 is *sha256* (64 lower-case hex digits) in *folder*."""
    return checked_key(f"{folder}/{sha256[:2]}/{sha256}")


def checked_key(text: str) -> MediaKey:
    """Return *text* as a key, so that none can step outside the store; ``media.key`` if it has another shape."""
    if KEY.fullmatch(text) is None:
        raise InvalidInput("media.key", key=text)
    return MediaKey(text)


def sha256_of(key: MediaKey) -> str:
    """Return the hash a key names."""
    return key.rpartition("/")[2]


class MediaStore(Protocol):
    """Where content is kept. All methods may be called from many threads; all may raise ``media.unavailable``."""

    @property
    def spool_limit_bytes(self) -> int:
        """How much of one upload may wait in the spool table when the store is away; 0 when it never may."""

    def incoming(self) -> IncomingFile:
        """Return a new empty file to receive content into; ``media.full`` when too little room is left."""

    def sweep_incoming(self, *, written_before: datetime) -> int:
        """Remove what dead processes left half received, last written before that moment; return how many."""

    def put_file(self, path: Path, key: MediaKey, *, size_bytes: int) -> None:
        """Keep the sealed incoming file at *path* under *key*; when this returns it is durable.

        The file at *path* may be gone afterwards. Putting a key again is harmless, and makes it as young as new.
        Errors: ``media.full``.
        """

    def open(self, key: MediaKey, start: int = 0, end: int | None = None) -> BinaryIO:
        """Return a reader of the bytes from *start* up to and without *end* (to the last one when None).

        As with a slice, what lies beyond the content is empty. Errors: ``media.missing``.
        """

    def head(self, key: MediaKey) -> int | None:
        """Return the size of the content in bytes, or None when there is none."""

    def delete(self, key: MediaKey) -> None:
        """Remove the content, if it is there."""

    def presigned_get(self, key: MediaKey, *, seconds: int, filename: str, content_type: str) -> str | None:
        """Return an address that gives the content to its bearer for some seconds, as a download called *filename*.

        None when the store has no door of its own, and the server must send the bytes itself.
        """

    def keys(self, prefix: str, *, put_before: datetime) -> Iterator[MediaKey]:
        """Yield, in order, the keys that begin with *prefix* and were last put before that moment.

        A sweeper asks once for everything, and again for the one key just before it deletes it: content that an
        upload has put in the meantime is no longer old.
        """

    def close(self) -> None:
        """Let go of connections."""
