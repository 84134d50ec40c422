"""Read an indicator: its table by unit, and the records that make one of its numbers.

Figures of measures that are not sensitive are for the whole province to read; the records behind them are shown only
where the reader's post lets them. Every number says how many records were received and how many are approved. The same
value serves the page, the file and the JSON door: `server.indicators.figures.written` writes a value as people read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.access.authorisation import authorise
from server.access.roles import Permission
from server.errors import InvalidInput
from server.indicators.contribution import amount_of
from server.indicators.tables import IndicatorTable, ListedUnit, Listing, table_of
from server.operations.figure_counts import NOTHING_COUNTED, counts_with_year_before, goals_of, paper_of
from server.operations.figure_questions import (
    FigureQuestion,
    IndicatorEntry,
    begun,
    boundaries_of,
    entries_in_force,
    entry_asked_for,
    indicator_asked_for,
    province_of,
)
from server.operations.figure_sums import extent_behind
from server.operations.read_coverage import coverage_of
from server.operations.sights import Desk, sight_of
from server.operations.unit_parts import units_in
from server.storage.repositories.figure_tables import Extent
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from server.access.actors import Actor
    from server.indicators.paper_figures import PaperFigure
    from server.indicators.plan import Indicator
    from server.indicators.sources import Source
    from server.operations.atlas import Map
    from server.operations.read_coverage import Coverage
    from server.operations.services import Services
    from server.storage.repositories.records_behind import RecordBehind
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.collection import Territory
    from server.territory.frames import Frame
    from server.territory.units import UnitId, UnitPeriod

RECORDS_A_PAGE: Final = 50


class Part(StrEnum):
    """Which number of a figure."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    PAPER = "paper"
    """What somebody typed from a document, beside the figure."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a table; without a unit, that of the total."""

    part: Part
    unit_id: UnitId | None


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record behind a number: *amount* is what it adds, *review_state* as `server.submissions.review` names it."""

    submission_id: int
    instance_name: str
    unit_name: str
    event_date: date
    review_state: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RecordsPage:
    """Records behind a number, the newest first. *total* counts those out of the reader's scope too.

    *next_after* is the cursor of the next page, None on the last one.
    """

    indicator: Indicator
    unit_name: str
    total: int
    lines: tuple[RecordLine, ...]
    next_after: int | None


@dataclass(frozen=True, slots=True)
class IndicatorReading:
    """A table with what can be chosen around it.

    *years* have a target, *within* names the unit it is bounded by. Of *levels* there ever was a unit; *communes* are
    those whose villages can be listed where all villages are asked for, which are too many for a page.
    """

    entry: IndicatorEntry
    table: IndicatorTable
    years: tuple[int, ...]
    level: Level
    frame: Frame
    within: str
    paper: Mapping[UnitId, PaperFigure]
    """What was typed from documents for that year, by unit."""
    total_of: UnitId | None
    """The unit whose figure the total is."""
    coverage: Coverage | None
    """Which part of the province a table of all communes covers, None where it is the whole or no such table."""
    levels: tuple[Level, ...]
    frames: tuple[Frame, ...]
    communes: tuple[UnitPeriod, ...]
    past: int
    """How many units said something that is not added up, since those that took over from them have spoken."""


def list_indicators(services: Services, actor: Actor) -> tuple[IndicatorEntry, ...]:
    """Return every indicator in force, plan by plan, the newest plan first; raises what `authorise` raises."""
    _authorise(services, actor, services.atlas.current())
    with services.reading(services.operator()) as uow:
        return entries_in_force(uow)


def indicator_table(services: Services, actor: Actor, question: FigureQuestion) -> IndicatorTable:
    """Return the indicator by the units of its level, or of the one asked for.

    Raises what `read_indicator` raises.
    """
    return read_indicator(services, actor, question).table


def read_indicator(services: Services, actor: Actor, question: FigureQuestion) -> IndicatorReading:
    """Return the indicator by unit, with the years and plans there are.

    Raises what `authorise` raises for READ_FIGURES, NotFound ``figures.unknown_indicator`` or
    ``territory.unknown_unit``, InvalidInput ``figures.bad_year`` or ``figures.unknown_frame``.
    """
    here = services.atlas.current()
    _authorise(services, actor, here)
    territory = here.territory
    frame, on = boundaries_of(question, territory, services.today())
    within = "" if question.within is None else territory.name(question.within, on)
    with services.reading(services.operator()) as uow:
        planned = indicator_asked_for(uow, question)
        entry = planned.in_year(question.year)
        level = question.level or entry.indicator.level
        asks_for_villages = level is Level.VILLAGE and question.within is None
        is_left_out = asks_for_villages and question.names_communes
        periods = () if is_left_out else _listed(here, frame, question, territory.units_of_level(level, on))
        listed = frozenset(one.unit_id for one in periods)
        extent = Extent(entry.project_id, question.year, frame.key, listed)
        counts = NOTHING_COUNTED
        if begun([question.year], services.today()):
            counts = counts_with_year_before(uow, here, extent, entry.indicator, whole=question.within)
        paper = paper_of(uow, entry.project_id, entry.indicator)
        past = _past(uow, here, extent, indicator=entry.indicator, within=question.within)
    total_of = question.within if question.within is not None else province_of(territory, on)
    goals = goals_of(planned.targets_in(question.year), territory, on, level=level, whole=question.within)
    units = _named(periods, territory, on)
    table = table_of(entry.indicator, Listing(question.year, frame.key, units), counts, goals)
    return IndicatorReading(
        entry=entry,
        table=table,
        years=planned.years,
        level=level,
        frame=frame,
        within=within,
        paper={unit_id: one for (year, unit_id), one in paper.items() if year == question.year},
        total_of=total_of,
        coverage=coverage_of(territory, on) if level is Level.COMMUNE and question.within is None else None,
        levels=tuple(one for one in Level if one in {period.level for period in territory.periods}),
        frames=territory.frames(),
        communes=territory.units_of_level(Level.COMMUNE, on) if asks_for_villages else (),
        past=past,
    )


def _named(periods: Iterable[UnitPeriod], territory: Territory, on: date) -> tuple[ListedUnit, ...]:
    return tuple(
        ListedUnit(one.unit_id, one.name, territory.name(one.parent_id, on) if one.parent_id else "") for one in periods
    )


def _past(uow: UnitOfWork, here: Map, extent: Extent, *, indicator: Indicator, within: UnitId | None) -> int:
    left_out = extent_behind(uow, here, extent, indicator=indicator, source=indicator.numerator).without
    return len(left_out if within is None else left_out & units_in(here, extent.frame, within))


def _listed(here: Map, frame: Frame, question: FigureQuestion, periods: Sequence[UnitPeriod]) -> Sequence[UnitPeriod]:
    """Return the units to list: all, or those that lie wholly in the one asked for."""
    if question.within is None:
        return periods
    inside = units_in(here, frame.key, question.within)
    return [one for one in periods if one.unit_id in inside]


def records_behind_figure(
    services: Services, actor: Actor, question: FigureQuestion, cell: Cell, *, after: int | None = None
) -> RecordsPage:
    """Return the records that make one number, as far as the actor's posts let them be seen.

    Raises what `indicator_table` raises, and NotFound ``territory.unknown_unit``; for the denominator of a plain count
    InvalidInput ``figures.no_denominator``.
    """
    here = services.atlas.current()
    _authorise(services, actor, here)
    territory = here.territory
    frame, on = boundaries_of(question, territory, services.today())
    unit_name = "" if cell.unit_id is None else territory.name(cell.unit_id, on)
    with services.reading(sight_of(actor, Desk.EVERYDAY, services.today())) as uow:
        entry = entry_asked_for(uow, question)
        source = source_of(entry.indicator, cell.part)
        units: frozenset[UnitId] = frozenset() if cell.unit_id is None else frozenset({cell.unit_id})
        asked = Extent(entry.project_id, question.year, frame.key, units)
        extent = extent_behind(uow, here, asked, indicator=entry.indicator, source=source)
        total = uow.records_behind.count(extent, source)
        found = uow.records_behind.page(extent, source, after=after, at_most=RECORDS_A_PAGE + 1)
    shown = found[:RECORDS_A_PAGE]
    return RecordsPage(
        indicator=entry.indicator,
        unit_name=unit_name,
        total=total,
        lines=tuple(record_line(one, territory) for one in shown),
        next_after=shown[-1].submission_id if len(found) > RECORDS_A_PAGE else None,
    )


def source_of(indicator: Indicator, part: Part) -> Source:
    """Return what a part of a figure counts; raises InvalidInput ``figures.no_denominator``."""
    source = indicator.numerator if part is Part.NUMERATOR else indicator.denominator
    if source is None:
        raise InvalidInput("figures.no_denominator", indicator=indicator.code)
    return source


def record_line(one: RecordBehind, territory: Territory) -> RecordLine:
    """Return a record as it is listed."""
    return RecordLine(
        submission_id=one.submission_id,
        instance_name=one.instance_name,
        unit_name=territory.name(one.unit_id, one.event_date),
        event_date=one.event_date,
        review_state=one.review_state,
        amount=amount_of(one.thousandths),
    )


def _authorise(services: Services, actor: Actor, here: Map) -> None:
    authorise(actor, Permission.READ_FIGURES, scope_of=here.scope_of, on=services.today())
