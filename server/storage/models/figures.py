"""Contributions of records to measures, the sums figures are read from, and the indicators and targets of plans.

Key of a contribution: version x measure x index in `over` x category; the subject follows from the first three. Which
record a version belongs to is said by its own row alone, so a merge of two chains moves no contribution. What counts is
marked on the row, and no index is of the marks: a review writes the row again beside itself, and nothing else.
Sums are kept for the lowest unit only; larger units are added up at read, since keeping district and province rows in
step costs far more than it saves. Amounts are whole thousandths: adding and taking back never leaves a rest.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Id, Model

_TOTAL = text("category = ''")
_ADDING = text("thousandths <> 0 AND NOT is_displaced")
_FURTHER = text("thousandths <> 0 AND NOT is_displaced AND position > 0")
_PLACE = ("project_id", "measure", "period", "category", "version_id", "unit_id")


class ContributionRow(Model):
    """What one version adds to one measure: a row for the total (category empty) and one for each category."""

    __tablename__ = "contribution"
    __table_args__ = (
        CheckConstraint("combine IN ('latest', 'any', 'sum')", name="combine"),
        Index(
            "ix_contribution_subject",
            "project_id",
            "measure",
            "period",
            "subject",
            sqlite_where=_TOTAL,
            postgresql_where=_TOTAL,
        ),
        Index("ix_contribution_adding", *_PLACE, sqlite_where=_ADDING, postgresql_where=_ADDING),
        Index("ix_contribution_further", *_PLACE, sqlite_where=_FURTHER, postgresql_where=_FURTHER),
        # Half of each page is left for rows as they are marked: beside themselves, none of their indexes is touched.
        {"postgresql_with": {"fillfactor": 50}},
    )

    # Versions are never deleted, and written by the transaction that writes this; a foreign key would lock and check
    # the version's row once for every row here.
    version_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    measure: Mapped[str] = mapped_column(String(270), primary_key=True)
    """``form_id.measure_name``"""
    position: Mapped[int] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(String(200), primary_key=True)
    """Empty for the total, else ``question=value``."""
    # The version's project, copied for the indexes; a foreign key would lock the one project row for every row here.
    project_id: Mapped[int] = mapped_column(Id)
    subject: Mapped[str] = mapped_column(String(255))
    period: Mapped[int]
    """The year of the event date."""
    event_date: Mapped[date] = mapped_column(Date)
    # Units are dated and never deleted; a foreign key would lock and check the unit's row once for every row here.
    unit_id: Mapped[int] = mapped_column(Id)
    combine: Mapped[str] = mapped_column(String(8))
    thousandths: Mapped[int] = mapped_column(BigInteger)
    is_counted: Mapped[bool] = mapped_column(default=False)
    """True for the rows that make the figure: of an approved version and, for *latest* and *any*, the winner."""
    is_displaced: Mapped[bool] = mapped_column(default=False)
    """True for the rows of an approved version that do not count, since another counts for their subject."""
    # None while it does not count, or counts for its own subject; else the household that it was merged into.
    counted_as: Mapped[str | None] = mapped_column(String(255))


class CountedSubjectRow(Model):
    """What counts for a subject of *latest* or *any*: its key is why no two ever do."""

    __tablename__ = "counted_subject"

    project_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    """Of a merged household, the one that survived."""
    measure: Mapped[str] = mapped_column(String(270), primary_key=True)
    version_id: Mapped[int] = mapped_column(Id)
    position: Mapped[int]


class FigureSumRow(Model):
    """The sum of the counted contributions of the lowest unit x measure x category x period; none is kept empty."""

    __tablename__ = "figure_sum"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    measure: Mapped[str] = mapped_column(String(270), primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    category: Mapped[str] = mapped_column(String(200), primary_key=True)
    thousandths: Mapped[int] = mapped_column(BigInteger)
    contributions: Mapped[int]
    """How many counted rows make the sum; it may be a sum of zeros."""
    adding: Mapped[int]
    """How many of them add something at the first place of a record: as many records, unless they repeat."""


class SubjectLockRow(Model):
    """One row per period and subject: approvals of one household wait for each other on it."""

    __tablename__ = "subject_lock"

    project_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)


class MergedSubjectRow(Model):
    """A household that was merged: what names it counts for the one that survived, however many merges away."""

    __tablename__ = "merged_subject"
    __table_args__ = (Index("ix_merged_subject_survivor", "project_id", "counts_as"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    counts_as: Mapped[str] = mapped_column(String(255))


class IndicatorRow(Model):
    """One indicator of a plan, as its workbook says it."""

    __tablename__ = "indicator"
    __table_args__ = (
        CheckConstraint("unit IN ('percent', 'permille', 'count', 'change')", name="unit"),
        CheckConstraint("direction IN ('up', 'down')", name="direction"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int]
    label_vi: Mapped[str] = mapped_column(String(300))
    label_en: Mapped[str] = mapped_column(String(300))
    definition_vi: Mapped[str] = mapped_column(Text)
    definition_en: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    numerator: Mapped[str] = mapped_column(String(480))
    """A measure, or ``measure[question=value]``."""
    denominator: Mapped[str] = mapped_column(String(480))
    """The same; empty for a plain count."""
    unit: Mapped[str] = mapped_column(String(8))
    direction: Mapped[str] = mapped_column(String(4))
    level: Mapped[str] = mapped_column(String(16))
    period: Mapped[str] = mapped_column(String(8))
    note: Mapped[str] = mapped_column(Text)


class TargetRow(Model):
    """What an indicator should reach in a year: in one unit, or in every unit of a level."""

    __tablename__ = "target"
    __table_args__ = (
        CheckConstraint("(unit_id IS NULL) <> (level = '')", name="one"),
        UniqueConstraint("plan_id", "indicator", "year", "unit_id"),
        Index("ix_target_indicator", "plan_id", "indicator", "year"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    indicator: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    # A target for every unit of a level names no unit.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    level: Mapped[str] = mapped_column(String(16), default="")
    thousandths: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(Text)
    is_draft: Mapped[bool]
