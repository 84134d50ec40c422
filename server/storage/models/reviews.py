"""Who decided what about which version, when, and in which batch."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.row_ids import apart
from server.storage.models.schema import Instant, Model


class ReviewRow(Model):
    """One decision; append-only. The state before is kept so that a batch can be undone."""

    __tablename__ = "review"
    __table_args__ = (
        CheckConstraint(
            "state IN ('received', 'has_issues', 'edited', 'approved', 'rejected')",
            name="state",
        ),
        UniqueConstraint("undoes_id"),
        Index("ix_review_submission", "submission_id", "id"),
        Index("ix_review_batch", "batch_id"),
        Index("ix_review_account", "account_id", "decided_at"),
    )

    id: Mapped[int] = apart("review")
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("submission_version.id"))
    state_before: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    comment: Mapped[str] = mapped_column(Text)
    # Empty for what the server itself does when an edit arrives.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    batch_id: Mapped[str] = mapped_column(String(36))
    decided_at: Mapped[datetime] = mapped_column(Instant)
    # Only what was approved by rule has the rule.
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("review_policy.id"))
    # Only an undo takes an earlier decision back.
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"))


class QuestionCommentRow(Model):
    """What a reviewer said of one question with a decision; it stands as long as the decision does."""

    __tablename__ = "question_comment"

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(500), primary_key=True)
    """Of the answer, with ``[n]`` on every repeat instance."""
    comment: Mapped[str] = mapped_column(Text)
