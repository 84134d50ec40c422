"""A media round trip, for whoever asks whether the store works: put, look, read a part, remove."""

from __future__ import annotations

import secrets

from server.errors import Unavailable
from server.media.store import MediaFolder, MediaKey, MediaStore, key_of

FOLDER = MediaFolder("probe")
SIZE_BYTES = 64


def probe(store: MediaStore) -> None:
    """Take one small new content through *store* and leave nothing behind.

    Errors: those of the store, and ``media.unavailable`` with reason ``head``, ``read`` or ``delete`` when the store
    answers without a fault but not with what it was given.
    """
    content = secrets.token_bytes(SIZE_BYTES)
    with store.incoming() as file:
        file.write(content)
        file.seal()
        key = key_of(FOLDER, file.sha256)
        store.put_file(file.path, key, size_bytes=SIZE_BYTES)
    try:
        _look_and_read(store, key, content)
    finally:
        store.delete(key)
    _demand(store.head(key) is None, "delete")


def _look_and_read(store: MediaStore, key: MediaKey, content: bytes) -> None:
    _demand(store.head(key) == SIZE_BYTES, "head")
    with store.open(key, 8, 24) as part:
        _demand(part.read() == content[8:24], "read")


def _demand(is_so: bool, reason: str) -> None:  # noqa: FBT001 - the fact itself, not a switch
    if not is_so:
        raise Unavailable("media.unavailable", reason=reason)
