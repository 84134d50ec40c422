"""Which forms a phone is offered, with which files: by project, audience and posts, never an empty list by mistake.

Form files are few and small; lists of units are made per set of communes and day and shared by all who have the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.errors import NotFound
from server.operations.carry_lists import carried_lists, deleted_states, list_bytes, list_for
from server.operations.units_lists import units_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from server.operations.atlas import Map
    from server.operations.services import Services
    from server.storage.repositories.collaborators import PostedPerson, Sender
    from server.storage.repositories.forms import FormFile, PublishedVersion


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file a phone is to fetch with a form; *md5* is of the bytes it will get, or the hash of an entity list."""

    name: str
    md5: str
    is_entity_list: bool = False


@dataclass(frozen=True, slots=True)
class FileBody:
    """The bytes a phone asked for, read only when it does not have them: *md5* is the hash its list named."""

    md5: str
    read: Callable[[], bytes]


def forms_for(services: Services, sender: Sender) -> tuple[PublishedVersion, ...]:
    """Return the versions that *sender* may fill: open, hers by audience, and never sensitive in practice.

    Of each form that is the one in force, or one on trial if she is among those it is tried with.
    """
    shelf, project_id, revision = services.shelf, sender.forms_project_id, sender.forms_revision
    tried = [
        one for one in shelf.trials(project_id, revision) if one.state == "open" and _is_for(services, one, sender)
    ]
    replaced = {one.form_key for one in tried}
    current = [one for one in shelf.current(project_id, revision) if one.form_key not in replaced]
    hers = [one for one in current if one.state == "open" and _is_for(services, one, sender)]
    return tuple(sorted((*hers, *tried), key=lambda one: one.form_id)) if tried else tuple(hers)


def may_fill(services: Services, sender: Sender, form_key: int) -> bool:
    """Tell whether the version in force of a form, closed or not, is for *sender*."""
    current = services.shelf.current(sender.forms_project_id, sender.forms_revision)
    return any(one.form_key == form_key and _is_for(services, one, sender) for one in current)


def version_for(services: Services, sender: Sender, form_id: str, version_id: int) -> PublishedVersion:
    """Return one version in force that *sender* may fetch; raises NotFound ``openrosa.not_found``."""
    for one in forms_for(services, sender):
        if one.version_id == version_id and one.form_id == form_id:
            return one
    raise NotFound("openrosa.not_found")


def files_of(services: Services, sender: Sender, version: PublishedVersion) -> tuple[ListedFile, ...]:
    """Return the files that go with a version, by name."""
    names = [list_name(one) for one in version.files if one.kind == "entities"]
    carried = carried_lists(services, sender, names) if names else {}
    return tuple(
        ListedFile(one.name, carried[list_name(one)].hash, is_entity_list=True)
        if one.kind == "entities"
        else ListedFile(one.name, _md5_of(services, sender, one))
        for one in version.files
        if one.kind != "entities" or list_name(one) in carried
    )


def list_name(file: FormFile) -> str:
    """Return the name of the entity list a form's file is."""
    return file.name.removesuffix(".csv")


def file_of(services: Services, sender: Sender, version: PublishedVersion, name: str) -> FileBody:
    """Return one file of a version; raises NotFound ``openrosa.not_found``, also when it is read."""
    file = next((one for one in version.files if one.name == name), None)
    if file is None:
        raise NotFound("openrosa.not_found")
    if file.kind == "units":
        content, md5 = _units_csv(services, sender)
        return FileBody(md5, lambda: content)
    if file.kind == "entities":
        one = list_for(services, sender, list_name(file))
        return FileBody(one.hash, lambda: list_bytes(services, sender, one))
    return FileBody(file.md5, lambda: _kept_bytes(services, sender, version, name))


def lists_read_by(services: Services, sender: Sender) -> frozenset[str]:
    """Return the names of the entity lists that the forms offered to *sender* read."""
    forms = forms_for(services, sender)
    return frozenset(list_name(file) for form in forms for file in form.files if file.kind == "entities")


def entity_states(services: Services, sender: Sender, name: str, entity_ids: Iterable[str]) -> dict[str, bool]:
    """Return which of these entities a phone must drop; raises NotFound for a list none of its forms reads."""
    if name not in lists_read_by(services, sender):
        raise NotFound("openrosa.not_found")
    return deleted_states(services, sender, name, entity_ids)


def _kept_bytes(services: Services, sender: Sender, version: PublishedVersion, name: str) -> bytes:
    with services.reading(services.intake(sender.project_id)) as uow:
        content = uow.forms.file_content(version.version_id, name)
    if content is None:
        raise NotFound("openrosa.not_found")
    return content


def _units_csv(services: Services, sender: Sender) -> tuple[bytes, str]:
    here = services.atlas.at(sender.territory_revision)
    today = services.today()
    return units_csv(here, here.communes_served(sender.post_units, today), today)


def _md5_of(services: Services, sender: Sender, file: FormFile) -> str:
    return _units_csv(services, sender)[1] if file.kind == "units" else file.md5


def is_offered(here: Map, version: PublishedVersion, person: Sender | PostedPerson) -> bool:
    """Tell whether a version is for somebody, by its audience and her posts."""
    match version.audience:
        case "all":
            return True
        case "units":
            scope = here.scope_of(version.audience_units)
            return any(scope.covers(unit_id) for unit_id in person.post_units)
        case "named":
            return person.collaborator_id in version.audience_collaborators
        case _:
            return False


def _is_for(services: Services, version: PublishedVersion, sender: Sender) -> bool:
    if version.is_sensitive and sender.project_kind == "practice":
        return False
    return is_offered(services.atlas.at(sender.territory_revision), version, sender)
