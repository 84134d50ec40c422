"""A throw-away database as a careful operator would run it: every commit is on the disk before it is answered."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "wal_sync_method=fdatasync")
_ROOMY = ("listen_addresses=", "max_connections=100", "shared_buffers=256MB", "max_wal_size=2GB", "jit=off")


@dataclass(frozen=True, slots=True)
class Database:
    """Where it is, and the processes that run it beside the server's own (none for SQLite)."""

    url: str
    processes: tuple[int, ...] = ()


@contextmanager
def sqlite(folder: Path) -> Iterator[Database]:
    """Give a SQLite file in *folder*."""
    yield Database(f"sqlite:///{folder / 'nepnha.db'}")


@contextmanager
def postgresql(folder: Path) -> Iterator[Database]:
    """Start PostgreSQL with its files in *folder*, on a socket there, and stop it afterwards."""
    cluster = folder / "cluster"
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    _run("initdb", "-D", str(cluster), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", at=folder)
    options = " ".join(f"-c {one}" for one in (*_DURABLE, *_ROOMY, f"unix_socket_directories={folder}"))
    _run("pg_ctl", "-D", str(cluster), "-w", "-l", str(folder / "log"), "-o", options, "start", at=folder)
    try:
        postmaster = int((cluster / "postmaster.pid").read_text(encoding="ascii").split()[0])
        yield Database(f"postgresql+psycopg://postgres@/postgres?host={folder}", (postmaster,))
    finally:
        _run("pg_ctl", "-D", str(cluster), "-m", "fast", "stop", at=folder)


KINDS = {"sqlite": sqlite, "postgresql": postgresql}


def _run(program: str, *arguments: str, at: Path) -> None:
    """Run a PostgreSQL program, as nobody where we are root, which it refuses to be."""
    command = [_path_of(program), *arguments]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd=at)


def _path_of(program: str) -> str:
    """Return where Debian or the PATH has *program*; the newest, if there are several."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)
    found = str(places[0]) if places else shutil.which(program)
    if found is None:
        raise SystemExit(f"{program} is missing: install PostgreSQL (Debian: apt-get install postgresql)")
    return found
