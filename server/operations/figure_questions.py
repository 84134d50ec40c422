"""Which figures are asked for: the indicator in force, the year, and the boundaries they are cut on.

Shared by the operations that read figures. Reading numbers is not done here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

from server.errors import InvalidInput, NotFound
from server.operations.known_by_hash import KnownByHash
from server.territory.units import Level
from server.territory.validity import first_day, last_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from server.indicators.plan import Indicator
    from server.storage.repositories.plans import PlanInForce, PlannedTarget
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.collection import Territory
    from server.territory.frames import Frame
    from server.territory.units import UnitId

_YEARS: Final = range(2000, 2101)


@dataclass(frozen=True, slots=True)
class IndicatorEntry:
    """One indicator that can be asked for; *years* are those with a target, *plan_years* those of any of its plan."""

    plan_id: int
    plan_name: str
    project_id: int
    project_name: str
    indicator: Indicator
    years: tuple[int, ...]
    plan_years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FigureQuestion:
    """Which indicator, for which year; without a project, that of the newest plan that has it.

    *frame* re-cuts the table on other boundaries (a key of `Territory.frames`); without it, on those of the year's last
    day (today's, for this year).
    """

    code: str
    year: int
    project_id: int | None = None
    frame: str | None = None
    level: Level | None = None
    """Lists the units of this level instead of the indicator's own."""
    within: UnitId | None = None
    """Lists only units that lie in this one, whose own figure is the total."""
    names_communes: bool = False
    """Of all villages of the province, which are too many for a page, lists none: their communes are named."""


@dataclass(frozen=True, slots=True)
class PlannedIndicator:
    """One indicator through the years: what each plan in force says of it, the newest plan first, and the targets."""

    entries: tuple[IndicatorEntry, ...]
    targets: Mapping[tuple[int, int], tuple[PlannedTarget, ...]]

    @property
    def years(self) -> tuple[int, ...]:
        """Return the years any of the plans has a target for."""
        return tuple(sorted({year for one in self.entries for year in one.years}))

    def in_year(self, year: int) -> IndicatorEntry:
        """Return what counts in *year*, as `counting` says."""
        return counting(self.entries, year)

    def targets_in(self, year: int) -> tuple[PlannedTarget, ...]:
        """Return the targets of *year*."""
        return self.targets.get((self.in_year(year).plan_id, year), ())


def entries_in_force(uow: UnitOfWork) -> tuple[IndicatorEntry, ...]:
    """Return every indicator of the plans in force, the newest plan first, each in the order of its workbook."""
    plans = indicators_in_force(uow)
    return _entries(plans, uow.plans.years([plan.plan_id for plan, _ in plans]))


def entries_and_targets(
    uow: UnitOfWork, year: int
) -> tuple[tuple[IndicatorEntry, ...], Mapping[tuple[int, str], Sequence[PlannedTarget]]]:
    """Return what `entries_in_force` returns, and the targets of *year* by plan and indicator."""
    planned = uow.plans.read_year(year)
    found: dict[tuple[int, str], list[PlannedTarget]] = defaultdict(list)
    for plan_id, code, target in planned.targets:
        found[plan_id, code].append(target)
    return _entries(indicators_in_force(uow), planned.years), found


def indicators_in_force(uow: UnitOfWork) -> list[tuple[PlanInForce, tuple[Indicator, ...]]]:
    """Return the plans in force, the newest first, with their indicators, in the order of each workbook."""
    return [
        (plan, _indicators_of(plan.plan_id, KnownByHash(plan.sha256, partial(_read_indicators, uow, plan.plan_id))))
        for plan in uow.plans.in_force()
    ]


def _read_indicators(uow: UnitOfWork, plan_id: int) -> tuple[Indicator, ...]:
    return tuple(uow.plans.indicators([plan_id])[plan_id])


@lru_cache(maxsize=64)
def _indicators_of(_plan_id: int, workbook: KnownByHash[tuple[Indicator, ...]]) -> tuple[Indicator, ...]:
    """Return what a plan's workbook says of indicators; it never changes, and is read once a worker."""
    return workbook.read()


def _entries(
    plans: Sequence[tuple[PlanInForce, Sequence[Indicator]]], years: Mapping[tuple[int, str], tuple[int, ...]]
) -> tuple[IndicatorEntry, ...]:
    of_plan: dict[int, set[int]] = defaultdict(set)
    for (plan_id, _), several in years.items():
        of_plan[plan_id] |= set(several)
    return tuple(
        _entry(plan, one, years.get((plan.plan_id, one.code), ()), sorted(of_plan[plan.plan_id]))
        for plan, indicators in plans
        for one in indicators
    )


def begun(years: Iterable[int], today: date) -> tuple[int, ...]:
    """Return those of *years* that have begun: registers are there in a year to come too, and would make it 0 %."""
    return tuple(year for year in years if year <= today.year)


def entries_of_year(every: Iterable[IndicatorEntry], year: int) -> tuple[IndicatorEntry, ...]:
    """Return those of *every* indicator in force that count in *year*, in the same order (see `counting`)."""
    several = tuple(every)
    plans: dict[tuple[int, str], list[IndicatorEntry]] = defaultdict(list)
    for one in several:
        plans[one.project_id, one.indicator.code].append(one)
    return tuple(one for one in several if one is counting(plans[one.project_id, one.indicator.code], year))


def counting(entries: Sequence[IndicatorEntry], year: int) -> IndicatorEntry:
    """Return which of an indicator's *entries*, the newest plan first, counts in *year*.

    The one with a target for that year; else the one whose plan has the nearest target to come, of whatever indicator,
    for the years before a target lead up to it; else the newest.
    """
    never = _YEARS[-1] + 1
    return min(
        entries, key=lambda one: (year not in one.years, min((y for y in one.plan_years if y >= year), default=never))
    )


def entry_asked_for(uow: UnitOfWork, question: FigureQuestion) -> IndicatorEntry:
    """Return the indicator *question* means, of the plan that counts in its year.

    Raises NotFound ``figures.unknown_indicator``.
    """
    return indicator_asked_for(uow, question).in_year(question.year)


def indicator_asked_for(uow: UnitOfWork, question: FigureQuestion) -> PlannedIndicator:
    """Return the indicator *question* means through all years, of one project.

    Raises NotFound ``figures.unknown_indicator``.
    """
    found = [
        (plan, one)
        for plan, indicators in indicators_in_force(uow)
        for one in indicators
        if one.code == question.code and question.project_id in (None, plan.project_id)
    ]
    if not found:
        raise NotFound("figures.unknown_indicator", indicator=question.code)
    plan_ids = [plan.plan_id for plan, _ in found]
    targets = uow.plans.yearly_targets(plan_ids, question.code)
    entries = [_entry(plan, one, *_years(targets, plan.plan_id)) for plan, one in found]
    project_id = PlannedIndicator(tuple(entries), targets).in_year(question.year).project_id
    return PlannedIndicator(tuple(one for one in entries if one.project_id == project_id), targets)


def _entry(plan: PlanInForce, indicator: Indicator, years: Iterable[int], plan_years: Iterable[int]) -> IndicatorEntry:
    named = (plan.plan_id, plan.name, plan.project_id, plan.project_name)
    return IndicatorEntry(*named, indicator, tuple(years), tuple(plan_years))


def _years(
    targets: Mapping[tuple[int, int], Sequence[PlannedTarget]], plan_id: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the years with a target of an indicator in a plan, and those with any target of the plan."""
    of_plan = sorted(year for key, year in targets if key == plan_id)
    return tuple(year for year in of_plan if targets[plan_id, year]), tuple(of_plan)


def boundaries_of(question: FigureQuestion, territory: Territory, today: date) -> tuple[Frame, date]:
    """Return the frame to add up on and the day in it whose units are listed.

    Raises InvalidInput ``figures.bad_year`` (given, first, last) or ``figures.unknown_frame`` (given).
    """
    if question.year not in _YEARS:
        raise InvalidInput("figures.bad_year", given=question.year, first=_YEARS[0], last=_YEARS[-1])
    year_end = date(question.year, 12, 31)
    day = min(year_end, max(today, date(question.year, 1, 1)))
    frames = {frame.key: (frame, _in_frame(frame, day)) for frame in territory.frames()}
    if question.frame is not None:
        if question.frame not in frames:
            raise InvalidInput("figures.unknown_frame", given=question.frame)
        return frames[question.frame]
    if _is_there(question, territory, day):
        return territory.frame_on(day), day
    # Districts ended on 30 June 2025, and communes too: who asks for them means the boundaries on which they stood.
    held = [one for one in frames.values() if _is_there(question, territory, one[1])]
    return held[-1] if held else (territory.frame_on(day), day)


def province_of(territory: Territory, on: date) -> UnitId | None:
    """Return the one province of that day, for which the figure of everything stands; None where there are several."""
    provinces = territory.units_of_level(Level.PROVINCE, on)
    return provinces[0].unit_id if len(provinces) == 1 else None


def _is_there(question: FigureQuestion, territory: Territory, day: date) -> bool:
    """Return whether what is to be listed, and what it is to lie in, is there on that day."""
    if question.within is not None and not territory.period(question.within, day).is_valid_on(day):
        return False
    return question.level is None or bool(territory.units_of_level(question.level, day))


def _in_frame(frame: Frame, day: date) -> date:
    """Return the day of the frame that is nearest to *day*."""
    return min(max(day, first_day(frame.valid_from)), last_day(frame.valid_to))
