"""The tables of one unit and a period: every indicator, for the unit and what lies directly in it.

They hold what every reader of figures may know: measures of sensitive forms are left out where sums are read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.errors import InvalidInput
from server.indicators.locks import NOTHING, LockedUnit
from server.indicators.tables import ListedUnit, Listing, table_of
from server.operations.figure_counts import counts_of_each, goals_within
from server.operations.figure_questions import entries_and_targets, entries_of_year
from server.storage.repositories.figure_tables import Extent
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from server.indicators.figures import Figure
    from server.indicators.periods import Period
    from server.indicators.plan import Indicator
    from server.indicators.tables import IndicatorTable
    from server.operations.atlas import Map
    from server.operations.figure_questions import IndicatorEntry
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.collection import Territory
    from server.territory.units import UnitId

LEVELS: Final = (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)
"""The levels that report; villages do not."""


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """A unit in a year: as it was called, on which boundaries its figures are added up, and what lay in it."""

    year: int
    unit: LockedUnit
    frame: str
    below: tuple[ListedUnit, ...]
    below_level: Level | None


def place_of(territory: Territory, unit_id: UnitId, period: Period, today: date) -> UnitPlace:
    """Return the unit on the last day of the period, on today while that is to come.

    Raises NotFound ``territory.unknown_unit``, InvalidInput ``locks.not_begun`` (period), ``locks.not_then`` (unit,
    period: there was no such unit) or ``locks.no_such_level`` (unit: a village).
    """
    if period.first_day > today:
        raise InvalidInput("locks.not_begun", period=period.label)
    on = min(period.last_day, today)
    found = territory.period(unit_id, on)
    if not found.is_valid_on(on):
        raise InvalidInput("locks.not_then", unit=found.name, period=period.label)
    if found.level not in LEVELS:
        raise InvalidInput("locks.no_such_level", unit=found.name)
    children = territory.children(unit_id, on)
    within = territory.name(found.parent_id, on) if found.parent_id else ""
    return UnitPlace(
        year=period.year,
        unit=LockedUnit(unit_id, found.code, found.name, found.level, within),
        frame=territory.frame_on(on).key,
        below=tuple(ListedUnit(one.unit_id, one.name, "") for one in children),
        below_level=children[0].level if children else None,
    )


def entries_of(uow: UnitOfWork, project_id: int, period: Period) -> tuple[IndicatorEntry, ...]:
    """Return the indicators of a project that make the table of a period, by plan, in the order of the workbooks.

    An indicator of several plans is that of the one that counts in the year (see `counting`).
    """
    entries, _ = entries_and_targets(uow, period.year)
    every = (one for one in entries if one.project_id == project_id)
    return tuple(one for one in entries_of_year(every, period.year) if one.indicator.period is period.kind)


def tables_of(
    uow: UnitOfWork, here: Map, place: UnitPlace, *, project_id: int, indicators: Iterable[tuple[int, Indicator]]
) -> tuple[IndicatorTable, ...]:
    """Return the table of each indicator, given with the id of its plan, for the unit and what lies in it."""
    units = frozenset(one.unit_id for one in place.below)
    extent = Extent(project_id, place.year, place.frame, units)
    listing = Listing(place.year, place.frame, place.below)
    every = list(indicators)
    plan_ids = {plan_id for plan_id, _ in every}
    uow.plans.read_year(place.year, plan_ids)
    counted = counts_of_each(uow, here, extent, [one for _, one in every], whole=place.unit.unit_id)
    planned = uow.plans.targets_of_year(plan_ids, place.year)
    found = []
    for (plan_id, indicator), counts in zip(every, counted, strict=True):
        targets = [one for plan, code, one in planned if (plan, code) == (plan_id, indicator.code)]
        goals = goals_within(targets, place.unit.unit_id, place.unit.level, place.below_level)
        found.append(_told(table_of(indicator, listing, counts, goals)))
    return tuple(found)


def _told(table: IndicatorTable) -> IndicatorTable:
    """Return the table without numbers that say nothing: what is withheld or unknown must not be frozen by half."""
    rows = tuple(row if _is_whole(row.figure) else replace(row, figure=_telling(row.figure)) for row in table.rows)
    unplaced = None if table.unplaced is None else _telling(table.unplaced)
    return replace(table, rows=rows, unplaced=unplaced, total=_telling(table.total))


def _is_whole(figure: Figure) -> bool:
    """Return whether the figure says all it holds; of many that say nothing there is nothing to leave out."""
    tells = figure.is_known and not figure.is_withheld
    return tells or (not figure.numerator and not figure.denominator)


def _telling(figure: Figure) -> Figure:
    if _is_whole(figure):
        return figure
    return replace(figure, numerator=NOTHING, denominator=None if figure.denominator is None else NOTHING)
