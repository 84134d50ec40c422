"""The phone's own entities: what a server's list and finished forms do to them, as Collect keeps them beside JavaRosa.

One store per server project; its lists are shared by all forms of that project. Nothing here talks to a server or
reads a form. Sources: ODK Collect v2026.3 LocalEntityUseCases, EntitiesRepository, LocalEntitiesInstanceAdapter;
JavaRosa SecondaryInstanceCSVParserBuilder.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from uuid import uuid4

OWN_COLUMNS = ("name", "label", "__version", "__trunkVersion", "__branchId")
LARGEST_INT = 2**31 - 1
UUID4 = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


class EntityState(Enum):
    """Whether the server has ever been seen to list an entity."""

    OFFLINE = "offline"
    ONLINE = "online"


class EntityAction(Enum):
    """What a finished form does to an entity."""

    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"


@dataclass(frozen=True, slots=True)
class LocalEntity:
    """One entity on the phone.

    ``trunk_version`` is the server's version it builds on, None where it was made here; ``branch_id`` names the chain
    of changes made here since.
    """

    id: str
    label: str
    version: int
    properties: Mapping[str, str]
    state: EntityState
    trunk_version: int | None
    branch_id: str

    @property
    def is_dirty(self) -> bool:
        """Tell whether it was changed here since it came from the server."""
        return self.version != self.trunk_version


@dataclass(frozen=True, slots=True)
class FormEntity:
    """What one entity block of a finished form says; an absent property was not relevant."""

    action: EntityAction
    list_name: str
    id: str
    label: str
    properties: Mapping[str, str]


class ListCrash(RuntimeError):
    """The list breaks Collect: an exception nothing catches ends the whole check."""


@dataclass(slots=True)
class EntityList:
    """One list: its columns belong to all its entities, so an entity without a value has an empty one."""

    hash: str | None = None
    needs_approval: bool = False
    columns: list[str] = field(default_factory=list)
    entities: dict[str, LocalEntity] = field(default_factory=dict)


@dataclass(slots=True)
class EntityStore:
    """All lists of one server project, by name."""

    lists: dict[str, EntityList] = field(default_factory=dict)

    def entities(self, list_name: str) -> dict[str, LocalEntity]:
        """Return the entities of a list by id, each with all of the list's columns; none where there is no list."""
        found = self.lists.get(list_name, EntityList())
        return {one.id: _with_columns(one, found.columns) for one in found.entities.values()}

    def find(self, list_name: str, entity_id: str) -> LocalEntity | None:
        """Return one entity with all of the list's columns, None where the phone has none of that id."""
        found = self.lists.get(list_name, EntityList())
        entity = found.entities.get(entity_id)
        return None if entity is None else _with_columns(entity, found.columns)

    def hash(self, list_name: str) -> str | None:
        """Return the hash of the list as imported last, None where no import ever ended well."""
        return self.lists[list_name].hash if list_name in self.lists else None

    def offline_ids(self, list_name: str) -> list[str]:
        """Return the ids the server is asked about: made here and not yet seen in its list."""
        return [one.id for one in self.entities(list_name).values() if one.state is EntityState.OFFLINE]

    def remove(self, list_name: str, ids: Iterable[str]) -> None:
        """Forget entities; unknown ids do not matter."""
        for one in ids:
            self.lists[list_name].entities.pop(one, None)

    def import_list(self, list_name: str, content: bytes, *, list_hash: str, needs_approval: bool = False) -> bool:
        """Merge a server's CSV into a list and tell whether it was taken.

        Columns the server does not name are gone first. A row without name, label or ``__version`` then abandons the
        import, and the hash is not kept: the phone downloads the list again at every check.
        Raises ListCrash where Collect would.
        """
        header, rows = _read_csv(content)
        if header is None:
            return False
        self._keep_columns(list_name, [one for one in header if not _is_reserved(one)])
        merged: list[LocalEntity] = []
        left = self.entities(list_name)
        for row in rows:
            version = _java_int(row["__version"]) if "__version" in row else None
            if version is None or "name" not in row or "label" not in row:
                return False
            merged += _merged(left.pop(row["name"], None), row, version)
        self.remove(list_name, [one.id for one in left.values() if one.state is EntityState.ONLINE])
        for entity in merged:
            self._save(list_name, entity)
        self.lists[list_name].hash = list_hash
        self.lists[list_name].needs_approval = needs_approval
        return True

    def apply(self, changes: Iterable[FormEntity]) -> None:
        """Do what a form says when it is finalised; ids that are no UUIDv4 and lists not on the phone do nothing."""
        for change in changes:
            if UUID4.fullmatch(change.id) is None:
                continue
            existing = self.find(change.list_name, change.id)
            if existing is not None and change.action is not EntityAction.CREATE:
                self._save(change.list_name, _updated(existing, change))
            elif change.action is not EntityAction.UPDATE:
                self._create(change)

    def render(self, list_name: str) -> bytes:
        """Return the list as forms see it, with the three columns the phone keeps itself."""
        text = io.StringIO()
        columns = [one for one in self.lists[list_name].columns if one not in OWN_COLUMNS]
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*OWN_COLUMNS, *columns])
        for one in self.entities(list_name).values():
            trunk = "" if one.trunk_version is None else one.trunk_version
            own = [one.id, one.label, one.version, trunk, one.branch_id]
            writer.writerow([*own, *(one.properties[column] for column in columns)])
        return text.getvalue().encode()

    def _create(self, change: FormEntity) -> None:
        found = self.lists.get(change.list_name)
        if found is None or found.needs_approval or not change.label.strip():
            return
        created = LocalEntity(change.id, change.label, 1, change.properties, EntityState.OFFLINE, None, str(uuid4()))
        self._save(change.list_name, created)

    def _keep_columns(self, list_name: str, columns: list[str]) -> None:
        found = self.lists.setdefault(list_name, EntityList())
        found.columns = [one for one in found.columns if one in columns]
        for one in list(found.entities.values()):
            kept = {name: value for name, value in one.properties.items() if name in columns}
            found.entities[one.id] = replace(one, properties=kept)

    def _save(self, list_name: str, entity: LocalEntity) -> None:
        """Keep an entity; what was online stays online, and a property that is not told keeps its value."""
        found = self.lists.setdefault(list_name, EntityList())
        found.columns += [one for one in entity.properties if one not in found.columns]
        existing = found.entities.get(entity.id)
        if existing is not None:
            was_online = existing.state is EntityState.ONLINE
            entity = replace(
                entity,
                properties={**existing.properties, **entity.properties},
                state=EntityState.ONLINE if was_online else entity.state,
            )
        found.entities[entity.id] = entity


def _merged(existing: LocalEntity | None, row: Mapping[str, str], version: int) -> list[LocalEntity]:
    """Return what the row makes of the entity, nothing where it leaves it alone."""
    if existing is None or existing.version < version or (existing.version == version and existing.is_dirty):
        properties = {name: value for name, value in row.items() if not _is_reserved(name)}
        return [LocalEntity(row["name"], row["label"], version, properties, EntityState.ONLINE, version, str(uuid4()))]
    if existing.version > version and existing.state is EntityState.OFFLINE:
        # The server has not worked through all that was made here: keep it, but it is known there now.
        return [replace(existing, state=EntityState.ONLINE)]
    return []


def _updated(existing: LocalEntity, change: FormEntity) -> LocalEntity:
    label = change.label if change.label.strip() else existing.label
    return replace(existing, label=label, properties=change.properties, version=existing.version + 1)


def _read_csv(content: bytes) -> tuple[list[str] | None, Iterator[dict[str, str]]]:
    """Return header and rows; no header where the parser cannot begin (an empty file, two columns of one name).

    A short row lacks its last columns. A file that breaks off in the middle raises ListCrash when that row is reached.
    """
    text = content.decode("utf-8-sig", errors="replace")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = next((line for line in lines if line), [])
    except csv.Error:
        return None, iter(())
    if not header or len(set(header)) < len(header) or "" in header:
        return None, iter(())
    return header, (dict(zip(header, line, strict=False)) for line in _whole(lines))


def _whole(lines: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from (line for line in lines if line)
    except csv.Error as error:
        raise ListCrash(str(error)) from error


def _java_int(text: str) -> int:
    if not re.fullmatch("[+-]?[0-9]+", text) or not -LARGEST_INT - 1 <= int(text) <= LARGEST_INT:
        raise ListCrash(f"__version is no integer: {text!r}")
    return int(text)


def _is_reserved(column: str) -> bool:
    return column in {"name", "label"} or column.startswith("__")


def _with_columns(entity: LocalEntity, columns: list[str]) -> LocalEntity:
    return replace(entity, properties={column: entity.properties.get(column, "") for column in columns})
