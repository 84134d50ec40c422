"""What pages read of one record: its line as lists show it, its versions, findings and files.

Every statement starts at `visible()`, or is keyed by a version or file that was found through it in the same
transaction. Lists are for `record_lists`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, case, func, select, true

from server.registers.versions import SURVEYED_ELSEWHERE, SURVEYED_TWICE
from server.storage.models.forms import FormVersionRow
from server.storage.models.paper_sheets import PaperSheetRow
from server.storage.models.people import CollaboratorRow
from server.storage.models.projects import ProjectRow
from server.storage.models.submissions import AttachmentRow, FindingRow, SubmissionRow, SubmissionVersionRow
from server.storage.visible import Sight, visible
from server.storage.written_out import among
from server.submissions.review import ReviewState
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from sqlalchemy import Connection, Row


_WEIGHT = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record as lists and pages show it."""

    submission_id: int
    version_id: int
    form_version_id: int
    form_key: int
    form_title: str
    project_id: int
    project_name: str
    is_practice: bool
    is_sensitive: bool
    instance_name: str
    unit_id: UnitId | None
    event_date: date | None
    received_at: datetime
    collaborator_id: int | None
    collaborator_name: str
    state: ReviewState
    counted_version_id: int | None
    is_flagged: bool
    is_derived: bool
    missing_media: int
    paper_number: str
    """Of the sheet it was typed in from; empty for what a phone sent."""


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding, as kept."""

    code: str
    path: str
    severity: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AttachmentLine:
    """A file of a version; *media_key* is None while its bytes have not arrived."""

    attachment_id: int
    version_id: int
    name: str
    name_key: str
    content_type: str
    media_key: str | None
    size_bytes: int | None
    is_expected: bool


class Records:
    """Records in sight."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def one(self, submission_id: int) -> RecordLine | None:
        """Return the record, None if there is none in sight."""
        row = self._connection.execute(lines_in(self.sight).where(SubmissionRow.id == submission_id)).first()
        return line_of(row) if row else None

    def among(self, submission_ids: Iterable[int]) -> frozenset[int]:
        """Return which of these records are in sight."""
        found = visible(self.sight).where(among(SubmissionRow.id, submission_ids)).with_only_columns(SubmissionRow.id)
        return frozenset(self._connection.execute(found).scalars())

    def findings(self, version_id: int) -> list[FindingLine]:
        """Return the findings of a version that was found in sight, the worst first.

        One that tells of another record says who sent it and when only where that record is in sight too.
        """
        tells_of_another = FindingRow.code == SURVEYED_TWICE
        other = visible(self.sight).where(SubmissionRow.id == FindingRow.params["record"].as_integer())
        is_seen = case((tells_of_another, other.correlate(FindingRow).exists()), else_=true())
        rows = self._connection.execute(
            select(FindingRow.code, FindingRow.path, FindingRow.severity, FindingRow.params, is_seen.label("is_seen"))
            .where(FindingRow.version_id == version_id)
            .order_by(FindingRow.id)
        )
        found = [
            FindingLine(row.code, row.path, row.severity, row.params)
            if row.is_seen
            else FindingLine(SURVEYED_ELSEWHERE, row.path, row.severity, {"year": row.params["year"]})
            for row in rows
        ]
        return sorted(found, key=lambda one: _WEIGHT[one.severity])

    def attachments(self, version_id: int) -> list[AttachmentLine]:
        """Return the files of a version that was found in sight."""
        rows = self._connection.execute(
            select(AttachmentRow).where(AttachmentRow.version_id == version_id).order_by(AttachmentRow.id)
        )
        return [_attachment(row) for row in rows]

    def attachment(self, attachment_id: int) -> AttachmentLine | None:
        """Return a file whose record is in sight."""
        found = self._with_file(attachment_id).with_only_columns(*AttachmentRow.__table__.columns)
        row = self._connection.execute(found).first()
        return _attachment(row) if row else None

    def owner_of(self, attachment_id: int) -> tuple[int, UnitId | None]:
        """Return the record, and its unit, of a file that was found in sight."""
        found = self._with_file(attachment_id).with_only_columns(SubmissionRow.id, SubmissionRow.unit_id)
        row = self._connection.execute(found).one()
        return row.id, None if row.unit_id is None else UnitId(row.unit_id)

    def _with_file(self, attachment_id: int) -> Select[Any]:
        """Return the select of the record in sight that has this file."""
        return (
            visible(self.sight)
            .join(SubmissionVersionRow, SubmissionVersionRow.submission_id == SubmissionRow.id)
            .join(AttachmentRow, AttachmentRow.version_id == SubmissionVersionRow.id)
            .where(AttachmentRow.id == attachment_id)
        )


def lines_in(sight: Sight) -> Select[Any]:
    """Return the select of the records in *sight* as `line_of` reads them."""
    return _joined(visible(sight)).add_columns(
        SubmissionVersionRow.id.label("version_id"),
        SubmissionVersionRow.form_version_id,
        FormVersionRow.title.label("form_title"),
        ProjectRow.name.label("project_name"),
        ProjectRow.kind.label("project_kind"),
        func.coalesce(CollaboratorRow.name, "").label("collaborator_name"),
        func.coalesce(PaperSheetRow.number, "").label("paper_number"),
    )


def _joined(scoped: Select[Any]) -> Select[Any]:
    return (
        scoped.join(
            SubmissionVersionRow,
            and_(SubmissionVersionRow.submission_id == SubmissionRow.id, SubmissionVersionRow.is_current),
        )
        .join(FormVersionRow, FormVersionRow.id == SubmissionVersionRow.form_version_id)
        .join(ProjectRow, ProjectRow.id == SubmissionRow.project_id)
        .outerjoin(CollaboratorRow, CollaboratorRow.id == SubmissionRow.collaborator_id)
        .outerjoin(PaperSheetRow, PaperSheetRow.submission_id == SubmissionRow.id)
    )


def line_of(row: Row[*tuple[Any, ...]]) -> RecordLine:
    """Return the record of a row of `lines_in`."""
    return RecordLine(
        submission_id=row.id,
        version_id=row.version_id,
        form_version_id=row.form_version_id,
        form_key=row.form_key,
        form_title=row.form_title,
        project_id=row.project_id,
        project_name=row.project_name,
        is_practice=row.project_kind == "practice",
        is_sensitive=row.is_sensitive,
        instance_name=row.instance_name,
        unit_id=None if row.unit_id is None else UnitId(row.unit_id),
        event_date=row.event_date,
        received_at=row.received_at,
        collaborator_id=row.collaborator_id,
        collaborator_name=row.collaborator_name,
        state=ReviewState(row.review_state),
        counted_version_id=row.counted_version_id,
        is_flagged=row.is_flagged or not row.is_derived,
        is_derived=row.is_derived,
        missing_media=row.missing_media,
        paper_number=row.paper_number,
    )


def _attachment(row: Row[*tuple[Any, ...]]) -> AttachmentLine:
    return AttachmentLine(
        row.id,
        row.version_id,
        row.name,
        row.name_key,
        row.content_type,
        row.media_key,
        row.size_bytes,
        row.is_expected,
    )
