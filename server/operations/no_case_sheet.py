"""Which quarters of which communes were reported: by a record, or by an officer who confirmed that there was no case.

Without a record and without a confirmation a quarter is *chưa báo cáo*, never 0. This is for incident officers alone;
release tables tell everybody else no more than that something was reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.access.authorisation import authorise, units_for
from server.access.roles import Permission
from server.indicators.periods import Period
from server.operations.sights import Desk, sight_of
from server.submissions.review import ReviewState
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from server.access.actors import Account
    from server.operations.atlas import Map
    from server.operations.services import Services
    from server.storage.repositories.no_cases import NoCase, SensitiveRecord
    from server.storage.repositories.projects import Project
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId, UnitPeriod

FIRST_YEAR: Final = 2021


class QuarterState(StrEnum):
    """How a quarter of a commune stands; the words are ``no_case.state.<value>``."""

    NOT_YET = "not_yet"
    """It has not come to its last month: nothing can be confirmed."""
    NOT_REPORTED = "not_reported"
    CONFIRMED = "confirmed"
    RECORDS = "records"
    """There are records, whatever was confirmed."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter of a commune: *records* that are not rejected, *confirmation* if one stands."""

    period: Period
    state: QuarterState
    records: int
    confirmation: NoCase | None


@dataclass(frozen=True, slots=True)
class CommuneQuarters:
    """The quarters of one commune."""

    unit_id: UnitId
    name: str
    quarters: tuple[Quarter, ...]


@dataclass(frozen=True, slots=True)
class NoCaseSheet:
    """The communes an officer answers for, with their quarters; no *project_id* where there is no project apart."""

    projects: tuple[Project, ...]
    project_id: int | None
    year: int
    years: tuple[int, ...]
    communes: tuple[CommuneQuarters, ...]


@dataclass(frozen=True, slots=True)
class YearKnown:
    """What is known of a year: the confirmations that stand, and where and when sensitive records tell of."""

    here: Map
    today: date
    year: Period
    confirmed: tuple[NoCase, ...]
    records: tuple[SensitiveRecord, ...]

    def communes(self) -> Iterable[UnitPeriod]:
        """Return every commune there was on the last day of any quarter that has begun, each once."""
        found: dict[UnitId, UnitPeriod] = {}
        for quarter in reversed(self.year.quarters):
            if quarter.first_day <= self.today:
                day = min(quarter.last_day, self.today)
                for one in self.here.territory.units_of_level(Level.COMMUNE, day):
                    found.setdefault(one.unit_id, one)
        return found.values()

    def quarters(self, unit_id: UnitId) -> Iterator[Quarter]:
        """Yield the quarters in which there was such a commune."""
        for quarter in self.year.quarters:
            on = min(quarter.last_day, max(self.today, quarter.first_day))
            if self.here.territory.period(unit_id, on).is_valid_on(on):
                records, standing = self.records_in(unit_id, quarter), self.confirmation(unit_id, quarter)
                yield Quarter(quarter, _state(quarter, self.today, records, standing), records, standing)

    def confirmation(self, unit_id: UnitId, quarter: Period) -> NoCase | None:
        """Return the confirmation of a quarter, if one stands."""
        return next((one for one in self.confirmed if (one.unit_id, one.period) == (unit_id, quarter)), None)

    def records_in(self, unit_id: UnitId, quarter: Period) -> int:
        """Return how many records in a commune tell of a quarter, without those that were rejected."""
        below = self.here.below.get(unit_id, frozenset())
        told = [one for one in self.records if one.unit_id in below and quarter.holds(one.event_date)]
        return len({one.submission_id for one in told if one.state != ReviewState.REJECTED})


def no_case_sheet(services: Services, account: Account, *, project_id: int | None, year: int | None) -> NoCaseSheet:
    """Return the quarters of the communes the account answers for, of this year if none is said.

    Raises what `authorise` raises for READ_INCIDENTS, InvalidInput ``periods.unknown``.
    """
    here, today = services.atlas.current(), services.today()
    authorise(account, Permission.READ_INCIDENTS, scope_of=here.scope_of, on=today)
    scope = here.scope_of(units_for(account, Permission.READ_INCIDENTS, today))
    with services.reading(sight_of(account, Desk.INCIDENTS, today)) as uow:
        return _sheet(services, uow, Period(year or today.year), project_id=project_id, within=scope.unit_ids)


def sheet_for_the_operator(services: Services, project_id: int, year: int) -> NoCaseSheet:
    """Return the quarters of every commune, to the command line."""
    with services.reading(services.operator()) as uow:
        return _sheet(services, uow, Period(year), project_id=project_id, within=None)


def known_of(services: Services, uow: UnitOfWork, project_id: int, year: Period) -> YearKnown:
    """Return what is known of a year, as far as the unit of work sees."""
    return YearKnown(
        here=services.atlas.current(),
        today=services.today(),
        year=year,
        confirmed=tuple(uow.no_cases.standing(project_id, year.year)),
        records=tuple(uow.no_cases.records(project_id, year.year)),
    )


def may_be_confirmed(quarter: Period, today: date) -> bool:
    """Return whether the quarter is over or in its last month: the yearly report is due before the year ends."""
    return today >= quarter.last_day.replace(day=1)


def confirmed_days(uow: UnitOfWork, project_id: int, year: int) -> list[tuple[int, date]]:
    """Return the communes and a day of each quarter that was confirmed: what counts as reported, with the records."""
    return [(one.unit_id, one.period.first_day) for one in uow.no_cases.standing(project_id, year)]


def _sheet(
    services: Services, uow: UnitOfWork, year: Period, *, project_id: int | None, within: frozenset[UnitId] | None
) -> NoCaseSheet:
    projects = tuple(one for one in uow.projects.all() if one.kind == "separate")
    chosen = next((one.project_id for one in projects if project_id in (None, one.project_id)), None)
    communes: tuple[CommuneQuarters, ...] = ()
    if chosen is not None:
        known = known_of(services, uow, chosen, year)
        communes = tuple(
            CommuneQuarters(one.unit_id, one.name, tuple(known.quarters(one.unit_id)))
            for one in known.communes()
            if within is None or one.unit_id in within
        )
    years = tuple(range(services.today().year, FIRST_YEAR - 1, -1))
    return NoCaseSheet(projects, chosen, year.year, years, communes)


def _state(quarter: Period, today: date, records: int, confirmation: NoCase | None) -> QuarterState:
    if records:
        return QuarterState.RECORDS
    if confirmation is not None:
        return QuarterState.CONFIRMED
    return QuarterState.NOT_REPORTED if may_be_confirmed(quarter, today) else QuarterState.NOT_YET
