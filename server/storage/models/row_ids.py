"""Row ids of what may come of an incident: a range apart, so that no gap among the others tells that one came.

An id stands in addresses, fields and files that anybody with a post may see. Everyday rows of a table count from 1 by
themselves. Sensitive ones are numbered by the clock, in microseconds since 1970: an officer who sees two of them learns
when these came, which the page says anyway, and not how many came to other officers in between. What comes in the same
moment, or while a clock is behind, takes the number after the last: of one sequence for all tables (PostgreSQL), or of
the table (SQLite, where one writes at a time, and whose clock tells milliseconds). A later row has the larger number.
The range lies below 2**53 until the year 2255: JSON and workbooks hold such numbers exactly. SQLite gives a new row the
number after the largest there is, so an everyday row must be told to look below the range.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Insert, insert, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.sql.functions import FunctionElement

from server.storage.models.schema import Id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.sql.compiler import SQLCompiler

FIRST_SENSITIVE: Final = 10**12
SEQUENCE: Final = "sensitive_row_id"


class EverydayId(FunctionElement[int]):
    """The next id of an everyday row of the table it is made with."""

    type = Id
    inherit_cache = True


class SensitiveId(FunctionElement[int]):
    """The next id of a sensitive row of the table it is made with."""

    type = Id
    inherit_cache = True


def apart(table: str) -> MappedColumn[int]:
    """Return the id column of a table whose sensitive rows have ids apart; an INSERT that names none is everyday."""
    return mapped_column(Id, primary_key=True, autoincrement=True, default=EverydayId(literal_column(table)))


def sensitive_id(model: Any) -> SensitiveId:  # noqa: ANN401 a mapped class; their metaclass is no public type
    """Return what a sensitive row of that model is inserted with as its id."""
    return SensitiveId(literal_column(model.__tablename__))


@cache
def insertion(model: Any, *, is_sensitive: bool) -> Insert:  # noqa: ANN401 a mapped class, as above
    """Return the INSERT of rows of that model, which may name no id themselves."""
    # Inline: SQLite would else be asked for the id by a statement of its own first.
    statement = insert(model).inline()
    return statement.values(id=sensitive_id(model)) if is_sensitive else statement


def numbered(connection: Connection, model: Any, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:  # noqa: ANN401
    """Return everyday *rows* ready to be inserted by one statement that tells their ids.

    SQLite would work out the next id but once for all rows of a statement; who writes on it is alone, and may count on.
    """
    if connection.dialect.name != "sqlite":
        return [dict(row) for row in rows]
    first = connection.execute(select(EverydayId(literal_column(model.__tablename__)))).scalar_one()
    return [{"id": first + place, **row} for place, row in enumerate(rows)]


def is_sensitive_id(row_id: int) -> bool:
    """Tell whether an id is of the range apart."""
    return row_id >= FIRST_SENSITIVE


@compiles(EverydayId, "sqlite")
def _everyday_on_sqlite(one: EverydayId, compiler: SQLCompiler, **_how: object) -> str:
    table = compiler.process(one.clauses)
    return f"(SELECT coalesce(max(id), 0) + 1 FROM {table} WHERE id < {FIRST_SENSITIVE})"  # noqa: S608 a table of ours


@compiles(EverydayId, "postgresql")
def _everyday_on_postgresql(one: EverydayId, compiler: SQLCompiler, **_how: object) -> str:
    return f"nextval('{compiler.process(one.clauses)}_id_seq')"


@compiles(SensitiveId, "sqlite")
def _sensitive_on_sqlite(one: SensitiveId, compiler: SQLCompiler, **_how: object) -> str:
    table = compiler.process(one.clauses)
    now = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000"
    return f"(SELECT max(coalesce(max(id), {FIRST_SENSITIVE}) + 1, {now}) FROM {table} WHERE id > {FIRST_SENSITIVE})"  # noqa: S608 the same


@compiles(SensitiveId, "postgresql")
def _sensitive_on_postgresql(_one: SensitiveId, _compiler: SQLCompiler, **_how: object) -> str:
    now = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
    return f"setval('{SEQUENCE}', greatest(nextval('{SEQUENCE}'), {now}))"
