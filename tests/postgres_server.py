"""A real PostgreSQL for the tests: one server a session, one database a test, cloned from a migrated template."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

PREFIX = "nepnha-pg-"
START_SECONDS = 60
LEFT_SECONDS = 600
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=128MB",
    "autovacuum=off",
    "dynamic_shared_memory_type=mmap",
    "listen_addresses=",
    "max_connections=300",
    "shared_buffers=64MB",
    "jit=off",
)


@dataclass(frozen=True)
class PostgresServer:
    socket_folder: Path

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.socket_folder}"

    @cached_property
    def door(self) -> psycopg.Connection:
        """One connection for all that is asked of the server itself: opening one takes as long as the asking."""
        return psycopg.connect(f"host={self.socket_folder} user=postgres dbname=postgres", autocommit=True)

    def run(self, statement: str) -> None:
        self.door.execute(statement)  # type: ignore[arg-type]

    def new_database(self, template: str = "template1") -> str:
        name = f"t{uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop_database(self, name: str) -> None:
        self.run(f"DROP DATABASE {name} WITH (FORCE)")


def program(name: str) -> str:
    """Return the path of a PostgreSQL server program, wherever Debian or the PATH has it."""
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = next((str(place / name) for place in places if (place / name).exists()), None) or shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is missing: install PostgreSQL 15 (Debian: apt-get install postgresql)", pytrace=False)
    return found


def as_nobody(command: list[str], *with_parent: str) -> list[str]:
    """PostgreSQL refuses to run as root; *with_parent* makes it end when we do, however we end."""
    other = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *other, *with_parent, *command] if other or with_parent else command


def sweep(folder: Path) -> None:
    """Remove what servers of killed runs have left, which may lie in memory.

    What is young is left alone: while a cluster is being made its mark comes, goes, and names no server.
    """
    for left in folder.glob(f"{PREFIX}*"):
        mark = left / "cluster" / "postmaster.pid"
        try:
            is_old = time.time() - left.stat().st_mtime > LEFT_SECONDS
            if is_old and not Path("/proc", mark.read_text(encoding="ascii").split()[0]).exists():
                shutil.rmtree(left, ignore_errors=True)
        except (OSError, IndexError):
            continue  # another process of this run was quicker, or there is no cluster


def wait_for_answer(server: PostgresServer, process: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            return server.run("SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.02)
    return pytest.fail(f"PostgreSQL did not start: {log.read_text(encoding='utf-8')}", pytrace=False)


@pytest.fixture(scope="session")
def postgres_server():
    sweep(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    cluster = folder / "cluster"
    initdb = [program("initdb"), "-D", str(cluster), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run(as_nobody([*initdb, "--no-sync"]), stdout=subprocess.DEVNULL, check=True, cwd=folder)
    options = [part for one in (*FAST, f"unix_socket_directories={folder}") for part in ("-c", one)]
    command = as_nobody([program("postgres"), "-D", str(cluster), *options], "--pdeathsig=QUIT")
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log, cwd=folder) as process:
        try:
            server = PostgresServer(folder)
            wait_for_answer(server, process, folder / "log")
            yield server
            server.door.close()
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait()
            shutil.rmtree(folder, ignore_errors=True)
