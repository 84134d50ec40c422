"""How many entities registers hold: tallies by unit, category and year, moved in step and counted anew."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from server.registers.tallies import Tallied
from server.storage.models.registers import EntityListRow, EntityRow, EntityVersionRow, RegisterTallyRow
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

TallyKey = tuple[int, UnitId, str, int]
"""List, unit, category and year of a tally."""


@dataclass(frozen=True, slots=True)
class VersionTallied:
    """What an entity was to its register from one version on, and the year that took effect."""

    entity_key: int
    tallied: Tallied
    year: int


class RegisterTallies:
    """The numbers of entities."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def exclude_changes(self, list_id: int) -> None:
        """Let nothing move the tallies of a list until this transaction ends; SQLite has one writer anyway."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text("LOCK TABLE register_tally IN SHARE ROW EXCLUSIVE MODE"))
        self._connection.execute(select(EntityListRow.id).where(EntityListRow.id == list_id).with_for_update())

    def every_tally(self, list_id: int) -> dict[TallyKey, int]:
        """Return the tallies of a list that are not nothing."""
        rows = RegisterTallyRow
        found = select(rows.unit_id, rows.category, rows.year, rows.live).where(rows.list_id == list_id, rows.live != 0)
        return {
            (list_id, UnitId(row.unit_id), row.category, row.year): row.live for row in self._connection.execute(found)
        }

    def versions_of_list(self, list_id: int, after_key: int, most: int) -> list[list[VersionTallied]]:
        """Return the versions of the next entities of a list by row id, each entity's in order."""
        keys = select(EntityRow.id).where(EntityRow.list_id == list_id, EntityRow.id > after_key)
        rows = EntityVersionRow
        found = self._connection.execute(
            select(rows.entity_key, rows.properties, rows.unit_id, rows.is_live, rows.effective_year)
            .where(rows.entity_key.in_(keys.order_by(EntityRow.id).limit(most)))
            .order_by(rows.entity_key, rows.version)
        )
        by_key: dict[int, list[VersionTallied]] = defaultdict(list)
        for key, properties, unit_id, is_live, year in found:
            place = None if unit_id is None else UnitId(unit_id)
            by_key[key].append(VersionTallied(key, Tallied(is_live, place, dict(properties)), year))
        return list(by_key.values())

    def move_tallies(self, amounts: Mapping[TallyKey, int]) -> None:
        """Add these amounts to the tallies, in order, so that nobody waits in a ring."""
        names = ("list_id", "unit_id", "category", "year")
        rows = [{**dict(zip(names, key, strict=True)), "live": amount} for key, amount in sorted(amounts.items())]
        if not rows:
            return
        statement = self._insert(RegisterTallyRow)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=names, set_={"live": RegisterTallyRow.live + statement.excluded.live}
            ),
            rows,
        )

    def _insert(self, model: Any) -> Any:  # noqa: ANN401 the two dialects' statements share no public type
        return sqlite_insert(model) if self._connection.dialect.name == "sqlite" else postgresql_insert(model)
