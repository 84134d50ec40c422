"""Reading figures: sums of the lowest units added upward, and how many records were received and approved.

Measures of sensitive forms do not exist here: whatever is asked for, they are left out before anything is read, so no
page, file or door can go round it. Sums are the province's to read; the records behind them are for `records_behind`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Text, and_, bindparam, cast, literal, null, select, union_all

from server.indicators.contribution import POOL
from server.indicators.figures import Receipts
from server.indicators.measures import states_in
from server.indicators.sources import Basis
from server.storage.models.forms import FormPoolRow, FormRow, FormVersionRow
from server.storage.models.territory import UnitAncestorRow
from server.storage.repositories.past_words import Word, past_units, turns_in
from server.storage.repositories.place_sums import Pieces, Places, held, received, sums
from server.storage.written_out import among

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import ColumnElement, CompoundSelect, Connection, Row

    from server.indicators.sources import Source
    from server.storage.visible import Sight
    from server.territory.turnovers import Turnover
    from server.territory.units import UnitId

_COUNTED: Final = frozenset({Basis.MEASURE, Basis.ROSTER})

_Keys = Mapping[tuple[str, str], list["Source"]]
"""Who asks for each measure (or list) and category; two sources may ask for the same."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Which figures are meant: of a project, in a period, added up on the boundaries of *frame* to *units*."""

    project_id: int
    period: int
    frame: str
    units: frozenset[UnitId]
    with_all: bool = True
    """Whether what everything there is comes to is asked for beside the units."""
    without: frozenset[UnitId] = frozenset()
    """Units whose own records are none of those behind a figure: others have spoken for them since."""


@dataclass(frozen=True, slots=True)
class Members:
    """What is asked in how many units something was so: all that was said of *sources*, in further *units* too."""

    units: frozenset[UnitId] = frozenset()
    sources: tuple[Source, ...] = ()


_NO_MEMBERS: Final = Members()


def said_of(source: Source) -> Source:
    """Return the key of whatever was said of a measure, by units too for which another one has spoken since."""
    return replace(source, basis=Basis.UNITS)


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
        self._states: dict[int, set[str]] = defaultdict(set)
        """Measures that say how a place stands, of the forms asked about so far, by project."""

    def sums(
        self, extent: Extent, sources: Sequence[Source], turns: Iterable[Turnover]
    ) -> Mapping[tuple[int | None, Source], Added]:
        """Return what was added up for each unit with all that lies in it, and under None for the whole project.

        Units and sources to which nothing was added are not in the answer. Of a measure that says how a place stands,
        nothing is added that a unit said for which, by *turns*, another one has spoken since.
        """
        return self.sums_of_years(extent, [extent.period], sources, turns)[extent.period]

    def sums_of_years(
        self,
        extent: Extent,
        years: Collection[int],
        sources: Sequence[Source],
        turns: Iterable[Turnover],
        *,
        members: Members = _NO_MEMBERS,
    ) -> YearlyAdded:
        """Return what `sums` returns, for each of *years* instead of the extent's period, in one statement.

        Of *members*' sources it says, under `said_of`, what there is in each of those units too.
        """
        asked = self._asked_of(extent, sources, members)
        if not asked.pieces().is_any:
            return _gathered(years, ())
        given: dict[str, object] = {"years": sorted(years)}
        if asked.further:
            given["members"] = sorted(asked.further)
        if asked.states and (told := turns_in(turns, years)):
            given |= {"turns": told, "states": sorted({measure for measure, _ in asked.states})}
        else:
            asked = asked.without_states()
        found = self._read(sums(self._connection.dialect.name, asked.pieces(), _places(extent)), extent, **given)
        return _gathered(
            years,
            (
                (row.period, row.place, key, int(row.thousandths), int(row.rows))
                for row in found
                for key in asked.keys(row)
            ),
        )

    def word_of(self, project_id: int, year: int, source: Source, turns: Iterable[Turnover]) -> Word | None:
        """Return how to ask whose word of how they stood is past; None for what says nothing of the kind."""
        if source.basis is not Basis.MEASURE or source.measure not in self._states_among(project_id, [source]):
            return None
        return Word(project_id, source.measure, year, tuple(one for one in turns if one.year == year))

    def past_units(self, extent: Extent, source: Source, turns: Iterable[Turnover]) -> frozenset[UnitId]:
        """Return the units whose word of how they stood, in the extent's period, is past; none of other measures."""
        word = self.word_of(extent.project_id, extent.period, source, turns)
        return frozenset() if word is None else past_units(self._connection, word)

    def _states_among(self, project_id: int, sources: Iterable[Source]) -> frozenset[str]:
        """Return the measures of *sources*, open ones, that say how a place stands."""
        measures = [source.measure for source in sources]
        self.forms_behind(project_id, measures)
        return frozenset(one for one in measures if one in self._states[project_id])

    def _asked_of(self, extent: Extent, sources: Sequence[Source], members: Members) -> _Asked:
        both = self.open_sources(extent, [*sources, *members.sources])
        allowed, said = ([one for one in both if one in asked] for asked in (sources, members.sources))
        states = self._states_among(extent.project_id, allowed)
        return _Asked(
            sums=_asked(one for one in allowed if one.measure not in states),
            states=_asked(one for one in allowed if one.measure in states),
            said=_asked(said),
            further=members.units - extent.units if said else frozenset(),
        )

    def register_sums(self, extent: Extent, sources: Sequence[Source]) -> Mapping[tuple[int | None, Source], Added]:
        """Return how many each register held at the end of the period, by unit and under None for all.

        Registers of dangerous places do not exist here. Those that hold nothing are not in the answer.
        """
        return self.register_sums_of_years(extent, [extent.period], sources)[extent.period]

    def register_sums_of_years(self, extent: Extent, years: Collection[int], sources: Sequence[Source]) -> YearlyAdded:
        """Return what `register_sums` returns, at the end of each of *years*, in one statement."""
        asked = _asked(sources)
        steps = self._read(held(tuple(asked), _places(extent)), extent, last_year=max(years)) if asked else ()
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
        for row in self._at(received("year", _places(extent)), extent, **_seen(extent, years, forms)):
            if row.received:
                found[row.year][row.place] = Receipts(int(row.received), int(row.approved))
        return found

    def receipts_by_form(self, extent: Extent, forms: Collection[str]) -> Mapping[tuple[int | None, str], Receipts]:
        """Return how many records there are of each of *forms* and of how many an approved version counts, by place."""
        if not forms:
            return {}
        rows = self._at(received("form_id", _places(extent)), extent, **_seen(extent, [extent.period], forms))
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
        for row in members:
            if row.measures and not row.is_sensitive:
                self._states[project_id] |= _states_in(row.form_id, row.measures)
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
    """Return the select of forms alone, with the measures in force, and of those that ever joined a pool."""
    here = FormRow.project_id == bindparam("project_id")
    in_force = and_(FormVersionRow.form_key == FormRow.id, FormVersionRow.is_current)
    measures = cast(FormVersionRow.measures, Text).label("measures")
    alone = (
        select(literal("").label("pool"), FormRow.form_id, FormRow.is_sensitive, measures)
        .outerjoin(FormVersionRow, in_force)
        .where(here, FormRow.form_id.in_(bindparam("forms", expanding=True)))
    )
    joined = (
        select(FormPoolRow.pool, FormRow.form_id, FormRow.is_sensitive, cast(null(), Text))
        .join(FormRow, FormRow.id == FormPoolRow.form_key)
        .where(here, FormPoolRow.pool.in_(bindparam("pools", expanding=True)))
    )
    return union_all(alone, joined)


def _asked(sources: Iterable[Source]) -> _Keys:
    asked: dict[tuple[str, str], list[Source]] = defaultdict(list)
    for source in dict.fromkeys(sources):
        for category in source.categories:
            asked[source.measure, category].append(source)
    return asked


@lru_cache(maxsize=64)
def _states_in(form_id: str, measures: str) -> frozenset[str]:
    """Return the measures of a sheet as kept that say how a place stands; of a version it is always the same."""
    return states_in(form_id, json.loads(measures))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is added up for whom: *states* say how a place stands, *said* whatever was said, in *further* units too."""

    sums: _Keys
    states: _Keys
    said: _Keys
    further: frozenset[UnitId]

    def without_states(self) -> _Asked:
        """Return the same where nothing can be past."""
        return replace(self, sums={**self.sums, **self.states}, states={})

    def pieces(self) -> Pieces:
        """Return what the statement is to add up."""
        every = tuple(dict.fromkeys((*self.sums, *self.said)))
        return Pieces(every, tuple(self.states), tuple(self.said) if self.further else ())

    def keys(self, row: Row[Any]) -> list[Source]:
        """Return what a row of it is an amount of."""
        pair = row.measure, row.category
        if row.is_of_state:
            return self.states[pair]
        return [*self.sums.get(pair, ()), *(said_of(source) for source in self.said.get(pair, ()))]


def _places(extent: Extent) -> Places:
    """Return where the extent asks for sums; without units it can but be everything."""
    return Places(bool(extent.units), extent.with_all or not extent.units)


def _seen(extent: Extent, years: Iterable[int], forms: Iterable[str]) -> dict[str, object]:
    return {"project_id": extent.project_id, "years": sorted(years), "forms": sorted(forms)}


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
