"""Records that are there already: copies of one that was received, made by the database itself.

They go round the intake on purpose, which the measurement of growth would otherwise spend its hour on; what matters is
how large the tables and their indexes are, not how they came to be.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, MetaData, Table, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_TABLES = ("submission", "submission_version", "attachment", "finding", "contribution")
_NUMBERS = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :copies) "


def copy_newest(engine: Engine, copies: int) -> None:
    """Copy the newest record, with its version, files, findings and contributions, so many times."""
    metadata = MetaData()
    metadata.reflect(engine, only=_TABLES)
    with engine.begin() as connection:
        record = _newest(connection, "SELECT max(id) FROM submission")
        # Of several that arrived at once, the newest record need not have the newest version.
        version = _newest(connection, f"SELECT min(id) FROM submission_version WHERE submission_id = {record}")  # noqa: S608 a number
        last_version = _newest(connection, "SELECT max(id) FROM submission_version")
        for name in _TABLES:
            columns = _copied(name, metadata.tables[name])
            key = "id" if name in {"submission", "submission_version"} else "version_id"
            original = record if name == "submission" else version
            statement = (
                f"INSERT INTO {name} ({', '.join(columns)}) {_NUMBERS}"  # noqa: S608 names of our own tables
                f"SELECT {', '.join(columns.values())} FROM {name} AS t, numbers WHERE t.{key} = :original"
            )
            given = {"copies": copies, "original": original}
            if ":last_version" in statement:
                given["last_version"] = last_version
            connection.execute(text(statement), given)
        if engine.dialect.name == "postgresql":
            _move_sequences(connection, metadata)
    analyze(engine, _TABLES)


def _copied(name: str, table: Table) -> Mapping[str, str]:
    """Return what each column of a copy holds: what the original has, but for ids, which are moved up by n."""
    values = {column.name: f"t.{column.name}" for column in table.columns}
    values |= {column: moved for column, moved in _MOVED.items() if column in values}
    match name:
        case "submission":
            values["id"] = "t.id + n"
        case "submission_version":
            values["id"] = _NEXT_VERSION
        case _:
            values.pop("id", None)
    if name == "submission":
        values["root_instance_id"] = _OTHER_ID.format(column="root_instance_id")
    if name == "submission_version":
        values["instance_id"] = _OTHER_ID.format(column="instance_id")
    if name == "contribution":
        values["subject"] = "t.subject || ':' || n"
    return values


_COPIED = {"entity": "id", "entity_version": "entity_key"}
_NEXT_VERSION = "CAST(:last_version AS BIGINT) + n"
_MOVED = {"submission_id": "t.submission_id + n", "version_id": _NEXT_VERSION}
_OTHER_ID = "substr(t.{column}, 1, 28) || substr(CAST(1000000000000 + n AS TEXT), 2)"
"""Another instanceID of the same form: the last twelve digits count."""


def analyze(engine: Engine, tables: Iterable[str]) -> None:
    """Let the database know how much is in these tables.

    Not in others: PostgreSQL would take those for empty ones, and search them row by row as they fill up, until its own
    next look at them, which no server in earnest meets.
    """
    command = "VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.exec_driver_sql(f"{command} {table}")


def tidy_up(engine: Engine) -> None:
    """Do at once what PostgreSQL would do by and by after so much writing, and have it do no more of that by itself."""
    if engine.dialect.name != "postgresql":
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in ("VACUUM ANALYZE", "ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()"):
            connection.exec_driver_sql(statement)


@contextmanager
def without_keys(connection: Connection, table: str) -> Iterator[None]:
    """Let a table of PostgreSQL have no keys and indexes while it grows by millions, and make them again after.

    Row by row they would take ten times as long; what they refuse they refuse when they are made.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    keys = connection.execute(text(_KEYS), {"table": table}).all()
    indexes = connection.execute(text(_INDEXES), {"table": table}).scalars().all()
    for name, _ in keys:
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    for index in indexes:
        connection.execute(text(f"DROP INDEX {index.split(' ON ')[0].split()[-1]}"))
    yield
    connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
    for name, definition in keys:
        connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"))
    for index in indexes:
        connection.execute(text(index))


_KEYS = (
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE conrelid = CAST(:table AS regclass) AND contype IN ('p', 'f') ORDER BY contype DESC"
)
_INDEXES = (
    "SELECT pg_get_indexdef(i.indexrelid) FROM pg_index AS i"
    " WHERE i.indrelid = CAST(:table AS regclass) AND NOT i.indisprimary"
)


def _newest(connection: Connection, question: str) -> int:
    return int(connection.execute(text(question)).scalar_one())


def _move_sequences(connection: Connection, metadata: MetaData) -> None:
    """Let the next id follow the copies."""
    for name in ("submission", "submission_version"):
        table = metadata.tables[name]
        connection.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))")  # noqa: S608
        )


def fill_register(engine: Engine, units: Sequence[int], copies: int) -> None:
    """Copy the one entity of each of these units so many times, with its version; ids differ in the last 12 digits."""
    if copies < 1 or not units:
        return
    metadata = MetaData()
    metadata.reflect(engine, only=tuple(_COPIED))
    with engine.begin() as connection:
        highest = int(connection.execute(text("SELECT max(id) FROM entity")).scalar_one())
        originals = connection.execute(
            text("SELECT id, unit_id FROM entity WHERE id <= :highest"), {"highest": highest}
        )
        places = {unit: key for key, unit in originals}
        chosen = ", ".join(str(places[unit]) for unit in units)
        for name, key in _COPIED.items():
            where, given = f"t.{key} IN ({chosen})", {"copies": copies, "highest": highest}
            _copy_entities(connection, metadata.tables[name], where=where, given=given)
        if engine.dialect.name == "postgresql":
            connection.execute(
                text("SELECT setval(pg_get_serial_sequence('entity', 'id'), (SELECT max(id) FROM entity))")
            )
    analyze(engine, _COPIED)


def _copy_entities(connection: Connection, table: Table, *, where: str, given: Mapping[str, int]) -> None:
    """Insert the copies of one table's rows; ids go up in steps of the number of copies."""
    values = {column.name: f"t.{column.name}" for column in table.columns}
    name, key = table.name, _COPIED[table.name]
    values[key] = f":highest + (t.{key} - 1) * :copies + n"
    if name == "entity":
        values["entity_id"] = "substr(t.entity_id, 1, 24) || substr(CAST(1000000000000 + n AS TEXT), 2)"
    values["label"] = "replace(t.label, 'hộ 37', 'hộ ' || n)"
    connection.execute(
        text(
            f"INSERT INTO {name} ({', '.join(values)}) {_NUMBERS}"  # noqa: S608 names of our own tables
            f"SELECT {', '.join(values.values())} FROM {name} AS t, numbers WHERE {where}"
        ),
        given,
    )
