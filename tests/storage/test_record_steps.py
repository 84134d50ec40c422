"""The numbers of records are kept by the database itself: its triggers are there, whatever made the tables anew."""

import pytest
from sqlalchemy import text

pytestmark = pytest.mark.database

_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'submission'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'submission'::regclass AND NOT tgisinternal",
}


def test_every_change_of_a_record_makes_its_step(engine):
    with engine.connect() as connection:
        found = set(connection.execute(text(_TRIGGERS[engine.dialect.name])).scalars())
    assert found == (
        {"record_step_added", "record_step_changed", "record_step_removed"}
        if engine.dialect.name == "sqlite"
        else {"record_step"}
    )
