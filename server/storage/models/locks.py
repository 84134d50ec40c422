"""Locked periods: what was frozen, byte for byte, and what has moved the figures of locked periods since.

A lock is never changed and never taken away: the database itself refuses both. What arrives later is kept beside it,
one row per record and sum, in the transaction that moves the sum; so the difference between a frozen figure and
today's is exactly the rows since.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Id, Instant, Model


class PeriodLockRow(Model):
    """One revision of the frozen table of a unit and a period."""

    __tablename__ = "period_lock"
    __table_args__ = (
        CheckConstraint("revision >= 1", name="revision"),
        UniqueConstraint("project_id", "unit_id", "period", "revision"),
        Index("ix_period_lock_year", "project_id", "year"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    period: Mapped[str] = mapped_column(String(8))
    """As `server.indicators.periods` writes it."""
    revision: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    locked_at: Mapped[datetime] = mapped_column(Instant)
    # None for a lock made at the command line.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    author: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
    """Why a revision was made; empty for the first."""
    last_change_id: Mapped[int] = mapped_column(Id)
    """The last row of `late_change` there was: later ones are what this table lacks."""


class LateChangeRow(Model):
    """By how much one version of a record moved one sum of a locked period, after it was locked."""

    __tablename__ = "late_change"
    __table_args__ = (Index("ix_late_change_measure", "project_id", "period", "measure", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    measure: Mapped[str] = mapped_column(String(270))
    period: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    category: Mapped[str] = mapped_column(String(200))
    version_id: Mapped[int] = mapped_column(ForeignKey("submission_version.id"))
    thousandths: Mapped[int] = mapped_column(BigInteger)
    contributions: Mapped[int]
