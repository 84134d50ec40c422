"""Enrol a collaborator: a person with posts, a device user name and password, and a key for her phone."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import string
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from server.access.deeds import Deed, DeedKind, Thing
from server.access.devices import ha1_of
from server.errors import InvalidInput, NotFound
from server.language.folding import fold
from server.language.names import tidy_name
from server.operations.collect_settings import PhoneProject, collect_settings, qr_text
from server.operations.empty_lists import EmptyList, Readers, empty_lists
from server.operations.identify_sender import token_hash
from server.operations.note_deeds import note_deeds
from server.storage.repositories.collaborators import PostedPerson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.access.actors import Account
    from server.access.deeds import Parameter
    from server.operations.services import Services
    from server.storage.repositories.collaborators import CollaboratorLine
    from server.storage.repositories.projects import Project
    from server.storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)
_ALPHABET = string.ascii_letters + string.digits
_EASY_TO_TYPE = "abcdefghjkmnpqrstuvwxyz23456789"
_TOKEN_LENGTH = 64
_PASSWORD_LENGTH = 12
_ADMIN_DIGITS = 6
_LONGEST_NAME = 120
_PHONE = re.compile(r"\+?[0-9]{8,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewCollaborator:
    """Who is to be enrolled. *units* are codes, ``CODE`` as of today or ``CODE@2025-06-30``."""

    project_id: int
    name: str
    units: tuple[str, ...]
    label: str = ""
    phone: str = ""
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the phone needs, shown once: tokens and passwords are kept as digests only."""

    collaborator_id: int
    server_url: str
    token: str
    username: str
    password: str
    """Empty where only a new key was made: the device password stays."""
    admin_password: str
    qr: str
    empty_lists: tuple[EmptyList, ...] = ()
    """Lists of her forms that others have rows in and she has none: a new village, or one not loaded yet."""


def add_collaborator(services: Services, new: NewCollaborator, *, by: Account | None = None) -> Enrolment:
    """Enrol and return what the phone needs; *by* None: at the command line.

    Raises InvalidInput ``collaborator.no_name``, ``.name_too_long``, ``.phone_form``, ``.no_unit`` or
    ``territory.unknown_code``, NotFound ``project.unknown``.
    """
    name, phone = _name(new.name), phone_number(new.phone)
    if not new.units:
        raise InvalidInput("collaborator.no_unit")
    posts = _posts(services, new.units)
    password = "".join(secrets.choice(_EASY_TO_TYPE) for _ in range(_PASSWORD_LENGTH))
    with services.unit_of_work(services.operator()) as uow:
        project = _project(uow, new.project_id)
        username = _free_username(uow, name)
        facts = {
            "project_id": new.project_id,
            "name": name,
            "phone": phone,
            "username": username,
            "ha1": ha1_of(username, new.project_id, password),
            "is_sample": new.is_sample,
            "created_at": services.now(),
        }
        collaborator_id = uow.collaborators.add(facts, posts)
        token = add_keys(services, uow, {collaborator_id: new.label or name})[collaborator_id]
        line = working_line(services, uow, collaborator_id)
        empty = _empty_lists(services, uow, project, line)
        note_deeds(services, uow, by, collaborator_deed(project, line, DeedKind.COLLABORATOR_ADDED))
    log.info("collaborator.added", extra={"collaborator": collaborator_id, "project": new.project_id})
    return replace(enrolment_of(services, project, line, token=token, password=password), empty_lists=empty)


def new_key(
    services: Services, collaborator_id: int, *, label: str, ends_others: bool, by: Account | None = None
) -> Enrolment:
    """Make another key for a collaborator (a QR shown or printed); *ends_others*: she changed phones.

    Raises NotFound ``collaborator.unknown``, also when she was revoked.
    """
    with services.unit_of_work(services.operator()) as uow:
        line = working_line(services, uow, collaborator_id)
        if ends_others:
            uow.collaborators.revoke_keys(collaborator_id, services.now(), is_stolen=False)
        token = add_keys(services, uow, {collaborator_id: label or line.name})[collaborator_id]
        project = _project(uow, line.project_id)
        kind = DeedKind.NEW_PHONE if ends_others else DeedKind.CARD_PRINTED
        note_deeds(services, uow, by, collaborator_deed(project, line, kind))
    log.info("collaborator.key_added", extra={"collaborator": collaborator_id, "ends_others": ends_others})
    return enrolment_of(services, project, line, token=token, password="")


def revoke_collaborator(
    services: Services, collaborator_id: int, *, is_stolen: bool, by: Account | None = None
) -> None:
    """End a collaborator's access: reading stops at once; her queue is held for 30 days, unless *is_stolen*.

    Raises NotFound ``collaborator.unknown``.
    """
    with services.unit_of_work(services.operator()) as uow:
        lines = uow.collaborators.lines(None, services.today(), collaborator_ids=[collaborator_id])
        if not lines:
            raise NotFound("collaborator.unknown", collaborator=collaborator_id)
        uow.collaborators.revoke(collaborator_id, services.now(), is_stolen=is_stolen)
        project = _project(uow, lines[0].project_id)
        told = collaborator_deed(project, lines[0], DeedKind.COLLABORATOR_REVOKED, is_stolen=is_stolen)
        note_deeds(services, uow, by, told)
    log.info("collaborator.revoked", extra={"collaborator": collaborator_id, "is_stolen": is_stolen})


def collaborator_deed(
    project: Project, line: CollaboratorLine, kind: DeedKind, *, batch_id: str = "", **params: Parameter
) -> Deed:
    """Return what is kept of something done to a collaborator; who carries incidents is the incident desk's to know."""
    unit_id = line.unit_ids[0] if line.unit_ids else None
    is_sensitive = project.kind == "separate"
    return Deed(
        kind, Thing.COLLABORATOR, line.collaborator_id, unit_id, params, is_sensitive=is_sensitive, batch_id=batch_id
    )


def _empty_lists(
    services: Services, uow: UnitOfWork, project: Project, line: CollaboratorLine
) -> tuple[EmptyList, ...]:
    person = PostedPerson(line.collaborator_id, project.project_id, line.name, frozenset(line.unit_ids))
    forms = uow.forms.current(project.forms_project_id)
    readers = Readers(project.project_id, [person], services.today())
    found = empty_lists(uow, services.atlas.current(), readers, forms=forms)
    return tuple(one for one in found if not one.is_empty_everywhere)


def _name(given: str) -> str:
    name = tidy_name(given)
    if not name:
        raise InvalidInput("collaborator.no_name")
    if len(name) > _LONGEST_NAME:
        raise InvalidInput("collaborator.name_too_long", limit=_LONGEST_NAME)
    return name


def phone_number(given: str) -> str:
    """Return a telephone number as it is kept, empty for none; raises InvalidInput ``collaborator.phone_form``."""
    tidy = re.sub(r"[\s.()-]+", "", given)
    if tidy and not _PHONE.fullmatch(tidy):
        raise InvalidInput("collaborator.phone_form")
    return tidy


def _posts(services: Services, units: Sequence[str]) -> list[dict[str, object]]:
    territory, today = services.atlas.current().territory, services.today()
    found = {territory.resolve(unit, today).unit_id for unit in units}
    return [{"unit_id": unit_id, "valid_from": None, "valid_to": None} for unit_id in sorted(found)]


def _project(uow: UnitOfWork, project_id: int) -> Project:
    project = uow.projects.by_id(project_id)
    if project is None:
        raise NotFound("project.unknown", project=project_id)
    return project


def working_line(services: Services, uow: UnitOfWork, collaborator_id: int) -> CollaboratorLine:
    """Return a collaborator who still may send, wherever she works; raises NotFound ``collaborator.unknown``."""
    lines = uow.collaborators.lines(None, services.today(), collaborator_ids=[collaborator_id])
    if not lines or lines[0].revoked_at is not None:
        raise NotFound("collaborator.unknown", collaborator=collaborator_id)
    return lines[0]


def _free_username(uow: UnitOfWork, name: str) -> str:
    """Return an ASCII user name: Basic and Digest would turn Vietnamese letters into question marks."""
    stem = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:24] or "ctv"
    while True:
        username = f"{stem}-{secrets.randbelow(9000) + 1000}"
        if not uow.collaborators.username_taken(username):
            return username


def add_keys(services: Services, uow: UnitOfWork, labels: Mapping[int, str]) -> dict[int, str]:
    """Give each of these collaborators another key, in the caller's transaction.

    Returns their tokens by collaborator: they are kept as digests.
    """
    tokens = {one: "".join(secrets.choice(_ALPHABET) for _ in range(_TOKEN_LENGTH)) for one in labels}
    now = services.now()
    uow.collaborators.add_keys(
        {"collaborator_id": one, "token_sha256": token_hash(token), "label": labels[one][:120], "created_at": now}
        for one, token in tokens.items()
    )
    return tokens


def enrolment_of(
    services: Services, project: Project, line: CollaboratorLine, *, token: str, password: str
) -> Enrolment:
    """Return what the phone of a collaborator needs to connect with that key."""
    server_url = f"{services.settings.public_url}/v1/key/{token}/projects/{project.project_id}"
    admin_password = admin_password_of(services, line.collaborator_id)
    phone = PhoneProject(project.name, project.kind, line.name, server_url, line.username, admin_password)
    qr = qr_text(collect_settings(phone))
    return Enrolment(line.collaborator_id, server_url, token, line.username, password, admin_password, qr)


def admin_password_of(services: Services, collaborator_id: int) -> str:
    """Return the six digits that open Collect's settings on this person's phone; officers can look them up."""
    key = services.settings.secret_key.encode()
    mixed = hmac.new(key, f"collect-admin:{collaborator_id}".encode(), hashlib.sha256).hexdigest()
    return f"{int(mixed, 16) % 10**_ADMIN_DIGITS:0{_ADMIN_DIGITS}d}"
