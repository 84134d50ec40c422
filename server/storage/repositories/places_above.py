"""The units above what is read of the lowest ones, to be added upward."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Join
from sqlalchemy.ext.compiler import compiles

from server.storage.models.territory import UnitAncestorRow

if TYPE_CHECKING:
    from sqlalchemy import FromClause
    from sqlalchemy.sql.compiler import SQLCompiler

_BY_UNIT: Final = "ix_unit_ancestor_unit"


class _ReadFirst(Join):
    """A join of what is read with the units above it.

    SQLite has no statistics of tables that grow. Left alone it begins with the places asked for, and goes through all
    there is to add up once for each unit below them; or it looks for each row under every one of the places. Told to
    read first, which in a CROSS JOIN it does, it finds the few units above each row by the row's own unit.
    Sources: https://www.sqlite.org/optoverview.html (manual control using CROSS JOIN),
    https://www.sqlite.org/lang_indexedby.html.
    """

    inherit_cache = True


@compiles(_ReadFirst, "sqlite")
def _read_first_on_sqlite(join: _ReadFirst, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 what it was told
    assert join.onclause is not None, "rows are joined by the unit they are of"
    sides = {**how, "asfrom": True}
    read, above = compiler.process(join.left, **sides), compiler.process(join.right, **sides)
    on = compiler.process(join.onclause, **{**how, "asfrom": False})
    return f"{read} CROSS JOIN {above} INDEXED BY {_BY_UNIT} ON {on}"


def with_places_above(read: FromClause) -> Join:
    """Return *read*, which has a ``unit_id``, each row beside all units it lies in, on the boundaries of any frame."""
    above = UnitAncestorRow.__table__
    return _ReadFirst(read, above, above.c.unit_id == read.c.unit_id)
