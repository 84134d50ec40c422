"""The collaborators of one's own territory: where they work, what came from their phones, why nothing did.

Who carries incidents is not among them: they are the incident officers' to manage, elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final

from server.access.authorisation import authorise, units_for
from server.access.deeds import DeedKind
from server.access.roles import Permission
from server.access.silence import SILENT_AFTER, silence_of
from server.errors import InvalidInput, NotFound
from server.language.folding import begins_words
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
from server.operations.places import communes_in_order, opened_commune

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from server.access.actors import Account
    from server.access.silence import Contact, Silence
    from server.operations.add_collaborator import Enrolment
    from server.operations.services import Services
    from server.storage.repositories.collaborators import CollaboratorLine
    from server.storage.repositories.phones import PhoneForm
    from server.storage.repositories.projects import Project
    from server.territory.units import UnitId, UnitPeriod

_PERMISSION: Final = Permission.MANAGE_COLLABORATORS
_name_order: Final = lru_cache(maxsize=4096)(sort_key)


@dataclass(frozen=True, slots=True)
class PeopleSought:
    """Whom a list is narrowed to: who works at or below a unit; whose name the words begin or whose number has them."""

    unit_id: UnitId | None = None
    words: str = ""

    def finds(self, name: str, phone: str) -> bool:
        """Return whether somebody with that name and telephone number is looked for."""
        if digits := _dialled(self.words):
            return digits in _dialled(phone)
        return begins_words(self.words, name)


EVERYBODY: Final = PeopleSought()


@dataclass(frozen=True, slots=True)
class PlacesOffered:
    """What a list of people can be narrowed to: communes of one's territory, and the villages of one that is open."""

    communes: tuple[UnitPeriod, ...]
    villages: tuple[UnitPeriod, ...]


@dataclass(frozen=True, slots=True)
class KnownCollaborator:
    """A collaborator among all of a territory: as much as their list is ordered and counted by."""

    collaborator_id: int
    name: str
    is_practice: bool
    is_revoked: bool
    contact: Contact
    silence: Silence | None
    """Why nothing came from her for a week; None where something did, or where she no longer may send."""


@dataclass(frozen=True, slots=True)
class ListedCollaborator:
    """A collaborator with the names of her places, the lowest unit first in each."""

    line: CollaboratorLine
    places: tuple[tuple[str, ...], ...]
    is_practice: bool
    contact: Contact
    silence: Silence | None


@dataclass(frozen=True, slots=True)
class Enrolling:
    """What can be chosen when somebody is enrolled: projects, communes of one's territory, and what lies in some."""

    projects: tuple[Project, ...]
    communes: tuple[UnitPeriod, ...]
    units: tuple[UnitPeriod, ...]
    """The communes that are opened, each before its villages; a province has more than a page has room for."""


def browse_collaborators(
    services: Services, account: Account, sought: PeopleSought = EVERYBODY
) -> tuple[KnownCollaborator, ...]:
    """Return those who work in the account's territory: the silent first, then by name; the revoked last.

    A province has more than a page shows: what else there is to tell of some of them is `listed`.
    """
    found = _known(services, account, None, sought)
    return tuple(sorted(found, key=lambda one: (one.is_revoked, one.silence is None, _by_name(one))))


def places_offered(services: Services, account: Account, sought: PeopleSought) -> PlacesOffered:
    """Return the places the account can narrow its list of people to."""
    here, today = services.atlas.current(), services.today()
    communes = communes_in_order(here, units_for(account, _PERMISSION, today), today)
    opened = opened_commune(here, communes, sought.unit_id, today)
    return PlacesOffered(communes, here.territory.children(opened.unit_id, today) if opened else ())


def browse_trainees(services: Services, account: Account) -> tuple[ListedCollaborator, ...]:
    """Return those of them who practise and still may: the silent first, then by name."""
    every = browse_collaborators(services, account)
    return listed(services, account, [one for one in every if one.is_practice and not one.is_revoked])


def count_silent(services: Services, account: Account) -> int:
    """Return from how many of them nothing came for a week; practice is not looked at."""
    today = services.today()
    with services.reading(services.operator()) as uow:
        units = units_for(account, _PERMISSION, today)
        return uow.phones.count_silent(units, today, since=services.now() - SILENT_AFTER)


def read_collaborator(services: Services, account: Account, collaborator_id: int) -> ListedCollaborator:
    """Return one of them; raises NotFound ``access.not_found``."""
    found = listed(services, account, _known(services, account, collaborator_id))
    if not found:
        raise NotFound("access.not_found")
    return found[0]


def listed(services: Services, account: Account, chosen: Sequence[KnownCollaborator]) -> tuple[ListedCollaborator, ...]:
    """Return some of those who were found in the account's territory, in the same order, with all a list shows."""
    territory, today = services.atlas.current().territory, services.today()
    if not chosen:
        return ()
    with services.reading(services.operator()) as uow:
        units, ids = units_for(account, _PERMISSION, today), [one.collaborator_id for one in chosen]
        lines = {one.collaborator_id: one for one in uow.collaborators.lines(units, today, collaborator_ids=ids)}
    places = {key: tuple(territory.path(one, today)[:2] for one in line.unit_ids) for key, line in lines.items()}
    return tuple(
        ListedCollaborator(lines[key], places[key], one.is_practice, one.contact, one.silence)
        for one in chosen
        if (key := one.collaborator_id) in lines
    )


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


def _known(
    services: Services, account: Account, collaborator_id: int | None, sought: PeopleSought = EVERYBODY
) -> list[KnownCollaborator]:
    """Return them with what came from their phones, or one of them."""
    today, now = services.today(), services.now()
    units = _units(services, account, sought.unit_id)
    with services.reading(services.operator()) as uow:
        found = uow.phones.known(units, today, collaborator_id=collaborator_id)
    return [
        KnownCollaborator(
            one.collaborator_id,
            one.name,
            one.project_kind == "practice",
            one.revoked_at is not None,
            one.contact,
            silence_of(one.contact, now) if one.revoked_at is None else None,
        )
        for one in found
        if one.project_kind != "separate" and sought.finds(one.name, one.phone)
    ]


def _units(services: Services, account: Account, unit_id: UnitId | None) -> frozenset[UnitId]:
    """Return the units of the account's posts, or the one that was asked for; none for one elsewhere."""
    today, here = services.today(), services.atlas.current()
    units = units_for(account, _PERMISSION, today)
    if unit_id is None:
        return units
    return frozenset({unit_id}) if here.scope_of(units).covers(unit_id) else frozenset()


def _dialled(number: str) -> str:
    """Return a telephone number as it is dialled within the country; empty for what is none."""
    digits = "".join(number.split()).replace(".", "").replace("+84", "0")
    return digits if digits.isdecimal() else ""


def _by_name(one: KnownCollaborator) -> tuple[object, int]:
    return _name_order(one.name), one.collaborator_id
