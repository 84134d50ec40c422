"""Boundaries of units as they were loaded: a file is a load, and each outline of it a row.

Rows are only added. Of one unit and first day the latest load that was not taken back holds, so taking one back brings
the outline before it again.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Float, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Id, Instant, Model


class BoundaryLoadRow(Model):
    """One file of boundaries."""

    __tablename__ = "boundary_load"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    file_name: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str] = mapped_column(String(64))
    # Empty: the outlines hold ever since there have been their units.
    valid_from: Mapped[date | None] = mapped_column(Date)
    loaded_at: Mapped[datetime] = mapped_column(Instant)
    # Set when it was taken back.
    undone_at: Mapped[datetime | None] = mapped_column(Instant)


class UnitBoundaryRow(Model):
    """The outline of a unit from a day on, with the box around it, in degrees."""

    __tablename__ = "unit_boundary"
    __table_args__ = (
        CheckConstraint("west <= east AND south <= north", name="box"),
        UniqueConstraint("load_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    load_id: Mapped[int] = mapped_column(ForeignKey("boundary_load.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[date | None] = mapped_column(Date)
    west: Mapped[float] = mapped_column(Float)
    south: Mapped[float] = mapped_column(Float)
    east: Mapped[float] = mapped_column(Float)
    north: Mapped[float] = mapped_column(Float)
    tolerance_m: Mapped[int]
    """Within how many metres the outline is that of the file."""
    outline: Mapped[str] = mapped_column(Text)
    """Coordinates of a GeoJSON MultiPolygon, to ask whether a place lies in it."""
    sketch: Mapped[str] = mapped_column(Text)
    """The same with few corners, to draw many units at once."""
