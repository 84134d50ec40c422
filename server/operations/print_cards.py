"""Cards with a code for many phones at once: each gets a new key, the old ones go on working.

Whoever already scanned a card needs none of these; a sheet is for those who begin.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from server.access.deeds import DeedKind
from server.errors import InvalidInput
from server.operations.add_collaborator import add_keys, collaborator_deed, enrolment_of
from server.operations.browse_collaborators import browse_collaborators, listed
from server.operations.note_deeds import note_deeds

if TYPE_CHECKING:
    from collections.abc import Collection

    from server.access.actors import Account
    from server.operations.add_collaborator import Enrolment
    from server.operations.browse_collaborators import ListedCollaborator
    from server.operations.services import Services

MOST_CARDS: Final = 300

log = logging.getLogger(__name__)


def print_cards(
    services: Services, account: Account, collaborator_ids: Collection[int]
) -> tuple[tuple[ListedCollaborator, Enrolment], ...]:
    """Return a card for each of these people who work in the account's territory and may still connect.

    In the order of their places and names, as they are handed out. Raises InvalidInput ``collaborator.nobody_chosen``
    or ``collaborator.too_many_cards`` (most).
    """
    wanted = frozenset(collaborator_ids)
    every = browse_collaborators(services, account) if wanted else ()
    found = [one for one in every if one.collaborator_id in wanted and not one.is_revoked]
    if not found:
        raise InvalidInput("collaborator.nobody_chosen")
    if len(found) > MOST_CARDS:
        raise InvalidInput("collaborator.too_many_cards", most=MOST_CARDS)
    chosen = list(listed(services, account, found))
    chosen.sort(key=lambda one: [tuple(reversed(place)) for place in one.places])
    batch_id = services.new_id()
    with services.unit_of_work(services.operator()) as uow:
        projects = {one.project_id: one for one in uow.projects.all()}
        tokens = add_keys(services, uow, {one.line.collaborator_id: one.line.name for one in chosen})
        cards, deeds = [], []
        for one in chosen:
            line, project = one.line, projects[one.line.project_id]
            token = tokens[line.collaborator_id]
            cards.append((one, enrolment_of(services, project, line, token=token, password="")))
            deeds.append(collaborator_deed(project, line, DeedKind.CARD_PRINTED, batch_id=batch_id))
        note_deeds(services, uow, account, *deeds)
    log.info("collaborator.cards", extra={"cards": len(cards)})
    return tuple(cards)
