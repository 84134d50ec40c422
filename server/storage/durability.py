"""Whether the database keeps what it confirmed, through a crash and a power cut; and what time it thinks it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import OperationalError

from server.errors import Unavailable

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_SQLITE: Final = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}
_POSTGRESQL: Final = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


@dataclass(frozen=True, slots=True)
class Weakness:
    """A setting of the database under which a confirmed record could be lost."""

    setting: str
    value: str
    wanted: str


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """What the database says of itself; *clock* is its time, aware."""

    kind: str
    weaknesses: tuple[Weakness, ...]
    clock: datetime


def database_state(engine: Engine) -> DatabaseState:
    """Ask the database; raises `Unavailable` when it does not answer."""
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                found = {name: _said(connection, f"PRAGMA {name}") for name in _SQLITE}
                return DatabaseState("SQLite", _weaknesses(found, _SQLITE), datetime.now(UTC))
            found = {name: _said(connection, f"SHOW {name}") for name in _POSTGRESQL}
            clock = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
            return DatabaseState("PostgreSQL", _weaknesses(found, _POSTGRESQL), clock)
    except OperationalError as fault:
        raise Unavailable("database.unavailable") from fault


def _said(connection: Connection, statement: str) -> str:
    return str(connection.exec_driver_sql(statement).scalar_one()).lower()


def _weaknesses(found: dict[str, str], wanted: dict[str, str]) -> tuple[Weakness, ...]:
    return tuple(Weakness(name, found[name], value) for name, value in wanted.items() if found[name] != value)
