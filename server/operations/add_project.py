"""Make a project: the main one, its practice twin, or a separate one for incidents."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from server.errors import Conflict, InvalidInput, NotFound

if TYPE_CHECKING:
    from server.operations.services import Services
    from server.storage.repositories.projects import Project
    from server.storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)
PRACTICE_NAME = "LÀM THỬ – không tính số liệu"
"""What a practice project is called on phones and screens; a second one also names its parent."""


def add_project(services: Services, name: str, *, kind: str = "main") -> Project:
    """Make a project of that kind (main or separate); raises Conflict ``project.name_taken``."""
    if not name.strip():
        raise InvalidInput("project.no_name")
    with services.unit_of_work(services.operator()) as uow:
        return _add(uow, services, name.strip(), kind=kind)


def add_practice(services: Services, project_id: int) -> Project:
    """Return the practice twin of a main project, made if there is none; raises NotFound ``project.unknown``."""
    with services.unit_of_work(services.operator()) as uow:
        parent = uow.projects.by_id(project_id)
        if parent is None or parent.kind != "main":
            raise NotFound("project.unknown", project=project_id)
        twin = uow.projects.practice_of(project_id)
        if twin is not None:
            return twin
        is_first = uow.projects.by_name(PRACTICE_NAME) is None
        name = PRACTICE_NAME if is_first else f"{PRACTICE_NAME} ({parent.name})"
        made = _add(uow, services, name, kind="practice", practice_of_id=project_id)
        uow.entities.copy_lists(project_id, made.project_id, services.now())
        return made


def list_projects(services: Services) -> list[Project]:
    """Return every project."""
    with services.reading(services.operator()) as uow:
        return uow.projects.all()


def _add(uow: UnitOfWork, services: Services, name: str, *, kind: str, practice_of_id: int | None = None) -> Project:
    if uow.projects.by_name(name) is not None:
        raise Conflict("project.name_taken", name=name)
    facts = {
        "name": name,
        "kind": kind,
        "practice_of_id": practice_of_id,
        "forms_revision": 0,
        "created_at": services.now(),
    }
    project_id = uow.projects.add(facts)
    log.info("project.added", extra={"project": project_id, "kind": kind})
    made = uow.projects.by_id(project_id)
    assert made is not None, "it was inserted a line ago"
    return made
