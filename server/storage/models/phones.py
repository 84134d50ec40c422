"""Which form versions phones hold: noted when a phone downloads one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Id, Instant, Model


class PhoneFormRow(Model):
    """A version a collaborator's phone has fetched; the newest of a form is the one it fills."""

    __tablename__ = "phone_form"
    __table_args__ = (Index("ix_phone_form_version", "version_id"),)

    collaborator_id: Mapped[int] = mapped_column(Id, ForeignKey("collaborator.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(Id, ForeignKey("form_version.id"), primary_key=True)
    fetched_at: Mapped[datetime] = mapped_column(Instant)
