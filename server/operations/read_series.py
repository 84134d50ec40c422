"""Read one indicator over the years, of one unit or of everything, and the unit beside its neighbours.

Each year is read by the plan that has a target for it, so a series may pass from one plan to the next. Figures are the
province's to read; nothing here opens a record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.access.authorisation import authorise
from server.access.roles import Permission
from server.indicators.contribution import amount_of
from server.indicators.figures import Receipts, figure_of
from server.indicators.plan import Direction
from server.indicators.sources import Basis
from server.indicators.tables import ListedUnit, TableRow
from server.operations.figure_counts import goal_for, paper_of
from server.operations.figure_questions import begun, boundaries_of, indicator_asked_for, province_of
from server.operations.figure_sums import amounts_of, extent_behind, sums_of_years
from server.storage.repositories.figure_tables import Extent
from server.territory.neighbours import neighbours_of
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from server.access.actors import Actor
    from server.indicators.figures import Figure
    from server.indicators.paper_figures import PaperFigure
    from server.operations.atlas import Map
    from server.operations.figure_questions import FigureQuestion, IndicatorEntry, PlannedIndicator
    from server.operations.figure_sums import YearlySums
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.frames import Frame
    from server.territory.units import UnitId, UnitPeriod

_AT_LEAST: Final = 5
_BY_QUARTER: Final = frozenset({Level.COMMUNE, Level.VILLAGE})
_AT_MOST: Final = 10


@dataclass(frozen=True, slots=True)
class YearPoint:
    """One year of a series, with the plan its indicator and target are from."""

    year: int
    entry: IndicatorEntry
    figure: Figure
    paper: PaperFigure | None


@dataclass(frozen=True, slots=True)
class IndicatorSeries:
    """One indicator over the years; *unit* is None for everything there is.

    *neighbours* are the units it is compared with in the year asked for, the best first, itself among them; those
    without a figure stand last.
    """

    entry: IndicatorEntry
    unit: ListedUnit | None
    level: Level
    """That of the unit, else the indicator's own."""
    frame: Frame
    points: tuple[YearPoint, ...]
    quarters: tuple[Decimal, ...]
    """What each quarter of the year asked for adds to the numerator; empty where that is not read off records."""
    neighbours: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was added up, for all that a series shows."""

    planned: PlannedIndicator
    sums: YearlySums
    receipts: Mapping[int, Mapping[int | None, Receipts]]
    here: Map
    on: date

    def figure(self, unit_id: UnitId | None, year: int) -> Figure:
        """Return the figure of a unit (None: everywhere) in a year, held against that year's target."""
        indicator = self.planned.in_year(year).indicator
        goal = goal_for(self.planned.targets_in(year), self.here.territory, unit_id, self.on)
        received = self.receipts[year].get(unit_id, Receipts())
        return figure_of(indicator, amounts_of(self.sums, indicator, unit_id, year), goal, received)


def indicator_series(services: Services, actor: Actor, question: FigureQuestion) -> IndicatorSeries:
    """Return the indicator over the years for the unit ``question.within``, and its neighbours in the question's year.

    Raises what `read_indicator` raises.
    """
    here = services.atlas.current()
    authorise(actor, Permission.READ_FIGURES, scope_of=here.scope_of, on=services.today())
    frame, on = boundaries_of(question, here.territory, services.today())
    unit_id = question.within
    beside = () if unit_id is None else neighbours_of(here.territory, unit_id, on)
    places = {one.unit_id for one in beside} | ({unit_id} if unit_id is not None else set())
    with services.reading(services.operator()) as uow:
        planned = indicator_asked_for(uow, question)
        entry = planned.in_year(question.year)
        years = _years(planned, question.year, services.today().year)
        extent = Extent(entry.project_id, question.year, frame.key, frozenset(places), with_all=unit_id is None)
        indicators = [one.indicator for one in planned.entries]
        wanted = {*years, question.year}
        sums = sums_of_years(uow, here, extent, indicators=indicators, years=begun(wanted, services.today()))
        sources = [source for one in indicators for source in one.sources]
        receipts = uow.figure_tables.receipts_of_years(extent, wanted, sources)
        paper = paper_of(uow, entry.project_id, entry.indicator)
        place = None if unit_id is None else here.territory.period(unit_id, on)
        quarters = _quarters(uow, here, extent, entry=entry, place=place)
    own = unit_id if unit_id is not None else province_of(here.territory, on)
    typed = {year: one for (year, place), one in paper.items() if place == own}
    reading = _Reading(planned, sums, receipts, here, on)
    points = tuple(
        YearPoint(year, planned.in_year(year), reading.figure(unit_id, year), typed.get(year)) for year in years
    )
    unit = None if unit_id is None else _listed(here.territory.period(unit_id, on), here, on)
    rows = [TableRow(_listed(one, here, on), reading.figure(one.unit_id, question.year)) for one in beside]
    level = entry.indicator.level if unit_id is None else here.territory.period(unit_id, on).level
    return IndicatorSeries(entry, unit, level, frame, points, quarters, _ranked(rows, entry))


def _quarters(
    uow: UnitOfWork, here: Map, extent: Extent, *, entry: IndicatorEntry, place: UnitPeriod | None
) -> tuple[Decimal, ...]:
    """Return the quarters of one commune or village: of more, every record of a province would be gone through."""
    source = entry.indicator.numerator
    if place is None or place.level not in _BY_QUARTER or source.basis is not Basis.MEASURE:
        return ()
    alone = replace(extent, units=frozenset({place.unit_id}))
    behind = extent_behind(uow, here, alone, indicator=entry.indicator, source=source)
    found = uow.records_behind.by_quarter(behind, source)
    return tuple(amount_of(found.get(number, 0)) for number in (1, 2, 3, 4)) if found else ()


def _years(planned: PlannedIndicator, asked: int, this_year: int) -> tuple[int, ...]:
    """Return the years to show: those with a target, the last five, and the one asked for; ten at most."""
    last = max(asked, this_year, *planned.years)
    first = min(asked, last - _AT_LEAST + 1, *planned.years)
    first = max(first, last - _AT_MOST + 1)
    return tuple(range(first, last + 1))


def _listed(one: UnitPeriod, here: Map, on: date) -> ListedUnit:
    return ListedUnit(one.unit_id, one.name, here.territory.name(one.parent_id, on) if one.parent_id else "")


def _ranked(rows: Sequence[TableRow], entry: IndicatorEntry) -> tuple[TableRow, ...]:
    """Return the rows with the best first; equal ones stay in the order of their names."""
    sign = -1 if entry.indicator.direction is Direction.UP else 1
    valued = [(sign * row.figure.value, row) for row in rows if row.figure.value is not None]
    return (
        *(row for _, row in sorted(valued, key=lambda one: one[0])),
        *(row for row in rows if row.figure.value is None),
    )
