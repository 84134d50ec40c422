"""An id of any length in an address is that of nothing: 404, whatever page, never a fault of the server."""

from __future__ import annotations

import re

import pytest
from console_world import client_of, csrf_of, make_account
from province import copied_file, sqlite_province

from server.access.roles import Role
from server.app import create_app
from server.web.row_ids import LARGEST

__all__ = ["sqlite_province"]


@pytest.fixture
def world(sqlite_province, tmp_path):
    with copied_file(sqlite_province, tmp_path) as world:
        yield world


@pytest.mark.parametrize("number", [LARGEST, LARGEST + 1, 10**40])
def test_no_route_breaks_on_an_id_nothing_has(world, number):
    app = create_app(world.services)
    posts = [(one, "51") for one in (Role.SUPERVISOR, Role.INCIDENT_OFFICER, Role.ADMINISTRATOR)]
    make_account(world.services, "moi.viec", *posts)
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
