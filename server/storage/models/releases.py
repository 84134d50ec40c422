"""Release tables, frozen: what may be shown of sensitive measures, and apart from it what it was made from.

Rows are never changed: a revision is a new number, for all tables of a plan and year together. `release` is what
readers get; `release_exact` holds the exact cases, which only the next revision's audit and the official copy may read.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Id, Instant, Model


class ReleaseExactRow(Model):
    """One revision of a plan's release tables for a year, with the exact cases they were counted from."""

    __tablename__ = "release_exact"
    __table_args__ = (CheckConstraint("revision >= 1", name="revision"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    frame: Mapped[str] = mapped_column(String(40))
    """The boundaries the units are of."""
    families: Mapped[str] = mapped_column(Text)
    """JSON: for each family of measures its layout, its cases, and which cells are hidden."""
    frozen_at: Mapped[datetime] = mapped_column(Instant)
    frozen_by: Mapped[str] = mapped_column(String(120))


class ReleaseRow(Model):
    """One table of a revision, as it is shown."""

    __tablename__ = "release"
    __table_args__ = (
        ForeignKeyConstraint(
            ["plan_id", "year", "revision"],
            ["release_exact.plan_id", "release_exact.year", "release_exact.revision"],
        ),
    )

    plan_id: Mapped[int] = mapped_column(Id, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int]
    k: Mapped[int]
    cells: Mapped[str] = mapped_column(Text)
    """JSON: the declared table, its units, its columns and its cells; a hidden cell says nothing but that it is."""
    sha256: Mapped[str] = mapped_column(String(64))
