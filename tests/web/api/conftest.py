"""What tests of the JSON door start from. What lies below it runs on both databases; the door runs on SQLite."""

from __future__ import annotations

import pytest
from plan_world import PlanWorld

from server.app import create_app


@pytest.fixture
def database_url(sqlite_template, tmp_path):
    """The address of an empty, migrated database in a file."""
    path = tmp_path / "nepnha.db"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def world(services):
    """The conduct survey, its plan and two phones, see `plan_world`."""
    services.now.advance(days=60)
    return PlanWorld(services)


@pytest.fixture
def app(world):
    return create_app(world.services)
