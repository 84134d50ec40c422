"""Entity lists, entities and their versions, as operations write them.

An entity is claimed by constraint before anything is known of it, then locked, always in the order of ids, so that two
records that name the same ones wait for each other. Whoever changes one raises the counter of its list and unit.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Executable, String, bindparam, exists, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased

from server.registers.households import LAST_SURVEY_YEAR
from server.registers.lists import is_property_name
from server.registers.reach import SENSITIVE_LISTS, Reach, reach_of
from server.registers.statements import Said, ToldVersion
from server.registers.versions import Action, Conflict, EntityState, PastVersion
from server.storage.models.registers import (
    EntityCounterRow,
    EntityListRow,
    EntityPropertyRow,
    EntityRow,
    EntityVersionRow,
    RegisterBatchRow,
)
from server.storage.models.row_ids import insertion, sensitive_id
from server.storage.models.submissions import SubmissionVersionRow
from server.storage.ready import Ready
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from server.registers.changes import EntityChange
    from server.storage.visible import Sight


@dataclass(frozen=True, slots=True)
class EntityList:
    """One list of a project."""

    list_id: int
    project_id: int
    name: str
    reach: Reach
    is_sensitive: bool
    revision: int


@dataclass(frozen=True, slots=True)
class StoredEntity:
    """An entity as it stands, locked, with its past."""

    key: int
    list_id: int
    list_name: str
    entity_id: str
    is_sensitive: bool
    unit_id: UnitId | None
    holder_id: int | None
    merged_into_id: int | None
    conflict: Conflict
    is_live: bool
    effective_year: int
    has_waiting: bool
    """Changes of it may wait for another."""
    state: EntityState


class Entities:
    """Registers as operations write them."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def lists(self, project_id: int) -> dict[str, EntityList]:
        """Return the lists of a project by name."""
        rows = self._connection.execute(select(EntityListRow).where(EntityListRow.project_id == project_id))
        return {row.name: _list(row) for row in rows}

    def list_by_id(self, list_id: int) -> EntityList:
        """Return a list that exists."""
        return _list(self._connection.execute(select(EntityListRow).where(EntityListRow.id == list_id)).one())

    def ensure_list(self, project_id: int, name: str, at: datetime) -> EntityList:
        """Return the list of that name, made if there is none."""
        self._connection.execute(
            self._insert(EntityListRow).on_conflict_do_nothing(),
            {
                "project_id": project_id,
                "name": name,
                "reach": reach_of(name).value,
                "is_sensitive": name in SENSITIVE_LISTS,
                "revision": 0,
                "created_at": at,
            },
        )
        rows = EntityListRow
        return _list(
            self._connection.execute(select(rows).where(rows.project_id == project_id, rows.name == name)).one()
        )

    def copy_lists(self, project_id: int, to_project_id: int, at: datetime) -> None:
        """Make the lists of a project in another one too, with their properties and nobody in them."""
        rows = EntityPropertyRow
        for one in self.lists(project_id).values():
            copy = self.ensure_list(to_project_id, one.name, at)
            self.set_reach(copy.list_id, one.reach)
            known = self._connection.execute(select(rows.name, rows.is_sent).where(rows.list_id == one.list_id)).all()
            self.note_properties(
                copy.list_id, (row.name for row in known), sent=[row.name for row in known if row.is_sent]
            )

    def set_reach(self, list_id: int, reach: Reach) -> None:
        """Let the list reach other phones; theirs will be another list at once."""
        rows = EntityListRow
        self._connection.execute(
            update(rows).where(rows.id == list_id).values(reach=reach.value, revision=rows.revision + 1)
        )

    def note_properties(self, list_id: int, names: Iterable[str], *, sent: Iterable[str]) -> None:
        """Remember that entities of the list have these properties, and which of them travel; none is forgotten.

        What no header can hold (a ``;`` would be taken for the delimiter of the whole file) stays with the entities and
        never travels.
        """
        rows = EntityPropertyRow
        found = self._connection.execute(select(rows.name, rows.is_sent).where(rows.list_id == list_id))
        known = {row.name: row.is_sent for row in found}
        wanted = frozenset(sent)
        new = [name for name in sorted({*names, *wanted}) if name not in known and is_property_name(name)]
        raised = [name for name in sorted(wanted) if known.get(name) is False]
        if new:
            self._connection.execute(
                self._insert(rows).on_conflict_do_nothing(),
                [{"list_id": list_id, "name": name, "is_sent": name in wanted} for name in new],
            )
        if raised:
            self._connection.execute(
                update(rows).where(rows.list_id == list_id, rows.name.in_(raised)).values(is_sent=True)
            )
        if raised or wanted.intersection(new):
            lists = EntityListRow
            self._connection.execute(update(lists).where(lists.id == list_id).values(revision=lists.revision + 1))

    def sent_properties(self, list_id: int) -> tuple[str, ...]:
        """Return the properties that travel to phones, by name."""
        rows = EntityPropertyRow
        found = select(rows.name).where(rows.list_id == list_id, rows.is_sent.is_(True)).order_by(rows.name)
        return tuple(self._connection.execute(found).scalars())

    def claimed(self, one: EntityList, entity_ids: Iterable[str], at: datetime) -> dict[str, StoredEntity]:
        """Lock the entities of a list and return them by id; for an id that is not there an awaited one is made."""
        wanted = frozenset(entity_ids)
        if len(wanted) == 1:
            known = frozenset(found := self.lock(one.list_id, wanted))
            if found:
                return found
        else:
            # None may be locked while another is made: those who name the same ones would wait in a ring.
            known = frozenset(self._connection.execute(_ids_among(one.list_id, wanted)).scalars())
        missing = [_awaited(one, entity_id, at) for entity_id in sorted(wanted - known)]
        if missing:
            statement = self._insert(EntityRow).on_conflict_do_nothing()
            if one.is_sensitive:
                statement = statement.values(id=sensitive_id(EntityRow))
            self._connection.execute(statement, missing)
        return self.lock(one.list_id, wanted)

    def as_seen(self, project_id: int, name: str, change: EntityChange) -> tuple[EntityList, StoredEntity] | None:
        """Lock the entity a device updates as it stands, in one statement; None where it has to be looked at closer.

        That is the everyday case: nobody changed it since the device fetched it and nothing waits, so its past decides
        nothing and is not read; nor was it surveyed before in the year of this survey.
        """
        year = change.values.get(LAST_SURVEY_YEAR) or None
        given = {"project_id": project_id, "name": name, "entity_id": change.entity_id, "year": year}
        row = _AS_SEEN.run(self._connection, given).first()
        if row is None or row.version != change.base_version or row.merged_into_id is not None or row.is_deleted:
            return None
        if row.has_waiting:
            return None
        if year is not None and (row.is_surveyed or row.properties.get(LAST_SURVEY_YEAR) == year):
            return None
        reach, is_sensitive = Reach(row.reach), row.is_sensitive
        known = EntityList(row.list_id, project_id, name, reach, is_sensitive, row.list_revision)
        return known, _stored(row, ())

    def lock(self, list_id: int, entity_ids: Iterable[str]) -> dict[str, StoredEntity]:
        """Lock the entities of a list and return them by id."""
        where = (EntityRow.list_id == list_id, EntityRow.entity_id.in_(sorted(entity_ids)))
        return {one.entity_id: one for one in self._locked(*where)}

    def lock_keys(self, keys: Iterable[int]) -> dict[int, StoredEntity]:
        """Lock entities by row id and return them by it."""
        return {one.key: one for one in self._locked(EntityRow.id.in_(sorted(keys)))}

    def standing(self, keys: Iterable[int]) -> dict[int, StoredEntity]:
        """Return entities by row id as they stand, without locking them: for what is only shown."""
        return {one.key: one for one in self._read(_ENTITIES.where(EntityRow.id.in_(sorted(keys))))}

    def write(self, key: int, version: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        """Insert an entity's newest version and let its row say so; PostgreSQL takes both in one statement."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(WRITE, written(key, version, facts))
        else:
            self._connection.execute(_INSERT_VERSION, dict(version))
            self.set_facts(key, facts)

    def add_versions(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert many versions."""
        if rows:
            self._connection.execute(_INSERT_VERSION, [dict(row) for row in rows])

    def set_facts(self, key: int, facts: Mapping[str, Any]) -> None:
        """Let an entity's row say what its newest version says."""
        self._connection.execute(_UPDATE_ENTITY, {**facts, "entity_key": key})

    def raise_counters(self, parts: Iterable[tuple[int, UnitId]], by: int = 1) -> None:
        """Say that something changed in these parts (list, unit); in order, so that nobody waits in a ring."""
        rows = [{"list_id": one, "unit_id": unit, "revision": by} for one, unit in sorted(set(parts))]
        if rows:
            statement = RAISE_COUNTERS[self._connection.dialect.name]
            self._connection.execute(statement, rows[0] if len(rows) == 1 else rows)

    def add_batch(self, facts: Mapping[str, Any], *, is_sensitive: bool) -> int:
        """Insert something a person does to a register, a sensitive one or not, and return its id."""
        statement = insertion(RegisterBatchRow, is_sensitive=is_sensitive).returning(RegisterBatchRow.id)
        return int(self._connection.execute(statement, dict(facts)).scalar_one())

    def set_batch(self, batch_id: int, facts: Mapping[str, Any]) -> None:
        """Write what became of a batch."""
        self._connection.execute(update(RegisterBatchRow).where(RegisterBatchRow.id == batch_id).values(**facts))

    def told(self, key: int) -> list[ToldVersion]:
        """Return the versions of an entity in order, with the records that made them."""
        rows, versions = EntityVersionRow, SubmissionVersionRow
        found = self._connection.execute(
            select(rows.action, versions.submission_id, rows.changed, rows.label, rows.properties)
            .outerjoin(versions, versions.id == rows.submission_version_id)
            .where(rows.entity_key == key)
            .order_by(rows.version)
        )
        return [
            ToldVersion(Action(action), record, frozenset(changed), Said(label, properties))
            for action, record, changed, label, properties in found
        ]

    def made_by_record_of(self, key: int, submission_version_id: int) -> tuple[int, ...]:
        """Return the versions of an entity which the record with this version made, in order."""
        rows, versions = EntityVersionRow, SubmissionVersionRow
        record = select(versions.submission_id).where(versions.id == submission_version_id).scalar_subquery()
        its = select(versions.id).where(versions.submission_id == record)
        found = select(rows.version).where(rows.entity_key == key, rows.submission_version_id.in_(its))
        return tuple(self._connection.execute(found.order_by(rows.version)).scalars())

    def _locked(self, *where: ColumnElement[bool]) -> list[StoredEntity]:
        in_order = _ENTITIES.where(*where).order_by(EntityRow.entity_id, EntityRow.id)
        return self._read(in_order.with_for_update(of=EntityRow))

    def _read(self, statement: Executable) -> list[StoredEntity]:
        rows: list[Any] = list(self._connection.execute(statement))
        past = self._past([row.id for row in rows if row.version])
        return [_stored(row, tuple(past.get(row.id, ()))) for row in rows]

    def _past(self, keys: Sequence[int]) -> dict[int, list[PastVersion]]:
        if not keys:
            return {}
        rows = EntityVersionRow
        found = self._connection.execute(
            select(rows.entity_key, rows.version, rows.changed, rows.branch_id, rows.branch_base_version)
            .where(rows.entity_key.in_(keys))
            .order_by(rows.entity_key, rows.version)
        )
        past: dict[int, list[PastVersion]] = defaultdict(list)
        for key, version, changed, branch_id, base in found:
            past[key].append(PastVersion(version, frozenset(changed), branch_id, base))
        return past

    def _insert(self, model: Any) -> Any:  # noqa: ANN401 the two dialects' statements share no public type
        return sqlite_insert(model) if self._connection.dialect.name == "sqlite" else postgresql_insert(model)


_INSERT_VERSION = insert(EntityVersionRow)
_UPDATE_ENTITY = update(EntityRow).where(EntityRow.id == bindparam("entity_key"))
_OF_VERSION = [one for one in EntityVersionRow.__table__.c if one.key not in {"settled_at", "settled_by_id"}]
_OF_ENTITY = [
    one
    for one in EntityRow.__table__.c
    if one.key not in {"id", "list_id", "entity_id", "is_sensitive", "has_waiting", "created_at"}
]
WRITE = _UPDATE_ENTITY.values({one.key: bindparam(f"now_{one.key}", type_=one.type) for one in _OF_ENTITY}).add_cte(
    _INSERT_VERSION.values({one.key: bindparam(f"new_{one.key}", type_=one.type) for one in _OF_VERSION}).cte("made")
)
_UNREAD = {"label_folded", "standing", "surveyed_year", "is_leaving", "split_from", "created_at", "updated_at"}
_ENTITIES = select(
    *(one for one in EntityRow.__table__.c if one.key not in _UNREAD), EntityListRow.name.label("list_name")
).join(EntityListRow, EntityListRow.id == EntityRow.list_id)


def written(key: int, version: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of `WRITE`, PostgreSQL's statement for a new version and the row that says it."""
    new = {f"new_{name}": value for name, value in version.items()}
    now = {f"now_{name}": value for name, value in facts.items()}
    return {**new, **now, "entity_key": key}


def _raising(insert_counter: Any) -> Any:  # noqa: ANN401 the two dialects' statements share no public type
    raised = EntityCounterRow.revision + insert_counter.excluded.revision
    return insert_counter.on_conflict_do_update(index_elements=["list_id", "unit_id"], set_={"revision": raised})


RAISE_COUNTERS = {
    "sqlite": _raising(sqlite_insert(EntityCounterRow)),
    "postgresql": _raising(postgresql_insert(EntityCounterRow)),
}
_MERGED = aliased(EntityRow)
# A version that came while the lock was waited for is not seen here: it is then not the version the device fetched.
_IS_SURVEYED = or_(
    exists().where(
        EntityVersionRow.entity_key == EntityRow.id,
        EntityVersionRow.properties[LAST_SURVEY_YEAR].as_string() == bindparam("year", type_=String),
    ),
    exists().where(_MERGED.merged_into_id == EntityRow.id),
)
_AS_SEEN = Ready(
    _ENTITIES.add_columns(
        EntityListRow.reach, EntityListRow.revision.label("list_revision"), _IS_SURVEYED.label("is_surveyed")
    )
    .where(
        EntityListRow.project_id == bindparam("project_id"),
        EntityListRow.name == bindparam("name"),
        EntityRow.entity_id == bindparam("entity_id"),
    )
    .with_for_update(of=EntityRow)
)


def _ids_among(list_id: int, entity_ids: Iterable[str]) -> Any:  # noqa: ANN401 a select of one column
    return select(EntityRow.entity_id).where(EntityRow.list_id == list_id, EntityRow.entity_id.in_(sorted(entity_ids)))


def _awaited(one: EntityList, entity_id: str, at: datetime) -> dict[str, Any]:
    return {
        "list_id": one.list_id,
        "entity_id": entity_id,
        "is_sensitive": one.is_sensitive,
        "unit_id": None,
        "holder_id": None,
        "version": 0,
        "label": "",
        "label_folded": "",
        "properties": {},
        "is_live": False,
        "is_deleted": False,
        "conflict": "none",
        "effective_year": 0,
        "created_at": at,
        "updated_at": at,
    }


def _list(row: Row[Any]) -> EntityList:
    return EntityList(row.id, row.project_id, row.name, Reach(row.reach), row.is_sensitive, row.revision)


def _stored(row: Row[Any], past: tuple[PastVersion, ...]) -> StoredEntity:
    return StoredEntity(
        key=row.id,
        list_id=row.list_id,
        list_name=row.list_name,
        entity_id=row.entity_id,
        is_sensitive=row.is_sensitive,
        unit_id=None if row.unit_id is None else UnitId(row.unit_id),
        holder_id=row.holder_id,
        merged_into_id=row.merged_into_id,
        conflict=Conflict(row.conflict),
        is_live=row.is_live,
        effective_year=row.effective_year,
        has_waiting=row.has_waiting,
        state=EntityState(row.version, row.label, dict(row.properties), past, row.is_deleted),
    )
