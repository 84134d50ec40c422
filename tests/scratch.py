"""Where tests write: in memory where the machine has room for it, since nothing they write need outlive them.

On a disk, copying databases and waiting for SQLite's syncs take more than half of a run. A `TMPDIR` that somebody has
set is obeyed. What tests that passed have written is removed at once (`tmp_path_retention_policy` in setup.cfg).
What Python compiles is kept, as always, also on a machine that says otherwise: servers and commands are started by the
dozen, and each would compile the whole package anew.
"""

from __future__ import annotations

import os
import sys
import tempfile

MEMORY = "/dev/shm"
ROOM_BYTES = 4 * 2**30  # several times what a run on four processors holds at once


def has_room(folder: str) -> bool:
    """Return whether tests may write much there, and run the programs they write."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    there = os.statvfs(folder)
    return there.f_bavail * there.f_frsize >= ROOM_BYTES and not there.f_flag & os.ST_NOEXEC


def pytest_configure() -> None:
    """Choose before the first temporary folder is made; what a test starts is told as well."""
    if "TMPDIR" not in os.environ and has_room(MEMORY):
        os.environ["TMPDIR"] = MEMORY
        tempfile.tempdir = None
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
