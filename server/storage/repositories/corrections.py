"""What was made at the office: corrections, sheets of paper, edits that were settled; only ever added to.

The record was found in sight before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from server.storage.models.corrections import CorrectionRow, SettledBranchRow
from server.storage.models.paper_sheets import PaperSheetRow
from server.storage.repositories.former_collaborators import FormerCollaborators

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of paper: whose, of which form, its number as written on it, and the day it tells of."""

    collaborator_id: int
    form_key: int
    number: str
    visited_on: date


class Corrections:
    """Who made versions at the office and why."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, version_id: int, account_id: int, reason: str) -> None:
        """Note that a version was made by an account."""
        row = {"version_id": version_id, "account_id": account_id, "reason": reason}
        self._connection.execute(insert(CorrectionRow), row)

    def settle(self, version_ids: Iterable[int], account_id: int, at: datetime) -> None:
        """Note that an account decided what of these edits counts."""
        rows = [{"version_id": one, "account_id": account_id, "settled_at": at} for one in version_ids]
        if rows:
            self._connection.execute(insert(SettledBranchRow), rows)

    def add_sheet(self, sheet: Sheet, submission_id: int) -> bool:
        """Note that a record is a sheet of paper; False if that sheet is another record already."""
        insert_of = postgresql_insert if self._connection.dialect.name == "postgresql" else sqlite_insert
        row = {
            "submission_id": submission_id,
            "collaborator_id": sheet.collaborator_id,
            "form_key": sheet.form_key,
            "number": sheet.number,
            "visited_on": sheet.visited_on,
        }
        made = insert_of(PaperSheetRow).values(**row).on_conflict_do_nothing().returning(PaperSheetRow.submission_id)
        return self._connection.execute(made).scalar() is not None

    @property
    def writers(self) -> FormerCollaborators:
        """Return whose sheets of paper there may be: who worked where, whether they do still or not."""
        return FormerCollaborators(self._connection)

    def has_sheet(self, sheet: Sheet) -> bool:
        """Return whether that sheet was typed in before, with its number in large letters or small."""
        rows, number = PaperSheetRow, sheet.number
        found = select(rows.submission_id).where(
            rows.collaborator_id == sheet.collaborator_id,
            rows.form_key == sheet.form_key,
            # SQLite makes only ASCII letters small.
            or_(rows.number == number, func.lower(rows.number) == number.lower()),
        )
        return self._connection.execute(found).first() is not None
