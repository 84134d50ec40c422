"""Shared by all tests: databases, services, a clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event

from server.language.catalogue import load_catalogue
from server.media.opening import open_store
from server.settings import read_settings

pytest_plugins = ["tests.scratch", "tests.postgres_server", "tests.s3_fixture"]
SECRET = "k7Qm2vX9pR4tY8wB1nD6sF3gH5jL0zAc"


@pytest.fixture(scope="session")
def catalogue():
    return load_catalogue()


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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """The address of an empty, migrated database of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "nepnha.db"
        path.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_server")
    name = server.new_database(request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def engine(database_url):
    from server.storage.database import open_engine

    engine, opened = open_engine(database_url, connections=20), []
    event.listen(engine, "connect", lambda connection, _record: opened.append(connection))
    yield engine
    engine.dispose()
    # A request that outlives its test gives its connection back to a pool that nobody empties any more.
    if engine.dialect.name == "postgresql":
        for connection in opened:
            connection.close()


class Clock:
    """A clock for tests; 2026-10-05 is a Monday in a year after the merger of communes."""

    def __init__(self, at: datetime = datetime(2026, 10, 5, 2, 0, tzinfo=UTC)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **how_long: float) -> None:
        self.at += timedelta(**how_long)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def environment(database_url, tmp_path):
    return {
        "NEPNHA_DATABASE_URL": database_url,
        "NEPNHA_MEDIA_URL": f"file:{tmp_path / 'media'}",
        "NEPNHA_PUBLIC_URL": "http://field.test:8000",
        "NEPNHA_SECRET_KEY": SECRET,
    }


@pytest.fixture
def services(engine, environment, clock, catalogue):
    """The server's parts on an empty, migrated database of each kind, with local media."""
    from server.operations.atlas import Atlas
    from server.operations.entity_shelf import EntityShelf
    from server.operations.form_shelf import FormShelf
    from server.operations.services import Services

    settings = read_settings(environment)
    media = open_store(settings.media_url, Path(settings.media_url.removeprefix("file:")) / "incoming")
    yield Services(
        settings=settings,
        engine=engine,
        media=media,
        catalogue=catalogue.strict(),
        shelf=FormShelf(engine),
        atlas=Atlas(engine),
        lists=EntityShelf(),
        now=clock,
        new_id=lambda: str(uuid4()),
    )
    media.close()
