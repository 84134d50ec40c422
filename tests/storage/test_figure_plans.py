"""SQLite has no statistics of a growing table: contributions of subjects are all the same found by their index."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date

import pytest
from sqlalchemy import NullPool, create_engine, event

from server.storage.repositories.figure_statements import statements_for
from server.storage.repositories.past_words import Word, past_units, units_past_then
from server.territory.turnovers import Turnover
from server.territory.units import UnitId

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


BY_WINNER = "sqlite_autoindex_counted_subject_1 (project_id=? AND period=? AND subject=? AND measure=?)"
BY_SUM = "sqlite_autoindex_figure_sum_1 (project_id=? AND measure=? AND period=? AND unit_id=? AND category=?)"
LET_GO = {
    "let_go": BY_WINNER,
    "let_go_of_unmarked_keys": BY_WINNER,
    "settle_let_go": BY_WINNER,
    "drop_empty_sums": BY_SUM,
}


@pytest.mark.parametrize("name", LET_GO)
def test_what_is_let_go_is_found_by_its_whole_key_and_the_year_is_never_gone_through(sqlite_template, name):
    statement = statements_for("sqlite")[name]
    given = dict.fromkeys(statement._bindparams, "[]")
    with closing(sqlite3.connect(sqlite_template)) as connection:
        steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement.text}", given)]
    ways = [one for one in steps if one.startswith(("SEARCH held", "SEARCH counted", "SEARCH figure", "SCAN held"))]
    assert [one for one in ways if "(rowid=?)" not in one and LET_GO[name] not in one] == [], steps
    assert any(LET_GO[name] in one for one in ways), steps


def test_who_has_spoken_is_found_by_measure_and_year(sqlite_template):
    asked = []
    engine = create_engine(f"sqlite:///{sqlite_template}", poolclass=NullPool)
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    turn = Turnover(UnitId(1), 2025, frozenset({(UnitId(2), date.min)}))
    word = Word(1, "form.clubs", 2025, (turn,))
    with engine.connect() as connection:
        assert past_units(connection, word) == units_past_then(connection, word, 3) == frozenset()
    with closing(sqlite3.connect(sqlite_template)) as connection:
        for statement, given in asked:
            steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", given)]
            words = [one for one in steps if " contribution " in f"{one} "]
            by_year = "ix_contribution_subject (project_id=? AND measure=? AND period=?)"
            assert words, steps
            assert all(by_year in one for one in words), steps
            assert not any(one.startswith("SCAN late_change") for one in steps), steps
