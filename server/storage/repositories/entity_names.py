"""What entities are called, for the pages of records that name them; out of sight is not named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.storage.models.registers import EntityListRow, EntityRow
from server.storage.visible import visible_entities

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from server.storage.visible import Sight

_AT_ONCE = 500
"""Ids asked for in one statement; a record of a whole village names hundreds."""


class EntityNames:
    """The labels of entities within one sight."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self._sight = sight

    def labels(self, project_id: int, entity_ids: Iterable[str]) -> dict[tuple[str, str], str]:
        """Return the labels of those of a project's entities that are in sight, by the list's name and the id."""
        columns = (EntityListRow.name, EntityRow.entity_id, EntityRow.label)
        found = visible_entities(self._sight).with_only_columns(*columns).where(EntityListRow.project_id == project_id)
        return {
            (row.name, row.entity_id): row.label
            for ids in _batches(entity_ids)
            for row in self._connection.execute(found.where(EntityRow.entity_id.in_(ids)))
        }


def _batches(entity_ids: Iterable[str]) -> Iterator[list[str]]:
    ids = sorted(set(entity_ids))
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
