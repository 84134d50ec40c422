"""What stands in a statement as itself, and not as a parameter: long lists of row ids, how far is read, since when.

PostgreSQL makes a hash table of numbers it can read. Of parameters it does so only while it plans a statement anew each
time: from the tenth time on it would compare each of a thousand units with every row. And a thousand parameters cost
more to name and send than most statements do to run. Nor would it know then whether one unit is a village or the
province, or how far a list is read. Only numbers and moments are written out, never what somebody typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Integer, bindparam, literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement


def number(value: int) -> ColumnElement[int]:
    """Return a number that stands in the statement as itself: how far to read is what most of a plan hangs on."""
    return literal(value, Integer, literal_execute=True)


def written(moment: datetime, column: Any) -> ColumnElement[datetime]:  # noqa: ANN401 a mapped column
    """Return a moment as *column* keeps it, written out: of one it cannot read PostgreSQL takes a third to be later."""
    return literal(moment, column.type, literal_execute=True)


def among(column: Any, ids: Iterable[int]) -> ColumnElement[bool]:  # noqa: ANN401 a column or a sum
    """Return whether *column* is one of *ids*, which are written out; of none it never is."""
    listed = bindparam("ids", sorted(ids), type_=BigInteger, unique=True, expanding=True, literal_execute=True)
    found: ColumnElement[bool] = column.in_(listed)
    return found


def among_named(column: Any, name: str) -> ColumnElement[bool]:  # noqa: ANN401 a column or a sum
    """Return whether *column* is one of the ids that are given under *name*, in a statement that is built once."""
    found: ColumnElement[bool] = column.in_(bindparam(name, type_=BigInteger, expanding=True, literal_execute=True))
    return found
