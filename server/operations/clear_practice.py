"""Practice at a course: how far each trainee came, and clearing the records away afterwards.

Practice records are never counted. Cleared ones are in nobody's sight; their bytes stay, as all that was received.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.access.authorisation import may_use, units_for
from server.access.deeds import Deed, DeedKind, Thing
from server.access.roles import Permission
from server.errors import Conflict, InvalidInput
from server.operations.browse_collaborators import browse_trainees
from server.operations.note_deeds import note_deeds
from server.operations.sights import Desk, review_sight_of

if TYPE_CHECKING:
    from server.access.actors import Account
    from server.operations.browse_collaborators import ListedCollaborator
    from server.operations.services import Services

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trainee:
    """How far somebody came: the code scanned, forms fetched, how many sent, sent back and sent again."""

    person: ListedCollaborator
    has_fetched: bool
    sent: int
    edited: int


@dataclass(frozen=True, slots=True)
class Practice:
    """The practice of one's territory; *records* are those that could be cleared."""

    trainees: tuple[Trainee, ...]
    records: int


def read_practice(services: Services, account: Account) -> Practice:
    """Return how the practice of the account's territory goes."""
    today = services.today()
    people: tuple[ListedCollaborator, ...] = ()
    if may_use(account, Permission.MANAGE_COLLABORATORS, today):
        people = browse_trainees(services, account)
    ids = [one.line.collaborator_id for one in people]
    units = units_for(account, Permission.READ_SUBMISSIONS, today)
    with services.reading(services.operator()) as uow:
        sent, fetched = uow.phones.practice(ids), uow.phones.fetched(ids)
    with services.reading(review_sight_of(account, Desk.EVERYDAY, today)) as uow:
        records = uow.reviews.count_practice() if units else 0
    trainees = (
        Trainee(one, one.line.collaborator_id in fetched, *sent.get(one.line.collaborator_id, (0, 0))) for one in people
    )
    return Practice(tuple(trainees), records)


def clear_practice(services: Services, account: Account, seen: int) -> int:
    """Clear the practice records of the account's territory, of which it saw *seen*; return how many.

    Raises InvalidInput ``practice.nothing``, Conflict ``practice.changed`` (count) if others came meanwhile.
    """
    with services.unit_of_work(review_sight_of(account, Desk.EVERYDAY, services.today())) as uow:
        found = uow.reviews.practice_ids()
        if not found:
            raise InvalidInput("practice.nothing")
        if len(found) != seen:
            raise Conflict("practice.changed", count=len(found))
        uow.reviews.clear(found, services.now())
        unit = min(units_for(account, Permission.REVIEW_SUBMISSIONS, services.today()))
        told = Deed(DeedKind.PRACTICE_CLEARED, Thing.RECORD, None, unit, {"records": len(found)})
        note_deeds(services, uow, account, told)
    log.info("practice.cleared", extra={"records": len(found)})
    return len(found)
