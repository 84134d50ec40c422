"""What still stands between a report and its issue: units that sent nothing, records nobody decided, held uploads.

Counts alone: whoever reads figures may know them. What is held is told to those whose territory it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.indicators.report_fill import Mark
from server.operations.report_filling import place_of
from server.storage.visible import Reading
from server.submissions.review import AWAITING
from server.territory.units import Level

if TYPE_CHECKING:
    from server.operations.report_filling import FilledReport, ReportOrder
    from server.operations.services import Services

_BELOW = {Level.COMMUNE: Level.VILLAGE, Level.DISTRICT: Level.COMMUNE, Level.PROVINCE: Level.COMMUNE}


@dataclass(frozen=True, slots=True)
class ReportState:
    """*missing* are the units right below from which nothing came; *held* is None for whom it does not concern.

    *empty_rows* are the rows with cells that have no figure, as the layout calls them.
    """

    missing: tuple[str, ...]
    units: int
    received: int
    awaiting: int
    held: int | None
    typed: int
    empty: int
    empty_rows: tuple[str, ...]


def state_of(services: Services, order: ReportOrder, filled: FilledReport, *, sees_held: bool) -> ReportState:
    """Return how far the report of a unit is."""
    place = place_of(services, filled.stored, order)
    below = [
        one
        for one in place.here.territory.units_of_level(_BELOW[filled.stored.level], place.on)
        if one.unit_id in place.here.below.get(order.unit_id, frozenset())
    ]
    units = {order.unit_id, *(one.unit_id for one in below)}
    with services.reading(services.operator()) as uow:
        states = uow.record_tallies.of_units(place.project_id, place.period.year, place.frame, units)
        issued = {one.key.unit_id for one in uow.reports.issues(period=order.period.label)}
        typed = {one.place.unit_id for one in uow.paper_figures.of_year(place.project_id, place.period.year, units)}
    here = states.get(order.unit_id, {})
    return ReportState(
        missing=tuple(one.name for one in below if one.unit_id not in states.keys() | issued | typed),
        units=len(below),
        received=sum(here.values()),
        awaiting=sum(here.get(one.value, 0) for one in AWAITING),
        held=_held(services, order, place.project_id) if sees_held else None,
        typed=filled.plan.count(Mark.TYPED),
        empty=filled.plan.count(Mark.EMPTY),
        empty_rows=filled.plan.rows_with(Mark.EMPTY),
    )


def _held(services: Services, order: ReportOrder, project_id: int) -> int:
    with services.reading(Reading(frozenset({order.unit_id}))) as uow:
        return uow.tray.count(project_id)
