"""Confirmations that a quarter had no case, and whether records say otherwise; read below incident posts alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, insert, update

from server.indicators.contribution import TOTAL
from server.indicators.periods import Period
from server.storage.models.figures import ContributionRow
from server.storage.models.no_cases import NoCaseRow
from server.storage.models.submissions import SubmissionRow, SubmissionVersionRow
from server.storage.visible import visible, visible_no_cases
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy import Connection

    from server.storage.visible import Sight


@dataclass(frozen=True, slots=True)
class NoCase:
    """A confirmation that stands."""

    no_case_id: int
    unit_id: UnitId
    period: Period
    until: date
    confirmed_at: datetime
    author: str


@dataclass(frozen=True, slots=True)
class SensitiveRecord:
    """A place and day a sensitive record in sight tells of."""

    submission_id: int
    unit_id: UnitId
    event_date: date
    state: str


class NoCases:
    """Confirmations in sight."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def standing(self, project_id: int, year: int) -> list[NoCase]:
        """Return the confirmations of a year that were not withdrawn."""
        rows = NoCaseRow
        asked = visible_no_cases(self.sight).where(
            rows.project_id == project_id, rows.year == year, rows.withdrawn_at.is_(None)
        )
        columns = (rows.id, rows.unit_id, rows.quarter, rows.until, rows.confirmed_at, rows.author)
        found = self._connection.execute(asked.with_only_columns(*columns).order_by(rows.id))
        return [
            NoCase(
                no_case_id=row.id,
                unit_id=UnitId(row.unit_id),
                period=Period(year, quarter=row.quarter),
                until=row.until,
                confirmed_at=row.confirmed_at,
                author=row.author,
            )
            for row in found
        ]

    def unit_of(self, no_case_id: int) -> UnitId | None:
        """Return the unit of a confirmation that stands, None if there is none in sight."""
        rows = NoCaseRow
        asked = visible_no_cases(self.sight).where(rows.id == no_case_id, rows.withdrawn_at.is_(None))
        found = self._connection.execute(asked.with_only_columns(rows.unit_id)).scalar()
        return None if found is None else UnitId(found)

    def add(self, facts: Mapping[str, Any]) -> int:
        """Keep a confirmation and return its id."""
        return int(self._connection.execute(insert(NoCaseRow).returning(NoCaseRow.id), dict(facts)).scalar_one())

    def withdraw(self, no_case_id: int, at: datetime, author: str) -> None:
        """Let a confirmation stand no longer."""
        rows = NoCaseRow
        self._connection.execute(update(rows).where(rows.id == no_case_id).values(withdrawn_at=at, withdrawn_by=author))

    def records(self, project_id: int, year: int) -> list[SensitiveRecord]:
        """Return where and on which day of a year the sensitive records in sight count, or would if approved."""
        records, rows = SubmissionRow, ContributionRow
        told = (records.id, records.review_state, rows.unit_id, rows.event_date)
        asked = (
            visible(self.sight)
            .join(
                SubmissionVersionRow,
                and_(SubmissionVersionRow.submission_id == records.id, SubmissionVersionRow.is_current),
            )
            .join(rows, rows.version_id == SubmissionVersionRow.id)
            .where(
                records.project_id == project_id,
                records.is_sensitive,
                rows.project_id == project_id,
                rows.period == year,
                rows.category == TOTAL,
            )
            .with_only_columns(*told)
            .distinct()
        )
        return [
            SensitiveRecord(row.id, UnitId(row.unit_id), row.event_date, row.review_state)
            for row in self._connection.execute(asked)
        ]
