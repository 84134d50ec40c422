"""Entity lists as phones ask for them: what changed since, the rows that travel, what became of ids."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, and_, any_, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from server.registers.lists import mark_of
from server.registers.reach import Reach
from server.registers.versions import Conflict
from server.storage.models.registers import EntityCounterRow, EntityListRow, EntityRow
from server.storage.repositories.entities import EntityList
from server.storage.visible import carried
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from server.registers.reach import Share

_IDS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class CarriedEntity:
    """An entity that travels."""

    entity_id: str
    label: str
    version: int
    properties: Mapping[str, Any]
    unit_id: UnitId


@dataclass(frozen=True, slots=True)
class Standing:
    """A list with the counters of those of the units asked for in which anything ever changed."""

    known: EntityList
    counters: Mapping[UnitId, int]


@dataclass(frozen=True, slots=True)
class ListSize:
    """How many entities a list has. Only *listed* ones are on phones."""

    listed: int
    unplaced: int
    """They would be listed if anybody knew where they lie."""
    ended: int
    awaited: int
    """Named by a record and not created yet."""
    in_conflict: int


def _standing(units: ColumnElement[bool], names: ColumnElement[bool]) -> Select[Any, Any, Any]:
    return (
        select(EntityListRow, EntityCounterRow.unit_id, EntityCounterRow.revision.label("counter"))
        .outerjoin(EntityCounterRow, and_(EntityCounterRow.list_id == EntityListRow.id, units))
        .where(EntityListRow.project_id == bindparam("project_id"), names)
    )


_STANDING = {
    # Arrays leave the statement the same for any number of units, so that it is planned once.
    "postgresql": _standing(
        EntityCounterRow.unit_id == any_(bindparam("units", type_=ARRAY(BigInteger))),
        EntityListRow.name == any_(bindparam("names", type_=ARRAY(Text))),
    ),
    "sqlite": _standing(
        EntityCounterRow.unit_id.in_(bindparam("units", expanding=True)),
        EntityListRow.name.in_(bindparam("names", expanding=True)),
    ),
}


class CarriedLists:
    """What phones read of registers; every row comes through a share."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def standing(self, project_id: int, names: Iterable[str], units: Iterable[UnitId]) -> list[Standing]:
        """Return the lists of these names, each with its counters within *units*, in one statement."""
        asked = {"project_id": project_id, "names": sorted(names), "units": sorted(units)}
        lists: dict[int, EntityList] = {}
        counters: dict[int, dict[UnitId, int]] = defaultdict(dict)
        for row in self._connection.execute(_STANDING[self._connection.dialect.name], asked):
            if row.id not in lists:
                lists[row.id] = EntityList(
                    row.id, row.project_id, row.name, Reach(row.reach), row.is_sensitive, row.revision
                )
            if row.unit_id is not None:
                counters[row.id][UnitId(row.unit_id)] = row.counter
        return [Standing(one, counters[list_id]) for list_id, one in lists.items()]

    def held_counters(self, list_id: int, share: Share) -> dict[UnitId, int]:
        """Return by unit a number made of what travels of the share's holder, and of nobody else's.

        A sum of versions would not do: one that left the share and another that came in its place are no change to it.
        """
        found: dict[UnitId, list[tuple[int, int]]] = defaultdict(list)
        asked = carried(list_id, share).with_only_columns(EntityRow.unit_id, EntityRow.id, EntityRow.version)
        for unit_id, row_id, version in self._connection.execute(asked):
            if unit_id is not None:
                found[UnitId(unit_id)].append((row_id, version))
        return {unit_id: mark_of(several) for unit_id, several in found.items()}

    def entities(self, list_id: int, share: Share) -> list[CarriedEntity]:
        """Return the entities of a list that travel with this share."""
        columns = (EntityRow.entity_id, EntityRow.label, EntityRow.version, EntityRow.properties, EntityRow.unit_id)
        rows = self._connection.execute(carried(list_id, share).with_only_columns(*columns))
        return [CarriedEntity(*row) for row in rows]

    def units_with_any(self, list_id: int) -> frozenset[UnitId | None]:
        """Return the units in which the list has entities to be listed; None stands for those without a place."""
        rows = EntityRow
        found = select(rows.unit_id).where(rows.list_id == list_id, rows.is_live.is_(True)).distinct()
        units = self._connection.execute(found).scalars()
        return frozenset(None if one is None else UnitId(one) for one in units)

    def sizes(self, project_id: int) -> dict[int, ListSize]:
        """Return how many entities each list of a project has, by list."""
        rows = EntityRow
        is_live, has_place = rows.is_live.is_(True), rows.unit_id.is_not(None)
        counted = (
            and_(is_live, has_place),
            and_(is_live, rows.unit_id.is_(None)),
            and_(rows.version > 0, rows.is_live.is_(False)),
            rows.version == 0,
            rows.conflict != Conflict.NONE.value,
        )
        found = self._connection.execute(
            select(EntityListRow.id, *(func.coalesce(func.sum(case((one, 1), else_=0)), 0) for one in counted))
            .outerjoin(rows, rows.list_id == EntityListRow.id)
            .where(EntityListRow.project_id == project_id)
            .group_by(EntityListRow.id)
        )
        return {row[0]: ListSize(*(int(number) for number in row[1:])) for row in found}

    def states(self, list_id: int, share: Share, entity_ids: Iterable[str]) -> dict[str, bool]:
        """Return, for each of these ids that was ever created, whether it still travels with this share.

        Of a list that travels with its holders, others' entities are as if they were not there.
        """
        return {
            entity_id: travels
            for some in _batches(entity_ids)
            for entity_id, travels in self._states(list_id, share, some)
        }

    def _states(self, list_id: int, share: Share, entity_ids: list[str]) -> Iterator[tuple[str, bool]]:
        rows = EntityRow
        asked = select(rows.entity_id, rows.is_live, rows.unit_id).where(
            rows.list_id == list_id, rows.entity_id.in_(entity_ids), rows.version > 0
        )
        if share.holder_id is not None:
            asked = asked.where(rows.holder_id == share.holder_id)
        for entity_id, is_live, unit_id in self._connection.execute(asked):
            yield entity_id, bool(is_live and unit_id in share.units)


def _batches(entity_ids: Iterable[str]) -> Iterator[list[str]]:
    ordered = sorted(set(entity_ids))
    for start in range(0, len(ordered), _IDS_AT_ONCE):
        yield ordered[start : start + _IDS_AT_ONCE]
