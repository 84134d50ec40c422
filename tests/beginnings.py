"""What tests begin with: built once for each kind of database, and copied for every test that wants it.

A test begins with an empty, migrated database on each kind. A folder or module that needs more overrides the fixture
`beginning` with a function (or a class) of services; what that made, over the test's own copy, is the fixture `begun`.
One that has nothing to do with SQL overrides `databases` with `sqlite_databases`.
"""

from __future__ import annotations

import shutil
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.server_parts import Clock, opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path


class SqliteDatabases:
    """Databases in files; one is named by its path."""

    def __init__(self, empty: str) -> None:
        self.empty = empty

    def copy(self, name: str, folder: Path) -> str:
        return str(shutil.copyfile(name, folder / "nepnha.db"))

    def url(self, name: str) -> str:
        return f"sqlite:///{name}"

    def drop(self, _name: str) -> None:
        """The folder goes with the test."""


class PostgresDatabases:
    """Databases on the server; one is named by its name."""

    def __init__(self, server, empty: str) -> None:
        self._server, self.empty = server, empty

    def copy(self, name: str, _folder: Path) -> str:
        return self._server.new_database(name)

    def url(self, name: str) -> str:
        return self._server.url(name)

    def drop(self, name: str) -> None:
        self._server.drop_database(name)


@dataclass(frozen=True)
class AtRest:
    """What was built: its database and its media, the time then, and what the function returned, over its services."""

    database: str
    media: Path
    at: datetime
    made: object
    services: object

    def over(self, services):
        """Return a copy of what was made that stands on other services and shares nothing with it."""
        return deepcopy(self.made, {id(self.services): services})


def built(databases, build: Callable, folder: Path) -> AtRest:
    """Build once, in a database of that kind of its own."""
    name, media, clock = databases.copy(databases.empty, folder), folder / "media", Clock()
    media.mkdir()
    with opened(databases.url(name), media, clock) as services:
        made = build(services)
    return AtRest(name, media, clock.at, made, services)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    from server.storage.database import open_engine
    from server.storage.schema import upgrade

    path = tmp_path_factory.mktemp("template") / "empty.db"
    engine = open_engine(f"sqlite:///{path}", connections=1)
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server):
    from server.storage.database import open_engine
    from server.storage.schema import upgrade

    name = postgres_server.new_database()
    engine = open_engine(postgres_server.url(name), connections=1)
    upgrade(engine)
    engine.dispose()
    return name


@pytest.fixture(scope="session")
def sqlite_databases(sqlite_template):
    return SqliteDatabases(str(sqlite_template))


@pytest.fixture(scope="session")
def postgres_databases(postgres_server, postgres_template):
    return PostgresDatabases(postgres_server, postgres_template)


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request):
    """Each kind of database in turn."""
    return request.getfixturevalue(f"{request.param}_databases".replace("postgresql", "postgres"))


@pytest.fixture(scope="session")
def built_before():
    """What this process has built so far, by kind and function."""
    return {}


@pytest.fixture
def beginning():
    """The function that makes, of services, what the test begins with; falsy: it begins with an empty database."""
    return ()


@pytest.fixture
def at_rest(databases, beginning, built_before, tmp_path_factory):
    if not beginning:
        return None
    if (databases, beginning) not in built_before:
        built_before[databases, beginning] = built(databases, beginning, tmp_path_factory.mktemp("beginning"))
    return built_before[databases, beginning]


@pytest.fixture
def database_url(databases, at_rest, clock, tmp_path):
    """The address of the test's own copy of what it begins with."""
    name = databases.copy(at_rest.database if at_rest else databases.empty, tmp_path)
    if at_rest:
        clock.at = at_rest.at
        shutil.copytree(at_rest.media, tmp_path / "media")
    yield databases.url(name)
    databases.drop(name)


@pytest.fixture
def begun(at_rest, services):
    """What the test begins with, over its services."""
    return at_rest.over(services)
