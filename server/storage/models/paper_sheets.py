"""Sheets of paper that were typed in at the office: each is a record of whoever filled it in."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Id, Model


class PaperSheetRow(Model):
    """One sheet; of a collaborator and a form there is one of each number."""

    __tablename__ = "paper_sheet"
    __table_args__ = (UniqueConstraint("collaborator_id", "form_key", "number"),)

    submission_id: Mapped[int] = mapped_column(Id, ForeignKey("submission.id"), primary_key=True)
    collaborator_id: Mapped[int] = mapped_column(ForeignKey("collaborator.id"))
    form_key: Mapped[int] = mapped_column(ForeignKey("form.id"))
    number: Mapped[str] = mapped_column(String(40))
    visited_on: Mapped[date] = mapped_column(Date)
