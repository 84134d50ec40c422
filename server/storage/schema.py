"""Bringing a database to the schema this server needs, step by step, and telling whether it is there."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from server.errors import Unavailable
from server.storage.database import BEGIN_MODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

_LOCK_KEY = 7_305_211_046
"""PostgreSQL advisory lock: two servers that start together must not both migrate."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run every step up to *revision*; harmless when there is none to run."""
    with _locked(engine) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Run the steps back to *revision* (``base`` for none)."""
    with _locked(engine) as connection:
        command.downgrade(_config(connection), revision)


def refresh_statistics(engine: Engine) -> None:
    """Have PostgreSQL look anew at what lies in its tables, which it plans by.

    A database that was just restored has no statistics: until PostgreSQL looks by itself, a decision about one record
    of a province takes seconds. SQLite plans without.
    """
    if engine.dialect.name == "postgresql":
        with _connected(engine) as connection, connection.begin():
            connection.exec_driver_sql("ANALYZE")


def head() -> str:
    """Return the newest step there is."""
    newest = ScriptDirectory.from_config(_config(None)).get_current_head()
    assert newest is not None, "the server comes with its steps"
    return newest


def current(engine: Engine) -> str | None:
    """Return the step the database stands at, None before the first."""
    with _connected(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _locked(engine: Engine) -> Iterator[Connection]:
    with _connected(engine) as plain:
        connection = plain.execution_options(**{BEGIN_MODE: "IMMEDIATE"})
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK_KEY})")
            connection.commit()
        try:
            yield connection
        finally:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK_KEY})")
                connection.commit()


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            yield connection
    except OperationalError as fault:
        raise Unavailable("database.unavailable") from fault


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("server.storage") / "migrations"))
    config.attributes["connection"] = connection
    return config
