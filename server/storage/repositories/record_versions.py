"""What pages read of the versions of one record: who sent or made each, and the documents they compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, or_, select

from server.storage.models.corrections import CorrectionRow, SettledBranchRow
from server.storage.models.people import AccountRow, CollaboratorRow
from server.storage.models.submissions import SubmissionRow, SubmissionVersionRow
from server.storage.visible import Sight, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row, Select


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of a record, without its bytes."""

    version_id: int
    form_version_id: int
    instance_id: str
    deprecated_id: str | None
    received_at: datetime
    collaborator_name: str
    device_id: str
    is_current: bool
    corrected_by: str
    """Who made it at the office; empty for what a phone sent."""
    reason: str
    is_settled: bool
    """Whether somebody decided what of it counts beside another edit."""


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of a record in order of arrival, and the documents of those that were to be read, by version."""

    lines: tuple[VersionLine, ...]
    documents: Mapping[int, bytes]


class RecordVersions:
    """Versions of records in sight."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def of(self, submission_id: int, *, newest: int, shown: int) -> Versions:
        """Return the versions of a record, with the bytes of *newest* of them and *shown*; none if out of sight."""
        rows = SubmissionVersionRow
        latest = select(rows.id).where(rows.submission_id == submission_id).order_by(rows.id.desc()).limit(newest)
        is_read = or_(rows.id == shown, rows.id.in_(latest.scalar_subquery()))
        found = self._connection.execute(
            select(
                rows.id,
                rows.form_version_id,
                rows.instance_id,
                rows.deprecated_id,
                rows.received_at,
                rows.device_id,
                rows.is_current,
                func.coalesce(CollaboratorRow.name, "").label("collaborator_name"),
                func.coalesce(AccountRow.name, "").label("corrected_by"),
                func.coalesce(CorrectionRow.reason, "").label("reason"),
                SettledBranchRow.version_id.is_not(None).label("is_settled"),
                case((is_read, rows.xml)).label("xml"),
            )
            .outerjoin(CollaboratorRow, CollaboratorRow.id == rows.collaborator_id)
            .outerjoin(CorrectionRow, CorrectionRow.version_id == rows.id)
            .outerjoin(AccountRow, AccountRow.id == CorrectionRow.account_id)
            .outerjoin(SettledBranchRow, SettledBranchRow.version_id == rows.id)
            .where(rows.submission_id.in_(self._in_sight().where(SubmissionRow.id == submission_id)))
            .order_by(rows.id)
        ).all()
        documents = {row.id: row.xml for row in found if row.xml is not None}
        return Versions(tuple(_version(row) for row in found), documents)

    def documents(self, version_ids: Iterable[int]) -> dict[int, bytes]:
        """Return the bytes of those of the versions that are in sight."""
        wanted = sorted(version_ids)
        if not wanted:
            return {}
        rows = SubmissionVersionRow
        seen = visible(self.sight).join(rows, rows.submission_id == SubmissionRow.id)
        asked = seen.where(rows.id.in_(wanted)).with_only_columns(rows.id, rows.xml)
        return {row.id: row.xml for row in self._connection.execute(asked)}

    def _in_sight(self) -> Select[Any]:
        return visible(self.sight).with_only_columns(SubmissionRow.id)


def _version(row: Row[*tuple[Any, ...]]) -> VersionLine:
    return VersionLine(
        row.id,
        row.form_version_id,
        row.instance_id,
        row.deprecated_id,
        row.received_at,
        row.collaborator_name,
        row.device_id,
        row.is_current,
        row.corrected_by,
        row.reason,
        bool(row.is_settled),
    )
