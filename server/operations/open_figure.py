"""Open a number: whatever it is made of, whether records, entities of a register, units or a document.

A number is read by everybody who may read figures; what makes it opens as far as the reader's posts reach, and it is
said how much there is in all. *previous*, the year before, opens what made the numerator then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from server.access.authorisation import authorise
from server.access.roles import Permission
from server.indicators.paper_figures import PaperPlace
from server.indicators.periods import Period
from server.indicators.sources import Basis
from server.operations.figure_questions import boundaries_of, entry_asked_for, province_of
from server.operations.figure_sums import counts_units, extent_behind, part_of, sums_of_years
from server.operations.places import place_names
from server.operations.read_figures import Part, record_line, source_of
from server.operations.roster_sums import named_by
from server.operations.sights import Desk, register_sight_of, sight_of
from server.operations.typed_sums import key_of
from server.operations.unit_parts import units_in
from server.storage.repositories.figure_tables import Added, Extent, said_of
from server.territory.units import Level

if TYPE_CHECKING:
    from decimal import Decimal

    from server.access.actors import Actor
    from server.indicators.paper_figures import PaperFigure
    from server.indicators.plan import Indicator
    from server.indicators.sources import Source
    from server.operations.atlas import Map
    from server.operations.figure_questions import FigureQuestion, IndicatorEntry
    from server.operations.read_figures import Cell, RecordLine
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

A_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class ListedEntity:
    """One entity of a register as it was called then, with its place of then, the lowest unit first."""

    key: int
    label: str
    place: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TypedTotal:
    """A number that somebody else counted, with the document it was taken from."""

    unit_name: str
    count: Decimal | int
    source: str


@dataclass(frozen=True, slots=True)
class OpenedFigure:
    """What makes one number; exactly one of the lists is what it is made of, the others are empty.

    *year* is the one before that of the question where the number is of then. *total* is the number of records,
    entities or units there are in all, those out of the reader's scope too. *next_after* leads to the next page.
    """

    indicator: Indicator
    year: int
    unit_name: str
    source: Source | None
    total: Decimal | int
    records: tuple[RecordLine, ...] = ()
    entities: tuple[ListedEntity, ...] = ()
    units: tuple[str, ...] = ()
    totals: tuple[TypedTotal, ...] = ()
    paper: tuple[PaperFigure, ...] = ()
    next_after: int | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """One number, found in its plan: whose eyes, where, in which year."""

    services: Services
    actor: Actor
    here: Map
    entry: IndicatorEntry
    extent: Extent
    unit_id: UnitId | None
    on: date
    after: int | None

    def opened(self, source: Source | None, total: Decimal | int) -> OpenedFigure:
        """Return what is opened before anything is listed."""
        name = "" if self.unit_id is None else self.here.territory.name(self.unit_id, self.on)
        return OpenedFigure(self.entry.indicator, self.extent.period, name, source, total)


def open_figure(
    services: Services, actor: Actor, question: FigureQuestion, cell: Cell, *, after: int | None = None
) -> OpenedFigure:
    """Return what makes one number, a page of it after *after*.

    Raises what `indicator_table` raises, NotFound ``territory.unknown_unit``; for the denominator of a plain count
    InvalidInput ``figures.no_denominator``.
    """
    here = services.atlas.current()
    authorise(actor, Permission.READ_FIGURES, scope_of=here.scope_of, on=services.today())
    frame, on = boundaries_of(replace(question, within=cell.unit_id), here.territory, services.today())
    with services.reading(services.operator()) as uow:
        entry = entry_asked_for(uow, question)
        units: frozenset[UnitId] = frozenset() if cell.unit_id is None else frozenset({cell.unit_id})
        extent = Extent(entry.project_id, question.year, frame.key, units, with_all=not units)
        asked = _Asked(services, actor, here, entry, extent, cell.unit_id, on, after)
        if cell.part is Part.PAPER:
            return _paper(asked)
        source = source_of(entry.indicator, cell.part)
        if source.basis is Basis.PREVIOUS:
            source, asked = entry.indicator.numerator, replace(asked, extent=replace(extent, period=question.year - 1))
        added = _added(uow, asked, source)
        if added.is_typed and source.basis is Basis.REGISTER:
            return _typed(uow, asked, source)
        if added.is_typed and source.basis is not Basis.RELEASE:
            return _documents(uow, asked, source)
    return _opened(asked, source, added.contributions)


def _opened(asked: _Asked, source: Source, total: int) -> OpenedFigure:
    """Return what a number that was counted is made of."""
    match source.basis:
        case Basis.RELEASE | Basis.IMPORT:
            return asked.opened(source, 0)
        case Basis.ROSTER:
            return _people(asked, source, total)
        case Basis.REGISTER:
            return _entities(asked, source, total)
        case Basis.UNITS:
            return _units(asked, source, total)
        case _:
            return _records(asked, source)


def _added(uow: UnitOfWork, asked: _Asked, source: Source) -> Added:
    """Return the number that is opened; that of everything may be one typed for each unit of the table."""
    indicator, year = asked.entry.indicator, asked.extent.period
    key = said_of(source) if source == indicator.numerator and counts_units(indicator) else source
    if key == indicator.numerator != indicator.denominator:
        indicator = replace(indicator, denominator=None)
    listed = asked.here.territory.units_of_level(indicator.level, asked.on)
    extent = (
        asked.extent if asked.extent.units else replace(asked.extent, units=frozenset(one.unit_id for one in listed))
    )
    sums = sums_of_years(uow, asked.here, extent, indicators=[indicator], years=[year])
    return sums[year].get((asked.unit_id, key), Added(0, 0))


def _records(asked: _Asked, source: Source) -> OpenedFigure:
    sight = sight_of(asked.actor, Desk.EVERYDAY, asked.services.today())
    with asked.services.reading(sight) as uow:
        extent = extent_behind(uow, asked.here, asked.extent, indicator=asked.entry.indicator, source=source)
        total = uow.records_behind.count(extent, source)
        found = uow.records_behind.page(extent, source, after=asked.after, at_most=A_PAGE + 1)
    shown = found[:A_PAGE]
    return replace(
        asked.opened(source, total),
        records=tuple(record_line(one, asked.here.territory) for one in shown),
        next_after=shown[-1].submission_id if len(found) > A_PAGE else None,
    )


def _entities(asked: _Asked, source: Source, total: int) -> OpenedFigure:
    today = asked.services.today()
    sight = register_sight_of(asked.actor, Desk.EVERYDAY, asked.here, today=today)
    with asked.services.reading(sight) as uow:
        found = uow.past_registers.entities(asked.extent, source, after=asked.after, at_most=A_PAGE + 1)
    year_end = min(date(asked.extent.period, 12, 31), today)
    shown = found[:A_PAGE]
    return replace(
        asked.opened(source, total),
        entities=tuple(
            ListedEntity(one.key, one.label, place_names(asked.here, one.unit_id, year_end)) for one in shown
        ),
        next_after=shown[-1].key if len(found) > A_PAGE else None,
    )


def _people(asked: _Asked, source: Source, total: int) -> OpenedFigure:
    """Return the people of the roster who make the number, for posts of a commune and above."""
    today = asked.services.today()
    sight = register_sight_of(asked.actor, Desk.EVERYDAY, asked.here, today=today)
    named = named_by(source, asked.extent.period)
    with asked.services.reading(sight) as uow:
        found = uow.roster_counts.people(asked.extent, named, after=asked.after, at_most=A_PAGE + 1)
    year_end, shown = min(date(asked.extent.period, 12, 31), today), found[:A_PAGE]
    return replace(
        asked.opened(source, total),
        entities=tuple(
            ListedEntity(one.key, one.label, place_names(asked.here, one.unit_id, year_end)) for one in shown
        ),
        next_after=shown[-1].key if len(found) > A_PAGE else None,
    )


def _units(asked: _Asked, source: Source, total: int) -> OpenedFigure:
    """Return the units of a level in a place; there is nothing in them that anybody may not see."""
    every = asked.here.territory.units_of_level(Level(source.measure), asked.on)
    if asked.unit_id is not None:
        inside = units_in(asked.here, asked.extent.frame, asked.unit_id)
        every = tuple(one for one in every if one.unit_id in inside)
    return replace(asked.opened(source, total), units=tuple(one.name for one in every))


def _typed(uow: UnitOfWork, asked: _Asked, source: Source) -> OpenedFigure:
    """Return the documents a typed number of households is from: that of the place, else those it was added from."""
    year, part = asked.extent.period, part_of(source)
    totals = uow.household_totals.of_years(asked.extent.project_id, [year])[year]
    territory = asked.here.territory
    own = asked.unit_id if asked.unit_id is not None else province_of(territory, asked.on)
    listed = territory.units_of_level(asked.entry.indicator.level, asked.on)
    places = [own] if own is not None and own in totals else [one.unit_id for one in listed]
    lines = [
        TypedTotal(territory.name(one, asked.on), totals[one].counts[part] or 0, totals[one].source)
        for one in places
        if one in totals
    ]
    return replace(asked.opened(source, sum(one.count for one in lines)), totals=tuple(lines))


def _documents(uow: UnitOfWork, asked: _Asked, source: Source) -> OpenedFigure:
    """Return the documents a typed number is from: that of the place, else those of the parts it was added from."""
    year, territory = asked.extent.period, asked.here.territory
    found = {
        one.place.unit_id: one for one in uow.paper_figures.everyday(asked.extent.project_id, [year], [key_of(source)])
    }
    own = asked.unit_id if asked.unit_id is not None else province_of(territory, date(year, 12, 31))
    inside = units_in(asked.here, asked.extent.frame, asked.unit_id) if asked.unit_id is not None else found.keys()
    places = [own] if own is not None and own in found else [one for one in found if one in inside]
    lines = [
        TypedTotal(territory.name(one, found[one].frame_day), found[one].value or 0, str(found[one].source))
        for one in places
    ]
    return replace(asked.opened(source, sum(one.count for one in lines)), totals=tuple(lines))


def _paper(asked: _Asked) -> OpenedFigure:
    """Return every version of the figure somebody typed for this indicator, the newest first."""
    unit_id = asked.unit_id if asked.unit_id is not None else province_of(asked.here.territory, asked.on)
    if unit_id is None:
        return asked.opened(None, 0)
    place = PaperPlace(Period(asked.extent.period), unit_id, asked.entry.indicator.code)
    sight = sight_of(asked.actor, Desk.EVERYDAY, asked.services.today())
    with asked.services.reading(sight) as uow:
        versions = uow.paper_figures.history(asked.extent.project_id, place)
    return replace(asked.opened(None, len(versions)), paper=tuple(versions))
