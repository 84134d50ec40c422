"""Lists somebody saved: read and written by their owner alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from server.storage.models.saved_views import SavedViewRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class SavedView:
    """One list as it was saved."""

    view_id: int
    name: str
    query: str


class SavedViews:
    """Saved lists; every statement names the account they belong to."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, account_id: int) -> list[SavedView]:
        """Return the lists of an account, in the order they were saved."""
        rows = SavedViewRow
        found = select(rows.id, rows.name, rows.query).where(rows.account_id == account_id).order_by(rows.id)
        return [SavedView(*row) for row in self._connection.execute(found)]

    def add(self, account_id: int, name: str, query: str, at: datetime) -> None:
        """Insert a list."""
        facts = {"account_id": account_id, "name": name, "query": query, "created_at": at}
        self._connection.execute(insert(SavedViewRow), facts)

    def change(self, account_id: int, view_id: int, **values: str) -> bool:
        """Give a list another name or query; False if the account has none of that number."""
        mine = SavedViewRow.id == view_id, SavedViewRow.account_id == account_id
        done = update(SavedViewRow).where(*mine).values(**values).returning(SavedViewRow.id)
        return self._connection.execute(done).first() is not None

    def remove(self, account_id: int, view_id: int) -> bool:
        """Remove a list; False if the account has none of that number."""
        mine = SavedViewRow.id == view_id, SavedViewRow.account_id == account_id
        return (
            self._connection.execute(delete(SavedViewRow).where(*mine).returning(SavedViewRow.id)).first() is not None
        )
