"""Versions made at the office, and edits settled there: only ever added to; the record was found in sight before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert

from server.storage.models.corrections import CorrectionRow, SettledBranchRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection


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
