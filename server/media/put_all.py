"""Putting the files of one upload into the store, before the transaction that records them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.errors import Unavailable
from server.media.store import MediaFolder, MediaStore, Placed, Spooled, Stored, key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.media.incoming import IncomingFile


def put_all(store: MediaStore, files: Sequence[IncomingFile], *, folder: MediaFolder) -> tuple[Placed, ...]:
    """Return where each of *files* is now, in their order; equal content is put once.

    Each is durably stored, or, when an object store is away, waits at its path to be spooled by the caller. After the
    first refusal the rest is not tried: every try would cost the phone another timeout. The caller closes the files
    once the transaction is over. Errors: ``media.unavailable`` or ``media.full`` when the store is away and the rest
    is more than it may spool; what was stored by then stays, and is found again by the next try.
    """
    distinct: dict[str, IncomingFile] = {}
    for file in files:
        file.seal()
        distinct.setdefault(file.sha256, file)
    placed: dict[str, Placed] = {}
    try:
        for sha256, file in distinct.items():
            placed[sha256] = _put(store, file, folder)
    except Unavailable:
        rest = [file for sha256, file in distinct.items() if sha256 not in placed]
        if sum(file.size_bytes for file in rest) > store.spool_limit_bytes:
            raise
        placed |= {file.sha256: _waiting(file, folder) for file in rest}
    return tuple(placed[file.sha256] for file in files)


def _put(store: MediaStore, file: IncomingFile, folder: MediaFolder) -> Stored:
    key = key_of(folder, file.sha256)
    store.put_file(file.path, key, size_bytes=file.size_bytes)
    return Stored(key, file.sha256, file.size_bytes)


def _waiting(file: IncomingFile, folder: MediaFolder) -> Spooled:
    return Spooled(key_of(folder, file.sha256), file.sha256, file.size_bytes, file.path)
