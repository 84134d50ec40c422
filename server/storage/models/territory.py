"""Dated administrative units, as rows: see `server.territory` for what they mean."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Id, Model


class UnitRow(Model):
    """One unit, whatever it is called and wherever it belongs over time."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(Id, primary_key=True)


class UnitPeriodRow(Model):
    """What a unit was called, which kind it was and what it belonged to between two days."""

    __tablename__ = "unit_period"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to", name="order"),
        UniqueConstraint("code", "valid_from"),
        Index("ix_unit_period_unit", "unit_id"),
        Index("ix_unit_period_parent", "parent_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    name_folded: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))
    # Only provinces have no parent.
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    # Empty: since before the plan's first year, or still in force.
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class UnitAttributeRow(Model):
    """A dated fact about a unit: urban or rural, area class, specially hard, border."""

    __tablename__ = "unit_attribute"
    __table_args__ = (UniqueConstraint("unit_id", "name", "valid_from"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class UnitSuccessorRow(Model):
    """Which unit took over from which."""

    __tablename__ = "unit_successor"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)


class UnitAncestorRow(Model):
    """Every unit below every unit above it, itself included, once per boundary frame; rebuilt when units load."""

    __tablename__ = "unit_ancestor"
    __table_args__ = (Index("ix_unit_ancestor_unit", "unit_id", "frame"),)

    frame: Mapped[str] = mapped_column(String(24), primary_key=True)
    ancestor_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    depth: Mapped[int]
    is_partial: Mapped[bool]
    """The unit was split: enough to see its records from here, not to add them up."""


class TerritoryRevisionRow(Model):
    """A single row whose number rises whenever units change, so that caches know."""

    __tablename__ = "territory_revision"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int]
