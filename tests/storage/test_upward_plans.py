"""SQLite has no statistics of a growing table: told nothing, it reads all there is once for each place asked for."""

from __future__ import annotations

from datetime import date

import pytest
from query_plans import plan

from server.storage.repositories.figure_tables import Extent
from server.storage.repositories.past_words import turns_in
from server.storage.repositories.place_sums import Pieces, Places, held, received, sums
from server.storage.repositories.record_tallies import RecordTallies
from server.storage.repositories.roster_counts import Named, RosterCounts
from server.storage.visible import Operator
from server.territory.turnovers import Turnover
from server.territory.units import UnitId

PLACES = range(11, 91)
PAIRS = tuple((f"form.m{number}", category) for number in range(30) for category in ("", "sex=female"))
STATES = (("form.clubs", ""), ("form.models", ""))
TURN = Turnover(UnitId(1), 2026, frozenset({(UnitId(2), date.min)}))
GIVEN = {"project_id": 1, "frame": "now", "years": [2025, 2026], "units": PLACES, "members": PLACES}
ABOVE = "SEARCH unit_ancestor USING INDEX ix_unit_ancestor_unit (unit_id=? AND frame=?)"
SUMS = "SEARCH figure_sum USING INDEX sqlite_autoindex_figure_sum_1 (project_id=? AND measure=? AND period=?)"


def asked_sums(connection, *, in_all, states=()):
    statement = sums("sqlite", Pieces(PAIRS, states, PAIRS[:2]), Places(in_units=True, in_all=in_all))
    told = {"turns": turns_in([TURN], [2026]), "states": [measure for measure, _ in states]} if states else {}
    connection.execute(statement, {**GIVEN, **told})


def asked_people(connection):
    extent = Extent(1, 2026, "now", frozenset(map(UnitId, PLACES)))
    RosterCounts(connection, Operator()).counts([(extent, Named("form.trained", date(2021, 1, 1)))])


WAYS = {
    "sums": lambda connection: asked_sums(connection, in_all=False),
    "sums-and-all": lambda connection: asked_sums(connection, in_all=True),
    "sums-without-what-is-past": lambda connection: asked_sums(connection, in_all=True, states=STATES),
    "held": lambda connection: connection.execute(
        held(PAIRS, Places(in_units=True, in_all=True)), {**GIVEN, "last_year": 2026}
    ),
    "received": lambda connection: connection.execute(
        received("year", Places(in_units=True, in_all=False)), {**GIVEN, "forms": ["form"]}
    ),
    "records": lambda connection: RecordTallies(connection).of_units(1, 2026, "now", PLACES),
    "people": asked_people,
}
"""Whatever is added upward, and how it is asked for."""


@pytest.mark.parametrize("name", WAYS)
def test_what_is_added_up_is_read_first_and_then_the_few_units_above_it(sqlite_template, name):
    steps = plan(sqlite_template, WAYS[name])
    above = [number for number, step in enumerate(steps) if "unit_ancestor" in step]
    assert above, steps
    assert {steps[number] for number in above} == {ABOVE}
    assert all(steps[number - 1].startswith(("SEARCH", "SCAN")) for number in above), steps


@pytest.mark.parametrize("name", [name for name in WAYS if name.startswith("sums")])
def test_sums_are_found_by_measure_and_year_however_many_are_asked_for(sqlite_template, name):
    steps = plan(sqlite_template, WAYS[name])
    read = [step for step in steps if "figure_sum" in step]
    assert read
    assert set(read) == {SUMS}


@pytest.mark.parametrize("name", ["received", "records"])
def test_steps_that_wait_are_added_up_before_they_go_upward(sqlite_template, name):
    steps = plan(sqlite_template, WAYS[name])
    assert steps.index("USE TEMP B-TREE FOR GROUP BY") < steps.index(ABOVE), steps
