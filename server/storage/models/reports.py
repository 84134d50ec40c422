"""Reports: their layouts, the words drafted for them, and the copies that were issued, byte for byte.

An issued copy is never changed: a correction is a further revision beside it. Official copies, which hold exact counts
of sensitive measures, lie in a table of their own that one operation reads, and every opening of them is kept.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Document, Id, Instant, Model


class ReportTemplateRow(Model):
    """One uploaded report workbook; the newest of a name is in force."""

    __tablename__ = "report_template"
    __table_args__ = (
        CheckConstraint("level IN ('province', 'district', 'commune')", name="level"),
        CheckConstraint("status IN ('official', 'unchecked', 'archive')", name="status"),
        UniqueConstraint("project_id", "name", "sha256"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    workbook: Mapped[bytes] = mapped_column(LargeBinary)
    level: Mapped[str] = mapped_column(String(16))
    title_vi: Mapped[str] = mapped_column(String(300))
    title_en: Mapped[str] = mapped_column(String(300))
    status: Mapped[str] = mapped_column(String(16))
    published_at: Mapped[datetime] = mapped_column(Instant)
    published_by: Mapped[str] = mapped_column(String(120))


class ReportDraftRow(Model):
    """The words of one report of a unit and period, as they stand; *revision* tells two writers apart."""

    __tablename__ = "report_draft"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    words: Mapped[dict[str, str]] = mapped_column(Document)
    revision: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(String(120))


class _IssuedCopy:
    """What was issued, once and for ever: the workbook, the document with the words, and the page that is printed."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("report_template.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(String(120))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    period: Mapped[str] = mapped_column(String(7))
    revision: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    """Why there is a further revision; empty for the first."""
    workbook: Mapped[bytes] = mapped_column(LargeBinary)
    workbook_sha256: Mapped[str] = mapped_column(String(64))
    document: Mapped[bytes] = mapped_column(LargeBinary)
    document_sha256: Mapped[str] = mapped_column(String(64))
    page: Mapped[str] = mapped_column(Text)
    """JSON: the words and the grid of cells that are printed."""
    issued_at: Mapped[datetime] = mapped_column(Instant)
    issued_by: Mapped[str] = mapped_column(String(120))


class ReportIssueRow(_IssuedCopy, Model):
    """One issued public copy."""

    __tablename__ = "report_issue"
    __table_args__ = (
        CheckConstraint("revision >= 1", name="revision"),
        UniqueConstraint("project_id", "name", "unit_id", "period", "revision"),
        Index("ix_report_issue_unit", "unit_id", "period"),
    )


class OfficialReportRow(_IssuedCopy, Model):
    """One issued official copy, with exact counts; read by `server.operations.official_copy` alone."""

    __tablename__ = "report_official"
    __table_args__ = (
        CheckConstraint("revision >= 1", name="revision"),
        UniqueConstraint("project_id", "name", "unit_id", "period", "revision"),
    )


class ReportOpeningRow(Model):
    """Somebody opened, printed or locked an official copy, and why."""

    __tablename__ = "report_opening"
    __table_args__ = (CheckConstraint("act IN ('open', 'workbook', 'document', 'lock')", name="act"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(String(120))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    period: Mapped[str] = mapped_column(String(7))
    act: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(Instant)
