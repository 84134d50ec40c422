"""A file on its way in: hashed while it is written, never held in memory, gone unless it was kept.

It is the stream a multipart parser writes into, and afterwards the file a store takes over by renaming or reads while
it uploads. The disk hop is deliberate for an object store too: hash and duplicates are known before anything is sent,
and a phone that drops out half-way leaves nothing there.
"""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from server.errors import Unavailable
from server.media.disk import disk_faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from _typeshed import ReadableBuffer, WriteableBuffer

# Media must not fill the disk to its last byte: the database, which often stands on it, needs room to say so.
RESERVE_BYTES = 16 * 2**20
SUFFIX = ".part"


class IncomingFile(io.RawIOBase):
    """A temporary file that knows its SHA-256 and size; closing it removes whatever still stands at its path.

    Writing always appends, wherever reading has come to. A write that the disk refuses closes the file at once, so that
    its room is free again, and raises ``media.full`` or ``media.unavailable``.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.path = folder / f"{uuid4().hex}{SUFFIX}"
        self.size_bytes = 0
        self._hash = hashlib.sha256()
        self._position = 0
        self._sealed = False
        self._descriptor = -1
        with disk_faults():
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    @property
    def sha256(self) -> str:
        """The hash of what was written so far, as 64 lower-case hex digits."""
        return self._hash.hexdigest()

    def seal(self) -> None:
        """Bring every byte to the disk; nothing can be written afterwards. Sealing again changes nothing.

        Errors: ``media.unavailable`` with reason ``size`` when the disk holds less or more than was written.
        """
        if self._sealed:
            return
        with disk_faults():
            os.fsync(self.fileno())
            if os.fstat(self.fileno()).st_size != self.size_bytes:
                raise Unavailable("media.unavailable", reason="size")
        self._sealed = True

    def write(self, chunk: ReadableBuffer, /) -> int:
        """Append *chunk* and return its length in bytes."""
        descriptor = self.fileno()
        if self._sealed:
            raise io.UnsupportedOperation("a sealed file takes no more bytes")
        view = memoryview(chunk).cast("B")
        try:
            with disk_faults():
                _write_all(descriptor, view, self.size_bytes)
        except Unavailable:
            self.close()
            raise
        self._hash.update(view)
        self.size_bytes += len(view)
        self._position = self.size_bytes
        return len(view)

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill *buffer* from where reading stands and return how many bytes came."""
        with disk_faults():
            count = os.preadv(self.fileno(), [buffer], self._position)
        self._position += count
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move where reading stands, and return it in bytes from the start."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size_bytes}[whence]
        self._position = max(0, origin + offset)
        return self._position

    def fileno(self) -> int:
        """Return the descriptor; ValueError once the file is closed."""
        if self.closed:
            raise ValueError("the incoming file is closed")
        return self._descriptor

    def readable(self) -> bool:
        """Say that it can be read, sealed or not."""
        return True

    def writable(self) -> bool:
        """Say whether it still takes bytes."""
        return not self._sealed

    def seekable(self) -> bool:
        """Say that reading may stand anywhere."""
        return True

    def close(self) -> None:
        """Close the file and remove its path, which a store that kept it has already renamed away."""
        if self.closed:
            return
        super().close()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self.path.unlink(missing_ok=True)


def receive_into(folder: Path) -> IncomingFile:
    """Return a new incoming file in *folder*; ``media.full`` when the reserve would be touched."""
    with disk_faults():
        room = os.statvfs(folder)
    if room.f_bavail * room.f_frsize < RESERVE_BYTES:
        raise Unavailable("media.full", reason="reserve")
    return IncomingFile(folder)


def sweep(folder: Path, *, written_before: datetime) -> int:
    """Remove the incoming files of dead processes, last written before that moment; return how many there were.

    An upload that is merely slow keeps its file young by writing to it.
    """
    with disk_faults():
        leftovers = [path for path, written_at in _written(folder) if written_at < written_before.timestamp()]
        for path in leftovers:
            path.unlink(missing_ok=True)
    return len(leftovers)


def _written(folder: Path) -> Iterator[tuple[Path, float]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.endswith(SUFFIX):
                continue
            try:
                yield Path(entry.path), entry.stat().st_mtime
            except FileNotFoundError:  # kept or closed since it was listed
                continue


def _write_all(descriptor: int, view: memoryview, offset: int) -> None:
    """Write all of *view* at *offset*: near the end of the room, a disk takes a part and refuses only the next."""
    while view:
        count = os.pwrite(descriptor, view, offset)
        view, offset = view[count:], offset + count
