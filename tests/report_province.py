"""The province of `report_world`, made once for each kind of database and copied for every test that wants it."""

from __future__ import annotations

import shutil
from contextlib import contextmanager

import pytest
from console_world import TurningClock, make_account
from province import Made, opened
from report_world import DAK_HA, PROVINCE, TU_MO_RONG, ReportWorld

from server.access.roles import Role


def make(database, database_url, media):
    """Make the province, with the people of its pages, and leave it at rest."""
    clock = TurningClock()
    with opened(database_url, media, clock) as services:
        world = ReportWorld(services)
        make_account(services, "xa", (Role.SUPERVISOR, DAK_HA), (Role.INCIDENT_OFFICER, DAK_HA))
        make_account(services, "xa.khac", (Role.SUPERVISOR, TU_MO_RONG), (Role.INCIDENT_OFFICER, TU_MO_RONG))
        make_account(services, "tinh", (Role.SUPERVISOR, PROVINCE), (Role.INCIDENT_OFFICER, PROVINCE))
        make_account(services, "doc", (Role.ANALYST, PROVINCE))
        make_account(services, "quan.tri", (Role.ADMINISTRATOR, PROVINCE))
    return Made(database, media, world, clock.at)


@contextmanager
def copied(made, database_url, media):
    """The province over a copy of its database, which stands at *database_url*."""
    shutil.copytree(made.media, media)
    with opened(database_url, media, TurningClock(made.at)) as services:
        yield made.world.over(services)


@contextmanager
def copied_file(made, folder):
    """The province on SQLite, copied into *folder*."""
    shutil.copy(made.database, folder / "reports.db")
    with copied(made, f"sqlite:///{folder}/reports.db", folder / "reports-media") as world:
        yield world


@contextmanager
def copied_on_server(made, server, folder):
    """The province on PostgreSQL, in a database of its own that goes afterwards."""
    name = server.new_database(made.database)
    with copied(made, server.url(name), folder / "reports-media") as world:
        yield world
    server.drop_database(name)


@pytest.fixture(scope="session")
def sqlite_reports(sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    database = shutil.copy(sqlite_template, folder / "reports.db")
    return make(str(database), f"sqlite:///{database}", folder / "media")


@pytest.fixture(scope="session")
def postgres_reports(postgres_server, postgres_template, tmp_path_factory):
    name = postgres_server.new_database(postgres_template)
    return make(name, postgres_server.url(name), tmp_path_factory.mktemp("reports") / "media")


@pytest.fixture(params=["sqlite", "postgresql"])
def reports(request, tmp_path):
    """The province on each kind of database."""
    if request.param == "sqlite":
        with copied_file(request.getfixturevalue("sqlite_reports"), tmp_path) as world:
            yield world
        return
    made, server = request.getfixturevalue("postgres_reports"), request.getfixturevalue("postgres_server")
    with copied_on_server(made, server, tmp_path) as world:
        yield world
