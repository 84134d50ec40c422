"""What the disk is asked for, and how its refusals are told.

Full and broken are different answers: the first asks someone to make room, the second to look at the machine. A name in
a directory survives a power cut only when the directory itself was synced, which is why that is done by hand here.
"""

from __future__ import annotations

import errno
import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from server.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

log = logging.getLogger(__name__)

# EFBIG is what a file size limit of the service (systemd LimitFSIZE) answers.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def disk_faults() -> Iterator[None]:
    """Turn an operating system's refusal into ``media.full`` or ``media.unavailable``."""
    try:
        yield
    except OSError as error:
        code = "media.full" if error.errno in FULL else "media.unavailable"
        reason = errno.errorcode.get(error.errno or 0, "unknown")
        log.warning(code, extra={"reason": reason})
        raise Unavailable(code, reason=reason) from error


def sync_directory(directory: Path) -> None:
    """Make the names in *directory* survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directories(directory: Path, *, below: Path) -> None:
    """Make *directory* and what is missing between it and *below*, each name durable in the directory above.

    A directory that is already there is synced all the same: the process that made it may not have come so far.
    """
    if directory == below:
        return
    make_directories(directory.parent, below=below)
    directory.mkdir(mode=0o700, exist_ok=True)
    sync_directory(directory.parent)


def make_root(directory: Path) -> None:
    """Make *directory* durably, wherever on the disk it stands."""
    there = next(parent for parent in (directory, *directory.parents) if parent.exists())
    make_directories(directory, below=there)
