"""What a plan sets beside its figures: by which day a period is locked, and how the records of a form are approved."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Id, Instant, Model


class DeadlineRow(Model):
    """The day by which a level locks a part of the year."""

    __tablename__ = "deadline"

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(String(16))
    part: Mapped[str] = mapped_column(String(4))
    """``year``, ``h1``, ``h2``, ``q1`` … ``q4``."""
    month: Mapped[int]
    day: Mapped[int]
    years_after: Mapped[int]
    first_year: Mapped[int]
    """0 for open, as the last."""
    last_year: Mapped[int]
    source: Mapped[str] = mapped_column(Text)


class ReviewPolicyRow(Model):
    """How the records of a form are approved under a plan; kept for ever, since histories name it."""

    __tablename__ = "review_policy"
    __table_args__ = (
        CheckConstraint("policy IN ('by_hand', 'clean_after_days')", name="policy"),
        UniqueConstraint("plan_id", "form_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    form_id: Mapped[str] = mapped_column(String(200))
    policy: Mapped[str] = mapped_column(String(20))
    days: Mapped[int]
    held_back: Mapped[int]
    """Per cent of the records."""
    source: Mapped[str] = mapped_column(Text)


class PolicyRunRow(Model):
    """One day on which records were approved by rule: at most one run a day, and one batch for each."""

    __tablename__ = "policy_run"
    __table_args__ = (UniqueConstraint("ran_on"), UniqueConstraint("batch_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ran_on: Mapped[date] = mapped_column(Date)
    batch_id: Mapped[str] = mapped_column(String(36))
    started_at: Mapped[datetime] = mapped_column(Instant)
