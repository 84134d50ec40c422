"""The engine behind every unit of work: SQLite by default, PostgreSQL in production.

SQLite: WAL, synchronous=FULL (an accepted record must survive a power cut), foreign keys on. Whether a transaction
begins deferred or IMMEDIATE is chosen by the unit of work: a writer that begins deferred fails with BUSY at once when
another writes, whatever the timeout. Source: https://www.sqlite.org/lang_transaction.html.
The parameters of a failed statement are answers and names; they are kept out of its message, and so out of the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event
from sqlalchemy.pool import QueuePool

from server.settings import sqlite_path

if TYPE_CHECKING:
    from sqlite3 import Connection as SqliteConnection

    from sqlalchemy import Connection, Engine

BEGIN_MODE = "begin_mode"
"""Execution option of a connection: ``IMMEDIATE`` for units of work that write."""

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=20000",
    "PRAGMA temp_store=MEMORY",
)


def open_engine(database_url: str, *, connections: int) -> Engine:
    """Return an engine for *database_url* with at most *connections* open at once in this process."""
    if (path := sqlite_path(database_url)) is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _sqlite_engine(database_url, connections)
    return create_engine(
        database_url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        hide_parameters=True,
        pool_recycle=1800,
        pool_use_lifo=True,
        connect_args={"options": "-c timezone=UTC -c synchronous_commit=on", "connect_timeout": 5},
    )


def _sqlite_engine(database_url: str, connections: int) -> Engine:
    engine = create_engine(
        database_url,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=30,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": 20},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get(BEGIN_MODE, "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
