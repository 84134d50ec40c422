"""The deadlines that plans in force set, read once per worker: what a published workbook says never changes."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

from server.operations.known_by_hash import KnownByHash

if TYPE_CHECKING:
    from server.indicators.deadlines import Deadline
    from server.storage.unit_of_work import UnitOfWork


def deadlines_in_force(uow: UnitOfWork, project_id: int | None) -> list[Deadline]:
    """Return the deadlines of a project's plans in force, or of all, the newest plan first."""
    return [
        deadline
        for plan in uow.plans.in_force()
        if project_id in {None, plan.project_id}
        for deadline in _deadlines_in(KnownByHash(plan.sha256, partial(uow.plan_rules.deadlines, [plan.plan_id])))
    ]


@lru_cache(maxsize=64)
def _deadlines_in(workbook: KnownByHash[list[Deadline]]) -> tuple[Deadline, ...]:
    return tuple(workbook.read())
