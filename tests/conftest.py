"""Shared by all tests: databases, services, a clock that stands still until it is moved."""

from __future__ import annotations

import gc
import re
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from sqlalchemy import event
from werkzeug.routing import Rule

from server.language.catalogue import load_catalogue
from server.media.opening import open_store
from server.settings import read_settings
from tests.server_parts import Clock, environment_of, with_shared_statements

LONG_FOLDERS = {"journeys", "scripts"}
LONG_FILES = {
    "test_each_route_in_browser.py",
    "test_ends_in_records.py",
    "test_ends_of_ranges.py",
    "test_every_page_in_browser.py",
    "test_import_large.py",
    "test_incident_traces.py",
    "test_likeness_sample.py",
    "test_random_accounts.py",
    "test_register_sight.py",
    "test_server_commands.py",
}
"""Where a single test takes five seconds and more."""

CHANGING_NAME = re.compile(r"set\(|\[\{<|\bat 0x")
"""What the printed form of a set or of an object puts into a test's name: another in each process that runs tests."""

pytest_plugins = ["tests.scratch", "tests.postgres_server", "tests.s3_fixture", "tests.beginnings"]


def pytest_addoption(parser):
    parser.addoption("--pictures", type=Path, help="keep a picture of every page, in every look, in this folder")


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Look for garbage neither while ten thousand tests are found nor among them: they stay until the end.

    And seldom afterwards, as the server does (see gunicorn.conf.py): at Python's own pace it is a tenth of a run.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        gc.enable()


def pytest_collection_modifyitems(items):
    """Refuse names that differ between processes; begin with what takes longest, so that none is idle at the end."""
    if changing := [item.nodeid for item in items if CHANGING_NAME.search(item.nodeid)]:
        raise pytest.UsageError(f"names that each process would write differently, give them ids: {changing[:3]}")
    items.sort(key=lambda item: not (item.path.parent.name in LONG_FOLDERS or item.path.name in LONG_FILES))


@pytest.fixture(scope="session", autouse=True)
def costly_hasher():
    """Hash passwords as cheaply as argon2 can, for tests sign in at every turn; the server's own is returned."""
    from argon2 import PasswordHasher

    from server.operations import passwords

    cheap, costly = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), passwords._hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: cheap)
        yield costly()


@pytest.fixture(scope="session", autouse=True)
def addresses_compiled_once():
    """Compile the application's addresses once a process: that is most of making one, and tests make hundreds."""
    compile_anew, compiled = Rule._compile_builder, {}

    def compile_once(rule, append_unknown=True):
        said = rule.rule, tuple(rule._trace), append_unknown
        if rule.defaults or said not in compiled:
            compiled[said] = compile_anew(rule, append_unknown)
        return compiled[said]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compile_once)
        yield


class CompiledTemplates(BytecodeCache):
    """What a process has compiled of templates so far, by name and content."""

    def __init__(self):
        self._kept = {}

    def load_bytecode(self, bucket):
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket):
        self._kept[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once():
    """Compile each template once a process: every application would anew, a sixth of the time of tests of pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", CompiledTemplates())
        yield


@pytest.fixture(scope="session")
def catalogue():
    return load_catalogue()


@pytest.fixture
def engine(database_url):
    from server.storage.database import open_engine

    engine, opened = open_engine(database_url, connections=20), []
    event.listen(engine, "connect", lambda connection, _record: opened.append(connection))
    yield with_shared_statements(engine)
    engine.dispose()
    # A request that outlives its test gives its connection back to a pool that nobody empties any more.
    if engine.dialect.name == "postgresql":
        for connection in opened:
            connection.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def environment(database_url, tmp_path):
    return environment_of(database_url, tmp_path / "media")


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
