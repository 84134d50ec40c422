"""Whatever communes report, in whatever order, and whatever is decided of it: one latest word each, on every boundary.

Random histories of reports of old and new communes, approvals, rejections and decisions taken back. A count by hand
says every cell before and after 1 July 2025; both make the same whole, each number is the records it opens, a lock's
difference is what came late beside what is past since, and counting from nothing gives what was kept in step.
"""

from __future__ import annotations

import random
from collections import defaultdict

import pytest
from test_figures_states import BEFORE, NEW, OLD, Reporting, moved, said

from server.access.roles import Role
from server.indicators.periods import Period
from server.operations.lock_period import LockOrder, lock_period
from server.operations.rebuild_figures import rebuild_figures
from server.submissions.review import Verdict

pytestmark = pytest.mark.database
PARTS = {"23500": ("23500", "23521", "23524"), "23425": ("23425", "23422")}
"""New communes by code, and the codes of some they were made of."""
DAYS = ("2024-11-03", "2025-02-01", "2025-06-30", "2025-07-01", "2025-11-10", "2026-01-15")
RUNS = [
    pytest.param(range(1), 24, id="1 history"),
    pytest.param(range(1, 31), 60, id="30 longer ones", marks=pytest.mark.full),
]


@pytest.fixture
def beginning():
    return Reporting


@pytest.mark.parametrize(("seeds", "steps"), RUNS)
def test_any_history_of_reports_leaves_one_latest_word_of_each_commune(begun, seeds, steps):
    sent, locks = {}, []
    for seed in seeds:
        history = History(begun, random.Random(seed), sent)
        for step in range(steps):
            history.step()
            if step == steps // 2 and not locks:
                order = LockOrder(begun.project_id, begun.unit("23500"), Period(2025))
                locks.append(lock_period(begun.services, begun.actor(Role.SUPERVISOR, "23500"), order))
        for year in (2024, 2025, 2026):
            assert len({history.prove(year, frame) for frame in (OLD, NEW)}) == 1
        then, now, named = moved(begun, locks[0])
        assert now - then == sum(named.values())
    assert {one.differed for one in rebuild_figures(begun.services)} == {0}
    history.prove(2025, NEW)


class History:
    """Reports and decisions; *reports* are all there are, by version: unit, day, clubs and whether approved."""

    def __init__(self, world, dice, reports):
        self.world, self.dice, self.reports, self.batches = world, dice, reports, []

    def step(self):
        self.dice.choice([self.report] * 3 + [self.decide] * 2 + [self.take_back])()

    def report(self):
        day = self.dice.choice(DAYS)
        is_new = day >= "2025-07-01"
        new = self.dice.choice(list(PARTS))
        code = new if is_new else self.dice.choice(PARTS[new])
        clubs = self.dice.randint(0, 6)
        sent = self.world.report(code, day, clubs)
        unit = self.world.unit(code if is_new else code + BEFORE)
        self.reports[sent] = [unit, day, clubs, True]

    def decide(self):
        if self.reports:
            sent = self.dice.choice(list(self.reports))
            verdict = Verdict.REJECT if self.reports[sent][3] else Verdict.APPROVE
            self.batches.append((self.world.decide(verdict, sent), sent))
            self.reports[sent][3] = verdict is Verdict.APPROVE

    def take_back(self):
        if self.batches:
            batch, sent = self.batches.pop()
            self.world.undo(batch)
            self.reports[sent][3] = not self.reports[sent][3]

    def prove(self, year, frame):
        """Prove every cell of a year and return the whole."""
        latest = {}
        for sent, (unit, day, clubs, is_approved) in self.reports.items():
            if is_approved and day[:4] == f"{year}":
                latest[unit] = max(latest.get(unit, ("", 0, 0)), (day, sent.version_id, clubs))
        cells, unplaced = defaultdict(int), 0
        for new, parts in PARTS.items():
            whole = self.world.unit(new)
            own = {unit: latest[unit][2] for unit in (self.world.unit(one + BEFORE) for one in parts) if unit in latest}
            if whole in latest:
                own = {whole: latest[whole][2]}
            for unit, clubs in own.items():
                if frame == NEW:
                    cells[whole] += clubs
                elif unit == whole:
                    unplaced += clubs
                else:
                    cells[unit] += clubs
        found = said(self.world, "CLUBS", frame, year)
        assert found == (dict(cells), unplaced, sum(cells.values()) + unplaced)
        return found[2]
