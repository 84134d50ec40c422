"""Figures typed from paper, with the document each was taken from.

They are never added to counted ones and never replaced: a further version stands beside the one before, which comes
back when its batch is undone. A batch is a row of `register_import`, whether a file was loaded or a page filled in.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.row_ids import apart
from server.storage.models.schema import Instant, Model

_CURRENT = text("is_current")


class PaperFigureRow(Model):
    """One version of one figure of a unit and a stretch of time."""

    __tablename__ = "paper_figure"
    __table_args__ = (
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
        UniqueConstraint("project_id", "period", "unit_id", "key", "version"),
        Index(
            "uq_paper_figure_current",
            "project_id",
            "year",
            "unit_id",
            "key",
            "period",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
        Index("ix_paper_figure_import", "import_id"),
    )

    id: Mapped[int] = apart("paper_figure")
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    year: Mapped[int]
    period: Mapped[str] = mapped_column(String(7))
    """``2026``, ``2026-H1`` or ``2026-Q3``."""
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    frame_day: Mapped[date] = mapped_column(Date)
    """The day on which the unit was meant."""
    key: Mapped[str] = mapped_column(String(300))
    version: Mapped[int]
    # None once somebody took the figure back: nothing is known, which is not zero.
    thousandths: Mapped[int | None] = mapped_column(BigInteger)
    source_document: Mapped[str] = mapped_column(Text)
    source_number: Mapped[str] = mapped_column(String(100))
    # None where the paper bears no date.
    source_day: Mapped[date | None] = mapped_column(Date)
    source_body: Mapped[str] = mapped_column(String(200))
    author: Mapped[str] = mapped_column(String(120))
    is_sensitive: Mapped[bool]
    """Read by incident officers of the unit alone."""
    is_current: Mapped[bool]
    is_undone: Mapped[bool]
    import_id: Mapped[int] = mapped_column(ForeignKey("register_import.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
