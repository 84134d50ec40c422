"""Smaller copies of photos: which file of the media store is the copy of which, at which size."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.models.schema import Model


class PictureRow(Model):
    """A copy. Whoever removes a photo removes its copies."""

    __tablename__ = "picture"

    media_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    side: Mapped[int] = mapped_column(primary_key=True)
    # None for what cannot be shown: it is not tried again.
    picture_key: Mapped[str | None] = mapped_column(String(255))
    size_bytes: Mapped[int]
