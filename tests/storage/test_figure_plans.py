"""SQLite has no statistics of a growing table: contributions of subjects are all the same found by their index."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from server.storage.repositories.figure_statements import statements_for

GIVEN = {"rows": '[[1, "m", 2025, "s"]]', "project_id": 1, "measure": "m", "period": 2025}
BY_SUBJECT = "ix_contribution_subject (project_id=? AND measure=? AND period=? AND subject=?)"


@pytest.mark.parametrize(("name", "looks"), [("rows_of_keys", 2), ("keys_of_subjects", 1)])
def test_contributions_of_a_subject_are_found_by_it_and_never_gone_through(sqlite_template, name, looks):
    statement = "EXPLAIN QUERY PLAN " + statements_for("sqlite")[name].text
    with closing(sqlite3.connect(sqlite_template)) as connection:
        steps = [row[3] for row in connection.execute(statement, GIVEN)]
    of_one_version = "(version_id=? AND measure=? AND position=?)"
    by_subject = [one for one in steps if BY_SUBJECT in one]
    assert len(by_subject) == looks
    others = [one for one in steps if one.startswith(("SEARCH c ", "SCAN c", "SCAN total")) and one not in by_subject]
    assert all(
        of_one_version in one or one.startswith("SEARCH c USING INDEX ix_contribution_subject") for one in others
    ), others
