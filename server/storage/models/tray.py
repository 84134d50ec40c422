"""The tray of held uploads: what arrived and cannot be filed yet, whole, with its reason and its owner."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.row_ids import apart
from server.storage.models.schema import Instant, Model


class HeldUploadRow(Model):
    """One held upload. Its owner is the collaborator who sent it; a supervisor of that post settles it."""

    __tablename__ = "held_upload"
    __table_args__ = (
        CheckConstraint(
            "reason IN ('unknown_form', 'unknown_version', 'other_content', 'other_attachment', 'no_instance_id',"
            " 'key_revoked')",
            name="reason",
        ),
        CheckConstraint("state IN ('held', 'released', 'discarded')", name="state"),
        UniqueConstraint("project_id", "collaborator_id", "sha256", "reason"),
        Index("ix_held_upload_list", "project_id", "state", "received_at"),
        Index("ix_held_upload_submission", "submission_id"),
    )

    id: Mapped[int] = apart("held_upload")
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    collaborator_id: Mapped[int] = mapped_column(ForeignKey("collaborator.id"))
    reason: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12), default="held")
    is_sensitive: Mapped[bool]
    form_id: Mapped[str] = mapped_column(String(200))
    form_version: Mapped[str] = mapped_column(String(200))
    instance_id: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    device_id: Mapped[str] = mapped_column(String(120), default="")
    received_at: Mapped[datetime] = mapped_column(Instant)
    # Set when it clashes with a record we hold, and when it is released: then it is the record it became part of.
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    settled_comment: Mapped[str] = mapped_column(String(1000), default="")


class HeldAttachmentRow(Model):
    """A file that came with a held upload."""

    __tablename__ = "held_attachment"
    __table_args__ = (UniqueConstraint("upload_id", "name_key", "sha256"),)

    id: Mapped[int] = apart("held_attachment")
    upload_id: Mapped[int] = mapped_column(ForeignKey("held_upload.id"))
    name: Mapped[str] = mapped_column(String(255))
    name_key: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    media_key: Mapped[str] = mapped_column(String(255))
    size_bytes: Mapped[int]
