"""The collaborators of one's own territory: where they work, what came from their phones, why nothing did.

Who carries incidents is not among them: they are the incident officers' to manage, elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from server.access.authorisation import authorise, units_for
from server.access.deeds import DeedKind
from server.access.roles import Permission
from server.access.silence import Contact, silence_of
from server.errors import InvalidInput, NotFound
from server.language.ordering import sort_key
from server.operations.add_collaborator import (
    NewCollaborator,
    add_collaborator,
    collaborator_deed,
    new_key,
    phone_number,
    revoke_collaborator,
)
from server.operations.note_deeds import note_deeds
from server.operations.places import communes_in_order

if TYPE_CHECKING:
    from collections.abc import Collection

    from server.access.actors import Account
    from server.access.silence import Silence
    from server.operations.add_collaborator import Enrolment
    from server.operations.services import Services
    from server.storage.repositories.collaborators import CollaboratorLine
    from server.storage.repositories.phones import PhoneFacts, PhoneForm
    from server.storage.repositories.projects import Project
    from server.territory.units import UnitPeriod

_PERMISSION: Final = Permission.MANAGE_COLLABORATORS


@dataclass(frozen=True, slots=True)
class ListedCollaborator:
    """A collaborator with the names of her places, the lowest unit first in each."""

    line: CollaboratorLine
    places: tuple[tuple[str, ...], ...]
    is_practice: bool
    contact: Contact
    silence: Silence | None
    """Why nothing came from her for a week; None where something did, or where she no longer may send."""


@dataclass(frozen=True, slots=True)
class Enrolling:
    """What can be chosen when somebody is enrolled: projects, communes of one's territory, and what lies in some."""

    projects: tuple[Project, ...]
    communes: tuple[UnitPeriod, ...]
    units: tuple[UnitPeriod, ...]
    """The communes that are opened, each before its villages; a province has more than a page has room for."""


def browse_collaborators(services: Services, account: Account) -> tuple[ListedCollaborator, ...]:
    """Return those who work in the account's territory: the silent first, then by name; the revoked last."""
    found = _listed(services, account, None)
    return tuple(sorted(found, key=lambda one: (one.line.revoked_at is not None, one.silence is None, _by_name(one))))


def browse_trainees(services: Services, account: Account) -> tuple[ListedCollaborator, ...]:
    """Return those of them who practise and still may: the silent first, then by name."""
    found = _listed(services, account, None, project_kind="practice")
    at_work = (one for one in found if one.line.revoked_at is None)
    return tuple(sorted(at_work, key=lambda one: (one.silence is None, _by_name(one))))


def count_silent(services: Services, account: Account) -> int:
    """Return from how many of them nothing came for a week; practice is not looked at."""
    known = _known(services, account, None)
    return sum(1 for line, contact in known if line.project_kind != "practice" and _silence(services, line, contact))


def read_collaborator(services: Services, account: Account, collaborator_id: int) -> ListedCollaborator:
    """Return one of them; raises NotFound ``access.not_found``."""
    found = _listed(services, account, collaborator_id)
    if not found:
        raise NotFound("access.not_found")
    return found[0]


def forms_on_phone(services: Services, listed: ListedCollaborator) -> tuple[PhoneForm, ...]:
    """Return the forms the phone of one of them holds, who was read for an account before."""
    with services.reading(services.operator()) as uow:
        return tuple(uow.phones.forms_of(listed.line.collaborator_id))


def change_phone_number(services: Services, account: Account, collaborator_id: int, typed: str) -> None:
    """Write the number one of them is called at.

    Raises NotFound ``access.not_found``, InvalidInput ``collaborator.phone_form``.
    """
    listed, phone = read_collaborator(services, account, collaborator_id), phone_number(typed)
    with services.unit_of_work(services.operator()) as uow:
        uow.collaborators.set_phone(collaborator_id, phone)
        project = uow.projects.by_id(listed.line.project_id)
        assert project is not None, "a collaborator belongs to a project"
        note_deeds(services, uow, account, collaborator_deed(project, listed.line, DeedKind.COLLABORATOR_CHANGED))


def enrolling_choices(services: Services, account: Account, codes: Collection[str]) -> Enrolling:
    """Return what the account can choose when it enrols somebody; opened are the communes of units with these codes."""
    today, atlas = services.today(), services.atlas.current()
    communes = communes_in_order(atlas, units_for(account, _PERMISSION, today), today)
    units = [(one, *atlas.territory.children(one.unit_id, today)) for one in communes]
    if len(communes) > 1:
        units = [each for each in units if any(one.code in codes for one in each)]
    return Enrolling(_projects(services), communes, tuple(chain.from_iterable(units)))


def enrol(services: Services, account: Account, new: NewCollaborator) -> Enrolment:
    """Enrol somebody in units of the account's territory, never in the project of incidents.

    Raises InvalidInput ``collaborator.no_project`` or ``collaborator.no_place``, NotFound ``access.not_found`` for a
    unit elsewhere, and what `add_collaborator` raises.
    """
    if new.project_id not in {one.project_id for one in _projects(services)}:
        raise InvalidInput("collaborator.no_project")
    if not new.units:
        raise InvalidInput("collaborator.no_place")
    today, atlas = services.today(), services.atlas.current()
    for unit in new.units:
        unit_id = atlas.territory.resolve(unit, today).unit_id
        authorise(account, _PERMISSION, unit_id, scope_of=atlas.scope_of, on=today)
    return add_collaborator(services, new, by=account)


def _projects(services: Services) -> tuple[Project, ...]:
    with services.reading(services.operator()) as uow:
        return tuple(one for one in uow.projects.all() if one.kind != "separate")


def make_card(services: Services, account: Account, collaborator_id: int, *, ends_others: bool) -> Enrolment:
    """Make a new key for a collaborator of the account's territory; *ends_others*: she has another phone now."""
    listed = read_collaborator(services, account, collaborator_id)
    return new_key(services, listed.line.collaborator_id, label=listed.line.name, ends_others=ends_others, by=account)


def revoke(services: Services, account: Account, collaborator_id: int, *, is_stolen: bool) -> None:
    """End the access of a collaborator of the account's territory."""
    listed = read_collaborator(services, account, collaborator_id)
    revoke_collaborator(services, listed.line.collaborator_id, is_stolen=is_stolen, by=account)


def _listed(
    services: Services, account: Account, collaborator_id: int | None, *, project_kind: str | None = None
) -> list[ListedCollaborator]:
    territory, today = services.atlas.current().territory, services.today()
    return [
        ListedCollaborator(
            line,
            tuple(territory.path(unit_id, today)[:2] for unit_id in line.unit_ids),
            line.project_kind == "practice",
            contact,
            _silence(services, line, contact),
        )
        for line, contact in _known(services, account, collaborator_id, project_kind=project_kind)
    ]


def _known(
    services: Services, account: Account, collaborator_id: int | None, *, project_kind: str | None = None
) -> list[tuple[CollaboratorLine, Contact]]:
    """Return them with what came from their phones."""
    today = services.today()
    with services.reading(services.operator()) as uow:
        units = units_for(account, _PERMISSION, today)
        lines = uow.collaborators.lines(units, today, collaborator_id=collaborator_id, project_kind=project_kind)
        lines = [one for one in lines if one.project_kind != "separate"]
        facts = uow.phones.facts([one.collaborator_id for one in lines]) if lines else {}
    return [(line, _contact(line, facts[line.collaborator_id])) for line in lines]


def _contact(line: CollaboratorLine, facts: PhoneFacts) -> Contact:
    """Return what came from somebody; a phone that sends is in contact, though it asked for nothing before."""
    seen_at = max((at for at in (line.last_seen_at, facts.last_sent_at) if at is not None), default=None)
    return Contact(line.created_at, seen_at, facts.last_sent_at, facts.held, facts.returned)


def _silence(services: Services, line: CollaboratorLine, contact: Contact) -> Silence | None:
    return silence_of(contact, services.now()) if line.revoked_at is None else None


def _by_name(one: ListedCollaborator) -> tuple[object, int]:
    return sort_key(one.line.name), one.line.collaborator_id
