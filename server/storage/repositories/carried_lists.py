"""Entity lists as phones ask for them: what changed since, the rows that travel, what became of ids."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from server.storage.models.registers import EntityCounterRow, EntityRow
from server.storage.visible import carried
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from server.registers.reach import Share

_IDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class CarriedEntity:
    """An entity that travels."""

    entity_id: str
    label: str
    version: int
    properties: Mapping[str, Any]
    unit_id: UnitId


class CarriedLists:
    """What phones read of registers; every row comes through a share."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def counters(self, list_ids: Iterable[int], units: Iterable[UnitId]) -> dict[int, dict[UnitId, int]]:
        """Return, by list, the counter of each of these units in which anything ever changed."""
        rows = EntityCounterRow
        found = self._connection.execute(
            select(rows.list_id, rows.unit_id, rows.revision).where(
                rows.list_id.in_(sorted(list_ids)), rows.unit_id.in_(sorted(units))
            )
        )
        counters: dict[int, dict[UnitId, int]] = defaultdict(dict)
        for list_id, unit_id, revision in found:
            counters[list_id][UnitId(unit_id)] = revision
        return counters

    def entities(self, list_id: int, share: Share) -> list[CarriedEntity]:
        """Return the entities of a list that travel with this share."""
        columns = (EntityRow.entity_id, EntityRow.label, EntityRow.version, EntityRow.properties, EntityRow.unit_id)
        rows = self._connection.execute(carried(list_id, share).with_only_columns(*columns))
        return [CarriedEntity(*row) for row in rows]

    def count(self, list_id: int, share: Share) -> int:
        """Return how many entities of a list travel with this share."""
        found = carried(list_id, share).with_only_columns(func.count())
        return self._connection.execute(found).scalar_one()

    def states(self, list_id: int, share: Share, entity_ids: Iterable[str]) -> dict[str, bool]:
        """Return, for each of these ids that was ever created, whether it still travels with this share."""
        return {
            entity_id: travels
            for some in _batches(entity_ids)
            for entity_id, travels in self._states(list_id, share, some)
        }

    def _states(self, list_id: int, share: Share, entity_ids: list[str]) -> Iterator[tuple[str, bool]]:
        rows = EntityRow
        found = self._connection.execute(
            select(rows.entity_id, rows.is_live, rows.unit_id, rows.holder_id).where(
                rows.list_id == list_id, rows.entity_id.in_(entity_ids), rows.version > 0
            )
        )
        for entity_id, is_live, unit_id, holder_id in found:
            is_held = share.holder_id is None or share.holder_id == holder_id
            yield entity_id, bool(is_live and is_held and unit_id in share.units)


def _batches(entity_ids: Iterable[str]) -> Iterator[list[str]]:
    ordered = sorted(set(entity_ids))
    for start in range(0, len(ordered), _IDS_AT_ONCE):
        yield ordered[start : start + _IDS_AT_ONCE]
