"""Statements that every phone's request runs, made ready once for PostgreSQL instead of looked up each time.

SQLAlchemy finds what it compiled by a key as long as the statement, and names every parameter anew: of a wide INSERT
that is more work than PostgreSQL has with it. Types still turn what is given into what the driver takes. SQLite, to
which a statement is a call, is asked in the ordinary way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection, CursorResult, Dialect, Executable


class Ready:
    """One statement without lists of values that grow; what it returns comes as the driver reads it."""

    def __init__(self, statement: Executable) -> None:
        self._statement: Any = statement
        self._compiled: _Compiled | None = None

    def run(self, connection: Connection, given: Mapping[str, Any]) -> CursorResult[Any]:
        """Run it with *given*, which names every parameter that has no value yet."""
        if connection.dialect.name != "postgresql":
            return connection.execute(self._statement, dict(given))
        compiled = self._compiled
        if compiled is None:
            self._compiled = compiled = _Compiled(self._statement, connection.dialect)
        return connection.exec_driver_sql(compiled.text, compiled.parameters(given))


class _Compiled:
    """The text PostgreSQL is sent, the values that always stand in it, and how types write what is given."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:  # noqa: ANN401 no public type has `compile` and rows
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._fixed = {name: bind.value for name, bind in binds.items() if not bind.required}
        self._writers = _writers_of(binds, dialect)

    def parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the driver is handed."""
        found = {**self._fixed, **given}
        for name, write in self._writers:
            found[name] = write(found[name])
        return found


def _writers_of(binds: Mapping[str, Any], dialect: Dialect) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    found = ((name, bind.type.dialect_impl(dialect).bind_processor(dialect)) for name, bind in binds.items())
    return tuple((name, write) for name, write in found if write is not None)
