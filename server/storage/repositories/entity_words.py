"""The words entities are found by, as registers write them; what pages look up with them is `register`'s."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert

from server.storage.models.registers import EntityWordRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from server.storage.repositories.entities import StoredEntity

_KEYS_AT_ONCE = 500


class EntityWords:
    """Words of entities."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def replace(self, found: Sequence[tuple[StoredEntity, Iterable[str]]], *, are_new: bool) -> None:
        """Let these entities be found by these words and no others; *are_new*: they were found by none before.

        A sensitive entity is found by no word, nor is one that lies nowhere.
        """
        if not are_new:
            self._forget([one.key for one, _ in found])
        rows = [
            {"entity_key": one.key, "word": word, "list_id": one.list_id, "unit_id": one.unit_id}
            for one, words in found
            if one.unit_id is not None and not one.is_sensitive
            for word in sorted(words)
        ]
        if rows:
            self._connection.execute(insert(EntityWordRow), rows)

    def _forget(self, keys: Sequence[int]) -> None:
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[start : start + _KEYS_AT_ONCE]
            self._connection.execute(delete(EntityWordRow).where(EntityWordRow.entity_key.in_(some)))
