"""The entity lists of a project as an operator sees them: whose phones each reaches, how many are in it, what travels.

Numbers only, never an entity. Which rows reach whom is said by `server.registers.reach`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.errors import InvalidInput, NotFound
from server.operations.empty_lists import EmptyList, empty_lists, readers_of, refuse_empty_lists

if TYPE_CHECKING:
    from server.operations.services import Services
    from server.registers.reach import Reach
    from server.storage.repositories.carried_lists import ListSize
    from server.storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ListLine:
    """One list with how many are in it, and the properties that travel to phones because a form reads them."""

    name: str
    reach: Reach
    is_sensitive: bool
    size: ListSize
    properties: tuple[str, ...]


def browse_lists(services: Services, project_id: int) -> tuple[ListLine, ...]:
    """Return the lists of a project by name."""
    with services.reading(services.operator()) as uow:
        known = uow.entities.lists(project_id)
        sizes = uow.carried_lists.sizes(project_id)
        return tuple(
            ListLine(
                one.name, one.reach, one.is_sensitive, sizes[one.list_id], uow.entities.sent_properties(one.list_id)
            )
            for _, one in sorted(known.items())
        )


@dataclass(frozen=True, slots=True)
class NewReach:
    """Whose phones a list of a project is to reach."""

    project_id: int
    name: str
    reach: Reach
    allows_empty_lists: bool = False


def set_list_reach(services: Services, new: NewReach) -> tuple[EmptyList, ...]:
    """Let a list of the project, and of its practice twin, reach other phones; each sees it at its next look.

    Returns it if it has no row for some of its readers. Raises Conflict ``list.empty_for`` where that is a mistake,
    NotFound ``register.unknown_list``, InvalidInput ``register.sensitive_reach``: a sensitive list travels with its
    holders alone.
    """
    with services.unit_of_work(services.operator()) as uow:
        one = uow.entities.lists(new.project_id).get(new.name)
        if one is None:
            raise NotFound("register.unknown_list", list=new.name)
        if one.is_sensitive and new.reach is not one.reach:
            raise InvalidInput("register.sensitive_reach", list=new.name)
        twin = uow.projects.practice_of(new.project_id)
        practised = uow.entities.lists(twin.project_id).get(new.name) if twin else None
        for copy in (one, practised):
            if copy is not None:
                uow.entities.set_reach(copy.list_id, new.reach)
        empty = _left_empty(services, uow, new)
    log.info("register.reach_set", extra={"list": one.list_id, "reach": new.reach.value})
    return empty


def _left_empty(services: Services, uow: UnitOfWork, new: NewReach) -> tuple[EmptyList, ...]:
    readers, forms = readers_of(services, uow, new.project_id), uow.forms.current(new.project_id)
    found = empty_lists(uow, services.atlas.current(), readers, forms=forms)
    mine = tuple(one for one in found if one.name == new.name)
    if not new.allows_empty_lists:
        refuse_empty_lists(mine)
    return mine
