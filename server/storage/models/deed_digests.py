"""Digests of the deeds of each day, over that of the day before; the database lets nobody change or remove one."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, String
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Model


class DeedDigestRow(Model):
    """The digest of one day, in UTC; days on which nothing was done have none."""

    __tablename__ = "deed_digest"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    deeds: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
