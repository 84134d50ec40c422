"""Entities by the thousand, as a file that is loaded or a load that is undone needs them.

Whatever is looked for is looked for in sight; entities found so are locked and written by their row ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select, update

from server.storage.models.registers import EntityListRow, EntityRow, EntityVersionRow, RegisterBatchRow
from server.storage.models.row_ids import numbered
from server.storage.visible import visible_entities
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from server.storage.visible import Sight

_IDS_AT_ONCE = 5_000
# An update of the class with many parameters would be taken for one by primary key.
_TABLE = EntityRow.metadata.tables[EntityRow.__tablename__]
_UPDATE = update(_TABLE).where(_TABLE.c.id == bindparam("b_key"))


@dataclass(frozen=True, slots=True)
class Before:
    """What an entity was at an earlier version."""

    label: str
    values: Mapping[str, str]
    unit_id: UnitId | None


class EntityImports:
    """Reads and writes of many entities at once."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def hold_list(self, list_id: int) -> None:
        """Keep other loads of the list waiting until the transaction ends; phones do not wait for it."""
        rows = EntityListRow
        self._connection.execute(select(rows.id).where(rows.id == list_id).with_for_update(key_share=True))

    def identities(
        self, list_id: int, units: Iterable[UnitId], names: Sequence[str]
    ) -> Iterator[tuple[int, UnitId, tuple[str, ...]]]:
        """Yield row id, unit and the texts of the properties *names* of every listed entity in sight in these units."""
        texts = [EntityRow.properties[name].as_string() for name in names]
        found = self._connection.execute(
            visible_entities(self.sight)
            .where(EntityRow.list_id == list_id, EntityRow.unit_id.in_(sorted(units)), EntityRow.is_live.is_(True))
            .with_only_columns(EntityRow.id, EntityRow.unit_id, *texts)
            .order_by(EntityRow.id)
        )
        for key, unit_id, *cells in found:
            yield key, UnitId(unit_id), tuple(one or "" for one in cells)

    def keys_of(self, list_id: int, entity_ids: Iterable[str]) -> dict[str, int]:
        """Return the row ids of those of these entities that are in sight, neither deleted nor merged."""
        found = self._connection.execute(
            visible_entities(self.sight)
            .where(
                EntityRow.list_id == list_id,
                EntityRow.entity_id.in_(sorted(entity_ids)),
                EntityRow.is_deleted.is_(False),
                EntityRow.merged_into_id.is_(None),
            )
            .with_only_columns(EntityRow.entity_id, EntityRow.id)
        )
        return {row.entity_id: row.id for row in found}

    def versions_at(self, keys: Iterable[int], moment: datetime) -> dict[int, int]:
        """Return the version each of these entities had at that moment; those that were not there are left out."""
        rows = EntityVersionRow
        found = self._connection.execute(
            select(rows.entity_key, func.max(rows.version).label("version"))
            .where(rows.entity_key.in_(sorted(keys)), rows.recorded_at < moment)
            .group_by(rows.entity_key)
        )
        return {row.entity_key: row.version for row in found}

    def add(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
        """Insert entities and return the row id of each by its entity id."""
        if not rows:
            return {}
        statement = insert(EntityRow).returning(EntityRow.entity_id, EntityRow.id)
        made = self._connection.execute(statement, numbered(self._connection, EntityRow, rows))
        return {row.entity_id: row.id for row in made}

    def set_facts(self, facts: Mapping[int, Mapping[str, Any]]) -> None:
        """Let the rows of these entities say what their newest versions say."""
        if facts:
            names = sorted(next(iter(facts.values())))
            statement = _UPDATE.values({name: bindparam(f"b_{name}") for name in names})
            given = [{"b_key": key, **{f"b_{name}": one[name] for name in names}} for key, one in facts.items()]
            self._connection.execute(statement, given)

    def of_batch(self, batch_id: int, *, after: int, most: int) -> list[int]:
        """Return the row ids of the next entities that a batch wrote, by row id."""
        rows = EntityVersionRow
        return list(
            self._connection.execute(
                select(rows.entity_key)
                .where(rows.batch_id == batch_id, rows.entity_key > after)
                .distinct()
                .order_by(rows.entity_key)
                .limit(most)
            ).scalars()
        )

    def written(self, batch_id: int, keys: Sequence[int]) -> dict[int, list[int]]:
        """Return, by entity, the versions that a batch wrote of these entities, in order."""
        rows = EntityVersionRow
        found = self._connection.execute(
            select(rows.entity_key, rows.version)
            .where(rows.batch_id == batch_id, rows.entity_key.in_(sorted(keys)))
            .order_by(rows.entity_key, rows.version)
        )
        written: dict[int, list[int]] = {}
        for key, version in found:
            written.setdefault(key, []).append(version)
        return written

    def before(self, firsts: Mapping[int, int]) -> dict[int, Before]:
        """Return what each entity was before the version *firsts* names for it."""
        rows = EntityVersionRow
        found: dict[int, Before] = {}
        for key, version, label, properties, unit_id in self._connection.execute(
            select(rows.entity_key, rows.version, rows.label, rows.properties, rows.unit_id).where(
                rows.entity_key.in_(sorted(firsts)), rows.version.in_(sorted({one - 1 for one in firsts.values()}))
            )
        ):
            if version == firsts[key] - 1:
                found[key] = Before(label, dict(properties), None if unit_id is None else UnitId(unit_id))
        return found

    def settle(self, batch_id: int, keys: Sequence[int], *, by_batch_id: int, at: datetime) -> dict[int, str]:
        """Settle the conflicts of a batch's versions; return the worst one left open of each of these entities."""
        rows = EntityVersionRow
        self._connection.execute(
            update(rows)
            .where(
                rows.batch_id == batch_id,
                rows.entity_key.in_(keys),
                rows.conflict != "none",
                rows.settled_at.is_(None),
            )
            .values(settled_at=at, settled_by_id=by_batch_id)
        )
        worst: dict[int, str] = dict.fromkeys(keys, "none")
        for key, conflict in self._connection.execute(
            select(rows.entity_key, rows.conflict).where(
                rows.entity_key.in_(keys), rows.conflict != "none", rows.settled_at.is_(None)
            )
        ):
            worst[key] = "hard" if "hard" in {conflict, worst[key]} else "soft"
        return worst

    def units_in_sight(self, keys: Sequence[int]) -> set[int]:
        """Return those of these entities that are in sight."""
        found = visible_entities(self.sight).where(EntityRow.id.in_(keys)).with_only_columns(EntityRow.id)
        return set(self._connection.execute(found).scalars())

    def labels(self, keys: Sequence[int]) -> list[tuple[int, str]]:
        """Return row id and label of those of these entities that are in sight."""
        found = visible_entities(self.sight).where(EntityRow.id.in_(keys))
        rows = self._connection.execute(found.with_only_columns(EntityRow.id, EntityRow.label).order_by(EntityRow.id))
        return [(key, label) for key, label in rows]

    def undone_by(self, batch_id: int) -> int | None:
        """Return the batch that undoes this one, None if none does."""
        rows = RegisterBatchRow
        return self._connection.execute(select(rows.undone_by_id).where(rows.id == batch_id)).scalar_one()
