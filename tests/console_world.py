"""A small server for tests of people at the console: real database, real media, a clock that can be turned."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from server.language.catalogue import load_catalogue
from server.media.opening import open_store
from server.operations.add_account import NewAccount, NewPost, add_account
from server.operations.atlas import Atlas
from server.operations.load_units import SAMPLE_FILE, SEED_FILE, load_units, seed_text
from server.operations.services import Services
from server.settings import read_settings
from server.storage.database import open_engine
from server.storage.models import db

PASSWORD = "mat-khau-thu-nghiem"
DAK_HA, DAK_PXI, KON_TUM = "23500", "23504", "62@2025-06-30"


@dataclass
class Clock:
    """The time the server believes it is."""

    at: datetime = field(default=datetime(2026, 11, 24, 3, 0, tzinfo=UTC))

    def __call__(self):
        """Return the time now."""
        return self.at

    def forward(self, **span):
        """Turn the clock on."""
        self.at += timedelta(**span)


def make_services(tmp_path, *, engine=None, shelf=None, clock=None, public_url="http://127.0.0.1:8000"):
    """Return services on an empty database with the units of the seed loaded."""
    settings = read_settings(
        {
            "NEPNHA_DATABASE_URL": f"sqlite:///{tmp_path}/test.db",
            "NEPNHA_MEDIA_URL": f"file:{tmp_path}/media",
            "NEPNHA_SECRET_KEY": "secret-of-the-tests-0123456789-abcdef",
            "NEPNHA_PUBLIC_URL": public_url,
        }
    )
    if engine is None:
        engine = open_engine(settings.database_url, connections=5)
        db.metadata.create_all(engine)
    numbers = itertools.count(1)
    services = Services(
        settings=settings,
        engine=engine,
        media=open_store(settings.media_url, tmp_path / "arriving"),
        catalogue=load_catalogue().strict(),
        shelf=shelf,
        atlas=Atlas(engine),
        now=clock or Clock(),
        new_id=lambda: str(uuid.UUID(int=next(numbers))),
    )
    load_units(services, seed_text(SEED_FILE))
    load_units(services, seed_text(SAMPLE_FILE))
    return services


def make_account(services, login, *posts, name="Người dùng mẫu"):
    """Add an account with posts given as (role, unit reference)."""
    wanted = NewAccount(login, name, tuple(NewPost(role, (unit,)) for role, unit in posts), PASSWORD, is_sample=True)
    return add_account(services, wanted).account_id
