"""Pairs of entities that are probably one, what was decided of them, and the keys under which they are found.

Keys are digests: they find rows that agree in something and tell nobody in what.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import USED_ONCE, Id, Instant, Model


class LikenessKeyRow(Model):
    """A key of a live entity; two entities that share one are compared."""

    __tablename__ = "likeness_key"
    __table_args__ = (Index("ix_likeness_key_key", "key", "entity_key"),)

    entity_key: Mapped[int] = mapped_column(ForeignKey("entity.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """A digest of list and key."""


class SuspectRow(Model):
    """Two entities of a list that are probably one; a pair that was decided on is not proposed again."""

    __tablename__ = "suspect"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'dismissed', 'merged')", name="state"),
        CheckConstraint("first_key < second_key", name="pair"),
        UniqueConstraint("first_key", "second_key"),
        Index("ix_suspect_second", "second_key"),
        Index("ix_suspect_state", "list_id", "state", "score", "id"),
        USED_ONCE,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("entity_list.id"))
    first_key: Mapped[int] = mapped_column(ForeignKey("entity.id", ondelete="CASCADE"))
    second_key: Mapped[int] = mapped_column(ForeignKey("entity.id", ondelete="CASCADE"))
    score: Mapped[int]
    """From 0 to 100; why is said anew whenever the two are shown."""
    state: Mapped[str] = mapped_column(String(9))
    found_at: Mapped[datetime] = mapped_column(Instant)
    # Nobody has decided on an open pair.
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Why the two were said to be two."""
    # The merge that made them one.
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("register_batch.id"))
