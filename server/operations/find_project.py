"""Find what a person at the command line names: a project or a collaborator, by number or by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.errors import NotFound

if TYPE_CHECKING:
    from server.operations.services import Services
    from server.storage.repositories.collaborators import CollaboratorLine
    from server.storage.repositories.projects import Project


def find_project(services: Services, named: str) -> Project:
    """Return the project of that number or exact name; raises NotFound ``project.unknown``."""
    with services.reading(services.operator()) as uow:
        project = uow.projects.by_id(int(named)) if named.isdecimal() else uow.projects.by_name(named)
    if project is None:
        raise NotFound("project.unknown", project=named)
    return project


def find_collaborator(services: Services, named: str) -> CollaboratorLine:
    """Return the collaborator of that number or device user name; raises NotFound ``collaborator.unknown``."""
    with services.reading(services.operator()) as uow:
        lines = uow.collaborators.lines(None, services.today())
    for line in lines:
        if named in {str(line.collaborator_id), line.username}:
            return line
    raise NotFound("collaborator.unknown", collaborator=named)
