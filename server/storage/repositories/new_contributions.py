"""What a new record adds, as a part of the one statement in which PostgreSQL takes the record.

Each column comes as an array of PostgreSQL's own, written out: two dozen rows cost nine parameters, no statement of
their own, and none of the parsing a document would. Of every other version `figures` copies them in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, Date, Integer, Text, bindparam, cast, false, func, insert, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from server.indicators.contribution import Contribution
from server.storage.models.figures import ContributionRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import CTE
    from sqlalchemy.sql.type_api import TypeEngine


_COLUMNS: Final[Mapping[str, TypeEngine[Any]]] = {
    "measure": Text(),
    "position": Integer(),
    "category": Text(),
    "subject": Text(),
    "period": Integer(),
    "event_date": Date(),
    "unit_id": BigInteger(),
    "combine": Text(),
    "thousandths": BigInteger(),
}
_SAID: Final = frozenset({"measure", "category", "subject"})
"""What forms and phones have a say in."""
_QUOTED: Final = str.maketrans({"\\": "\\\\", '"': '\\"'})


def given_contributions(contributions: Iterable[Contribution]) -> dict[str, str]:
    """Return the parameters of `added_contributions`, of one contribution at least."""
    columns = dict(zip(Contribution._fields, zip(*contributions, strict=True), strict=True))
    return {
        f"added_{name}": (_texts if name in _SAID else _plain)(cells)  # a text of ours needs no quotes
        for name, cells in columns.items()
    }


def added_contributions(version: CTE) -> CTE:
    """Return the part that adds what `given_contributions` gave to the one *version* (id, project_id)."""
    given = (
        func.unnest(*(cast(bindparam(f"added_{name}", type_=Text), ARRAY(kind)) for name, kind in _COLUMNS.items()))
        .table_valued(*_COLUMNS, name="given")
        .render_derived()
    )
    rows = select(version.c.id, version.c.project_id, *(given.c[name] for name in _COLUMNS), false(), false())
    columns = ["version_id", "project_id", *_COLUMNS, "is_counted", "is_displaced"]
    return insert(ContributionRow).from_select(columns, rows.join_from(version, given, true())).cte("added")


def _texts(cells: Iterable[str]) -> str:
    """Return an array of texts, whatever they hold."""
    inner = '","'.join([one.translate(_QUOTED) if "\\" in one or '"' in one else one for one in cells])
    return f'{{"{inner}"}}'


def _plain(cells: Iterable[object]) -> str:
    """Return an array of what needs no quotes: numbers, days, names of our own."""
    return f"{{{','.join(map(str, cells))}}}"
