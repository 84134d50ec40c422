"""Lists of records somebody saves to come back to: named, renamed, removed; each person's own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from server.errors import InvalidInput, NotFound
from server.language.names import tidy_name
from server.storage.visible import Reading

if TYPE_CHECKING:
    from server.access.actors import Account
    from server.operations.services import Services
    from server.storage.repositories.saved_views import SavedView

MOST_VIEWS: Final = 30
LONGEST_NAME: Final = 60
_NOTHING: Final = Reading(frozenset())
"""Saved lists are found by their owner, not by territory."""

log = logging.getLogger(__name__)


def saved_views(services: Services, account: Account) -> tuple[SavedView, ...]:
    """Return the account's lists, in the order they were saved."""
    with services.reading(_NOTHING) as uow:
        return tuple(uow.saved_views.of(account.account_id))


def save_view(services: Services, account: Account, name: str, query: str) -> None:
    """Save a list under a name; one that has the name already is replaced.

    Raises InvalidInput ``views.no_name`` or ``views.too_many``.
    """
    name = _checked(name)
    with services.unit_of_work(_NOTHING) as uow:
        mine = uow.saved_views.of(account.account_id)
        same = next((one for one in mine if one.name == name), None)
        if same is not None:
            uow.saved_views.change(account.account_id, same.view_id, query=query)
        elif len(mine) >= MOST_VIEWS:
            raise InvalidInput("views.too_many", most=MOST_VIEWS)
        else:
            uow.saved_views.add(account.account_id, name, query, services.now())
    log.info("view.saved")


def rename_view(services: Services, account: Account, view_id: int, name: str) -> None:
    """Give a list another name.

    Raises InvalidInput ``views.no_name`` or ``views.name_taken``, NotFound ``access.not_found`` for a list of others.
    """
    name = _checked(name)
    with services.unit_of_work(_NOTHING) as uow:
        if any(one.name == name and one.view_id != view_id for one in uow.saved_views.of(account.account_id)):
            raise InvalidInput("views.name_taken")
        if not uow.saved_views.change(account.account_id, view_id, name=name):
            raise NotFound("access.not_found")
    log.info("view.renamed")


def remove_view(services: Services, account: Account, view_id: int) -> None:
    """Remove a list; raises NotFound ``access.not_found`` for a list of others."""
    with services.unit_of_work(_NOTHING) as uow:
        if not uow.saved_views.remove(account.account_id, view_id):
            raise NotFound("access.not_found")
    log.info("view.removed")


def _checked(name: str) -> str:
    tidy = tidy_name(name)[:LONGEST_NAME].strip()
    if not tidy:
        raise InvalidInput("views.no_name")
    return tidy
