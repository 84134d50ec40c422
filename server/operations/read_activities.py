"""Read the activities of a year: what form 3 counts, by every question it is broken down by.

Figures are the province's to read, as indicators are; nothing here opens a record. A breakdown that the form in force
does not have is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.access.authorisation import authorise
from server.access.roles import Permission
from server.errors import NotFound
from server.forms.compatibility import choices_of
from server.indicators.activities import ActivityGroup, ActivityLine, ActivitySum, ActivityTable
from server.indicators.contribution import amount_of
from server.indicators.figures import Receipts
from server.indicators.sources import Source
from server.indicators.tables import ListedUnit
from server.operations.figure_questions import FigureQuestion, boundaries_of
from server.operations.unit_parts import turns_of
from server.storage.repositories.figure_tables import Added, Extent
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from server.access.actors import Actor
    from server.indicators.measures import Measure
    from server.operations.form_shelf import ShelvedForm
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

FORM: Final = "training_event"
_EVENTS, _ATTENDEES = "events", "attendees"
_PAIRS: Final = {
    "ev_type": (_EVENTS, _ATTENDEES),
    "ev_topics": ("events_topics", "attendees_topics"),
    "ev_campaign": (_EVENTS, _ATTENDEES),
    "ev_organiser": ("events_organisers", "attendees_organisers"),
    "ev_level": (_EVENTS, _ATTENDEES),
}
"""Which measures count activities and attendances by a question, in the order of the page."""
_BESIDE: Final = ("attendees_female", "attendees_minority", "leaders", "inspections", "materials")


@dataclass(frozen=True, slots=True)
class ActivityQuestion:
    """Of which year; without a project, of the first that has the form; *within* a unit, else of everything."""

    year: int
    project_id: int | None = None
    within: UnitId | None = None
    frame: str | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """The form, its measures by name, and what was added up."""

    form: ShelvedForm
    measures: Mapping[str, Measure]
    sums: Mapping[tuple[int | None, Source], Added]
    place: UnitId | None

    def amount(self, name: str, category: str = "") -> Added:
        return self.sums.get((self.place, Source(f"{FORM}.{name}", category)), Added(0, 0))


def activity_table(services: Services, actor: Actor, question: ActivityQuestion) -> ActivityTable:
    """Return the activities asked for.

    Raises what `authorise` raises for READ_FIGURES, NotFound ``figures.no_activities`` (no project has the form) or
    ``territory.unknown_unit``, InvalidInput ``figures.bad_year`` or ``figures.unknown_frame``.
    """
    scope_of = services.atlas.current().scope_of
    authorise(actor, Permission.READ_FIGURES, scope_of=scope_of, on=services.today())
    return activities_for_the_operator(services, question)


def activities_for_the_operator(services: Services, question: ActivityQuestion) -> ActivityTable:
    """Return what `activity_table` returns, to the command line, which no actor uses."""
    here = services.atlas.current()
    territory = here.territory
    asked = FigureQuestion(FORM, question.year, question.project_id, question.frame, within=question.within)
    frame, on = boundaries_of(asked, territory, services.today())
    name = "" if question.within is None else territory.name(question.within, on)
    units = frozenset(() if question.within is None else (question.within,))
    with services.reading(services.operator()) as uow:
        project_id, form = _form_of(services, uow, question.project_id)
        measures = {one.code.rpartition(".")[2]: one for one in form.measures}
        extent = Extent(project_id, question.year, frame.key, units, with_all=not units)
        sums = uow.figure_tables.sums(extent, list(_sources(form, measures)), turns_of(here))
        receipts = uow.figure_tables.receipts(extent, [Source(f"{FORM}.{_EVENTS}")])
    reading = _Reading(form, measures, sums, question.within)
    received = receipts.get(question.within, Receipts())
    return ActivityTable(
        year=question.year,
        frame=frame.key,
        unit_name=name,
        events=amount_of(reading.amount(_EVENTS).thousandths),
        attendees=amount_of(reading.amount(_ATTENDEES).thousandths),
        beside=tuple(_beside(reading)),
        groups=tuple(_groups(reading)),
        received=received.received,
        approved=received.approved,
    )


def activity_choices(services: Services, question: ActivityQuestion) -> tuple[ListedUnit, ...]:
    """Return the provinces, districts and communes of the year, from which one may be chosen."""
    territory = services.atlas.current().territory
    _, on = boundaries_of(FigureQuestion(FORM, question.year), territory, services.today())
    return tuple(
        ListedUnit(one.unit_id, one.name, territory.name(one.parent_id, on) if one.parent_id else "")
        for level in (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)
        for one in territory.units_of_level(level, on)
    )


def _form_of(services: Services, uow: UnitOfWork, asked: int | None) -> tuple[int, ShelvedForm]:
    """Return the project and its form in force: the one asked for, else the first that is no practice."""
    for project in uow.projects.all():
        if asked not in (None, project.project_id) or (asked is None and project.kind != "main"):
            continue
        for one in uow.forms.current(project.project_id):
            if one.form_id == FORM and not one.is_sensitive:
                return project.project_id, services.shelf.version_by_id(one.version_id)
    raise NotFound("figures.no_activities")


def _sources(form: ShelvedForm, measures: Mapping[str, Measure]) -> Iterator[Source]:
    for name in (_EVENTS, _ATTENDEES, *_BESIDE):
        if name in measures:
            yield Source(f"{FORM}.{name}")
    for question, names in _pairs(measures):
        for answer, *_ in _answers(form, question):
            for name in names:
                yield Source(f"{FORM}.{name}", f"{question}={answer}")


def _pairs(measures: Mapping[str, Measure]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the breakdowns that the form in force has for both numbers."""
    for question, names in _PAIRS.items():
        if all(name in measures and question in {by.question for by in measures[name].by} for name in names):
            yield question, names


def _answers(form: ShelvedForm, question: str) -> Iterable[tuple[str, str, str]]:
    """Return the answers a question offers, each with what it is called in both languages."""
    node = next((one for one in form.definition.root.walk() if one.name == question), None)
    if node is None:
        return ()
    return [
        (one.value, one.label.in_language("vi", one.value), one.label.in_language("en", one.value))
        for one in choices_of(node, form.definition)
    ]


def _groups(reading: _Reading) -> Iterator[ActivityGroup]:
    for question, (events, attendees) in _pairs(reading.measures):
        lines = tuple(
            ActivityLine(
                answer,
                vi,
                en,
                amount_of(reading.amount(events, f"{question}={answer}").thousandths),
                amount_of(reading.amount(attendees, f"{question}={answer}").thousandths),
            )
            for answer, vi, en in _answers(reading.form, question)
        )
        yield ActivityGroup(question, reading.measures[events].over is not None, lines)


def _beside(reading: _Reading) -> Iterator[ActivitySum]:
    for name in _BESIDE:
        if name in reading.measures:
            label, amount = reading.measures[name].label, amount_of(reading.amount(name).thousandths)
            yield ActivitySum(name, label.in_language("vi", name), label.in_language("en", name), amount)
