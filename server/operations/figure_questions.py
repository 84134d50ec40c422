"""Which figures are asked for: the indicator in force, the year, and the boundaries they are cut on.

Shared by the operations that read figures. Reading numbers is not done here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from server.errors import InvalidInput, NotFound
from server.territory.validity import first_day, last_day

if TYPE_CHECKING:
    from server.indicators.plan import Indicator
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.collection import Territory
    from server.territory.frames import Frame

_YEARS: Final = range(2000, 2101)


@dataclass(frozen=True, slots=True)
class IndicatorEntry:
    """One indicator that can be asked for; *years* are those with a target."""

    plan_id: int
    plan_name: str
    project_id: int
    project_name: str
    indicator: Indicator
    years: tuple[int, ...]


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


def entries_in_force(uow: UnitOfWork) -> tuple[IndicatorEntry, ...]:
    """Return every indicator of the plans in force, the newest plan first, each in the order of its workbook."""
    plans = uow.plans.in_force()
    plan_ids = [one.plan_id for one in plans]
    names = {one.project_id: one.name for one in uow.projects.all()}
    indicators, years = uow.plans.indicators(plan_ids), uow.plans.years(plan_ids)
    return tuple(
        IndicatorEntry(
            plan_id=plan.plan_id,
            plan_name=plan.name,
            project_id=plan.project_id,
            project_name=names[plan.project_id],
            indicator=one,
            years=years.get((plan.plan_id, one.code), ()),
        )
        for plan in plans
        for one in indicators[plan.plan_id]
    )


def entry_asked_for(uow: UnitOfWork, question: FigureQuestion) -> IndicatorEntry:
    """Return the indicator *question* means: of the newest plan with a target for that year, else of the newest.

    Raises NotFound ``figures.unknown_indicator``.
    """
    found = [
        one
        for one in entries_in_force(uow)
        if one.indicator.code == question.code and question.project_id in (None, one.project_id)
    ]
    if not found:
        raise NotFound("figures.unknown_indicator", indicator=question.code)
    return next((one for one in found if question.year in one.years), found[0])


def boundaries_of(question: FigureQuestion, territory: Territory, today: date) -> tuple[Frame, date]:
    """Return the frame to add up on and the day in it whose units are listed.

    Raises InvalidInput ``figures.bad_year`` (given, first, last) or ``figures.unknown_frame`` (given).
    """
    if question.year not in _YEARS:
        raise InvalidInput("figures.bad_year", given=question.year, first=_YEARS[0], last=_YEARS[-1])
    year_end = date(question.year, 12, 31)
    day = min(year_end, max(today, date(question.year, 1, 1)))
    if question.frame is None:
        return territory.frame_on(day), day
    for frame in territory.frames():
        if frame.key == question.frame:
            return frame, min(max(day, first_day(frame.valid_from)), last_day(frame.valid_to))
    raise InvalidInput("figures.unknown_frame", given=question.frame)
