"""What a table of an indicator is made from: amounts, numbers of records and targets, by unit and for the whole.

The whole is the project, or one unit with all that lies in it. Laying them out as a table is for `indicators.tables`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from server.indicators.contribution import amount_of
from server.indicators.figures import Amounts, Goal, Receipts
from server.indicators.tables import Counts, Goals
from server.operations.figure_sums import sums_of
from server.storage.repositories.figure_tables import Added
from server.territory.units import Level, UnitId

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from server.indicators.plan import Indicator
    from server.operations.atlas import Map
    from server.operations.figure_sums import Sums
    from server.storage.repositories.figure_tables import Extent
    from server.storage.repositories.plans import PlannedTarget
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.collection import Territory


def counts_of(
    uow: UnitOfWork, here: Map, extent: Extent, indicator: Indicator, *, whole: UnitId | None = None
) -> Counts:
    """Return what was counted in each unit of the extent and in the *whole*: a unit, or (None) the project."""
    asked = extent if whole is None else replace(extent, units=extent.units | {whole})
    sums = sums_of(uow, here, asked, indicator)
    receipts = dict(uow.figure_tables.receipts(asked, indicator.sources))
    amounts = {UnitId(place): _amounts(sums, place, indicator) for place, _ in sums if place not in {None, whole}}
    return Counts(
        amounts=amounts,
        receipts={UnitId(place): found for place, found in receipts.items() if place not in {None, whole}},
        all_amounts=_amounts(sums, whole, indicator),
        all_receipts=receipts.get(whole, Receipts()),
    )


def goals_of(targets: Sequence[PlannedTarget], indicator: Indicator, territory: Territory, on: date) -> Goals:
    """Return the targets of a table's rows and of its total, which stands for the province."""
    by_level = {one.level: _goal(one) for one in targets if one.level is not None}
    by_unit = {one.unit_id: _goal(one) for one in targets if one.unit_id is not None}
    of_provinces = [goal for unit_id, goal in by_unit.items() if territory.period(unit_id, on).level is Level.PROVINCE]
    return Goals(
        by_unit=by_unit,
        everywhere=by_level.get(indicator.level),
        total=of_provinces[0] if len(of_provinces) == 1 else by_level.get(Level.PROVINCE),
    )


def goals_within(targets: Sequence[PlannedTarget], unit_id: UnitId, level: Level, row_level: Level | None) -> Goals:
    """Return the targets of one unit as the total of its table, and of the units of *row_level* in it as its rows."""
    by_level = {one.level: _goal(one) for one in targets if one.level is not None}
    by_unit = {one.unit_id: _goal(one) for one in targets if one.unit_id is not None}
    return Goals(
        by_unit=by_unit,
        everywhere=None if row_level is None else by_level.get(row_level),
        total=by_unit.get(unit_id, by_level.get(level)),
    )


def _amounts(sums: Sums, place: int | None, indicator: Indicator) -> Amounts:
    nothing = Added(0, 0)
    above = sums.get((place, indicator.numerator), nothing)
    below = nothing if indicator.denominator is None else sums.get((place, indicator.denominator), nothing)
    return Amounts(above.thousandths, above.contributions, below.thousandths, below.contributions, below.is_typed)


def _goal(target: PlannedTarget) -> Goal:
    return Goal(amount_of(target.thousandths), target.is_draft)
