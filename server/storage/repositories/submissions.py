"""What intake reads and writes of records: claim, versions, attachments, findings.

Idempotency by constraint: one row per (project, form, root instanceID), made by INSERT … ON CONFLICT DO NOTHING and
then locked, waiting, never by a try-lock. Edits of one form take that form's row first, so that a chain whose parts
arrive at the same moment in different workers cannot split in two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from server.storage.models.corrections import CorrectionRow
from server.storage.models.forms import FormRow
from server.storage.models.reviews import ReviewRow
from server.storage.models.row_ids import insertion, is_sensitive_id, sensitive_id
from server.storage.models.submissions import AttachmentRow, FindingRow, SubmissionRow, SubmissionVersionRow
from server.storage.models.tray import HeldUploadRow
from server.storage.repositories.record_words import RecordWords
from server.submissions.decision import History, KnownVersion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Insert

    from server.storage.visible import Sight

_VERSIONS_OF = (
    select(
        SubmissionVersionRow.id,
        SubmissionVersionRow.instance_id,
        SubmissionVersionRow.deprecated_id,
        SubmissionVersionRow.sha256,
        SubmissionVersionRow.is_current,
        CorrectionRow.version_id.is_not(None).label("is_correction"),
    )
    .outerjoin(CorrectionRow, CorrectionRow.version_id == SubmissionVersionRow.id)
    .where(SubmissionVersionRow.submission_id == bindparam("submission_id"))
    .order_by(SubmissionVersionRow.id)
)

_CURRENT_FACTS = (
    SubmissionRow.unit_id,
    SubmissionRow.event_date,
    SubmissionRow.figure_year,
    SubmissionRow.instance_name,
    SubmissionRow.name_folded,
    SubmissionRow.is_flagged,
    SubmissionRow.is_derived,
    SubmissionRow.longitude_e5,
    SubmissionRow.latitude_e5,
    SubmissionRow.cell,
    SubmissionRow.missing_media,
)
_CONTENT = (
    AttachmentRow.content_type,
    AttachmentRow.sha256,
    AttachmentRow.media_key,
    AttachmentRow.size_bytes,
    AttachmentRow.received_at,
)
_CONTENT_NAMES = tuple(column.key for column in _CONTENT)


class Submissions:
    """Records as intake handles them. *sight* is an `Intake` or an `Operator`."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def claim(self, facts: Mapping[str, Any]) -> History | None:
        """Insert the record *facts* describe and return its empty history; None if its root is known already."""
        statement = _INSERT_SUBMISSION[self._connection.dialect.name]
        if facts["is_sensitive"]:
            statement = statement.values(id=sensitive_id(SubmissionRow))
        row = self._connection.execute(statement, dict(facts)).first()
        return History(row.id, "received", None) if row else None

    def lock_edits_of(self, form_key: int) -> None:
        """Wait for every other edit of this form to be committed; new records pass."""
        self._connection.execute(
            select(FormRow.id).where(FormRow.id == form_key).with_for_update(key_share=True)
        ).scalar_one()

    def holder_of(self, project_id: int, form_key: int, instance_ids: Sequence[str]) -> int | None:
        """Return the record that has a version with the first of *instance_ids*, else with another of them.

        The first is the arriving instance's own: what we have under it decides, whatever it claims to replace.
        """
        rows = SubmissionVersionRow
        return self._connection.execute(
            select(rows.submission_id)
            .where(rows.project_id == project_id, rows.form_key == form_key, rows.instance_id.in_(instance_ids))
            .order_by((rows.instance_id == instance_ids[0]).desc(), rows.submission_id)
            .limit(1)
        ).scalar()

    def rooted_at(self, project_id: int, form_key: int, root_instance_id: str) -> int | None:
        """Return the record whose chain begins at *root_instance_id*, following one that was merged into another."""
        row = self._connection.execute(
            select(SubmissionRow.id, SubmissionRow.merged_into_id).where(
                SubmissionRow.project_id == project_id,
                SubmissionRow.form_key == form_key,
                SubmissionRow.root_instance_id == root_instance_id,
            )
        ).first()
        return (row.merged_into_id or row.id) if row else None

    def history(self, submission_id: int) -> History:
        """Lock the record and return its versions in order of arrival."""
        row = self._connection.execute(
            select(SubmissionRow.id, SubmissionRow.review_state, SubmissionRow.merged_into_id)
            .where(SubmissionRow.id == submission_id)
            .with_for_update()
        ).one()
        if row.merged_into_id is not None:
            return self.history(row.merged_into_id)
        versions = self._connection.execute(_VERSIONS_OF, {"submission_id": submission_id}).all()
        return History(
            row.id,
            row.review_state,
            next((one.id for one in versions if one.is_current), None),
            tuple(
                KnownVersion(one.id, one.instance_id, one.deprecated_id, one.sha256, bool(one.is_correction))
                for one in versions
            ),
        )

    def merge(self, tail_id: int, into_id: int) -> dict[str, Any]:
        """Move every version and decision of *tail_id* to *into_id*: the two were one chain.

        Return what the tail's row said because of its current version.
        """
        facts = self._connection.execute(select(*_CURRENT_FACTS).where(SubmissionRow.id == tail_id)).mappings().one()
        versions = SubmissionVersionRow
        self._connection.execute(
            update(versions).where(versions.submission_id == tail_id).values(submission_id=into_id, is_current=False)
        )
        for model in (ReviewRow, HeldUploadRow):
            self._connection.execute(update(model).where(model.submission_id == tail_id).values(submission_id=into_id))
        self._connection.execute(
            update(SubmissionRow)
            .where(or_(SubmissionRow.id == tail_id, SubmissionRow.merged_into_id == tail_id))
            .values(merged_into_id=into_id)
        )
        return dict(facts)

    def add_version(self, facts: Mapping[str, Any], *, is_sensitive: bool) -> int:
        """Insert one version and return its id, by which what belongs to it knows whether it is sensitive."""
        statement = insertion(SubmissionVersionRow, is_sensitive=is_sensitive)
        return int(self._connection.execute(statement.returning(SubmissionVersionRow.id), dict(facts)).scalar_one())

    def make_current(self, submission_id: int, version_id: int, facts: Mapping[str, Any]) -> None:
        """Let *version_id* be what the record says, with the derived *facts* of that version."""
        rows = SubmissionVersionRow
        self._connection.execute(
            update(rows).where(rows.submission_id == submission_id, rows.is_current).values(is_current=False)
        )
        self._connection.execute(update(rows).where(rows.id == version_id).values(is_current=True))
        self._connection.execute(update(SubmissionRow).where(SubmissionRow.id == submission_id).values(**facts))
        RecordWords(self._connection).replace(submission_id)

    def call_back(self, submission_id: int) -> None:
        """Let a record wait for a reviewer again, though it says what it said before."""
        rows = SubmissionRow
        self._connection.execute(update(rows).where(rows.id == submission_id).values(review_state="edited"))

    def add_attachments(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert attachments, expected or arrived, of one version."""
        if rows:
            self._connection.execute(_insertion_of(AttachmentRow, rows), _alone_or_many(rows))

    def add_findings(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert the findings of one version."""
        if rows:
            self._connection.execute(_insertion_of(FindingRow, rows), _alone_or_many(rows))

    def replace_findings(self, version_id: int, code: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep *rows* as the findings of that code of one version."""
        self._connection.execute(delete(FindingRow).where(FindingRow.version_id == version_id, FindingRow.code == code))
        self.add_findings(rows)

    def attachments_of(self, version_id: int) -> dict[str, tuple[int, str | None]]:
        """Return id and hash (None: not yet here) of the version's files by NFC name."""
        rows = self._connection.execute(
            select(AttachmentRow.id, AttachmentRow.name_key, AttachmentRow.sha256).where(
                AttachmentRow.version_id == version_id
            )
        )
        return {row.name_key: (row.id, row.sha256) for row in rows}

    def files_of_record(self, submission_id: int, name_keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the newest bytes the record's versions have under each of these names."""
        if not name_keys:
            return {}
        rows = self._connection.execute(
            select(AttachmentRow.name_key, *_CONTENT)
            .join(SubmissionVersionRow, SubmissionVersionRow.id == AttachmentRow.version_id)
            .where(
                SubmissionVersionRow.submission_id == submission_id,
                AttachmentRow.name_key.in_(name_keys),
                AttachmentRow.sha256.is_not(None),
            )
            .order_by(AttachmentRow.id)
        )
        return {row["name_key"]: {name: row[name] for name in _CONTENT_NAMES} for row in rows.mappings()}

    def fill_attachment(self, attachment_id: int, facts: Mapping[str, Any]) -> None:
        """Give an expected file the bytes that arrived."""
        self._connection.execute(update(AttachmentRow).where(AttachmentRow.id == attachment_id).values(**facts))

    def count_missing(self, submission_id: int) -> None:
        """Set how many expected files of the current version have no bytes yet."""
        missing = (
            select(func.count())
            .select_from(AttachmentRow)
            .join(SubmissionVersionRow, SubmissionVersionRow.id == AttachmentRow.version_id)
            .where(
                SubmissionVersionRow.submission_id == submission_id,
                SubmissionVersionRow.is_current,
                AttachmentRow.is_expected,
                AttachmentRow.sha256.is_(None),
            )
            .scalar_subquery()
        )
        self._connection.execute(
            update(SubmissionRow).where(SubmissionRow.id == submission_id).values(missing_media=missing)
        )


# The two dialects' statements share no public type.
_INSERT_SUBMISSION: dict[str, Any] = {
    "sqlite": sqlite_insert(SubmissionRow).on_conflict_do_nothing().returning(SubmissionRow.id),
    "postgresql": postgresql_insert(SubmissionRow).on_conflict_do_nothing().returning(SubmissionRow.id),
}


def _insertion_of(model: Any, rows: Sequence[Mapping[str, Any]]) -> Insert:  # noqa: ANN401 a mapped class
    """Return the INSERT of what belongs to versions: all *rows* are of one record."""
    return insertion(model, is_sensitive=is_sensitive_id(rows[0]["version_id"]))


def _alone_or_many(rows: Sequence[Mapping[str, Any]]) -> Any:  # noqa: ANN401 what `execute` takes has no public type
    """Return the parameters of one INSERT for all *rows*: its text never depends on how many, so it is kept prepared.

    A row alone goes as one execution, which is cheaper than a batch of one.
    """
    return dict(rows[0]) if len(rows) == 1 else [dict(row) for row in rows]
