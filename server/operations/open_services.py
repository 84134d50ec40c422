"""From settings to services: the database and the media store are opened, nothing is asked of them yet."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from server.language.catalogue import load_catalogue
from server.media.opening import open_store
from server.operations.atlas import Atlas
from server.operations.form_shelf import FormShelf
from server.operations.services import Services
from server.settings import sqlite_path
from server.storage.database import open_engine

if TYPE_CHECKING:
    from server.settings import Settings


def make_services(settings: Settings) -> Services:
    """Return the server's parts as the settings name them, with the real clock and random ids."""
    engine = open_engine(settings.database_url, connections=settings.database_connections)
    return Services(
        settings=settings,
        engine=engine,
        media=open_store(settings.media_url, _incoming_folder(settings)),
        catalogue=load_catalogue(),
        shelf=FormShelf(engine),
        atlas=Atlas(engine),
        now=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid4()),
    )


def _incoming_folder(settings: Settings) -> Path:
    """Return where uploads land before an object store takes them: beside a SQLite file, else the working folder."""
    path = sqlite_path(settings.database_url)
    return (path.parent if path else Path("var")) / "incoming"
