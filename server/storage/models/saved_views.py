"""Lists as somebody likes to look at them: a name, and what the list is narrowed to and ordered by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import USED_ONCE, Id, Instant, Model


class SavedViewRow(Model):
    """One list of one account; nobody else sees it, and whatever it asks for, it shows its owner's territory alone."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("account_id", "name"), USED_ONCE)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(600))
    """The parameters of the list's address, in the order of their names."""
    created_at: Mapped[datetime] = mapped_column(Instant)
