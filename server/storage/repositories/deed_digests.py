"""Digests of days, and the rows they are made of: read whole by the operator alone, shown to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from server.access.deed_digests import DayDigest, WrittenDeed
from server.storage.models.deed_digests import DeedDigestRow
from server.storage.models.deeds import DeedRow
from server.storage.visible import Sight, visible_deeds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection, Row

_AT_ONCE = 1000


class DeedDigests:
    """Digests of days, and every deed in sight."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def all(self) -> list[DayDigest]:
        """Return every digest, the oldest first."""
        rows = select(DeedDigestRow).order_by(DeedDigestRow.day)
        return [DayDigest(row.day, row.deeds, row.digest) for row in self._connection.execute(rows)]

    def newest(self) -> DayDigest | None:
        """Return the digest of the last day that has one."""
        row = self._connection.execute(select(DeedDigestRow).order_by(DeedDigestRow.day.desc()).limit(1)).first()
        return None if row is None else DayDigest(row.day, row.deeds, row.digest)

    def add(self, digest: DayDigest) -> bool:
        """Insert the digest of a day; False if there is one."""
        insert_of = postgresql_insert if self._connection.dialect.name == "postgresql" else sqlite_insert
        row = insert_of(DeedDigestRow).values(day=digest.day, deeds=digest.deeds, digest=digest.digest)
        made = self._connection.execute(row.on_conflict_do_nothing().returning(DeedDigestRow.day))
        return made.first() is not None

    def deeds(self, *, since: datetime | None, before: datetime) -> Iterator[WrittenDeed]:
        """Yield the deeds between two moments, *before* not included, in the order they were done, some at a time."""
        rows = DeedRow
        found = visible_deeds(self.sight).where(rows.done_at < before).order_by(rows.done_at, rows.id).limit(_AT_ONCE)
        rest = found if since is None else found.where(rows.done_at >= since)
        while some := self._connection.execute(rest).all():
            yield from (_written(row) for row in some)
            last = tuple_(literal(some[-1].done_at, rows.done_at.type), literal(some[-1].id))
            rest = found.where(rows.done_at >= some[-1].done_at, tuple_(rows.done_at, rows.id) > last)


def _written(row: Row[*tuple[Any, ...]]) -> WrittenDeed:
    return WrittenDeed(
        row.id,
        row.done_at,
        row.account_id,
        row.stands_in_for_id,
        row.kind,
        row.thing,
        row.thing_id,
        row.unit_id,
        row.params,
        row.is_sensitive,
        row.batch_id,
    )
