"""The engine behind every unit of work: SQLite by default, PostgreSQL in production.

SQLite: WAL, synchronous=FULL (an accepted record must survive a power cut), foreign keys on. Whether a transaction
begins deferred or IMMEDIATE is chosen by the unit of work: a writer that begins deferred fails with BUSY at once when
another writes, whatever the timeout. Source: https://www.sqlite.org/lang_transaction.html.
The parameters of a failed statement are answers and names; they are kept out of its message, and so out of the log.

Rows by the dozen reach PostgreSQL as a stream (`copy_rows`): it reads them a third cheaper than any statement's
parameters. Source: https://www.postgresql.org/docs/15/sql-copy.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import QueuePool

from server.settings import sqlite_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from sqlite3 import Connection as SqliteConnection

    from psycopg import Cursor
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import ExecutionContext

BEGIN_MODE = "begin_mode"
"""Execution option of a connection: ``IMMEDIATE`` for units of work that write."""

_COPIED_ROWS = "copied_rows"
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=20000",
    "PRAGMA temp_store=MEMORY",
)

# Statements of pages are short; PostgreSQL would compile some it thinks too dear, or start two processes beside its own
# for one of twenty milliseconds, at the cost of whoever sends meanwhile.
_POSTGRESQL_OPTIONS = "-c timezone=UTC -c synchronous_commit=on -c jit=off -c max_parallel_workers_per_gather=0"


_UNPREPARED = ("42P01", "42703")
"""No such table, no such column. Source: https://www.postgresql.org/docs/15/errcodes-appendix.html."""


def is_unprepared(fault: BaseException | None) -> bool:
    """Return whether PostgreSQL misses a table, as before `nepnha setup`; SQLite calls that operational by itself."""
    return isinstance(fault, ProgrammingError) and getattr(fault.orig, "sqlstate", "") in _UNPREPARED


def open_engine(database_url: str, *, connections: int) -> Engine:
    """Return an engine for *database_url* with at most *connections* open at once in this process."""
    if (path := sqlite_path(database_url)) is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _sqlite_engine(database_url, connections)
    engine = create_engine(
        database_url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        hide_parameters=True,
        pool_recycle=1800,
        pool_use_lifo=True,
        connect_args={"options": _POSTGRESQL_OPTIONS, "connect_timeout": 5},
    )
    event.listen(engine, "do_execute", _copy)
    return engine


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Add *rows*, cells as text in the order of *columns*, to a table of PostgreSQL; its constraints hold."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    connection.exec_driver_sql(statement, execution_options={_COPIED_ROWS: rows})


def _copy(cursor: Cursor, statement: str, _parameters: object, context: ExecutionContext) -> bool:
    """Send the rows of `copy_rows`; in here, so that what goes wrong is told as of every other statement."""
    rows = context.execution_options.get(_COPIED_ROWS)
    if rows is None:
        return False
    with cursor.copy(statement.encode()) as stream:
        stream.write("".join([_line(row) for row in rows]))
    return True


def _line(row: Sequence[str]) -> str:
    line = "\t".join(row)
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") >= len(row):
        line = "\t".join([cell.translate(_ESCAPED) for cell in row])
    return f"{line}\n"


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
