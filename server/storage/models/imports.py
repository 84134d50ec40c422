"""Files loaded into registers, and the household totals that come from files alone.

A loaded file is read first and shown, then run once somebody said yes; its bytes are kept only until then. Totals are
never replaced: a further version stands beside the one before, which comes back when a load is undone.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.row_ids import apart
from server.storage.models.schema import Document, Id, Instant, Model

_CURRENT = text("is_current")


class RegisterImportRow(Model):
    """One file on its way into a register: what was read of it, how far it is, which batch it became."""

    __tablename__ = "register_import"
    __table_args__ = (
        CheckConstraint("kind IN ('households', 'staff', 'totals', 'figures', 'cases')", name="kind"),
        CheckConstraint(
            "state IN ('reading', 'read', 'refused', 'waiting', 'running', 'done', 'undoing', 'undone')", name="state"
        ),
        Index("ix_register_import_project", "project_id", "kind", "created_at"),
        Index("ix_register_import_batch", "batch_id"),
    )

    id: Mapped[int] = apart("register_import")
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    kind: Mapped[str] = mapped_column(String(12))
    # None for the command line.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    unit_ids: Mapped[list[Any]] = mapped_column(Document)
    """The units of the posts it was made under; who covers them all may see it. Empty for the command line."""
    file_name: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str] = mapped_column(String(64))
    # None once the file is dropped, and for the command line, which reads it from its own disk.
    media_key: Mapped[str | None] = mapped_column(String(255))
    as_of: Mapped[date] = mapped_column(Date)
    """The day for which the list was right."""
    source: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(8))
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    report: Mapped[dict[str, Any]] = mapped_column(Document)
    """What was read: counts, examples of changes, what is wrong in which row; or why it was refused."""
    # None until it runs, and for totals, which stand in no list.
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("register_batch.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    touched_at: Mapped[datetime] = mapped_column(Instant)
    """When it last got on; one that runs and has not for some minutes is broken off."""


class HouseholdTotalRow(Model):
    """How many households a unit had in a year, as somebody else counted them."""

    __tablename__ = "household_total"
    __table_args__ = (
        CheckConstraint("total >= 0", name="total"),
        UniqueConstraint("project_id", "year", "unit_id", "version"),
        Index(
            "uq_household_total_current",
            "project_id",
            "year",
            "unit_id",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
        Index("ix_household_total_import", "import_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    year: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    version: Mapped[int]
    total: Mapped[int]
    # A part nobody counted is empty, which is not zero.
    minority: Mapped[int | None]
    poor: Mapped[int | None]
    near_poor: Mapped[int | None]
    given: Mapped[list[str]] = mapped_column(Document)
    """The counts its own file gave; the others are those of the versions before it that still stand."""
    source: Mapped[str] = mapped_column(Text)
    is_current: Mapped[bool]
    is_undone: Mapped[bool]
    import_id: Mapped[int] = mapped_column(ForeignKey("register_import.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
