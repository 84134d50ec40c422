"""Smaller copies of photos; the photo was found in sight before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from server.storage.models.pictures import PictureRow

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Picture:
    """A copy that was made; no *key* where the photo cannot be shown."""

    key: str | None
    size_bytes: int


class Pictures:
    """Copies by the photo's media key and their longest side."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def one(self, media_key: str, side: int) -> Picture | None:
        """Return a copy, None if nobody made one yet."""
        rows = PictureRow
        found = select(rows.picture_key, rows.size_bytes).where(rows.media_key == media_key, rows.side == side)
        row = self._connection.execute(found).first()
        return Picture(row.picture_key, row.size_bytes) if row else None

    def add(self, media_key: str, side: int, picture: Picture) -> None:
        """Note a copy; whoever was faster made the same."""
        insert = postgresql_insert if self._connection.dialect.name == "postgresql" else sqlite_insert
        row = {"media_key": media_key, "side": side, "picture_key": picture.key, "size_bytes": picture.size_bytes}
        self._connection.execute(insert(PictureRow).values(**row).on_conflict_do_nothing())
