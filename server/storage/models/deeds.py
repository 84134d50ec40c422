"""What people did and opened: rows are only ever added, and the database itself refuses anything else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Document, Id, Instant, Model


class DeedRow(Model):
    """One deed; triggers refuse to change or remove it. Its id is shown to nobody: a gap would tell of incidents."""

    __tablename__ = "deed"
    __table_args__ = (
        Index("ix_deed_at", "done_at"),
        Index("ix_deed_account", "account_id", "done_at"),
        Index("ix_deed_thing", "thing", "thing_id", "done_at"),
        Index("ix_deed_unit", "unit_id", "done_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    done_at: Mapped[datetime] = mapped_column(Instant)
    # None at the command line, for background work, and for a sign-in that named nobody.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    # Whose post was filled by a deputy; None in one's own post.
    stands_in_for_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(40))
    thing: Mapped[str] = mapped_column(String(20))
    # None where there are many or none, as for a list.
    thing_id: Mapped[int | None] = mapped_column(Id)
    # None only while no unit is loaded.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    params: Mapped[dict[str, Any]] = mapped_column(Document)
    is_sensitive: Mapped[bool]
    batch_id: Mapped[str] = mapped_column(String(36))
