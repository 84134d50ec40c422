"""Choose every winner anew and add up every sum from nothing: the proof that what was kept in step is right.

Contributions themselves are made again from the raw bytes where records are derived again; this operation only counts.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.operations.services import Services

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was counted in one project, and whether anything came out otherwise than it was kept."""

    project_id: int
    project_name: str
    sums: int
    differed: int


def rebuild_figures(services: Services) -> tuple[Rebuilt, ...]:
    """Rebuild the figures of every project, one transaction each; reviews of that project wait meanwhile."""
    with services.reading(services.operator()) as uow:
        projects = uow.projects.all()
    return tuple(_rebuild(services, one.project_id, one.name) for one in projects)


def _rebuild(services: Services, project_id: int, name: str) -> Rebuilt:
    with services.unit_of_work(services.operator()) as uow:
        sums = uow.figures.rebuild(project_id)
    rebuilt = Rebuilt(project_id, name, sums.sums, sums.differed)
    log.info("figures.rebuilt", extra={"project": project_id, "sums": rebuilt.sums, "differed": rebuilt.differed})
    return rebuilt
