"""What tests of the pages start from: the province of `console_world`, made once and copied for each test.

What lies below the pages is tested on both databases; the pages run on SQLite.
"""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
from console_world import TurningClock, build_world

from server.app import create_app, make_services
from server.settings import read_settings


@pytest.fixture(scope="session")
def made_once(sqlite_template, tmp_path_factory):
    """The province in a folder of its own: the folder, the world, and the time it was when all was made."""
    folder = tmp_path_factory.mktemp("province")
    shutil.copy(sqlite_template, folder / "nepnha.db")
    settings = read_settings(
        {
            "NEPNHA_DATABASE_URL": f"sqlite:///{folder}/nepnha.db",
            "NEPNHA_MEDIA_URL": f"file:{folder}/media",
            "NEPNHA_SECRET_KEY": "k7Qm2vX9pR4tY8wB1nD6sF3gH5jL0zAc",
        }
    )
    clock = TurningClock()
    services = dataclasses.replace(make_services(settings), now=clock)
    world = build_world(services)
    services.engine.dispose()
    services.media.close()
    return folder, world, clock.at


@pytest.fixture
def database_url(made_once, tmp_path):
    """The address of a copy of the province's database."""
    shutil.copy(made_once[0] / "nepnha.db", tmp_path / "nepnha.db")
    return f"sqlite:///{tmp_path}/nepnha.db"


@pytest.fixture
def world(made_once, services, clock):
    """The province, with services of this test's own."""
    folder, made, clock.at = made_once
    media = Path(services.settings.media_url.removeprefix("file:"))
    shutil.copytree(folder / "media", media, dirs_exist_ok=True)
    return dataclasses.replace(made, services=services)


@pytest.fixture
def app(world):
    """The whole application over the province."""
    return create_app(world.services)
