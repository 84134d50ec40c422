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
from server.operations.figure_counts import counts_of, goals_of
from server.operations.figure_questions import (
    FigureQuestion,
    IndicatorEntry,
    boundaries_of,
    entries_in_force,
    entry_asked_for,
)
from server.operations.sights import Desk, sight_of
from server.storage.repositories.figure_tables import Extent

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from server.access.actors import Actor
    from server.indicators.plan import Indicator
    from server.indicators.sources import Source
    from server.operations.services import Services
    from server.storage.repositories.figure_tables import RecordBehind
    from server.territory.collection import Territory
    from server.territory.units import UnitId

RECORDS_A_PAGE: Final = 50


class Part(StrEnum):
    """Which number of a figure."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"


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


def list_indicators(services: Services, actor: Actor) -> tuple[IndicatorEntry, ...]:
    """Return every indicator in force, plan by plan, the newest plan first; raises what `authorise` raises."""
    _authorise(services, actor)
    with services.reading(services.operator()) as uow:
        return entries_in_force(uow)


def indicator_table(services: Services, actor: Actor, question: FigureQuestion) -> IndicatorTable:
    """Return the indicator by the units of its level.

    Raises what `authorise` raises for READ_FIGURES, NotFound ``figures.unknown_indicator``, InvalidInput
    ``figures.bad_year`` or ``figures.unknown_frame``.
    """
    _authorise(services, actor)
    here = services.atlas.current()
    territory = here.territory
    frame, on = boundaries_of(question, territory, services.today())
    with services.reading(services.operator()) as uow:
        entry = entry_asked_for(uow, question)
        indicator = entry.indicator
        periods = territory.units_of_level(indicator.level, on)
        extent = Extent(entry.project_id, question.year, frame.key, frozenset(one.unit_id for one in periods))
        counts = counts_of(uow, here, extent, indicator)
        goals = goals_of(uow.plans.targets(entry.plan_id, indicator.code, question.year), indicator, territory, on)
    units = tuple(
        ListedUnit(one.unit_id, one.name, territory.name(one.parent_id, on) if one.parent_id else "") for one in periods
    )
    return table_of(indicator, Listing(question.year, frame.key, units), counts, goals)


def records_behind_figure(
    services: Services, actor: Actor, question: FigureQuestion, cell: Cell, *, after: int | None = None
) -> RecordsPage:
    """Return the records that make one number, as far as the actor's posts let them be seen.

    Raises what `indicator_table` raises, and NotFound ``territory.unknown_unit``; for the denominator of a plain count
    InvalidInput ``figures.no_denominator``.
    """
    _authorise(services, actor)
    territory = services.atlas.current().territory
    frame, on = boundaries_of(question, territory, services.today())
    unit_name = "" if cell.unit_id is None else territory.name(cell.unit_id, on)
    with services.reading(sight_of(actor, Desk.EVERYDAY, services.today())) as uow:
        entry = entry_asked_for(uow, question)
        source = _source_of(entry.indicator, cell.part)
        units: frozenset[UnitId] = frozenset() if cell.unit_id is None else frozenset({cell.unit_id})
        extent = Extent(entry.project_id, question.year, frame.key, units)
        total = uow.figure_tables.count_behind(extent, source)
        found = uow.figure_tables.records_behind(extent, source, after=after, at_most=RECORDS_A_PAGE + 1)
    shown = found[:RECORDS_A_PAGE]
    return RecordsPage(
        indicator=entry.indicator,
        unit_name=unit_name,
        total=total,
        lines=tuple(_line(one, territory) for one in shown),
        next_after=shown[-1].submission_id if len(found) > RECORDS_A_PAGE else None,
    )


def _source_of(indicator: Indicator, part: Part) -> Source:
    source = indicator.numerator if part is Part.NUMERATOR else indicator.denominator
    if source is None:
        raise InvalidInput("figures.no_denominator", indicator=indicator.code)
    return source


def _line(one: RecordBehind, territory: Territory) -> RecordLine:
    return RecordLine(
        submission_id=one.submission_id,
        instance_name=one.instance_name,
        unit_name=territory.name(one.unit_id, one.event_date),
        event_date=one.event_date,
        review_state=one.review_state,
        amount=amount_of(one.thousandths),
    )


def _authorise(services: Services, actor: Actor) -> None:
    scope_of = services.atlas.current().scope_of
    authorise(actor, Permission.READ_FIGURES, scope_of=scope_of, on=services.today())
