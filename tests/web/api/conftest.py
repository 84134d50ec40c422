"""What tests of the JSON door start from. What lies below it runs on both databases; the door runs on SQLite."""

from __future__ import annotations

import pytest
from console_world import PASSWORD, make_account
from plan_world import PlanWorld

from server.app import create_app
from server.operations.sign_in import Credentials, sign_in


@pytest.fixture
def databases(sqlite_databases):
    return sqlite_databases


def made_world(services):
    """The conduct survey, its plan and two phones, see `plan_world`."""
    services.now.advance(days=60)
    return PlanWorld(services)


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


@pytest.fixture
def app(world):
    return create_app(world.services)


@pytest.fixture
def ask(app, world):
    """Return a function that asks as a person with the given posts, or as nobody."""
    logins = iter(f"nguoi.{number}" for number in range(9))

    def signed_in(*posts):
        client = app.test_client()
        if posts:
            login = next(logins)
            make_account(world.services, login, *posts)
            credentials = Credentials(login, PASSWORD, "192.0.2.1", None)
            client.set_cookie("nepnha_session", sign_in(world.services, credentials, old_session_id=None).session_id)
        return client.get

    return signed_in
