"""An id of any length in an address, or a text no database holds, is that of nothing: 404, never a fault of ours."""

from __future__ import annotations

import re

import pytest
from console_world import client_of, csrf_of, make_account
from province import copied_file, copied_on_server, postgres_province, sqlite_province

from server.access.roles import Role
from server.app import create_app
from server.web.row_ids import LARGEST

__all__ = ["postgres_province", "sqlite_province"]
POSTS = [(one, "51") for one in (Role.SUPERVISOR, Role.INCIDENT_OFFICER, Role.ADMINISTRATOR)]


@pytest.fixture
def world(sqlite_province, tmp_path):
    with copied_file(sqlite_province, tmp_path) as world:
        yield world


@pytest.mark.parametrize("number", [LARGEST, LARGEST + 1, 10**40])
def test_no_route_breaks_on_an_id_nothing_has(world, number):
    app = create_app(world.services)
    make_account(world.services, "moi.viec", *POSTS)
    client = client_of(app, world, "moi.viec", elevated=True)
    proof, broken = {"csrf_token": csrf_of(client, "/collaborators/new")}, {}
    for rule in app.url_map.iter_rules():
        if "<int:" in rule.rule and rule.endpoint.startswith("console."):
            address = re.sub(r"<(?:\w+:)?\w+>", str(number), rule.rule)
            method = "POST" if "POST" in rule.methods else "GET"
            answer = client.open(address, method=method, data=proof if method == "POST" else None)
            if answer.status_code not in {400, 404, 405, 409}:
                broken[address] = answer.status_code
    assert broken == {}


NOTHING = (
    "/submissions?q=%00",
    "/incidents?q=%00",
    "/paper/figure?project=1&unit=1&period=2026&key=%00",
    "/incidents/paper/figure?project=1&unit=1&period=2026&key=%00",
    "/registers/%00",
    "/published/tables?project=1&plan=x&year=3000000000",
)


def test_what_postgresql_cannot_be_asked_is_not_there(postgres_province, postgres_server, tmp_path):
    with copied_on_server(postgres_province, postgres_server, tmp_path) as world:
        make_account(world.services, "moi.viec", *POSTS)
        client = client_of(create_app(world.services), world, "moi.viec", elevated=True)
        assert {one: client.get(one).status_code for one in NOTHING} == dict.fromkeys(NOTHING, 404)
