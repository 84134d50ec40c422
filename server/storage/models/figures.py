"""Contributions of records to measures, the winner of each subject, and the sums figures are read from.

Key of a contribution: version x measure x index in `over` x subject x category. Sums are kept for the lowest unit
only; larger units are added up at read, since keeping district and province rows in step costs far more than it saves.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Id, Model


class ContributionRow(Model):
    """What one version adds to one measure, per category."""

    __tablename__ = "contribution"
    __table_args__ = (
        UniqueConstraint("version_id", "measure", "position", "subject", "category"),
        Index("ix_contribution_subject", "project_id", "measure", "period", "subject"),
        Index("ix_contribution_submission", "submission_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("submission_version.id"))
    measure: Mapped[str] = mapped_column(String(120))
    """``form_id.measure_name``"""
    position: Mapped[int]
    subject: Mapped[str] = mapped_column(String(255))
    category: Mapped[str] = mapped_column(String(200))
    period: Mapped[int]
    event_date: Mapped[date] = mapped_column(Date)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    combine: Mapped[str] = mapped_column(String(8))
    value: Mapped[float] = mapped_column(Float)
    is_counted: Mapped[bool] = mapped_column(default=False)
    """True for the rows that make the figure: of an approved version and, for *latest* and *any*, the winner."""


class FigureSumRow(Model):
    """The sum of the counted contributions of the lowest unit x measure x category x period."""

    __tablename__ = "figure_sum"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    measure: Mapped[str] = mapped_column(String(120), primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    category: Mapped[str] = mapped_column(String(200), primary_key=True)
    value: Mapped[float] = mapped_column(Float)
    records: Mapped[int]


class SubjectLockRow(Model):
    """One row per measure, subject and period: approvals of one household wait for each other on it."""

    __tablename__ = "subject_lock"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    measure: Mapped[str] = mapped_column(String(120), primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    # The contributions' version that wins; none when the last approved one was taken back.
    version_id: Mapped[int | None]
