"""Work to do later: the outbox, claimed row by row, and the spool of bytes an object store could not take."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import USED_ONCE, Document, Id, Instant, Model


class OutboxRow(Model):
    """One piece of background work, added in the transaction that made it necessary."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_run", "run_at", "id"), USED_ONCE)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(Document)
    run_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str] = mapped_column(Text, default="")


class SpoolRow(Model):
    """A slice of at most 1 MB of a file that waits for the object store; read in order of `slice`."""

    __tablename__ = "spool"

    media_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    slice: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
