"""Reading figures: sums of the lowest units added upward, and how many records were received and approved.

Measures of sensitive forms do not exist here: whatever is asked for, they are left out before anything is read, so no
page, file or door can go round it. Sums are the province's to read; the records behind them are for `records_behind`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    and_,
    bindparam,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from server.indicators.contribution import POOL
from server.indicators.figures import Receipts
from server.indicators.sources import Basis
from server.storage.models.figures import FigureSumRow
from server.storage.models.forms import FormPoolRow, FormRow
from server.storage.models.registers import EntityListRow, RegisterTallyRow
from server.storage.models.territory import UnitAncestorRow
from server.storage.repositories.record_tallies import seen_records
from server.storage.written_out import among

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import CTE, ColumnElement, CompoundSelect, Connection, Row, Select, SelectBase, Subquery

    from server.indicators.sources import Source
    from server.storage.visible import Sight
    from server.territory.units import UnitId

_COUNTED: Final = frozenset({Basis.MEASURE, Basis.ROSTER})
_NOWHERE: Final = cast(null(), BigInteger)
_SUMS: Final = {"thousandths": "thousandths", "rows": "contributions"}
_RECEIVED: Final = {"received": "records", "approved": "approved"}

_Pairs = tuple[tuple[str, str], ...]
"""Measures or lists, each with a category."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Which figures are meant: of a project, in a period, added up on the boundaries of *frame* to *units*."""

    project_id: int
    period: int
    frame: str
    units: frozenset[UnitId]
    with_all: bool = True
    """Whether what everything there is comes to is asked for beside the units."""


@dataclass(frozen=True, slots=True)
class Members:
    """Further units, in which some of the sources alone are asked for."""

    units: frozenset[UnitId] = frozenset()
    sources: tuple[Source, ...] = ()


_NO_MEMBERS: Final = Members()


@dataclass(frozen=True, slots=True)
class Added:
    """What was added up: thousandths, and how many contributions made them; none did what *is_typed* from paper.

    What *is_withheld* stands hidden in a release table and has no number. *left_out* units lie there only in part.
    """

    thousandths: int
    contributions: int
    is_typed: bool = False
    is_withheld: bool = False
    left_out: int = 0


YearlyAdded = Mapping[int, Mapping[tuple[int | None, "Source"], Added]]
"""By year, place (None: everywhere) and source; what is not there is nothing."""


class FigureTables:
    """Sums, counts of records and the records themselves, as *sight* may see them."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight
        self._known: dict[tuple[int, frozenset[str]], Mapping[str, frozenset[str]]] = {}

    def sums(self, extent: Extent, sources: Sequence[Source]) -> Mapping[tuple[int | None, Source], Added]:
        """Return what was added up for each unit with all that lies in it, and under None for the whole project.

        Units and sources to which nothing was added are not in the answer.
        """
        return self.sums_of_years(extent, [extent.period], sources)[extent.period]

    def sums_of_years(
        self, extent: Extent, years: Collection[int], sources: Sequence[Source], members: Members = _NO_MEMBERS
    ) -> YearlyAdded:
        """Return what `sums` returns, for each of *years* instead of the extent's period, in one statement.

        Of *members*' sources, which are among *sources*, it says what there is in each of those units, too.
        """
        allowed = self.open_sources(extent, sources)
        asked, further = _asked(allowed), members.units - extent.units
        of_members = tuple(_asked(one for one in allowed if one in members.sources)) if further else ()
        if not asked:
            return _gathered(years, ())
        statement = _sums(tuple(asked), of_members, _Places.of(extent))
        found = self._read(
            statement, extent, years=sorted(years), **({"members": sorted(further)} if of_members else {})
        )
        return _gathered(
            years,
            (
                (row.period, row.place, source, int(row.thousandths), int(row.rows))
                for row in found
                for source in asked[row.measure, row.category]
            ),
        )

    def register_sums(self, extent: Extent, sources: Sequence[Source]) -> Mapping[tuple[int | None, Source], Added]:
        """Return how many each register held at the end of the period, by unit and under None for all.

        Registers of dangerous places do not exist here. Those that hold nothing are not in the answer.
        """
        return self.register_sums_of_years(extent, [extent.period], sources)[extent.period]

    def register_sums_of_years(self, extent: Extent, years: Collection[int], sources: Sequence[Source]) -> YearlyAdded:
        """Return what `register_sums` returns, at the end of each of *years*, in one statement."""
        asked = _asked(sources)
        held = self._read(_held(tuple(asked), _Places.of(extent)), extent, last_year=max(years)) if asked else ()
        steps = list(held)
        found = _gathered(
            years,
            (
                (year, row.place, source, int(row.live) * 1000, int(row.live))
                for year in years
                for row in steps
                if row.year <= year
                for source in asked[row.name, row.category]
            ),
        )
        return {
            year: {key: added for key, added in sums.items() if added.contributions} for year, sums in found.items()
        }

    def receipts(self, extent: Extent, sources: Sequence[Source]) -> Mapping[int | None, Receipts]:
        """Return how many records of the forms of *sources* there are and of how many an approved version counts.

        By unit, and under None for all. Read off tallies: it costs the same however many records there are.
        """
        return self.receipts_of_years(extent, [extent.period], sources)[extent.period]

    def receipts_of_years(
        self, extent: Extent, years: Collection[int], sources: Sequence[Source]
    ) -> Mapping[int, Mapping[int | None, Receipts]]:
        """Return what `receipts` returns, for each of *years*, in one statement."""
        behind = self.forms_behind(extent.project_id, [one.measure for one in sources if one.basis in _COUNTED])
        forms = {form_id for form_ids in behind.values() for form_id in form_ids}
        found: dict[int, dict[int | None, Receipts]] = {year: {} for year in years}
        if not forms:
            return found
        for row in self._at(_received("year", _Places.of(extent)), extent, **_seen(extent, years, forms)):
            if row.received:
                found[row.year][row.place] = Receipts(int(row.received), int(row.approved))
        return found

    def receipts_by_form(self, extent: Extent, forms: Collection[str]) -> Mapping[tuple[int | None, str], Receipts]:
        """Return how many records there are of each of *forms* and of how many an approved version counts, by place."""
        if not forms:
            return {}
        rows = self._at(_received("form_id", _Places.of(extent)), extent, **_seen(extent, [extent.period], forms))
        return {
            (row.place, row.form_id): Receipts(int(row.received), int(row.approved)) for row in rows if row.received
        }

    def _at(self, statement: CompoundSelect[Any], extent: Extent, **given: object) -> Sequence[Row[Any]]:
        """Return what a statement of `_by_place` finds in the units of the extent, and everywhere."""
        places: dict[str, object] = {"frame": extent.frame, "units": sorted(extent.units)} if extent.units else {}
        if "members" in given:
            places["frame"] = extent.frame
        return self._connection.execute(statement, {**places, **given}).all()

    def _read(self, statement: CompoundSelect[Any], extent: Extent, **given: object) -> Sequence[Row[Any]]:
        return self._at(statement, extent, project_id=extent.project_id, **given)

    def open_measures(self, project_id: int, measures: Iterable[str]) -> frozenset[str]:
        """Return those of *measures* all of whose forms are the project's and not sensitive."""
        return frozenset(self.forms_behind(project_id, measures))

    def forms_behind(self, project_id: int, measures: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """Return the forms each measure is read from, of a pool all that ever joined it; without a sensitive one."""
        asked = frozenset(measures)
        for (project, known), forms in self._known.items():
            if project == project_id and asked <= known:
                return {measure: behind for measure, behind in forms.items() if measure in asked}
        self._known[project_id, asked] = found = self._read_forms_behind(project_id, asked)
        return found

    def _read_forms_behind(self, project_id: int, measures: frozenset[str]) -> Mapping[str, frozenset[str]]:
        forms = {measure: measure.rpartition(".")[0] for measure in measures}
        pools = sorted(measure for measure, form_id in forms.items() if form_id == POOL)
        given = {"project_id": project_id, "forms": sorted(set(forms.values()) - {POOL}), "pools": pools}
        members = self._connection.execute(_members(), given).all() if measures else ()
        open_forms = {row.form_id for row in members if not row.pool and not row.is_sensitive}
        behind = {measure: frozenset({form_id}) for measure, form_id in forms.items() if form_id in open_forms}
        closed = {row.pool for row in members if row.is_sensitive}
        for row in members:
            if row.pool and row.pool not in closed:
                behind[row.pool] = behind.get(row.pool, frozenset()) | {row.form_id}
        return behind

    def open_sources(self, extent: Extent, sources: Sequence[Source]) -> list[Source]:
        """Return those of *sources* that are measures all of whose forms are the project's and not sensitive."""
        measures = [source for source in sources if source.basis is Basis.MEASURE]
        allowed = self.open_measures(extent.project_id, [source.measure for source in measures])
        return [source for source in measures if source.measure in allowed]


@cache
def _members() -> CompoundSelect[Any]:
    """Return the select of forms alone, and of those that ever joined a pool."""
    here = FormRow.project_id == bindparam("project_id")
    alone = select(literal("").label("pool"), FormRow.form_id, FormRow.is_sensitive).where(
        here, FormRow.form_id.in_(bindparam("forms", expanding=True))
    )
    joined = (
        select(FormPoolRow.pool, FormRow.form_id, FormRow.is_sensitive)
        .join(FormRow, FormRow.id == FormPoolRow.form_key)
        .where(here, FormPoolRow.pool.in_(bindparam("pools", expanding=True)))
    )
    return union_all(alone, joined)


def _asked(sources: Iterable[Source]) -> Mapping[tuple[str, str], list[Source]]:
    """Return who asks for each measure (or list) and category; two sources may ask for the same."""
    asked: dict[tuple[str, str], list[Source]] = defaultdict(list)
    for source in dict.fromkeys(sources):
        for category in source.categories:
            asked[source.measure, category].append(source)
    return asked


@dataclass(frozen=True, slots=True)
class _Places:
    """Where something is added up: in units, in everything there is, or in both."""

    in_units: bool
    in_all: bool

    @classmethod
    def of(cls, extent: Extent) -> _Places:
        """Return what the extent asks for; without units it can but be everything."""
        return cls(bool(extent.units), extent.with_all or not extent.units)


@lru_cache(maxsize=128)
def _sums(asked: _Pairs, of_members: _Pairs, places: _Places) -> CompoundSelect[Any]:
    """Return what adds up these measures and categories; of a plan, to write it out costs more than to ask it."""
    parts = _by_place(_summed(asked), ("period", "measure", "category"), _SUMS, places)
    if of_members:
        further = _summed(of_members).subquery("of_members")
        parts.append(_in_units("members", further, ("period", "measure", "category"), _SUMS))
    return union_all(*parts)


def _summed(asked: _Pairs) -> SelectBase:
    rows = FigureSumRow
    return select(rows.unit_id, rows.period, rows.measure, rows.category, rows.thousandths, rows.contributions).where(
        rows.project_id == bindparam("project_id"),
        rows.period.in_(bindparam("years", expanding=True)),
        _either(rows.measure, rows.category, asked),
    )


@lru_cache(maxsize=128)
def _held(asked: _Pairs, places: _Places) -> CompoundSelect[Any]:
    """Return what adds up these lists and categories, year by year."""
    rows, lists = RegisterTallyRow, EntityListRow
    held = (
        select(rows.unit_id, rows.year, lists.name, rows.category, rows.live)
        .join(lists, lists.id == rows.list_id)
        .where(
            lists.project_id == bindparam("project_id"),
            lists.is_sensitive.is_(False),
            rows.year <= bindparam("last_year"),
            _either(lists.name, rows.category, asked),
        )
    )
    return union_all(*_by_place(held, ("year", "name", "category"), {"live": "live"}, places))


@lru_cache(maxsize=8)
def _received(key: str, places: _Places) -> CompoundSelect[Any]:
    """Return what counts the records there are, and those that count, by form or year."""
    return union_all(*_by_place(seen_records(), (key,), _RECEIVED, places))


def _seen(extent: Extent, years: Iterable[int], forms: Iterable[str]) -> dict[str, object]:
    return {"project_id": extent.project_id, "years": sorted(years), "forms": sorted(forms)}


def _by_place(
    counted: SelectBase, key: Sequence[str], amounts: Mapping[str, str], places: _Places
) -> list[Select[Any]]:
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
        .select_from(read)
        .join(above, above.unit_id == read.c.unit_id)
        .where(above.frame == bindparam("frame"), above.is_partial.is_(False), above.ancestor_id.in_(within))
        .group_by(above.ancestor_id, *(read.c[one] for one in key))
    )


def _sums_by(read: Subquery | CTE, key: Sequence[str], amounts: Mapping[str, str]) -> list[ColumnElement[Any]]:
    sums = [func.sum(read.c[column]).label(name) for name, column in amounts.items()]
    return [*(read.c[one] for one in key), *sums]


def _either(name: Any, category: Any, asked: Iterable[tuple[str, str]]) -> ColumnElement[bool]:  # noqa: ANN401 columns
    """Return whether a row is of one of the pairs that are *asked* for, name by name: fewer ways for an index to go."""
    categories: dict[str, list[str]] = defaultdict(list)
    for one, of in asked:
        categories[one].append(of)
    return or_(false(), *(and_(name == one, category.in_(several)) for one, several in categories.items()))


def _gathered(years: Iterable[int], parts: Iterable[tuple[int, int | None, Source, int, int]]) -> YearlyAdded:
    """Return the categories of each source, added together, for each of *years*."""
    found: dict[int, dict[tuple[int | None, Source], Added]] = {year: {} for year in years}
    for year, place, source, thousandths, contributions in parts:
        before = found[year].get((place, source), Added(0, 0))
        found[year][place, source] = Added(before.thousandths + thousandths, before.contributions + contributions)
    return found


def units_below(connection: Connection, extent: Extent) -> tuple[int, ...]:
    """Return the units that lie wholly in those of the extent, to be written out: a join loses an index's order."""
    below = select(UnitAncestorRow.unit_id).where(lies_in(extent)).distinct()
    return tuple(sorted(connection.execute(below).scalars()))


def lies_in(extent: Extent) -> ColumnElement[bool]:
    """Return what makes an ancestor row say that a unit lies wholly in one of the extent's units."""
    above = UnitAncestorRow
    return and_(above.frame == extent.frame, above.is_partial.is_(False), among(above.ancestor_id, extent.units))
