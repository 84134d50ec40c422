"""Submissions, the versions of each, their attachments and findings.

The received bytes are immutable; everything else here is derived from them and can be rebuilt.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.row_ids import apart
from server.storage.models.schema import Document, Id, Instant, Model, Word

_RECEIVED = text("review_state = 'received'")
_PLACED = text("cell IS NOT NULL")
_AWAITING = text("review_state IN ('received', 'edited')")
_SET_BACK = text("review_state IN ('has_issues', 'edited', 'rejected')")
_RETURNED = text("review_state = 'has_issues'")
_LACKING = text("missing_media > 0")
_COUNTED = text("counted_version_id IS NOT NULL")
_NOTHING = text("1 = 0")


class SubmissionRow(Model):
    """One record: an instance and its later edits. Its root is the instanceID of the first of the chain."""

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint(
            "review_state IN ('received', 'has_issues', 'edited', 'approved', 'rejected')", name="review_state"
        ),
        UniqueConstraint("project_id", "form_key", "root_instance_id"),
        Index("ix_submission_list", "project_id", "is_sensitive", "received_at", "id"),
        Index("ix_submission_unit", "unit_id", "received_at"),
        Index("ix_submission_collaborator", "collaborator_id", "received_at"),
        # A whole province is read in the order of the list until the page is full. SQLite, which knows nothing of how
        # rare things are, would go through it all by these for the few that wait: there they hold nothing.
        Index("ix_submission_newest", "is_sensitive", "received_at", "id", sqlite_where=_NOTHING),
        Index("ix_submission_visited", "is_sensitive", "event_date", "id", sqlite_where=_NOTHING),
        # A list is read unit by unit, each in its order, so that no page reads a province.
        Index("ix_submission_visit", "unit_id", "event_date", "id"),
        # What stands behind a number is read so too, the newest that count first.
        Index(
            "ix_submission_counted", "unit_id", "counted_version_id", sqlite_where=_NOTHING, postgresql_where=_COUNTED
        ),
        # Records of sensitive forms are never points, at no desk.
        CheckConstraint("longitude_e5 IS NULL OR NOT is_sensitive", name="no_point"),
        Index("ix_submission_cell", "cell", "received_at", sqlite_where=_PLACED, postgresql_where=_PLACED),
        Index("ix_submission_form", "form_key", "received_at", "id"),
        Index(
            "ix_submission_awaiting",
            "unit_id",
            "received_at",
            "id",
            sqlite_where=_AWAITING,
            postgresql_where=_AWAITING,
        ),
        Index(
            "ix_submission_set_back",
            "review_state",
            "received_at",
            "id",
            sqlite_where=_SET_BACK,
            postgresql_where=_SET_BACK,
        ),
        Index(
            "ix_submission_received",
            "project_id",
            "form_key",
            "received_at",
            sqlite_where=_RECEIVED,
            postgresql_where=_RECEIVED,
        ),
        Index("ix_submission_returned", "collaborator_id", sqlite_where=_RETURNED, postgresql_where=_RETURNED),
        Index("ix_submission_lacking", "unit_id", sqlite_where=_LACKING, postgresql_where=_LACKING),
    )

    id: Mapped[int] = apart("submission")
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    form_key: Mapped[int] = mapped_column(ForeignKey("form.id"))
    root_instance_id: Mapped[str] = mapped_column(String(255))
    is_sensitive: Mapped[bool]
    received_at: Mapped[datetime] = mapped_column(Instant)
    # The sender of the first version; none for a record typed in at the office.
    collaborator_id: Mapped[int | None] = mapped_column(ForeignKey("collaborator.id"))
    # The lowest unit known on the event date; none until deriving succeeds, then the sender's post.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    event_date: Mapped[date | None] = mapped_column(Date)
    figure_year: Mapped[int] = mapped_column(default=0)
    """The year whose figures it bears on: of what it first contributes, else of its event date; 0 while it has none."""
    # The spot the current version was made on, in hundred-thousandths of a degree, and its square on the map.
    longitude_e5: Mapped[int | None]
    latitude_e5: Mapped[int | None]
    cell: Mapped[int | None]
    instance_name: Mapped[str] = mapped_column(String(300), default="")
    name_folded: Mapped[str] = mapped_column(String(300), default="")
    """The words it is found by, without accents, as far as they are the record's own; see `RecordWordRow`."""
    review_state: Mapped[str] = mapped_column(String(16), default="received")
    # The version whose approval counts; stays while a newer edit awaits its decision.
    counted_version_id: Mapped[int | None] = mapped_column(Id)
    is_flagged: Mapped[bool] = mapped_column(default=False)
    is_derived: Mapped[bool] = mapped_column(default=True)
    missing_media: Mapped[int] = mapped_column(default=0)
    # Only practice records are cleared away, after a course; their bytes stay.
    cleared_at: Mapped[datetime | None] = mapped_column(Instant)
    # Set when this chain turned out to be the tail of another record.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))


class RecordWordRow(Model):
    """A word by which a record is found, with the unit it is found in; sensitive ones are found by none."""

    __tablename__ = "record_word"
    __table_args__ = (Index("ix_record_word_place", "unit_id", "word", "submission_id"),)

    # Records and units are never deleted; foreign keys would lock and check the same two rows once for every word.
    submission_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    word: Mapped[str] = mapped_column(Word, primary_key=True)
    unit_id: Mapped[int] = mapped_column(Id)


class SubmissionVersionRow(Model):
    """One received instance document, byte for byte. Held ones (same id, other content) never become current."""

    __tablename__ = "submission_version"
    __table_args__ = (
        UniqueConstraint("submission_id", "sha256"),
        Index(
            "uq_submission_version_current",
            "submission_id",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
        Index("ix_submission_version_instance", "project_id", "form_key", "instance_id"),
        Index("ix_submission_version_sender", "collaborator_id", "received_at"),
    )

    id: Mapped[int] = apart("submission_version")
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    form_key: Mapped[int] = mapped_column(ForeignKey("form.id"))
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    instance_id: Mapped[str] = mapped_column(String(255))
    # Only edits replace an earlier instance.
    deprecated_id: Mapped[str | None] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(Instant)
    collaborator_id: Mapped[int | None] = mapped_column(ForeignKey("collaborator.id"))
    device_id: Mapped[str] = mapped_column(String(120), default="")
    is_current: Mapped[bool]


class AttachmentRow(Model):
    """A file of a version. Expected by the XML with no bytes yet, or arrived; orphans arrived unasked."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("version_id", "name_key"), Index("ix_attachment_sha256", "sha256"))

    id: Mapped[int] = apart("attachment")
    version_id: Mapped[int] = mapped_column(ForeignKey("submission_version.id"))
    name: Mapped[str] = mapped_column(String(255))
    name_key: Mapped[str] = mapped_column(String(255))
    """The NFC form of the name: phones and XML may spell the same letters differently."""
    is_expected: Mapped[bool]
    content_type: Mapped[str] = mapped_column(String(100), default="")
    # All three are empty until the bytes arrive.
    sha256: Mapped[str | None] = mapped_column(String(64))
    media_key: Mapped[str | None] = mapped_column(String(255))
    size_bytes: Mapped[int | None]
    received_at: Mapped[datetime | None] = mapped_column(Instant)


class FindingRow(Model):
    """What is wrong or odd in a version: a code, a place and parameters, never an answer."""

    __tablename__ = "finding"
    __table_args__ = (
        CheckConstraint("severity IN ('error', 'warning', 'note')", name="severity"),
        Index("ix_finding_version", "version_id"),
        Index("ix_finding_code", "code", "version_id"),
    )

    id: Mapped[int] = apart("finding")
    version_id: Mapped[int] = mapped_column(ForeignKey("submission_version.id"))
    code: Mapped[str] = mapped_column(String(60))
    path: Mapped[str] = mapped_column(String(500))
    severity: Mapped[str] = mapped_column(String(8))
    params: Mapped[dict[str, Any]] = mapped_column(Document)
