"""Opening the media store a setting names: the one place where a technology is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from server.media.address import LocalAddress, S3Address, read_address
from server.media.local import LocalStore

if TYPE_CHECKING:
    from pathlib import Path

    from server.media.store import MediaStore


def open_store(url: str, incoming: Path) -> MediaStore:
    """Return the store at *url* (`file:…` or `s3://…`).

    An object store receives files in the folder *incoming* of this machine before it sends them on; local media
    receives them inside its own root, so that keeping one is a rename. Errors: those of `read_address`, and
    ``media.unavailable`` when a folder cannot be made. An object store is not asked for anything yet.
    """
    match read_address(url):
        case LocalAddress(root):
            return LocalStore(root)
        case S3Address() as address:
            from server.media.s3 import S3Store  # boto3 is heavy, and an extra that local media does without

            return S3Store(address, incoming)
        case unknown:
            assert_never(unknown)
