"""What a table of an indicator is made from: amounts, numbers of records and targets, by unit and for the whole.

The whole is the project, or one unit with all that lies in it. Laying them out as a table is for `indicators.tables`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from server.indicators.contribution import amount_of
from server.indicators.figures import Amounts, Goal, Receipts
from server.indicators.periods import PeriodKind
from server.indicators.sources import Basis
from server.indicators.tables import Counts, Goals
from server.operations.figure_sums import amounts_of, sums_of_years
from server.territory.units import Level, UnitId

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from server.indicators.paper_figures import PaperFigure
    from server.indicators.plan import Indicator
    from server.operations.atlas import Map
    from server.operations.figure_sums import YearlySums
    from server.storage.repositories.figure_tables import Extent
    from server.storage.repositories.plans import PlannedTarget
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.collection import Territory


NOTHING_COUNTED: Final = Counts({}, {}, Amounts(), Receipts())
"""What there is of a year that has not begun."""


def counts_of(
    uow: UnitOfWork, here: Map, extent: Extent, indicator: Indicator, *, whole: UnitId | None = None
) -> Counts:
    """Return what was counted in each unit of the extent and in the *whole*: a unit, or (None) the project."""
    asked = _with_whole(extent, whole)
    sums = sums_of_years(uow, here, asked, indicators=[indicator], years=(extent.period,))
    return _counts(uow, sums, asked, indicator, whole=whole)


def counts_of_each(
    uow: UnitOfWork, here: Map, extent: Extent, indicators: Sequence[Indicator], *, whole: UnitId | None
) -> list[Counts]:
    """Return what `counts_of` returns for each of *indicators*, in as many statements as for one."""
    asked = _with_whole(extent, whole)
    sums = sums_of_years(uow, here, asked, indicators=indicators, years=(extent.period,))
    received = _received_of_each(uow, asked, indicators)
    return [
        _laid_out(sums, asked, one, receipts, whole=whole) for one, receipts in zip(indicators, received, strict=True)
    ]


def counts_with_year_before(
    uow: UnitOfWork, here: Map, extent: Extent, indicator: Indicator, *, whole: UnitId | None
) -> Counts:
    """Return what `counts_of` returns, with what was counted in the year before, to tell a trend."""
    asked, last = _with_whole(extent, whole), extent.period - 1
    sums = sums_of_years(uow, here, asked, indicators=[indicator], years=(extent.period, last))
    before = {place: amounts_of(sums, indicator, place, last) for place in (*asked.units, whole)}
    counts = _counts(uow, sums, asked, indicator, whole=whole)
    return replace(counts, before=before, all_before=before[whole])


def _with_whole(extent: Extent, whole: UnitId | None) -> Extent:
    return extent if whole is None else replace(extent, units=extent.units | {whole}, with_all=False)


def _counts(uow: UnitOfWork, sums: YearlySums, extent: Extent, indicator: Indicator, *, whole: UnitId | None) -> Counts:
    return _laid_out(sums, extent, indicator, uow.figure_tables.receipts(extent, indicator.sources), whole=whole)


def _received_of_each(
    uow: UnitOfWork, extent: Extent, indicators: Sequence[Indicator]
) -> list[Mapping[int | None, Receipts]]:
    """Return the records received and approved of the forms behind each indicator, by place."""
    measures = [[one.measure for one in each.sources if one.basis is Basis.MEASURE] for each in indicators]
    behind = uow.figure_tables.forms_behind(extent.project_id, [one for several in measures for one in several])
    by_form = _by_form(uow, extent, {form for forms in behind.values() for form in forms})
    found: list[Mapping[int | None, Receipts]] = []
    for several in measures:
        forms = {form for one in several for form in behind.get(one, ())}
        added: dict[int | None, Receipts] = {}
        for (place, form), one in by_form.items():
            if form in forms:
                before = added.get(place, Receipts())
                added[place] = Receipts(before.received + one.received, before.approved + one.approved)
        found.append(added)
    return found


def _by_form(uow: UnitOfWork, extent: Extent, forms: Collection[str]) -> Mapping[tuple[int | None, str], Receipts]:
    """Return the records of each form by place; of units alone, from what is known of their records' states too."""
    if extent.with_all:
        return uow.figure_tables.receipts_by_form(extent, forms)
    found: dict[tuple[int | None, str], Receipts] = {}
    for one in uow.record_tallies.of_units(extent.project_id, extent.period, extent.frame, extent.units):
        if one.form_id in forms:
            before = found.get((one.unit_id, one.form_id), Receipts())
            approved = before.approved + (one.records if one.is_counted else 0)
            found[one.unit_id, one.form_id] = Receipts(before.received + one.records, approved)
    return found


def _laid_out(
    sums: YearlySums,
    extent: Extent,
    indicator: Indicator,
    receipts: Mapping[int | None, Receipts],
    *,
    whole: UnitId | None,
) -> Counts:
    places = [place for place in extent.units if place != whole]
    return Counts(
        amounts={place: amounts_of(sums, indicator, place, extent.period) for place in places},
        receipts={place: receipts[place] for place in places if place in receipts},
        all_amounts=amounts_of(sums, indicator, whole, extent.period),
        all_receipts=receipts.get(whole, Receipts()),
    )


def goals_of(
    targets: Sequence[PlannedTarget], territory: Territory, on: date, *, level: Level, whole: UnitId | None
) -> Goals:
    """Return the targets of a table's rows, units of *level*, and of its total: a unit, or (None) the province."""
    return Goals(
        by_unit={one.unit_id: _goal(one) for one in targets if one.unit_id is not None},
        everywhere=next((_goal(one) for one in targets if one.level is level), None),
        total=goal_for(targets, territory, whole, on),
    )


def goal_for(targets: Sequence[PlannedTarget], territory: Territory, unit_id: UnitId | None, on: date) -> Goal | None:
    """Return the target among those of one indicator and year for a unit, or (None) for everything there is.

    The figure of everything stands for the province: its target is the province's own, where there is one province.
    """
    by_level = {one.level: _goal(one) for one in targets if one.level is not None}
    by_unit = {one.unit_id: _goal(one) for one in targets if one.unit_id is not None}
    if unit_id is not None:
        return by_unit.get(unit_id, by_level.get(territory.period(unit_id, on).level))
    of_provinces = [goal for one, goal in by_unit.items() if territory.period(one, on).level is Level.PROVINCE]
    return of_provinces[0] if len(of_provinces) == 1 else by_level.get(Level.PROVINCE)


def goals_within(targets: Sequence[PlannedTarget], unit_id: UnitId, level: Level, row_level: Level | None) -> Goals:
    """Return the targets of one unit as the total of its table, and of the units of *row_level* in it as its rows."""
    by_level = {one.level: _goal(one) for one in targets if one.level is not None}
    by_unit = {one.unit_id: _goal(one) for one in targets if one.unit_id is not None}
    return Goals(
        by_unit=by_unit,
        everywhere=None if row_level is None else by_level.get(row_level),
        total=by_unit.get(unit_id, by_level.get(level)),
    )


def paper_of(uow: UnitOfWork, project_id: int, indicator: Indicator) -> Mapping[tuple[int, UnitId], PaperFigure]:
    """Return what was typed from documents for an indicator, by year and unit; it stands beside what was counted.

    What nobody counts is typed and nothing else: it is the figure itself.
    """
    if indicator.numerator.basis is Basis.IMPORT:
        return {}
    found = uow.paper_figures.of_key(project_id, indicator.code)
    return {
        (one.place.period.year, one.place.unit_id): one
        for one in found
        if not one.is_sensitive and one.place.period.kind is PeriodKind.YEAR
    }


def _goal(target: PlannedTarget) -> Goal:
    return Goal(amount_of(target.thousandths), target.is_draft)
