"""What the properties of an entity's list mean, by the forms in force of its project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.registers.properties import PropertyMeaning, meanings

if TYPE_CHECKING:
    from server.operations.services import Services
    from server.storage.repositories.register import EntityLine
    from server.storage.unit_of_work import UnitOfWork


def meanings_of(services: Services, uow: UnitOfWork, line: EntityLine) -> dict[str, PropertyMeaning]:
    """Return what the properties of the entity's list mean, by the forms in force of its project."""
    current = services.shelf.current(line.forms_project_id, uow.forms.revision(line.forms_project_id))
    shelved = [services.shelf.version_by_id(one.version_id) for one in current]
    return meanings(((one.definition, one.entity_blocks) for one in shelved), line.list_name)
