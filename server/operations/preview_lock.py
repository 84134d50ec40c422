"""What somebody should know before a period is locked, and which units have locked it.

The preview makes the totals of the tables that would be frozen and freezes nothing. Numbers of records are told without
a name; the names of units that have sent nothing are the province's to read, as their figures are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.access.authorisation import authorise
from server.access.roles import Permission
from server.errors import InvalidInput
from server.indicators.deadlines import due_day
from server.indicators.periods import Period
from server.indicators.sources import Basis
from server.operations.figure_questions import entries_in_force
from server.operations.lock_signers import may_sign
from server.operations.plan_deadlines import deadlines_in_force
from server.operations.unit_figures import LEVELS, entries_of, place_of, tables_of
from server.storage.visible import Reading
from server.submissions.review import ReviewState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from server.access.actors import Account
    from server.indicators.locks import LockedUnit
    from server.indicators.plan import Indicator
    from server.indicators.tables import IndicatorTable
    from server.operations.atlas import Map
    from server.operations.lock_period import LockOrder
    from server.operations.services import Services
    from server.operations.unit_figures import UnitPlace
    from server.storage.repositories.locks import KeptLock
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId, UnitPeriod


@dataclass(frozen=True, slots=True)
class LockPreview:
    """The totals of the tables that would be frozen, and what is still open.

    *silent* names the units in it from which no record of the period came. *waiting* and *returned* are records nobody
    has decided about and records sent back, *held* uploads in the tray. *due* is None where no plan sets a day.
    """

    project_id: int
    unit: LockedUnit
    period: Period
    due: date | None
    today: date
    tables: tuple[IndicatorTable, ...]
    silent: tuple[str, ...]
    waiting: int
    returned: int
    held: int
    revisions: tuple[KeptLock, ...]
    may_sign: bool

    @property
    def is_over(self) -> bool:
        """Tell whether the period has ended."""
        return self.period.last_day < self.today


@dataclass(frozen=True, slots=True)
class UnitState:
    """How far a unit is: its newest lock, None without one, and whether the reader signs for it."""

    unit_id: UnitId
    name: str
    level: str
    due: date | None
    lock: KeptLock | None
    may_sign: bool


@dataclass(frozen=True, slots=True)
class LockOverview:
    """The units of a year, first those the reader signs for, then the province, by level; each with its lock.

    *projects* are those with indicators, *project_id* is the one that is meant, None where there is none.
    """

    project_id: int | None
    projects: tuple[tuple[int, str], ...]
    year: int
    years: tuple[int, ...]
    today: date
    units: tuple[UnitState, ...]


def preview_lock(services: Services, account: Account, order: LockOrder) -> LockPreview:
    """Return what locking would freeze and what is open.

    Raises what `authorise` raises for LOCK_PERIODS there, what `place_of` raises, and InvalidInput
    ``locks.no_figures`` (period).
    """
    here, today = services.atlas.current(), services.today()
    project_id, unit_id, period = order.project_id, order.unit_id, order.period
    authorise(account, Permission.LOCK_PERIODS, unit_id, scope_of=here.scope_of, on=today)
    place = place_of(here.territory, unit_id, period, today)
    # What would be frozen is what everybody may know, read as it is when it is frozen.
    with services.reading(services.operator()) as uow:
        entries = entries_of(uow, project_id, period)
        if not entries:
            raise InvalidInput("locks.no_figures", period=period.label)
        indicators = [(one.plan_id, one.indicator) for one in entries]
        tallies = uow.record_tallies.of_units(project_id, period.year, place.frame, _units_of(place))
        # What lies in it is frozen too, and is not shown before.
        whole = replace(place, below=())
        tables = tables_of(uow, here, whole, project_id=project_id, indicators=indicators)
        forms = _forms_behind(uow, project_id, [one.indicator for one in entries])
        revisions = uow.locks.revisions(project_id, unit_id, period)
        due = due_day(deadlines_in_force(uow, project_id), place.unit.level, period)
    # The unit lies in the account's scope; what is held is counted below it and nowhere else.
    with services.reading(Reading(frozenset({unit_id}))) as uow:
        held = uow.tray.count(project_id)
    heard = {one.unit_id for one in tallies if one.form_id in forms}
    states: Counter[str] = Counter()
    for one in tallies:
        if one.unit_id == unit_id:
            states[one.state] += one.records
    return LockPreview(
        project_id=project_id,
        unit=place.unit,
        period=period,
        due=due,
        today=today,
        tables=tables,
        silent=tuple(one.name for one in place.below if one.unit_id not in heard),
        waiting=states[ReviewState.RECEIVED] + states[ReviewState.EDITED],
        returned=states[ReviewState.HAS_ISSUES],
        held=held,
        revisions=tuple(revisions),
        may_sign=may_sign(here, account, unit_id, today),
    )


def _units_of(place: UnitPlace) -> frozenset[UnitId]:
    return frozenset({place.unit.unit_id, *(one.unit_id for one in place.below)})


def _forms_behind(uow: UnitOfWork, project_id: int, indicators: Iterable[Indicator]) -> frozenset[str]:
    """Return the forms whose records make any of the indicators."""
    sources = (source for one in indicators for source in one.sources)
    measures = {one.measure for one in sources if one.basis is Basis.MEASURE}
    behind = uow.figure_tables.forms_behind(project_id, measures)
    return frozenset(form_id for forms in behind.values() for form_id in forms)


def lock_overview(services: Services, account: Account, *, project_id: int | None, year: int | None) -> LockOverview:
    """Return which units have locked a year, this one if none is said; of the newest plan's project if none is said.

    Raises what `authorise` raises for READ_FIGURES, InvalidInput ``periods.unknown``.
    """
    here, today = services.atlas.current(), services.today()
    authorise(account, Permission.READ_FIGURES, scope_of=here.scope_of, on=today)
    period = Period(year or today.year)
    with services.reading(services.operator()) as uow:
        # What a project apart shows was frozen when it was released.
        apart = {one.project_id for one in uow.projects.all() if one.kind == "separate"}
        entries = [one for one in entries_in_force(uow) if one.project_id not in apart]
        projects = tuple({one.project_id: one.project_name for one in entries}.items())
        chosen = project_id if project_id in dict(projects) else next((one for one, _ in projects), None)
        locks = uow.locks.every(period.year)
        years = {*uow.locks.years(), *(year for one in entries for year in one.years), today.year, period.year}
        deadlines = [] if chosen is None else deadlines_in_force(uow, chosen)
    newest = {one.unit_id: one for one in reversed(locks) if (one.project_id, one.period) == (chosen, period)}
    units = [
        UnitState(
            unit_id=one.unit_id,
            name=one.name,
            level=one.level.value,
            due=due_day(deadlines, one.level, period),
            lock=newest.get(one.unit_id),
            may_sign=may_sign(here, account, one.unit_id, today),
        )
        for one in _units(here, period, today)
    ]
    return LockOverview(
        project_id=chosen,
        projects=projects,
        year=period.year,
        years=tuple(sorted(one for one in years if one <= today.year)),
        today=today,
        units=tuple(sorted(units, key=lambda one: not one.may_sign)),
    )


def _units(here: Map, period: Period, today: date) -> Sequence[UnitPeriod]:
    """Return the units that report in a period, on its last day; none before it has begun."""
    on = min(period.last_day, today)
    if on < period.first_day:
        return ()
    return [one for level in LEVELS for one in here.territory.units_of_level(level, on)]
