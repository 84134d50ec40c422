"""The statements that add something up by place: sums of measures, what registers hold, how many records there are.

Each adds up the lowest units' rows in units, on the boundaries of a frame, in everything there is, or in both; which
project, years and units are meant is said when it is run. Whoever runs them is `figure_tables`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, and_, bindparam, cast, false, func, literal_column, null, or_, select, union_all

from server.storage.models.figures import FigureSumRow
from server.storage.models.registers import EntityListRow, RegisterTallyRow
from server.storage.models.territory import UnitAncestorRow
from server.storage.repositories.past_words import is_past, past_words
from server.storage.repositories.places_above import with_places_above
from server.storage.repositories.record_tallies import seen_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import CTE, ColumnElement, CompoundSelect, Select, SelectBase, Subquery

_NOWHERE: Final = cast(null(), BigInteger)
_SUMS: Final = {"thousandths": "thousandths", "rows": "contributions"}
_SUM_KEY: Final = ("period", "measure", "category", "is_of_state")
_RECEIVED: Final = {"received": "records", "approved": "approved"}

Pairs = tuple[tuple[str, str], ...]
"""Measures or lists, each with a category."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where something is added up: in units, in everything there is, or in both."""

    in_units: bool
    in_all: bool


@dataclass(frozen=True, slots=True)
class Pieces:
    """What is added up: *every* sum of some measures; of *states* none that is past; *of_members* in further units."""

    every: Pairs
    states: Pairs
    of_members: Pairs

    @property
    def is_any(self) -> bool:
        """Tell whether anything is added up at all."""
        return bool(self.every or self.states)


@lru_cache(maxsize=128)
def sums(dialect: str, asked: Pieces, places: Places) -> CompoundSelect[Any]:
    """Return what adds up measures and categories; of a plan, to write it out costs more than to ask it."""
    parts: list[Select[Any]] = []
    if asked.every:
        parts += _by_place(_summed(asked.every), _SUM_KEY, _SUMS, places)
    if asked.states:
        parts += _by_place(_stood(dialect, asked.states), _SUM_KEY, _SUMS, places)
    if asked.of_members:
        parts.append(_in_units("members", _summed(asked.of_members).subquery("of_members"), _SUM_KEY, _SUMS))
    return union_all(*parts)


def _summed(asked: Pairs, is_of_state: str = "0") -> Select[Any]:
    rows = FigureSumRow
    columns: list[Any] = [rows.unit_id, rows.period, rows.measure, rows.category, rows.thousandths, rows.contributions]
    return select(*columns, literal_column(is_of_state).label("is_of_state")).where(
        rows.project_id == bindparam("project_id"),
        rows.period.in_(bindparam("years", expanding=True)),
        _either(rows.measure, rows.category, asked),
    )


def _stood(dialect: str, asked: Pairs) -> Select[Any]:
    """Return the sums of measures that say how a place stood, without what is past."""
    return _summed(asked, "1").where(~is_past(FigureSumRow, past_words(dialect)))


@lru_cache(maxsize=128)
def held(asked: Pairs, places: Places) -> CompoundSelect[Any]:
    """Return what adds up these lists and categories, year by year."""
    rows, lists = RegisterTallyRow, EntityListRow
    living = (
        select(rows.unit_id, rows.year, lists.name, rows.category, rows.live)
        .join(lists, lists.id == rows.list_id)
        .where(
            lists.project_id == bindparam("project_id"),
            lists.is_sensitive.is_(False),
            rows.year <= bindparam("last_year"),
            _either(lists.name, rows.category, asked),
        )
    )
    return union_all(*_by_place(living, ("year", "name", "category"), {"live": "live"}, places))


@lru_cache(maxsize=8)
def received(key: str, places: Places) -> CompoundSelect[Any]:
    """Return what counts the records there are, and those that count, by form or year."""
    return union_all(*_by_place(seen_records(), (key,), _RECEIVED, places))


def _by_place(counted: SelectBase, key: Sequence[str], amounts: Mapping[str, str], places: Places) -> list[Select[Any]]:
    """Return the sums of what was *counted* by *key*: in each of ``units`` on a ``frame``, and in all.

    *amounts* says which column each sum is of. What both ask for is read once.
    """
    read = counted.cte() if places.in_units and places.in_all else counted.subquery()
    everywhere = select(_NOWHERE.label("place"), *_sums_by(read, key, amounts)).group_by(*(read.c[one] for one in key))
    return [
        *([_in_units("units", read, key, amounts)] if places.in_units else []),
        *([everywhere] if places.in_all else []),
    ]


def _in_units(units: str, read: Subquery | CTE, key: Sequence[str], amounts: Mapping[str, str]) -> Select[Any]:
    """Return the sums in each of the units of that parameter, with all that lies in them."""
    above, within = UnitAncestorRow, bindparam(units, type_=BigInteger, expanding=True, literal_execute=True)
    return (
        select(above.ancestor_id.label("place"), *_sums_by(read, key, amounts))
        .select_from(with_places_above(read))
        .where(above.frame == bindparam("frame"), above.is_partial.is_(False), above.ancestor_id.in_(within))
        .group_by(above.ancestor_id, *(read.c[one] for one in key))
    )


def _sums_by(read: Subquery | CTE, key: Sequence[str], amounts: Mapping[str, str]) -> list[ColumnElement[Any]]:
    sums = [func.sum(read.c[column]).label(name) for name, column in amounts.items()]
    return [*(read.c[one] for one in key), *sums]


def _either(name: Any, category: Any, asked: Iterable[tuple[str, str]]) -> ColumnElement[bool]:  # noqa: ANN401 columns
    """Return whether a row is of one of the pairs that are *asked* for, name by name: fewer ways for an index to go.

    The names alone are said first: of alternatives SQLite makes no use of an index, and would go through all there is.
    """
    categories: dict[str, list[str]] = defaultdict(list)
    for one, of in asked:
        categories[one].append(of)
    each = (and_(name == one, category.in_(several)) for one, several in categories.items())
    return and_(name.in_(list(categories)), or_(false(), *each))
