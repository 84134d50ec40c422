"""Quarters of which an incident officer said that there was no case: then nothing counted is nothing, not silence."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Id, Instant, Model

_STANDING = text("withdrawn_at IS NULL")


class NoCaseRow(Model):
    """One confirmation for a commune and a quarter; one that was withdrawn stays as history."""

    __tablename__ = "no_case"
    __table_args__ = (
        CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter"),
        Index(
            "uq_no_case_standing",
            "project_id",
            "year",
            "unit_id",
            "quarter",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    quarter: Mapped[int]
    until: Mapped[date] = mapped_column(Date)
    """The last day it speaks of: that of the quarter, or an earlier one on which it was made."""
    confirmed_at: Mapped[datetime] = mapped_column(Instant)
    # None at the command line.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    author: Mapped[str] = mapped_column(String(120))
    # None while it stands.
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_by: Mapped[str] = mapped_column(String(120), default="", server_default="")
