"""Every route that changes something wants its token, whoever asks."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, client_of, csrf_of, make_account

from server.access.roles import Role

TABLES = ("account", "session", "review", "submission", "held_upload", "collaborator", "collaborator_key")


@pytest.fixture
def client(app, world):
    roles = (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.INCIDENT_OFFICER)
    make_account(world.services, "ai.do", *((role, DAK_HA) for role in roles))
    return client_of(app, world, "ai.do", elevated=True)


def contents(world):
    with world.services.engine.connect() as connection:
        return [connection.exec_driver_sql(f"SELECT * FROM {table}").all() for table in TABLES]


def unsafe_addresses(app):
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("console.")]
    unsafe = [rule for rule in rules if rule.methods & {"POST", "PUT", "PATCH", "DELETE"}]
    assert len(unsafe) >= 10
    return [re.sub(r"<[^>]+>", "1", rule.rule) for rule in unsafe]


@pytest.mark.parametrize("token", [None, "", "made.up", "x" * 5000])
def test_without_its_token_nothing_is_changed(app, world, client, token):
    before = contents(world)
    typed = {"verdict": "approve", "record": "1:1", "name": "Ai", "reason": "lost", "phone": "new"}
    for address in unsafe_addresses(app):
        answer = client.post(address, data=typed | ({} if token is None else {"csrf_token": token}))
        assert answer.status_code == 403, address
        assert "Hãy tải lại trang" in answer.text
    assert contents(world) == before


def test_a_visitors_token_is_no_good_after_signing_in(app, world, client):
    visitor = app.test_client()
    token = csrf_of(visitor, "/sign-in")
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 403


def test_a_visitors_token_is_bound_to_their_browser(app):
    token = csrf_of(app.test_client(), "/sign-in")
    other = app.test_client()
    csrf_of(other, "/sign-in")
    typed = {"login": "ai.do", "password": "x", "csrf_token": token}
    assert other.post("/sign-in", data=typed).status_code == 403


def test_the_token_may_ride_in_a_header(client):
    token = csrf_of(client)
    assert client.post("/sign-out", headers={"X-CSRF-Token": token}).status_code == 303
