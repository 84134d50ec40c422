"""Files on their way into registers: where each stands, what was read of it, who may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from server.indicators.paper_rows import CASES
from server.storage.models.imports import RegisterImportRow
from server.storage.models.row_ids import insertion
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy import Connection, Row


@dataclass(frozen=True, slots=True)
class StoredImport:
    """One file as it stands."""

    import_id: int
    project_id: int
    kind: str
    account_id: int | None
    unit_ids: frozenset[UnitId]
    file_name: str
    file_sha256: str
    media_key: str | None
    as_of: date
    source: str
    state: str
    rows_total: int
    rows_done: int
    report: Mapping[str, Any]
    batch_id: int | None
    created_at: datetime
    touched_at: datetime


class RegisterImports:
    """Files that are or were loaded."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, facts: Mapping[str, Any]) -> int:
        """Insert a file and return its number."""
        statement = insertion(RegisterImportRow, is_sensitive=facts["kind"] == CASES)
        statement = statement.returning(RegisterImportRow.id)
        return int(self._connection.execute(statement, dict(facts)).scalar_one())

    def set(self, import_id: int, facts: Mapping[str, Any]) -> None:
        """Write what became of a file."""
        rows = RegisterImportRow
        self._connection.execute(update(rows).where(rows.id == import_id).values(**facts))

    def move(self, import_id: int, before: str, after: str, at: datetime) -> bool:
        """Let a file in the state *before* be in the state *after*; tell whether it was, so that one asker wins."""
        rows = RegisterImportRow
        moved = self._connection.execute(
            update(rows).where(rows.id == import_id, rows.state == before).values(state=after, touched_at=at)
        )
        return moved.rowcount == 1

    def one(self, import_id: int) -> StoredImport | None:
        """Return one file."""
        row = self._connection.execute(select(RegisterImportRow).where(RegisterImportRow.id == import_id)).first()
        return _stored(row) if row else None

    def newest(self, most: int) -> list[StoredImport]:
        """Return the newest files loaded at the console."""
        rows = RegisterImportRow
        found = select(rows).where(rows.account_id.is_not(None)).order_by(rows.id.desc()).limit(most)
        return [_stored(row) for row in self._connection.execute(found)]

    def running(self, project_id: int, kind: str, since: datetime) -> list[int]:
        """Return the files of that kind that are being loaded or undone and got on since then."""
        rows = RegisterImportRow
        found = select(rows.id).where(
            rows.project_id == project_id,
            rows.kind == kind,
            rows.state.in_(("running", "undoing")),
            rows.touched_at >= since,
        )
        return list(self._connection.execute(found).scalars())

    def uses(self, media_key: str, besides: int) -> bool:
        """Tell whether another file has the same bytes in the store."""
        rows = RegisterImportRow
        found = select(rows.id).where(rows.media_key == media_key, rows.id != besides).limit(1)
        return self._connection.execute(found).first() is not None


def _stored(row: Row[Any]) -> StoredImport:
    return StoredImport(
        row.id,
        row.project_id,
        row.kind,
        row.account_id,
        frozenset(UnitId(one) for one in row.unit_ids),
        row.file_name,
        row.file_sha256,
        row.media_key,
        row.as_of,
        row.source,
        row.state,
        row.rows_total,
        row.rows_done,
        dict(row.report),
        row.batch_id,
        row.created_at,
        row.touched_at,
    )
