"""What waits for somebody today: numbers, each that of the list behind it, and the next day figures are due.

A number is None where the reader may not open its list: then there is no card either. What waits at the incident desk
is counted only for an officer who has passed the second step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.access.authorisation import may_use, units_for
from server.access.roles import Permission
from server.indicators.deadlines import due_day
from server.indicators.periods import Period
from server.operations.browse_collaborators import count_silent
from server.operations.browse_submissions import COUNTED_AT_MOST
from server.operations.figure_questions import indicators_in_force
from server.operations.plan_deadlines import deadlines_in_force
from server.operations.sights import Desk, sight_of, tray_sight_of
from server.storage.repositories.record_lists import Filters
from server.submissions.review import AWAITING, ReviewState
from server.territory.units import Level

if TYPE_CHECKING:
    from datetime import date

    from server.access.actors import Account
    from server.indicators.deadlines import Deadline
    from server.operations.services import Services
    from server.territory.units import UnitId, UnitPeriod

_YEARS_BACK: Final = 1


@dataclass(frozen=True, slots=True)
class Due:
    """The next period one of the reader's units has to lock: *days* are left, fewer than 0 when that day is past."""

    unit_name: str
    period: Period
    day: date
    days: int


@dataclass(frozen=True, slots=True)
class Day:
    """What waits today; *lacking_files* and *incidents* stop at `COUNTED_AT_MOST`, as the lists do."""

    waiting: int | None
    returned: int | None
    lacking_files: int | None
    silent: int | None
    held: int | None
    incidents: int | None
    held_cases: int | None
    due: Due | None


def read_day(services: Services, account: Account) -> Day:
    """Return what waits for the account today."""
    today = services.today()
    waiting, returned, lacking = _records(services, account)
    held = incidents = held_cases = None
    if may_use(account, Permission.READ_TRAY, today):
        with services.reading(tray_sight_of(account, Desk.EVERYDAY, today)) as uow:
            held = uow.tray.count_held()
    if may_use(account, Permission.READ_INCIDENTS, today):
        with services.reading(sight_of(account, Desk.INCIDENTS, today)) as uow:
            incidents = uow.record_lists.count(
                Filters(is_practice=False, is_sensitive=True, states=AWAITING), at_most=COUNTED_AT_MOST
            )
            held_cases = uow.tray.count_held()
    silent = None
    if may_use(account, Permission.MANAGE_COLLABORATORS, today):
        silent = count_silent(services, account)
    return Day(waiting, returned, lacking, silent, held, incidents, held_cases, _due(services, account))


def _records(services: Services, account: Account) -> tuple[int | None, int | None, int | None]:
    """Return how many everyday records wait for review, wait for their phone, and lack a file."""
    today = services.today()
    units = units_for(account, Permission.READ_SUBMISSIONS, today)
    if not units:
        return None, None, None
    with services.reading(sight_of(account, Desk.EVERYDAY, today)) as uow:
        states = uow.record_tallies.by_state(units, is_practice=False)
        lacking = uow.record_lists.count(
            Filters(is_practice=False, is_sensitive=False, lacks_files=True), at_most=COUNTED_AT_MOST
        )
    waiting = sum(states.get(one.value, 0) for one in AWAITING)
    return waiting, states.get(ReviewState.HAS_ISSUES.value, 0), lacking


def _due(services: Services, account: Account) -> Due | None:
    """Return the open period of the reader's own units that is due first; a day long past no longer presses.

    A plan may set a day for a half of a year or a quarter, as the circular before 2017 did; where none of its
    indicators is of that kind there is nothing to lock, and the day is not held out to anybody.
    """
    today = services.today()
    posts = units_for(account, Permission.LOCK_PERIODS, today)
    territory = services.atlas.current().territory
    units = [territory.period(one, today) for one in sorted(posts)]
    units = [one for one in units if one.level in {Level.COMMUNE, Level.PROVINCE}]
    if not units:
        return None
    with services.reading(services.operator()) as uow:
        kinds = {one.period for _, indicators in indicators_in_force(uow) for one in indicators}
        periods = [one for one in _periods(today) if one.kind in kinds]
        deadlines = deadlines_in_force(uow, None)
        locked = uow.locks.every() if deadlines else []
    return _first(units, deadlines, {(one.unit_id, one.period) for one in locked}, periods, today=today)


def _first(
    units: list[UnitPeriod],
    deadlines: list[Deadline],
    done: set[tuple[UnitId, Period]],
    periods: list[Period],
    *,
    today: date,
) -> Due | None:
    found = [
        Due(unit.name, period, day, (day - today).days)
        for unit in units
        for period in periods
        if (day := due_day(deadlines, unit.level, period)) is not None and (unit.unit_id, period) not in done
    ]
    return min(found, key=lambda one: (one.day, one.period, one.unit_name), default=None)


def _periods(today: date) -> list[Period]:
    """Return the periods of this year and the one before, those that have not begun left out."""
    every = [
        period
        for year in range(today.year - _YEARS_BACK, today.year + 1)
        for period in (
            Period(year),
            *(Period(year, half=one) for one in (1, 2)),
            *(Period(year, quarter=one) for one in (1, 2, 3, 4)),
        )
    ]
    return [one for one in every if one.first_day <= today]
