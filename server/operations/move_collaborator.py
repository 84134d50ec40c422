"""Send a collaborator elsewhere, or end her posts: dated, so that what she sent before is read where she was then.

What her phone lists changes with it, at its next look: she no longer gets the households she left.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from server.access.deeds import DeedKind
from server.errors import InvalidInput
from server.operations.add_collaborator import collaborator_deed, working_line
from server.operations.empty_lists import EmptyList, Readers, empty_lists, refuse_empty_lists
from server.operations.note_deeds import note_deeds
from server.storage.repositories.collaborators import PostedPerson

if TYPE_CHECKING:
    from datetime import date

    from server.access.actors import Account
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Move:
    """Where somebody is to work. *units* are codes as in enrolling; without any, her posts end and none begins.

    *starts* None: today. *until*: the last day of the new posts, or of her old ones where there are no new ones.
    """

    collaborator_id: int
    units: tuple[str, ...] = ()
    starts: date | None = None
    until: date | None = None
    allows_empty_lists: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """Where she works from *starts* on; nowhere where *places* is empty."""

    name: str
    places: tuple[str, ...]
    starts: date
    until: date | None
    empty_lists: tuple[EmptyList, ...]


def move_collaborator(services: Services, move: Move, *, by: Account | None = None) -> Moved:
    """End her posts the day before the new ones start, or on *until* where there are none.

    Raises NotFound ``collaborator.unknown``, InvalidInput ``collaborator.no_move``, ``.move_in_the_past`` or what
    `Territory.resolve` raises, Conflict ``list.empty_for`` where a list of hers would have no row.
    """
    starts = _checked(services, move)
    territory = services.atlas.current().territory
    periods = {found.unit_id: found for found in (territory.resolve(unit, starts) for unit in move.units)}
    with services.unit_of_work(services.operator()) as uow:
        line = working_line(services, uow, move.collaborator_id)
        if periods:
            uow.collaborators.end_posts(move.collaborator_id, starts - timedelta(days=1))
            posts = [{"unit_id": one, "valid_from": starts, "valid_to": move.until} for one in sorted(periods)]
            uow.collaborators.add_posts(move.collaborator_id, posts)
        elif move.until is not None:
            uow.collaborators.end_posts(move.collaborator_id, move.until)
        person = PostedPerson(line.collaborator_id, line.project_id, line.name, frozenset(periods))
        empty = _empty_lists(services, uow, person, on=starts)
        if not move.allows_empty_lists:
            refuse_empty_lists(empty)
        project = uow.projects.by_id(line.project_id)
        assert project is not None, "a collaborator belongs to a project"
        note_deeds(services, uow, by, collaborator_deed(project, line, DeedKind.COLLABORATOR_MOVED))
    log.info("collaborator.moved", extra={"collaborator": move.collaborator_id, "posts": len(periods)})
    return Moved(line.name, tuple(one.name for one in periods.values()), starts, move.until, empty)


def _checked(services: Services, move: Move) -> date:
    """Return the day on which the move takes effect; the past stays as it was."""
    today = services.today()
    if not move.units and (move.until is None or move.starts is not None):
        raise InvalidInput("collaborator.no_move")
    starts = move.starts or today
    if starts < today or (move.until is not None and move.until < (starts if move.units else today)):
        raise InvalidInput("collaborator.move_in_the_past")
    return starts


def _empty_lists(services: Services, uow: UnitOfWork, person: PostedPerson, *, on: date) -> tuple[EmptyList, ...]:
    """Return the lists she would have no row of; in practice, where nothing counts, that is no matter."""
    project = uow.projects.by_id(person.project_id)
    assert project is not None, "a collaborator belongs to a project"
    if not person.post_units or project.kind == "practice":
        return ()
    forms = uow.forms.current(project.forms_project_id)
    found = empty_lists(uow, services.atlas.current(), Readers(person.project_id, [person], on), forms=forms)
    return tuple(one for one in found if not one.is_empty_everywhere)
