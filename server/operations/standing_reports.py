"""What report layouts in force ask of plans, held against a plan that is about to change.

A cell must not run empty because an indicator went: the plan that would end it is refused with the names of layout,
sheet and cell, until a layout that does without it is in force. What was not there before is no fault of the new plan.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from server.forms.faults import Fault
from server.indicators.plan import INDICATORS, PlanRefused
from server.indicators.report_cells import OfIndicator
from server.operations.report_workbook import read_report_workbook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from server.indicators.plan import Indicator, Plan
    from server.storage.repositories.plans import PlanInForce
    from server.storage.unit_of_work import UnitOfWork

BREAKS_REPORT: Final = "plan.breaks_report"


def refuse_emptying(
    uow: UnitOfWork,
    project_id: int,
    name: str,
    plan: Plan,
    *,
    in_force: Iterable[tuple[PlanInForce, Sequence[Indicator]]],
) -> None:
    """Raise PlanRefused with ``plan.breaks_report`` for each indicator a report asks for that no plan would have.

    *plan* would be in force as *name*; the project's plans of other names stay, of those *in_force*.
    """
    plans = [(one.name, several) for one, several in in_force if one.project_id == project_id]
    before = {one.code for called, several in plans if called == name for one in several}
    others = {one.code for called, several in plans if called != name for one in several}
    lost = before - others - {one.code for one in plan.indicators}
    faults = [
        Fault(BREAKS_REPORT, {"indicator": code, "report": report, "cells": cells}, sheet=INDICATORS, column="code")
        for (code, report), cells in sorted(_cells(uow, project_id, lost).items())
    ]
    if faults:
        raise PlanRefused(faults)


def _cells(uow: UnitOfWork, project_id: int, codes: Collection[str]) -> Mapping[tuple[str, str], str]:
    """Return where layouts in force name these indicators, by indicator and layout."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    layouts = [one for one in uow.reports.in_force() if one.project_id == project_id] if codes else []
    workbooks = uow.reports.workbooks([one.template_id for one in layouts]) if layouts else {}
    for stored in layouts:
        for one in read_report_workbook(workbooks[stored.template_id]).slots:
            if isinstance(one.slot, OfIndicator) and one.slot.code in codes:
                found[one.slot.code, stored.name].append(f"{one.sheet}!{one.column}{one.row}")
    return {key: ", ".join(cells) for key, cells in found.items()}
