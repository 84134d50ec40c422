"""Many rows in one parameter: a JSON array that the database reads as a table.

A statement keeps its text whatever the number of rows, so it is prepared once and costs no time to write out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_SQLITE_KINDS: Final = {"bigint": "INTEGER", "date": "TEXT", "text": "TEXT"}


def given_table(dialect: str, columns: Mapping[str, str], *, parameter: str = "rows") -> str:
    """Return SQL for a table ``given`` of *columns* (name to bigint, text or date), read from *parameter*."""
    if dialect == "sqlite":
        cells = ", ".join(
            f"CAST(json_extract(value, '$[{index}]') AS {_SQLITE_KINDS[kind]}) AS {name}"
            for index, (name, kind) in enumerate(columns.items())
        )
        return f"(SELECT {cells} FROM json_each(:{parameter})) AS given"  # noqa: S608 names of our own columns
    cells = ", ".join(
        f"CAST(one ->> {index} AS {kind}) AS {name}" for index, (name, kind) in enumerate(columns.items())
    )
    return f"(SELECT {cells} FROM jsonb_array_elements(CAST(:{parameter} AS jsonb)) AS one) AS given"  # noqa: S608 the same


def as_parameter(rows: Iterable[Sequence[object]]) -> str:
    """Return *rows* (cells in the order of the columns) as that parameter; days are written as ISO 8601."""
    return json.dumps([list(row) for row in rows], ensure_ascii=False, default=str)
