"""What still stands between a report and its issue: units that sent nothing, records nobody decided, held uploads.

Counts alone: whoever reads figures may know them. What is held is told to those whose territory it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.indicators.report_fill import Mark
from server.storage.visible import Reading
from server.submissions.review import AWAITING

if TYPE_CHECKING:
    from server.operations.report_filling import FilledReport, ReportOrder
    from server.operations.services import Services


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
    beside = filled.beside
    here, heard = beside.states.get(order.unit_id, {}), beside.heard
    return ReportState(
        missing=tuple(one.name for one in beside.below if one.unit_id not in heard),
        units=len(beside.below),
        received=sum(here.values()),
        awaiting=sum(here.get(one.value, 0) for one in AWAITING),
        held=_held(services, order, filled.key.project_id) if sees_held else None,
        typed=filled.plan.count(Mark.TYPED),
        empty=filled.plan.count(Mark.EMPTY),
        empty_rows=filled.plan.rows_with(Mark.EMPTY),
    )


def _held(services: Services, order: ReportOrder, project_id: int) -> int:
    with services.reading(Reading(frozenset({order.unit_id}))) as uow:
        return uow.tray.count(project_id)
