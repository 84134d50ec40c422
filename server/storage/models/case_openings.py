"""Who opened which case, why, and until when it lay open to them: rows are only ever added."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Id, Instant, Model


class CaseOpeningRow(Model):
    """One opening of one case, filed or held, by one account. Its deed holds no words, which may tell of somebody."""

    __tablename__ = "case_opening"
    __table_args__ = (
        CheckConstraint("(submission_id IS NULL) <> (upload_id IS NULL)", name="one_thing"),
        Index("ix_case_opening_submission", "submission_id", "opened_at"),
        Index("ix_case_opening_upload", "upload_id", "opened_at"),
        Index("ix_case_opening_account", "account_id", "opened_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # Of a case that lies in the tray there is no record yet.
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    upload_id: Mapped[int | None] = mapped_column(ForeignKey("held_upload.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    # Whose post was filled by a deputy; None in one's own post.
    stands_in_for_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    session_key: Mapped[str] = mapped_column(String(64))
    """Of the sign-in it was opened in, which may be over."""
    reason: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(500))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    open_until: Mapped[datetime] = mapped_column(Instant)
