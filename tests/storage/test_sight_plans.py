"""What is named is found by its name, and then whether it is in sight: SQLite goes through none of what else is."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from query_plans import plan

from server.storage.repositories.record_versions import RecordVersions
from server.storage.repositories.records import Records
from server.storage.repositories.register import Register
from server.storage.repositories.reviews import Reviews
from server.storage.visible import Reading
from server.territory.units import UnitId

SIGHT = Reading(frozenset({UnitId(1)}), frozenset({UnitId(1)}))
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
RECORD = "SEARCH submission USING INTEGER PRIMARY KEY (rowid=?)"
OF_BATCH = "SEARCH review USING INDEX ix_review_batch (batch_id=?)"
PARENT = SimpleNamespace(list_id=1, entity_id="e", key=1)

OF_RECORDS = {
    "file": lambda connection: Records(connection, SIGHT).attachment(1),
    "documents": lambda connection: RecordVersions(connection, SIGHT).documents([1, 2]),
    "batch": lambda connection: Reviews(connection, SIGHT).batch("b", 1),
    "latest": lambda connection: Reviews(connection, SIGHT).latest(1, SINCE),
}


@pytest.mark.parametrize("name", OF_RECORDS)
def test_a_record_is_looked_for_by_its_id_and_not_among_all_in_sight(sqlite_template, name):
    steps = plan(sqlite_template, OF_RECORDS[name])
    assert [step for step in steps if " submission " in step] == [RECORD], steps


@pytest.mark.parametrize("name", ["batch", "latest"])
def test_decisions_are_found_by_their_batch_and_not_among_all_that_undo_none(sqlite_template, name):
    steps = plan(sqlite_template, OF_RECORDS[name])
    assert OF_BATCH in steps, steps


def test_what_was_split_from_an_entity_is_found_by_it_and_not_in_the_whole_list(sqlite_template):
    steps = plan(sqlite_template, lambda connection: Register(connection, SIGHT).offspring(PARENT, at_most=20))
    found = [step for step in steps if step.startswith(("SEARCH entity USING", "SCAN entity"))]
    assert found == [
        "SEARCH entity USING INDEX ix_entity_split (list_id=? AND split_from=?)",
        "SEARCH entity USING INDEX ix_entity_merged (merged_into_id=?)",
    ], steps
