"""Which figures typed from paper belong to a period that is locked already, there or in a unit above.

What is frozen stays as it is. A figure typed afterwards is late like a record that is sent afterwards: it is taken from
who says that it is, and stands beside the lock until a revision takes it in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.indicators.paper_figures import PaperPlace
    from server.indicators.periods import Period
    from server.operations.atlas import Map
    from server.storage.repositories.locks import KeptLock
    from server.storage.unit_of_work import UnitOfWork


def locks_over(uow: UnitOfWork, here: Map, project_id: int, places: Iterable[PaperPlace]) -> dict[PaperPlace, KeptLock]:
    """Return the newest lock over each place that is locked: of its period or whole year, of its unit or one above."""
    asked = tuple(places)
    found: dict[PaperPlace, KeptLock] = {}
    for year in sorted({one.period.year for one in asked}):
        locks = [one for one in uow.locks.every(year) if one.project_id == project_id]
        for place in asked:
            over = [one for one in locks if _is_over(here, one, place)]
            if over:
                found[place] = max(over, key=lambda one: one.lock_id)
    return found


def _is_over(here: Map, lock: KeptLock, place: PaperPlace) -> bool:
    if not _holds(lock.period, place.period):
        return False
    return place.unit_id == lock.unit_id or place.unit_id in here.below.get(lock.unit_id, frozenset())


def _holds(locked: Period, asked: Period) -> bool:
    return locked.first_day <= asked.first_day and asked.last_day <= locked.last_day
