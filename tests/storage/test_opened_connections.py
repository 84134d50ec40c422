"""A connection is opened to lose nothing that was promised, and to leave the processors to whoever sends."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.database

ASKED = {
    "sqlite": {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": 2, "PRAGMA foreign_keys": 1},
    "postgresql": {"SHOW synchronous_commit": "on", "SHOW jit": "off", "SHOW max_parallel_workers_per_gather": "0"},
}


def test_a_connection_says_how_it_was_opened(services):
    asked = ASKED[services.engine.dialect.name]
    with services.engine.connect() as connection:
        said = {one: connection.exec_driver_sql(one).scalar_one() for one in asked}
    assert said == asked
