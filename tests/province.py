"""The province of `console_world`, made once for each kind of database and copied for every test that wants it."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from console_world import World, build_world

from tests.server_parts import Clock, opened

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True)
class Made:
    """A province at rest: its database (a file, or a name on the server), its media, its facts, its time."""

    database: str
    media: Path
    world: World
    at: datetime


def make(database, database_url, media, build=build_world):
    """Make the province and leave it at rest."""
    clock = Clock()
    with opened(database_url, media, clock) as services:
        world = build(services)
    return Made(database, media, world, clock.at)


@contextmanager
def copied(made, database_url, media):
    """The province over a copy of its database, which stands at *database_url*."""
    shutil.copytree(made.media, media)
    with opened(database_url, media, Clock(made.at)) as services:
        yield made.world.over(services)


@contextmanager
def copied_file(made, folder):
    """The province on SQLite, copied into *folder*."""
    shutil.copy(made.database, folder / "province.db")
    with copied(made, f"sqlite:///{folder}/province.db", folder / "province-media") as world:
        yield world


@contextmanager
def copied_on_server(made, server, folder):
    """The province on PostgreSQL, in a database of its own that goes afterwards."""
    name = server.new_database(made.database)
    with copied(made, server.url(name), folder / "province-media") as world:
        yield world
    server.drop_database(name)


@pytest.fixture(scope="session")
def sqlite_province(sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("province")
    database = shutil.copy(sqlite_template, folder / "province.db")
    return make(str(database), f"sqlite:///{database}", folder / "media")


@pytest.fixture(scope="session")
def postgres_province(postgres_server, postgres_template, tmp_path_factory):
    name = postgres_server.new_database(postgres_template)
    return make(name, postgres_server.url(name), tmp_path_factory.mktemp("province") / "media")
