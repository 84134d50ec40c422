"""What tests of people at the console start from."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from figures_field import copied_field, made
from province import copied_file, copied_on_server, postgres_province, sqlite_province
from report_province import postgres_reports, reports, sqlite_reports

__all__ = ["postgres_province", "postgres_reports", "reports", "sqlite_province", "sqlite_reports"]


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request, tmp_path):
    """The province of `console_world` on each kind of database."""
    if request.param == "sqlite":
        with copied_file(request.getfixturevalue("sqlite_province"), tmp_path) as world:
            yield world
        return
    made, server = request.getfixturevalue("postgres_province"), request.getfixturevalue("postgres_server")
    with copied_on_server(made, server, tmp_path) as world:
        yield world


@pytest.fixture(scope="session")
def sqlite_figures(sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    database = shutil.copy(sqlite_template, folder / "field.db")
    return made(database, f"sqlite:///{database}", folder / "media")


@pytest.fixture(scope="session")
def postgres_figures(postgres_server, postgres_template, tmp_path_factory):
    name = postgres_server.new_database(postgres_template)
    return made(name, postgres_server.url(name), tmp_path_factory.mktemp("figures") / "media")


@pytest.fixture(params=["sqlite", "postgresql"])
def figures_field(request, tmp_path):
    """Households, two forms and a plan of counts on each kind of database."""
    if request.param == "sqlite":
        at_rest = request.getfixturevalue("sqlite_figures")
        database = shutil.copy(at_rest[0], tmp_path / "field.db")
        with copied_field(at_rest, f"sqlite:///{database}", tmp_path / "media") as field:
            yield field
        return
    at_rest, server = request.getfixturevalue("postgres_figures"), request.getfixturevalue("postgres_server")
    name = server.new_database(at_rest[0])
    with copied_field(at_rest, server.url(name), tmp_path / "media") as field:
        yield field
    server.drop_database(name)
