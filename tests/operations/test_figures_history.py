"""Whatever happens to records, households and villages, in whatever order: figures stay what their records make them.

Random histories of visits, activities, edits (also before what they replace), approvals, rejections, decisions taken
back, late uploads, merges, merges undone and a village that moves. Then counting from nothing gives the very rows kept
in step; communes add up to the whole on old and new boundaries alike; and each number is the records it opens.
"""

from __future__ import annotations

import random
from collections import defaultdict
from contextlib import contextmanager

import pytest
from figures_field import COUNTS, HOUSEHOLDS
from plan_world import SURVEY
from sqlalchemy import select

from server.errors import Conflict
from server.operations.figure_questions import FigureQuestion
from server.operations.load_units import load_units
from server.operations.progress import silent
from server.operations.read_figures import Cell, Part, indicator_table, records_behind_figure
from server.operations.rebuild_contributions import rebuild_contributions
from server.operations.rebuild_tallies import rebuild_tallies
from server.storage.models.figures import FigureSumRow
from server.submissions.review import Verdict

pytestmark = pytest.mark.database
OLD, NEW = "until-2025-06-30", "from-2025-07-01"
BEFORE = "@2025-06-30"
VILLAGES = {
    "23500-01": ("23500", "23500"),
    "23521-01": ("23521", "23500"),
    "23500-03": ("23524", "23500"),
    "23422-01": ("23422", "23425"),
    "23425-01": ("23425", "23425"),
}
"""Where each village lay before and lies after 1 July 2025."""
MOVES = "23521-01"
MOVED = """code,name,kind,parent_code,valid_from,valid_to,successor_code
23521-01,Thôn 2 Hà Mòn (mẫu),village,23500,2025-07-01,2026-06-30,23521-01
23521-01,Thôn 2 Hà Mòn (mẫu),village,23425,2026-07-01,,
"""
VISITS = ("couple_with_children", "couple_with_children", "lives_alone", "refused", "long_away", "moved_away")
DAYS = ("2025-08-03", "2025-12-31", "2026-03-03", "2026-03-03", "2026-11-10")
RUNS = [
    pytest.param(range(1), 40, id="1 history"),
    pytest.param(range(1, 41), 100, id="40 longer ones", marks=pytest.mark.full),
]


@pytest.mark.parametrize(("seeds", "steps"), RUNS)
def test_any_history_leaves_figures_that_their_records_make(figures_field, seeds, steps):
    for seed in seeds:
        dice = random.Random(seed)
        history = History(figures_field, dice)
        history.play(steps)
        figures_field.prove_rebuilt()
        for code in COUNTS:
            for year in (2025, 2026):
                _prove_sums(history, code, year)
    again = rebuild_contributions(figures_field.services, silent)
    assert (again.differed, again.underived) == (0, 0)
    assert {one.differed for one in (*again.figures, *rebuild_tallies(figures_field.services))} == {0}


def _prove_sums(history, code, year):
    """Prove that communes add up to the whole on both boundaries, and that each number is its records."""
    field, raw = history.field, history.raw_sums(COUNTS[code], year)
    wholes = []
    for frame, suffix, which in ((OLD, BEFORE, 0), (NEW, "", 1)):
        question = FigureQuestion(code, year, frame=frame)
        table = indicator_table(field.services, field.actor(), question)
        right = defaultdict(int)
        for village, communes in history.villages.items():
            right[field.unit(communes[which] + suffix)] += raw.get(field.unit(village), 0)
        shown = {row.unit.unit_id: row.figure.numerator for row in table.rows if row.figure.numerator}
        assert shown == {unit: amount for unit, amount in right.items() if amount}
        assert table.unplaced is None
        assert table.total.numerator == sum(shown.values())
        wholes.append(table.total.numerator)
        for unit, amount in (*shown.items(), (None, table.total.numerator)):
            assert _opened(field, question, unit) == amount
    assert len(set(wholes)) == 1


def _opened(field, question, unit):
    """Return what the records behind a number add up to, page by page."""
    whole, seen, after = 0, [], None
    while True:
        page = records_behind_figure(field.services, field.actor(), question, Cell(Part.NUMERATOR, unit), after=after)
        whole += sum(line.amount for line in page.lines)
        seen += [line.submission_id for line in page.lines]
        if page.next_after is None:
            assert len(set(seen)) == len(seen) == page.total
            return whole
        after = page.next_after


@contextmanager
def _unless(*codes):
    """Let what is refused with one of these codes be refused."""
    try:
        yield
    except Conflict as refused:
        if refused.code not in codes:
            raise


class History:
    """A random history, played through the operations that people and phones use."""

    def __init__(self, field, dice):
        self.field, self.dice = field, dice
        self.villages = dict(VILLAGES)
        self.newest = {}
        self.instances = []
        self.missing = []
        self.batches = []
        self.merges = []

    def play(self, steps):
        acts = [
            *[self.visit] * 4, *[self.approve] * 4, *[self.edit] * 2, *[self.merge] * 2,
            self.activity, self.reject, self.take_back, self.part, self.edit_too_early, self.send_missing,
        ]  # fmt: skip
        for step in range(steps):
            self.dice.choice(acts)()
            if step == steps // 2:
                self.move_village()

    def raw_sums(self, measure, year):
        """Return what is kept for each village, in whole units."""
        rows = FigureSumRow
        kept = select(rows.unit_id, rows.thousandths).where(
            rows.measure == measure, rows.period == year, rows.category == ""
        )
        with self.field.services.engine.connect() as connection:
            return {row.unit_id: row.thousandths // 1000 for row in connection.execute(kept)}

    def visit(self, number=None, replaces=None):
        village, household = self.dice.choice(list(self.villages)), self.dice.choice(HOUSEHOLDS)
        day = self.dice.choice(DAYS)
        there = {"village": village, "commune": self.villages[village][1], "visit_date": day, "counted_on": day}
        who = {"household": household, "household_id": household}
        name, number = self.dice.choice(VISITS), number or self.field.next_number()
        self._came(number, self.field.deliver(SURVEY, name, number, replaces, **there, **who))

    def activity(self):
        some = self.dice.sample(HOUSEHOLDS, self.dice.randint(1, 4))
        target = self.field.talk(*some, village=self.dice.choice(list(self.villages)), day=self.dice.choice(DAYS))
        self.newest[target.submission_id] = target

    def edit(self):
        if self.instances:
            self.visit(replaces=self.dice.choice(self.instances))

    def edit_too_early(self):
        """Send an edit of an instance that has not come yet."""
        self.missing.append(self.field.next_number())
        self.visit(replaces=self.missing[-1])

    def send_missing(self):
        if self.missing:
            replaces = self.dice.choice([None, *self.instances[:1]])
            self.visit(number=self.missing.pop(), replaces=replaces)

    def approve(self):
        self._decide(Verdict.APPROVE)

    def reject(self):
        self._decide(Verdict.REJECT)

    def take_back(self):
        if self.batches:
            self.field.undo(self.batches.pop())

    def merge(self):
        with _unless("register.merge_gone"):
            self.merges.append(self.field.join(*self.dice.sample(HOUSEHOLDS, 2)))

    def part(self):
        if self.merges:
            with _unless("register.undo_done", "register.undo_later_first"):
                self.field.part(self.dice.choice(self.merges))

    def move_village(self):
        load_units(self.field.services, MOVED)
        self.villages[MOVES] = (self.villages[MOVES][0], "23425")

    def _came(self, number, target):
        self.instances.append(number)
        self.newest[target.submission_id] = target

    def _decide(self, verdict):
        known = sorted(self.newest)
        chosen = self.dice.sample(known, min(len(known), self.dice.randint(1, 5)))
        if chosen:
            self.batches.append(self.field.decide_some(verdict, [self.newest[one] for one in chosen]))
