"""Media as files of this machine: the default, with no server beside ours.

Content arrives in `incoming/` and is renamed into `kept/`, on one file system, so it is either wholly there or not at
all. It counts as kept when the file, its name and every directory above it have been synced, in that order.
Source for the order: Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from server.errors import NotFound, Unavailable
from server.media.disk import disk_faults, make_directories, make_root, sync_directory
from server.media.incoming import IncomingFile, receive_into, sweep
from server.media.store import MediaKey, checked_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from _typeshed import WriteableBuffer


class FileRange(io.RawIOBase):
    """The bytes of an open file from one position up to another, as a stream; closes the file with itself."""

    def __init__(self, whole: BinaryIO, start: int, end: int) -> None:
        super().__init__()
        self._whole = whole
        self._remaining = max(0, end - start)
        whole.seek(start)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill *buffer* as far as the range allows and return how many bytes came."""
        view = memoryview(buffer).cast("B")[: self._remaining]
        chunk = self._whole.read(len(view))
        view[: len(chunk)] = chunk
        self._remaining -= len(chunk)
        return len(chunk)

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._whole.close()
        super().close()


class LocalStore:
    """A MediaStore over a folder of this machine."""

    spool_limit_bytes = 0  # a disk that refuses the file would refuse the database as well

    def __init__(self, root: Path) -> None:
        """Take *root* into use, making it where it is missing; ``media.unavailable`` when that is not allowed."""
        self._incoming = root / "incoming"
        self._kept = root / "kept"
        self._entered: set[Path] = set()
        with disk_faults():
            make_root(self._incoming)
            make_root(self._kept)

    def incoming(self) -> IncomingFile:
        """Return a new empty file on the same file system as the kept ones."""
        return receive_into(self._incoming)

    def sweep_incoming(self, *, written_before: datetime) -> int:
        """Remove what dead processes left half received."""
        return sweep(self._incoming, written_before=written_before)

    def put_file(self, path: Path, key: MediaKey, *, size_bytes: int) -> None:
        """Rename *path* to its place. Content that is there already is replaced by its equal, and so made young."""
        target = self._place(key)
        with disk_faults():
            if path.stat().st_size != size_bytes:
                raise Unavailable("media.unavailable", reason="size")  # cut short since it was sealed
            self._enter(target.parent)
            path.replace(target)
            sync_directory(target.parent)

    def open(self, key: MediaKey, start: int = 0, end: int | None = None) -> BinaryIO:
        """Return a reader of the file, or of the range of it."""
        place = self._place(key)
        with disk_faults():
            try:
                whole = place.open("rb")
            except FileNotFoundError:
                raise NotFound("media.missing", key=key) from None
        if end is None:
            whole.seek(start)
            return whole
        return io.BufferedReader(FileRange(whole, start, end))

    def head(self, key: MediaKey) -> int | None:
        """Return the size of the file."""
        place = self._place(key)
        with disk_faults():
            try:
                return place.stat().st_size
            except FileNotFoundError:
                return None

    def delete(self, key: MediaKey) -> None:
        """Remove the file durably, so that an erased photograph does not come back after a power cut."""
        place = self._place(key)
        with disk_faults():
            try:
                place.unlink()
            except FileNotFoundError:
                return
            sync_directory(place.parent)

    def presigned_get(self, key: MediaKey, *, seconds: int, filename: str, content_type: str) -> None:  # noqa: ARG002
        """Return None: files of this machine are sent by the server."""
        return

    def keys(self, prefix: str, *, put_before: datetime) -> Iterator[MediaKey]:
        """Yield the keys below *prefix* whose files were put before that moment."""
        moment = put_before.timestamp()
        with disk_faults():
            for place in _below(self._kept, prefix):
                key = place.relative_to(self._kept).as_posix()
                if key.startswith(prefix) and _is_older(place, moment):
                    yield checked_key(key)

    def close(self) -> None:
        """Let go of nothing: no file is kept open."""

    def _place(self, key: MediaKey) -> Path:
        return self._kept / checked_key(key)

    def _enter(self, directory: Path) -> None:
        """Make *directory* once per process; none is ever removed, so once known it stays."""
        if directory not in self._entered:
            make_directories(directory, below=self._kept)
            self._entered.add(directory)


def _below(kept: Path, prefix: str) -> Iterator[Path]:
    """Yield the files three levels below *kept*, in order, leaving out directories that cannot hold *prefix*."""
    folder, _, rest = prefix.partition("/")
    for directory in sorted(kept.glob(f"{folder}{'' if rest else '*'}/*"), key=Path.as_posix):
        yield from sorted(directory.iterdir())


def _is_older(place: Path, moment: float) -> bool:
    """Tell whether the file was put before *moment*; one deleted since it was listed was not."""
    try:
        return place.stat().st_mtime < moment
    except FileNotFoundError:
        return False
