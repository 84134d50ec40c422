"""What pages read of records: lists by filter, one record with its versions, findings and files.

Every statement starts at `visible()`, or is keyed by a version or file that was found through it in the same
transaction. Lists are paged by key (received_at, id), so the last page costs what the first does, and counts stop
at a bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, case, func, literal, or_, select, tuple_

from server.storage.models.forms import FormRow, FormVersionRow
from server.storage.models.people import CollaboratorRow
from server.storage.models.projects import ProjectRow
from server.storage.models.submissions import AttachmentRow, FindingRow, SubmissionRow, SubmissionVersionRow
from server.storage.models.territory import UnitAncestorRow
from server.storage.visible import Sight, visible
from server.submissions.review import ReviewState
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection, Row


_WEIGHT = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after which a list goes on: the last record seen."""

    received_at: datetime
    submission_id: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; an empty filter narrows nothing. Days are instants by now: [since, before)."""

    is_practice: bool
    is_sensitive: bool
    form_key: int | None = None
    unit_id: UnitId | None = None
    states: frozenset[ReviewState] = frozenset()
    is_flagged: bool | None = None
    finding: str = ""
    """The code of a finding its current version has."""
    since: datetime | None = None
    before: datetime | None = None
    figure_year: int | None = None
    """The year whose figures they bear on."""
    words: tuple[str, ...] = ()
    """Folded; all must occur in the record's name."""


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


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of a record in order of arrival, and the documents of those that were to be read, by version."""

    lines: tuple[VersionLine, ...]
    documents: Mapping[int, bytes]


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


@dataclass(frozen=True, slots=True)
class FormLine:
    """A form of which records are in sight, with the title of its version in force."""

    form_key: int
    form_id: str
    title: str


class Records:
    """Records in sight."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def page(self, filters: Filters, *, after: Cursor | None, size: int) -> list[RecordLine]:
        """Return *size* records at most, newest first, that come after *after*."""
        chosen = _narrowed(visible(self.sight), filters).with_only_columns(SubmissionRow.id)
        if after is not None:
            received_at = literal(after.received_at, SubmissionRow.received_at.type)
            place = tuple_(SubmissionRow.received_at, SubmissionRow.id)
            chosen = chosen.where(place < tuple_(received_at, literal(after.submission_id)))
        # The page is chosen before anything is joined to it, or all that is in sight would be joined to be sorted.
        ids = chosen.order_by(*_NEWEST_FIRST).limit(size).scalar_subquery()
        page = self._lines().where(SubmissionRow.id.in_(ids)).order_by(*_NEWEST_FIRST)
        return [_line(row) for row in self._connection.execute(page)]

    def count(self, filters: Filters, *, at_most: int) -> int:
        """Return how many records there are, counting no further than *at_most*."""
        narrowed = _narrowed(visible(self.sight), filters).with_only_columns(SubmissionRow.id)
        counted = select(func.count()).select_from(narrowed.limit(at_most).subquery())
        return int(self._connection.execute(counted).scalar_one())

    def one(self, submission_id: int) -> RecordLine | None:
        """Return the record, None if there is none in sight."""
        row = self._connection.execute(self._lines().where(SubmissionRow.id == submission_id)).first()
        return _line(row) if row else None

    def forms(self, *, is_sensitive: bool) -> list[FormLine]:
        """Return the forms a list can be narrowed to, by title."""
        rows = self._connection.execute(
            select(FormRow.id, FormRow.form_id, FormVersionRow.title)
            .join(FormVersionRow, and_(FormVersionRow.form_key == FormRow.id, FormVersionRow.is_current))
            .where(FormRow.is_sensitive.is_(is_sensitive))
            .order_by(FormVersionRow.title, FormRow.id)
        )
        return [FormLine(row.id, row.form_id, row.title) for row in rows]

    def finding_codes(self, filters: Filters) -> list[str]:
        """Return the codes of the findings of the records there are."""
        records = _narrowed(visible(self.sight), filters).with_only_columns(SubmissionRow.id)
        found = (
            select(FindingRow.code)
            .join(SubmissionVersionRow, SubmissionVersionRow.id == FindingRow.version_id)
            .where(SubmissionVersionRow.is_current, SubmissionVersionRow.submission_id.in_(records))
        )
        return list(self._connection.execute(found.distinct().order_by(FindingRow.code)).scalars())

    def versions(self, submission_id: int, *, newest: int, shown: int) -> Versions:
        """Return the versions of a record that was found in sight, with the bytes of *newest* of them and *shown*."""
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
                case((is_read, rows.xml)).label("xml"),
            )
            .outerjoin(CollaboratorRow, CollaboratorRow.id == rows.collaborator_id)
            .where(rows.submission_id == submission_id)
            .order_by(rows.id)
        ).all()
        return Versions(
            tuple(_version(row) for row in found), {row.id: row.xml for row in found if row.xml is not None}
        )

    def documents(self, version_ids: Iterable[int]) -> dict[int, bytes]:
        """Return the bytes of versions that were found in sight."""
        wanted = sorted(version_ids)
        if not wanted:
            return {}
        rows = SubmissionVersionRow
        found = self._connection.execute(select(rows.id, rows.xml).where(rows.id.in_(wanted)))
        return {row.id: row.xml for row in found}

    def findings(self, version_id: int) -> list[FindingLine]:
        """Return the findings of a version that was found in sight, the worst first."""
        rows = self._connection.execute(
            select(FindingRow.code, FindingRow.path, FindingRow.severity, FindingRow.params)
            .where(FindingRow.version_id == version_id)
            .order_by(FindingRow.id)
        )
        found = [FindingLine(row.code, row.path, row.severity, row.params) for row in rows]
        return sorted(found, key=lambda one: _WEIGHT[one.severity])

    def attachments(self, version_id: int) -> list[AttachmentLine]:
        """Return the files of a version that was found in sight."""
        rows = self._connection.execute(
            select(AttachmentRow).where(AttachmentRow.version_id == version_id).order_by(AttachmentRow.id)
        )
        return [_attachment(row) for row in rows]

    def attachment(self, attachment_id: int) -> AttachmentLine | None:
        """Return a file whose record is in sight."""
        row = self._connection.execute(
            select(AttachmentRow)
            .join(SubmissionVersionRow, SubmissionVersionRow.id == AttachmentRow.version_id)
            .where(
                AttachmentRow.id == attachment_id,
                SubmissionVersionRow.submission_id.in_(visible(self.sight).with_only_columns(SubmissionRow.id)),
            )
        ).first()
        return _attachment(row) if row else None

    def _lines(self) -> Select[Any]:
        return _joined(visible(self.sight)).add_columns(
            SubmissionVersionRow.id.label("version_id"),
            SubmissionVersionRow.form_version_id,
            FormVersionRow.title.label("form_title"),
            ProjectRow.name.label("project_name"),
            ProjectRow.kind.label("project_kind"),
            func.coalesce(CollaboratorRow.name, "").label("collaborator_name"),
        )


_NEWEST_FIRST = (SubmissionRow.received_at.desc(), SubmissionRow.id.desc())


def _joined(scoped: Select[Any]) -> Select[Any]:
    return (
        scoped.join(
            SubmissionVersionRow,
            and_(SubmissionVersionRow.submission_id == SubmissionRow.id, SubmissionVersionRow.is_current),
        )
        .join(FormVersionRow, FormVersionRow.id == SubmissionVersionRow.form_version_id)
        .join(ProjectRow, ProjectRow.id == SubmissionRow.project_id)
        .outerjoin(CollaboratorRow, CollaboratorRow.id == SubmissionRow.collaborator_id)
    )


def _narrowed(scoped: Select[Any], filters: Filters) -> Select[Any]:
    rows = SubmissionRow
    practice = select(ProjectRow.id).where(ProjectRow.kind == "practice")
    where = [
        rows.project_id.in_(practice) if filters.is_practice else rows.project_id.not_in(practice),
        rows.is_sensitive.is_(filters.is_sensitive),
        *(rows.name_folded.contains(word, autoescape=True) for word in filters.words),
        *_in_time(filters),
    ]
    if filters.form_key is not None:
        where.append(rows.form_key == filters.form_key)
    if filters.unit_id is not None:
        below = select(UnitAncestorRow.unit_id).where(UnitAncestorRow.ancestor_id == filters.unit_id)
        where.append(rows.unit_id.in_(below))
    if filters.states:
        where.append(rows.review_state.in_(sorted(filters.states)))
    if filters.is_flagged is not None:
        where.append(or_(rows.is_flagged, ~rows.is_derived).is_(filters.is_flagged))
    if filters.finding:
        where.append(_has_finding(filters.finding))
    return scoped.where(*where)


def _in_time(filters: Filters) -> Iterator[ColumnElement[bool]]:
    rows = SubmissionRow
    if filters.figure_year is not None:
        yield rows.figure_year == filters.figure_year
    if filters.since is not None:
        yield rows.received_at >= filters.since
    if filters.before is not None:
        yield rows.received_at < filters.before


def _has_finding(code: str) -> ColumnElement[bool]:
    """Return whether a record's current version has a finding of that code; asked record by record, for a page."""
    found = select(FindingRow.id).join(SubmissionVersionRow, SubmissionVersionRow.id == FindingRow.version_id)
    of_record = found.where(SubmissionVersionRow.submission_id == SubmissionRow.id, SubmissionVersionRow.is_current)
    return of_record.where(FindingRow.code == code).correlate(SubmissionRow).exists()


def _line(row: Row[*tuple[Any, ...]]) -> RecordLine:
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
    )


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
