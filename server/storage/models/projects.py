"""Projects: who fills what, apart from whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Id, Instant, Model


class ProjectRow(Model):
    """A project; kind is main, practice (the twin of another) or separate (incidents)."""

    __tablename__ = "project"
    __table_args__ = (
        CheckConstraint("kind IN ('main', 'practice', 'separate')", name="kind"),
        CheckConstraint("(kind = 'practice') = (practice_of_id IS NOT NULL)", name="twin"),
        UniqueConstraint("name"),
        UniqueConstraint("practice_of_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))
    # Only a practice twin has a project whose forms it serves.
    practice_of_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    forms_revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Instant)


class PlanRow(Model):
    """One uploaded plan workbook: indicators and targets as data; the newest of a name is in force."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("project_id", "name", "sha256"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    workbook: Mapped[bytes] = mapped_column(LargeBinary)
    published_at: Mapped[datetime] = mapped_column(Instant)


class PlanOfferRow(Model):
    """A plan workbook that an account looks at before it is published; one for each account."""

    __tablename__ = "plan_offer"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(String(120))
    workbook: Mapped[bytes] = mapped_column(LargeBinary)
    # None where no plan of that name was in force.
    base_plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"))
    offered_at: Mapped[datetime] = mapped_column(Instant)
