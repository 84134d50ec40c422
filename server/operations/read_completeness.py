"""Read who has sent: communes, or the villages of one, with what is expected of them and what came in a year.

Of a unit above communes its communes are listed: all villages of a province are too many for a page.

Numbers of records and households by commune are the province's to read; the records open only in the reader's scope.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.access.authorisation import authorise
from server.access.roles import Permission
from server.errors import NotFound
from server.indicators.completeness import Arrived, CompletenessRow, Expectation, sending_of
from server.indicators.contribution import Combine
from server.indicators.deadlines import due_day
from server.indicators.periods import Period
from server.indicators.tables import ListedUnit
from server.operations.figure_questions import FigureQuestion, boundaries_of
from server.operations.plan_deadlines import deadlines_in_force
from server.operations.unit_parts import units_in
from server.registers.households import LAST_SURVEY_YEAR
from server.registers.reach import HOUSEHOLDS
from server.territory.units import Level, UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from server.access.actors import Actor
    from server.operations.atlas import Map
    from server.operations.form_shelf import ShelvedForm
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.collection import Territory
    from server.territory.units import UnitPeriod

_MAIN: Final = "main"


@dataclass(frozen=True, slots=True)
class CompletenessQuestion:
    """Which form in which year; *within* lists the villages of a commune, or the communes of what is above them."""

    year: int
    form_key: int | None = None
    within: UnitId | None = None


@dataclass(frozen=True, slots=True)
class FormChoice:
    """A form that can be asked about, and what is expected of it."""

    form_key: int
    project_id: int
    title: str
    expectation: Expectation


@dataclass(frozen=True, slots=True)
class CompletenessTable:
    """Who has sent; *within* names the unit whose parts are listed. *due_on* is the communes' deadline."""

    form: FormChoice
    forms: tuple[FormChoice, ...]
    year: int
    level: Level
    within: str
    rows: tuple[CompletenessRow, ...]
    total: CompletenessRow
    due_on: date | None

    @property
    def unplaced(self) -> int:
        """Return how many records lie in none of the listed units: of the commune itself, or of no known place."""
        return self.total.arrived.received - sum(one.arrived.received for one in self.rows)


@dataclass(frozen=True, slots=True)
class _Counts:
    """What was counted by the lowest unit; *reached* is None where that is not known."""

    records: Mapping[UnitId, tuple[int, int]]
    expected: Mapping[UnitId, int] | None
    reached: Mapping[UnitId, int] | None
    locked: Mapping[UnitId, date]

    def row(self, unit: ListedUnit, inside: frozenset[UnitId], parts: Iterable[frozenset[UnitId]]) -> CompletenessRow:
        """Return the line of a unit from all that lies in it; *parts* are what lies in each of its villages."""
        several = tuple(parts)
        records = [self.records[one] for one in inside if one in self.records]
        reached = None if self.reached is None else sum(self.reached.get(one, 0) for one in inside)
        arrived = Arrived(sum(one for one, _ in records), sum(one for _, one in records), reached)
        expected = None if self.expected is None else sum(self.expected.get(one, 0) for one in inside)
        return CompletenessRow(
            unit=unit,
            expected=expected,
            arrived=arrived,
            parts=len(several),
            parts_sent=sum(not self.records.keys().isdisjoint(one) for one in several),
            sending=sending_of(expected, arrived),
            locked_on=self.locked.get(unit.unit_id),
        )

    def everywhere(self) -> frozenset[UnitId]:
        """Return every unit of which something is known, and 0 for records of none."""
        return frozenset({*self.records, *(self.expected or ()), *(self.reached or ())})


def read_completeness(services: Services, actor: Actor, question: CompletenessQuestion) -> CompletenessTable:
    """Return who has sent the records of a form in a year.

    Raises what `authorise` raises for READ_FIGURES, NotFound ``completeness.no_form`` or ``territory.unknown_unit``,
    InvalidInput ``figures.bad_year``.
    """
    here, today = services.atlas.current(), services.today()
    authorise(actor, Permission.READ_FIGURES, scope_of=here.scope_of, on=today)
    territory = here.territory
    level = _listed_level(territory, question.within, today)
    asked = FigureQuestion("", question.year, level=level, within=question.within)
    frame, on = boundaries_of(asked, territory, today)
    with services.reading(services.operator()) as uow:
        forms = tuple(sorted(_forms(services, uow), key=lambda one: one.title))
        form = _chosen(forms, question.form_key)
        communes = [one.unit_id for one in territory.units_of_level(Level.COMMUNE, on)]
        counts = _counted(services, uow, form, question.year, communes=communes)
        due_on = _due_on(uow, form.project_id, question.year)
    listed = territory.units_of_level(level, on)
    whole = units_in(here, frame.key, question.within) if question.within is not None else None
    units = [one for one in listed if whole is None or one.unit_id in whole]
    inside = {one.unit_id: units_in(here, frame.key, one.unit_id) for one in units}
    of_villages = level is Level.COMMUNE
    villages = {one.unit_id for one in territory.units_of_level(Level.VILLAGE, on)} if of_villages else set()
    rows = tuple(
        counts.row(
            _listed(one, here, on),
            inside[one.unit_id],
            [units_in(here, frame.key, part) for part in inside[one.unit_id] & villages],
        )
        for one in units
    )
    every = whole if whole is not None else counts.everywhere()
    total = counts.row(ListedUnit(question.within or UnitId(0), "", ""), every, inside.values())
    within = "" if question.within is None else territory.name(question.within, on)
    return CompletenessTable(form, forms, question.year, level, within, rows, total, due_on)


def _counted(
    services: Services, uow: UnitOfWork, form: FormChoice, year: int, *, communes: Iterable[UnitId]
) -> _Counts:
    expected: Mapping[UnitId, int] | None = None
    reached: Mapping[UnitId, int] | None = None
    if form.expectation is Expectation.HOUSEHOLDS:
        expected = uow.completeness.listed(form.project_id, HOUSEHOLDS, year)
        # A household knows its last survey alone: of years that are over, only the records can be counted.
        if year == services.today().year:
            reached = uow.completeness.surveyed(form.project_id, HOUSEHOLDS, year)
    elif form.expectation is Expectation.COMMUNES:
        expected = dict.fromkeys(communes, 1)
    zone = services.settings.timezone
    locks = [one for one in uow.locks.every(year) if one.project_id == form.project_id and one.period == Period(year)]
    return _Counts(
        records=uow.completeness.records(form.project_id, form.form_key, year),
        expected=expected,
        reached=reached,
        locked={one.unit_id: one.locked_at.astimezone(zone).date() for one in locks},
    )


def _forms(services: Services, uow: UnitOfWork) -> Iterator[FormChoice]:
    for project in uow.projects.all():
        if project.kind == _MAIN:
            for one in services.shelf.current(project.project_id, uow.forms.revision(project.project_id)):
                if not one.is_sensitive:
                    shelved = services.shelf.version_by_id(one.version_id)
                    yield FormChoice(one.form_key, one.project_id, one.title, _expectation_of(shelved))


def _chosen(forms: tuple[FormChoice, ...], form_key: int | None) -> FormChoice:
    """Return the form asked for, else the one about households, else the first."""
    wanted = [one for one in forms if form_key in (None, one.form_key)]
    wanted.sort(key=lambda one: list(Expectation).index(one.expectation))
    if not wanted:
        raise NotFound("completeness.no_form")
    return wanted[0]


def _expectation_of(form: ShelvedForm) -> Expectation:
    """Return what the form is about: a survey of households says so to them, a commune's form counts communes."""
    surveys = (one for one in form.entity_blocks if one.dataset == HOUSEHOLDS)
    if any(LAST_SURVEY_YEAR in one.save_tos.values() for one in surveys):
        return Expectation.HOUSEHOLDS
    about_a_place = any(
        one.combine is Combine.LATEST and one.subject and one.place and one.subject.source == one.place.source
        for one in form.measures
    )
    return Expectation.COMMUNES if about_a_place else Expectation.NOTHING


def _due_on(uow: UnitOfWork, project_id: int, year: int) -> date | None:
    return due_day(deadlines_in_force(uow, project_id), Level.COMMUNE, Period(year))


def _listed_level(territory: Territory, within: UnitId | None, today: date) -> Level:
    lists_villages = within is not None and territory.period(within, today).level in {Level.COMMUNE, Level.VILLAGE}
    return Level.VILLAGE if lists_villages else Level.COMMUNE


def _listed(one: UnitPeriod, here: Map, on: date) -> ListedUnit:
    return ListedUnit(one.unit_id, one.name, here.territory.name(one.parent_id, on) if one.parent_id else "")
