"""The province of `report_world`, made once for each kind of database and copied for every test that wants it."""

from __future__ import annotations

import shutil

import pytest
from console_world import make_account
from province import copied_file, copied_on_server, make
from report_world import DAK_HA, PROVINCE, TU_MO_RONG, ReportWorld

from server.access.roles import Role


def build_reports(services):
    """Make the province, with the people of its pages."""
    world = ReportWorld(services)
    make_account(services, "xa", (Role.SUPERVISOR, DAK_HA), (Role.INCIDENT_OFFICER, DAK_HA))
    make_account(services, "xa.khac", (Role.SUPERVISOR, TU_MO_RONG), (Role.INCIDENT_OFFICER, TU_MO_RONG))
    make_account(services, "tinh", (Role.SUPERVISOR, PROVINCE), (Role.INCIDENT_OFFICER, PROVINCE))
    make_account(services, "doc", (Role.ANALYST, PROVINCE))
    make_account(services, "quan.tri", (Role.ADMINISTRATOR, PROVINCE))
    return world


@pytest.fixture(scope="session")
def sqlite_reports(sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    database = shutil.copy(sqlite_template, folder / "reports.db")
    return make(str(database), f"sqlite:///{database}", folder / "media", build_reports)


@pytest.fixture(scope="session")
def postgres_reports(postgres_server, postgres_template, tmp_path_factory):
    name = postgres_server.new_database(postgres_template)
    return make(name, postgres_server.url(name), tmp_path_factory.mktemp("reports") / "media", build_reports)


on_one_database = pytest.mark.parametrize("reports", ["sqlite"], indirect=True)
"""For rules of words, files and posts, which no database takes part in."""


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
