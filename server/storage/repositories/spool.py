"""Bytes that wait in the database while the object store is away, in slices of at most 1 MB."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from server.storage.models.queue import SpoolRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

SLICE_BYTES = 1_000_000


class Spool:
    """Waiting files by media key."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, key: str, content: BinaryIO) -> None:
        """Copy *content* into the table, in the transaction that records the file; a key that waits already stays."""
        insert = postgresql_insert if self._connection.dialect.name == "postgresql" else sqlite_insert
        statement = insert(SpoolRow).on_conflict_do_nothing()
        number = 0
        while chunk := content.read(SLICE_BYTES):
            self._connection.execute(statement, {"media_key": key, "slice": number, "content": chunk})
            number += 1

    def keys(self) -> list[str]:
        """Return the keys that wait, in order."""
        rows = select(SpoolRow.media_key).distinct().order_by(SpoolRow.media_key)
        return list(self._connection.execute(rows).scalars())

    def holds(self, key: str) -> bool:
        """Tell whether the bytes of *key* wait here."""
        return (
            self._connection.execute(select(SpoolRow.slice).where(SpoolRow.media_key == key).limit(1)).first()
            is not None
        )

    def slices(self, key: str) -> int:
        """Return how many slices a waiting file has."""
        return self._connection.execute(select(func.count()).where(SpoolRow.media_key == key)).scalar_one()

    def slice(self, key: str, number: int) -> bytes:
        """Return one slice."""
        return self._connection.execute(
            select(SpoolRow.content).where(SpoolRow.media_key == key, SpoolRow.slice == number)
        ).scalar_one()

    def remove(self, key: str) -> None:
        """Forget a file that reached the object store."""
        self._connection.execute(delete(SpoolRow).where(SpoolRow.media_key == key))
