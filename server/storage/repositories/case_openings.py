"""Openings of cases: added to, asked whether one stands, and told on the page of the case. Found in sight before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import aliased

from server.access.openings import OpeningReason
from server.storage.models.case_openings import CaseOpeningRow
from server.storage.models.people import AccountRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from server.access.actors import Account


@dataclass(frozen=True, slots=True)
class OpeningLine:
    """Who opened a case, when and why; *stands_in_for* is empty in one's own post."""

    opened_at: datetime
    account_name: str
    stands_in_for: str
    reason: OpeningReason
    words: str


class CaseOpenings:
    """Openings of cases that were found in sight."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: Mapping[str, Any]) -> None:
        """Insert an opening."""
        self._connection.execute(insert(CaseOpeningRow), dict(row))

    def open_to(self, account: Account, submission_ids: Iterable[int], at: datetime) -> frozenset[int]:
        """Return those of the cases that lie open to an account, in the sign-in it acts in."""
        rows = CaseOpeningRow
        found = select(rows.submission_id).where(
            rows.submission_id.in_(sorted(submission_ids)),
            rows.account_id == account.account_id,
            rows.session_key == account.session_key,
            rows.opened_at <= at,
            rows.open_until > at,
        )
        return frozenset(self._connection.execute(found).scalars())

    def of(self, submission_id: int, *, at_most: int) -> list[OpeningLine]:
        """Return who opened a case, the newest first."""
        rows, other = CaseOpeningRow, aliased(AccountRow)
        found = self._connection.execute(
            select(
                rows.opened_at,
                AccountRow.name,
                func.coalesce(other.name, "").label("stands_in_for"),
                rows.reason,
                rows.words,
            )
            .join(AccountRow, AccountRow.id == rows.account_id)
            .outerjoin(other, other.id == rows.stands_in_for_id)
            .where(rows.submission_id == submission_id)
            .order_by(rows.opened_at.desc(), rows.id.desc())
            .limit(at_most)
        )
        return [
            OpeningLine(row.opened_at, row.name, row.stands_in_for, OpeningReason(row.reason), row.words)
            for row in found
        ]

    def count_of(self, account_id: int, since: datetime) -> int:
        """Return how many cases an account opened since a moment."""
        rows = CaseOpeningRow
        told = select(func.count(rows.submission_id.distinct()))
        found = told.where(rows.account_id == account_id, rows.opened_at > since)
        return int(self._connection.execute(found).scalar_one())
