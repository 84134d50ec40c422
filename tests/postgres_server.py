"""A real PostgreSQL for the tests: one server a session, one database a test, cloned from a migrated template."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

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

    def run(self, statement: str) -> None:
        with psycopg.connect(f"host={self.socket_folder} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

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


def as_nobody(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd=folder)


@pytest.fixture(scope="session")
def postgres_server():
    folder = Path(tempfile.mkdtemp(prefix="nepnha-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    cluster = folder / "cluster"
    initdb = [program("initdb"), "-D", str(cluster), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    _run(as_nobody([*initdb, "--no-sync"]), folder)
    options = " ".join(f"-c {one}" for one in (*FAST, f"unix_socket_directories={folder}"))
    start = [program("pg_ctl"), "-D", str(cluster), "-w", "-l", str(folder / "log"), "-o", options, "start"]
    _run(as_nobody(start), folder)
    try:
        yield PostgresServer(folder)
    finally:
        _run(as_nobody([program("pg_ctl"), "-D", str(cluster), "-m", "immediate", "stop"]), folder)
        shutil.rmtree(folder, ignore_errors=True)
