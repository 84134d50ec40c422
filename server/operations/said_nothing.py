"""Whether a count of sensitive records may read 0 in a unit and year, or is *chưa báo cáo*.

It may where cases were counted: of what is not among them there was none. Else each commune must have said of every
quarter that is due that it had none, by a record or by its officer's confirmation. Exact counts are not read here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from server.indicators.periods import Period, PeriodKind
from server.operations.no_case_sheet import confirmed_days, may_be_confirmed
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from server.operations.report_numbers import ReportPlace
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitPeriod


@dataclass(frozen=True, slots=True)
class _Told:
    """What was told of a form in a year: the units with cases, and each unit and quarter with any word."""

    with_cases: frozenset[int]
    quarters: frozenset[tuple[int, Period]]


@dataclass(frozen=True, slots=True)
class SaidNothing:
    """What was said of the year of a report; *below* is what lies in each unit on its boundaries."""

    services: Services
    uow: UnitOfWork
    place: ReportPlace
    below: Mapping[int, AbstractSet[int]]
    _known: dict[tuple[int, str], _Told] = field(default_factory=dict)

    def in_units(self, project_id: int, form_id: str, units: AbstractSet[int]) -> bool:
        """Return whether nothing counted in *units* is 0."""
        told = self._told(project_id, form_id)
        if not told.with_cases.isdisjoint(units):
            return True
        due = [one for one in Period(self._year).quarters if may_be_confirmed(one, self.services.today())]
        communes = {one.unit_id for one in self._communes()} & units
        return bool(due and communes) and all(
            any((unit, quarter) in told.quarters for unit in self.below[commune])
            for commune in communes
            for quarter in due
        )

    @property
    def _year(self) -> int:
        return self.place.period.year

    def _communes(self) -> tuple[UnitPeriod, ...]:
        return self.place.here.territory.units_of_level(Level.COMMUNE, self.place.on)

    def _told(self, project_id: int, form_id: str) -> _Told:
        if (project_id, form_id) not in self._known:
            releases = self.uow.releases
            records = releases.reporting(project_id, {form_id}, self._year)[form_id]
            every = [*records, *confirmed_days(self.uow, project_id, self._year)]
            self._known[project_id, form_id] = _Told(
                releases.with_cases(project_id, form_id, self._year),
                frozenset((unit, Period.of(day, PeriodKind.QUARTER)) for unit, day in every),
            )
        return self._known[project_id, form_id]
