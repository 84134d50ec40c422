"""Openings of cases: added to, asked whether one stands, and told on the page of the case. Found in sight before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, or_, select
from sqlalchemy.orm import aliased

from server.access.openings import OpeningReason
from server.storage.models.case_openings import CaseOpeningRow
from server.storage.models.people import AccountRow
from server.storage.models.tray import HeldUploadRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection
    from sqlalchemy.orm import InstrumentedAttribute

    from server.access.actors import Account

    _Key = InstrumentedAttribute[int | None]


@dataclass(frozen=True, slots=True)
class OpeningLine:
    """Who opened a case, when and why; *stands_in_for* is empty in one's own post, *upload_id* None of a filed one."""

    opened_at: datetime
    account_name: str
    stands_in_for: str
    reason: OpeningReason
    words: str
    upload_id: int | None


class CaseOpenings:
    """Openings of cases that were found in sight."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: Mapping[str, Any]) -> None:
        """Insert an opening."""
        self._connection.execute(insert(CaseOpeningRow), dict(row))

    def open_to(self, account: Account, submission_ids: Iterable[int], at: datetime) -> frozenset[int]:
        """Return those of the cases that lie open to an account, in the sign-in it acts in."""
        return self._open_to(CaseOpeningRow.submission_id, account, submission_ids, at)

    def open_uploads(self, account: Account, upload_ids: Iterable[int], at: datetime) -> frozenset[int]:
        """Return those of the cases in the tray that lie open to an account, in the sign-in it acts in."""
        return self._open_to(CaseOpeningRow.upload_id, account, upload_ids, at)

    def of(self, submission_id: int, *, at_most: int) -> list[OpeningLine]:
        """Return who opened a case, the newest first, in the tray as well if it lay there before it was filed."""
        uploads = HeldUploadRow
        held = select(uploads.id).where(uploads.submission_id == submission_id, uploads.state == "released")
        rows = CaseOpeningRow
        return self._told(or_(rows.submission_id == submission_id, rows.upload_id.in_(held)), at_most)

    def of_uploads(self, upload_ids: Iterable[int], *, at_most: int) -> list[OpeningLine]:
        """Return who opened any of these cases in the tray, the newest first."""
        return self._told(CaseOpeningRow.upload_id.in_(sorted(upload_ids)), at_most)

    def _open_to(self, key: _Key, account: Account, ids: Iterable[int], at: datetime) -> frozenset[int]:
        rows = CaseOpeningRow
        found = select(key).where(
            key.in_(sorted(ids)),
            rows.account_id == account.account_id,
            rows.session_key == account.session_key,
            rows.opened_at <= at,
            rows.open_until > at,
        )
        return frozenset(one for one in self._connection.execute(found).scalars() if one is not None)

    def _told(self, of_case: ColumnElement[bool], at_most: int) -> list[OpeningLine]:
        rows, other = CaseOpeningRow, aliased(AccountRow)
        found = self._connection.execute(
            select(
                rows.opened_at,
                AccountRow.name,
                func.coalesce(other.name, "").label("stands_in_for"),
                rows.reason,
                rows.words,
                rows.upload_id,
            )
            .join(AccountRow, AccountRow.id == rows.account_id)
            .outerjoin(other, other.id == rows.stands_in_for_id)
            .where(of_case)
            .order_by(rows.opened_at.desc(), rows.id.desc())
            .limit(at_most)
        )
        return [
            OpeningLine(row.opened_at, row.name, row.stands_in_for, OpeningReason(row.reason), row.words, row.upload_id)
            for row in found
        ]

    def count_of(self, account_id: int, since: datetime) -> int:
        """Return how many cases an account opened since a moment."""
        rows = CaseOpeningRow
        told = select(func.count(rows.submission_id.distinct()) + func.count(rows.upload_id.distinct()))
        found = told.where(rows.account_id == account_id, rows.opened_at > since)
        return int(self._connection.execute(found).scalar_one())
