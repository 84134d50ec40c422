"""What was said of the past is worked out once, and not for each sum that may be of it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event

from server.storage.repositories.past_words import turns_in
from server.storage.repositories.place_sums import Pieces, Places, sums
from server.territory.turnovers import Turnover
from server.territory.units import UnitId

pytestmark = pytest.mark.database
TURNS = [Turnover(UnitId(old), 2025, frozenset({(UnitId(new), date.min)})) for old, new in ((1, 3), (2, 3))]
STATES = (("form.clubs", ""), ("form.models", ""))
EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}


def test_what_is_past_is_worked_out_before_the_first_sum_is_looked_at(engine):
    """PostgreSQL takes each step for a row or two: a report of one commune in a year of mergers took two minutes."""
    name, asked = engine.dialect.name, []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
    given = {"project_id": 1, "frame": "now", "years": [2025], "units": [3], "members": [3]}
    told = {"turns": turns_in(TURNS, [2025]), "states": [measure for measure, _ in STATES]}
    with engine.connect() as connection:
        connection.execute(sums(name, Pieces((), STATES, ()), Places(in_units=True, in_all=False)), given | told)
        statement, values = asked[-1]
        steps = [str(row[-1]).strip() for row in connection.exec_driver_sql(f"{EXPLAIN[name]} {statement}", values)]
    once = {one.partition(" ")[2] for one in steps if one.startswith(("MATERIALIZE ", "CTE ")) and " on " not in one}
    assert once == {"turn", "spoken", "heard", "past"}, steps
