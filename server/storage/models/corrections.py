"""Versions that were not sent by a phone but made at the office, by whom and why, and edits that were settled there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Id, Instant, Model


class CorrectionRow(Model):
    """A version made at the office, beside the one it corrects."""

    __tablename__ = "correction"

    version_id: Mapped[int] = mapped_column(Id, ForeignKey("submission_version.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(Text)


class SettledBranchRow(Model):
    """An edit that came beside another, and about which somebody decided what of it counts."""

    __tablename__ = "settled_branch"

    version_id: Mapped[int] = mapped_column(Id, ForeignKey("submission_version.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    settled_at: Mapped[datetime] = mapped_column(Instant)
