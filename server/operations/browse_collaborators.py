"""The collaborators of one's own territory: where they work, when their phone last asked, whether it still may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from server.access.authorisation import authorise, units_for
from server.access.roles import Permission
from server.errors import InvalidInput, NotFound
from server.language.ordering import sort_key
from server.operations.add_collaborator import NewCollaborator, add_collaborator, new_key, revoke_collaborator

if TYPE_CHECKING:
    from datetime import datetime

    from server.access.actors import Account
    from server.operations.add_collaborator import Enrolment
    from server.operations.services import Services
    from server.storage.repositories.collaborators import CollaboratorLine
    from server.storage.repositories.projects import Project
    from server.territory.units import UnitPeriod

SILENT_AFTER: Final = timedelta(days=7)
_PERMISSION: Final = Permission.MANAGE_COLLABORATORS


@dataclass(frozen=True, slots=True)
class ListedCollaborator:
    """A collaborator with the names of her places, the lowest unit first in each."""

    line: CollaboratorLine
    places: tuple[tuple[str, ...], ...]
    is_practice: bool
    is_silent: bool
    """Her phone has not asked for a week, or never."""


@dataclass(frozen=True, slots=True)
class Enrolling:
    """What can be chosen when somebody is enrolled: projects, and the villages and communes of one's territory."""

    projects: tuple[Project, ...]
    units: tuple[UnitPeriod, ...]


def browse_collaborators(services: Services, account: Account) -> tuple[ListedCollaborator, ...]:
    """Return those who work in the account's territory: the silent first, then by name; the revoked last."""
    found = _listed(services, account, None)
    return tuple(sorted(found, key=lambda one: (one.line.revoked_at is not None, not one.is_silent, _by_name(one))))


def read_collaborator(services: Services, account: Account, collaborator_id: int) -> ListedCollaborator:
    """Return one of them; raises NotFound ``access.not_found``."""
    found = _listed(services, account, collaborator_id)
    if not found:
        raise NotFound("access.not_found")
    return found[0]


def enrolling_choices(services: Services, account: Account) -> Enrolling:
    """Return what the account can choose when it enrols somebody."""
    today, atlas = services.today(), services.atlas.current()
    with services.reading(services.operator()) as uow:
        projects = tuple(one for one in uow.projects.all() if one.kind != "separate")
    communes = atlas.communes_of(units_for(account, _PERMISSION, today), today)
    periods = sorted((atlas.territory.period(one, today) for one in communes), key=lambda one: sort_key(one.name))
    units = [unit for one in periods for unit in (one, *atlas.territory.children(one.unit_id, today))]
    return Enrolling(projects, tuple(units))


def enrol(services: Services, account: Account, new: NewCollaborator) -> Enrolment:
    """Enrol somebody in units of the account's territory, never in the project of incidents.

    Raises InvalidInput ``collaborator.no_project`` or ``collaborator.no_place``, NotFound ``access.not_found`` for a
    unit elsewhere, and what `add_collaborator` raises.
    """
    if new.project_id not in {one.project_id for one in enrolling_choices(services, account).projects}:
        raise InvalidInput("collaborator.no_project")
    if not new.units:
        raise InvalidInput("collaborator.no_place")
    today, atlas = services.today(), services.atlas.current()
    for unit in new.units:
        unit_id = atlas.territory.resolve(unit, today).unit_id
        authorise(account, _PERMISSION, unit_id, scope_of=atlas.scope_of, on=today)
    return add_collaborator(services, new, by=account)


def make_card(services: Services, account: Account, collaborator_id: int, *, ends_others: bool) -> Enrolment:
    """Make a new key for a collaborator of the account's territory; *ends_others*: she has another phone now."""
    listed = read_collaborator(services, account, collaborator_id)
    return new_key(services, listed.line.collaborator_id, label=listed.line.name, ends_others=ends_others, by=account)


def revoke(services: Services, account: Account, collaborator_id: int, *, is_stolen: bool) -> None:
    """End the access of a collaborator of the account's territory."""
    listed = read_collaborator(services, account, collaborator_id)
    revoke_collaborator(services, listed.line.collaborator_id, is_stolen=is_stolen, by=account)


def _listed(services: Services, account: Account, collaborator_id: int | None) -> list[ListedCollaborator]:
    now, today = services.now(), services.today()
    territory = services.atlas.current().territory
    with services.reading(services.operator()) as uow:
        projects = {one.project_id: one for one in uow.projects.all()}
        lines = uow.collaborators.lines(units_for(account, _PERMISSION, today), today, collaborator_id=collaborator_id)
    return [
        ListedCollaborator(
            line,
            tuple(territory.path(unit_id, today)[:2] for unit_id in line.unit_ids),
            projects[line.project_id].kind == "practice",
            _is_silent(line, now),
        )
        for line in lines
        # Who carries incidents is nobody's business but the incident officers', who manage them elsewhere.
        if projects[line.project_id].kind != "separate"
    ]


def _is_silent(line: CollaboratorLine, now: datetime) -> bool:
    return line.revoked_at is None and (line.last_seen_at is None or now - line.last_seen_at > SILENT_AFTER)


def _by_name(one: ListedCollaborator) -> tuple[object, int]:
    return sort_key(one.line.name), one.line.collaborator_id
