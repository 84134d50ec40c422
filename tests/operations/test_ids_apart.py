"""No gap among everyday numbers tells that an incident came: what comes of incidents has numbers of its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from console_world import DAK_HA, TU_MO_RONG
from province import copied_file, copied_on_server
from sqlalchemy import select

from server.storage.models import db
from server.storage.models.row_ids import FIRST_SENSITIVE
from tests.mixed_world import live

pytestmark = pytest.mark.database
APART = {
    "submission", "submission_version", "attachment", "finding", "review", "held_upload", "held_attachment",
    "entity", "register_batch", "register_import", "paper_figure",
}  # fmt: skip
"""Tables both kinds of work write to and whose ids somebody may see."""
OF_A_CASE = {"submission", "submission_version", "review"}
MOMENT = 1000
UNSHOWN = {"record_step", "outbox", "deed", "case_opening"}
"""Rows whose ids no page, file or door has."""


@pytest.fixture(params=["sqlite", "postgresql"])
def another(request, tmp_path):
    """Return what opens another copy of the province on that kind of database."""
    if request.param == "sqlite":
        made = request.getfixturevalue("sqlite_reports")
        return lambda name: copied_file(made, folder(tmp_path, name))
    made, server = request.getfixturevalue("postgres_reports"), request.getfixturevalue("postgres_server")
    return lambda name: copied_on_server(made, server, folder(tmp_path, name))


def folder(tmp_path, name):
    (tmp_path / name).mkdir()
    return tmp_path / name


def ids(world):
    """Return the ids of every table whose rows are numbered."""
    numbered = [one for one in db.metadata.sorted_tables if "id" in one.c]
    with world.services.engine.connect() as connection:
        return {one.name: sorted(connection.execute(select(one.c.id)).scalars()) for one in numbered}


def microseconds():
    """Return the clock's time, to the millisecond SQLite tells, in microseconds."""
    return int(datetime.now(UTC).timestamp() * 1000) * 1000


def test_the_number_of_an_incident_tells_when_it_came_and_not_how_many_came_elsewhere(another):
    with another("one") as world:
        world.cases(TU_MO_RONG, 3)
        before = microseconds()
        world.cases(DAK_HA, 1)
        after = microseconds() + MOMENT
        newest = {name: found[-1] for name, found in ids(world).items() if name in OF_A_CASE}
        assert {name: one for name, one in newest.items() if not before <= one <= after} == {}
        assert newest.keys() == OF_A_CASE


def test_incidents_between_leave_every_everyday_number_as_it_would_be(another):
    with another("alone") as world:
        live(world, with_incidents=False)
        alone = ids(world)
    with another("mixed") as world:
        live(world, with_incidents=True)
        mixed = ids(world)
    below = {name: [one for one in found if one < FIRST_SENSITIVE] for name, found in mixed.items()}
    beside = {name for name, found in mixed.items() if found and found[-1] > FIRST_SENSITIVE}
    assert {name for name in below if below[name] != alone[name]} <= UNSHOWN
    assert beside == APART
    assert all(one < FIRST_SENSITIVE for found in alone.values() for one in found)
    assert all(found[-1] < 2**53 for found in mixed.values() if found)
