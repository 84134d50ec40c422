"""Read every indicator of one unit and year at a glance: value, target, gap and trend, each in one line.

Everything is read at once: it costs the same number of statements for one indicator and for all. Figures are the
province's to read; what lies behind them is for `open_figure`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.access.actors import Account
from server.access.authorisation import authorise
from server.access.roles import Permission
from server.indicators.figures import Receipts, figure_of
from server.indicators.sources import Basis
from server.indicators.trends import with_trend
from server.operations.figure_counts import goal_for
from server.operations.figure_questions import (
    FigureQuestion,
    begun,
    boundaries_of,
    entries_and_targets,
    entries_of_year,
)
from server.operations.figure_sums import amounts_of, sums_of_years
from server.storage.repositories.figure_tables import Extent
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from server.access.actors import Actor
    from server.indicators.figures import Figure
    from server.operations.atlas import Map
    from server.operations.figure_questions import IndicatorEntry
    from server.operations.figure_sums import YearlySums
    from server.operations.services import Services
    from server.storage.repositories.figure_tables import FigureTables
    from server.storage.repositories.plans import PlannedTarget
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId, UnitPeriod


@dataclass(frozen=True, slots=True)
class OverviewQuestion:
    """Which year, and which unit; without one everything there is, or the first of one's *own*."""

    year: int
    within: UnitId | None = None
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class OverviewLine:
    """One indicator with its figure."""

    entry: IndicatorEntry
    figure: Figure


@dataclass(frozen=True, slots=True)
class Overview:
    """The indicators of a unit (None: everything), those of a plan together, in the order of its workbook.

    *years* have a target in some plan; *own* are the units of the reader's posts below the province.
    """

    unit: UnitPeriod | None
    lines: tuple[OverviewLine, ...]
    years: tuple[int, ...]
    own: tuple[UnitPeriod, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """What is asked for, on the boundaries of the year."""

    here: Map
    unit_id: UnitId | None
    year: int
    frame: str
    on: date
    years: tuple[int, ...]
    """The year and the one before, as far as they have begun."""


def read_overview(services: Services, actor: Actor, question: OverviewQuestion) -> Overview:
    """Return what every indicator in force says of a unit in a year.

    Raises what `authorise` raises for
    READ_FIGURES, NotFound ``territory.unknown_unit``, InvalidInput ``figures.bad_year``.
    """
    here = services.atlas.current()
    authorise(actor, Permission.READ_FIGURES, scope_of=here.scope_of, on=services.today())
    own = _own_units(here, actor, services.today())
    unit_id = own[0].unit_id if question.is_own and own else question.within
    asked = FigureQuestion("", question.year, within=unit_id)
    frame, on = boundaries_of(asked, here.territory, services.today())
    unit = None if unit_id is None else here.territory.period(unit_id, on)
    so_far = begun((question.year, question.year - 1), services.today())
    place = _Place(here, unit_id, question.year, frame.key, on, so_far)
    with services.reading(services.operator()) as uow:
        every, targets = entries_and_targets(uow, question.year)
        lines = _lines(uow, place, entries_of_year(every, question.year), targets)
    years = sorted({year for one in every for year in one.years})
    return Overview(unit, lines, tuple(years), own)


def _own_units(here: Map, actor: Actor, on: date) -> tuple[UnitPeriod, ...]:
    """Return the units below the province that the actor holds posts on, each once."""
    posts = actor.posts if isinstance(actor, Account) else ()
    held = dict.fromkeys(one.unit_id for one in posts if one.is_held_on(on))
    units = [here.territory.period(one, on) for one in held]
    return tuple(one for one in units if one.level is not Level.PROVINCE)


def _lines(
    uow: UnitOfWork,
    place: _Place,
    entries: Sequence[IndicatorEntry],
    targets: Mapping[tuple[int, str], Sequence[PlannedTarget]],
) -> tuple[OverviewLine, ...]:
    found: dict[tuple[int, str], Figure] = {}
    for project_id in dict.fromkeys(one.project_id for one in entries):
        within = [one for one in entries if one.project_id == project_id]
        found |= {
            (one.plan_id, one.indicator.code): figure
            for one, figure in zip(within, _figures(uow, place, within, targets), strict=True)
        }
    return tuple(OverviewLine(one, found[one.plan_id, one.indicator.code]) for one in entries)


def _figures(
    uow: UnitOfWork,
    place: _Place,
    entries: Sequence[IndicatorEntry],
    targets: Mapping[tuple[int, str], Sequence[PlannedTarget]],
) -> list[Figure]:
    """Return the figures of entries of one project, in their order."""
    units = frozenset() if place.unit_id is None else frozenset({place.unit_id})
    extent = Extent(entries[0].project_id, place.year, place.frame, units, with_all=not units)
    indicators = [one.indicator for one in entries]
    sums: YearlySums = {}
    if place.years:
        sums = sums_of_years(uow, place.here, extent, indicators=indicators, years=place.years)
    received = _received(uow.figure_tables, place, extent, entries)
    found = []
    for entry, receipts in zip(entries, received, strict=True):
        one = entry.indicator
        goals = targets.get((entry.plan_id, one.code), ())
        goal = goal_for(goals, place.here.territory, place.unit_id, place.on)
        figure = figure_of(one, amounts_of(sums, one, place.unit_id, place.year), goal, receipts)
        found.append(with_trend(figure, one, amounts_of(sums, one, place.unit_id, place.year - 1), place.year - 1))
    return found


def _received(tables: FigureTables, place: _Place, extent: Extent, entries: Sequence[IndicatorEntry]) -> list[Receipts]:
    """Return the records received and approved of the forms behind each entry."""
    measures = [
        [source.measure for source in one.indicator.sources if source.basis is Basis.MEASURE] for one in entries
    ]
    behind = tables.forms_behind(extent.project_id, [one for several in measures for one in several])
    by_form = tables.receipts_by_form(extent, frozenset(form for forms in behind.values() for form in forms))
    found = []
    for several in measures:
        forms = frozenset(form for one in several for form in behind.get(one, ()))
        parts = [by_form.get((place.unit_id, form), Receipts()) for form in forms]
        found.append(Receipts(sum(one.received for one in parts), sum(one.approved for one in parts)))
    return found
