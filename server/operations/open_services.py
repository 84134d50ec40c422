"""From settings to services: the database and the media store are opened, nothing is asked of them yet."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING
from uuid import uuid4

from server.language.catalogue import load_catalogue
from server.media.opening import open_store
from server.operations.atlas import Atlas
from server.operations.entity_shelf import EntityShelf
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
        media=open_store(settings.media_url, incoming_folder(settings)),
        catalogue=load_catalogue(),
        shelf=FormShelf(engine),
        atlas=Atlas(engine),
        lists=EntityShelf(),
        now=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid4()),
    )


def incoming_folder(settings: Settings) -> Path:
    """Return where uploads land before an object store takes them: beside a SQLite file, else the temporary folder.

    A server with PostgreSQL and S3 has no folder of its own; TMPDIR says where it may write.
    """
    path = sqlite_path(settings.database_url)
    return path.parent / "incoming" if path else Path(gettempdir()) / f"nepnha-incoming-{os.getuid()}"
