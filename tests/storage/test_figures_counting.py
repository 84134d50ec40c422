"""Counting in the database: what a review does to marks and sums, and that a rebuild finds nothing to change."""

from __future__ import annotations

import random
from datetime import date

import pytest
from figure_world import VILLAGE_A, VILLAGE_B, VILLAGE_C, FigureWorld, adds
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from server.storage.models.figures import ContributionRow, CountedSubjectRow, FigureSumRow

pytestmark = pytest.mark.database
SUBJECTS = ("h1", "h2", "h3")
UNITS = (VILLAGE_A, VILLAGE_B, VILLAGE_C)
RULES = {"households": "latest", "reached": "any", "attendees": "sum"}


@pytest.fixture
def world(engine):
    return FigureWorld(engine)


def sums(world):
    return {(row[1].removeprefix("visit."), row[2], row[3]): row[5:7] for row in world.kept()[1]}


def test_nothing_counts_until_it_is_approved(world):
    world.receive(adds())
    assert world.kept() == (set(), set())


def test_what_a_version_adds_is_kept_to_the_letter_and_once(world):
    odd = "h\t1\\t\r\n\\N đ"
    _, version = world.receive(adds(subject=odd, category="tab=\\"), adds(subject=odd, value=-0.5))
    with world.engine.connect() as connection:
        rows = ContributionRow
        asked = select(rows.subject, rows.category, rows.thousandths, rows.is_counted, rows.event_date, rows.unit_id)
        kept = {tuple(row) for row in connection.execute(asked.where(rows.version_id == version))}
    facts = (False, date(2026, 3, 1), VILLAGE_A)
    assert kept == {(odd, "tab=\\", 1000, *facts), (odd, "", -500, *facts)}
    with pytest.raises(IntegrityError), world.uow() as uow:
        uow.figures.add(world.project_id, version, [adds(subject=odd)])


def test_an_approved_record_counts_with_each_of_its_categories(world):
    record, version = world.receive(adds(), adds(category="poverty=poor"))
    world.decide({record: version})
    marks, kept = world.kept()
    assert {row[0] for row in marks} == {version}
    assert {row[4:7] for row in kept} == {("", 1000, 1), ("poverty=poor", 1000, 1)}


def test_the_latest_of_two_approved_surveys_of_a_household_counts_alone(world):
    first, first_version = world.receive(adds(unit_id=VILLAGE_A, day=date(2026, 5, 1)))
    second, second_version = world.receive(adds(unit_id=VILLAGE_B, day=date(2026, 6, 1), value=0))
    world.decide({first: first_version})
    assert sums(world) == {("households", 2026, VILLAGE_A): (1000, 1)}
    world.decide({second: second_version})
    assert sums(world) == {("households", 2026, VILLAGE_B): (0, 1)}
    world.decide({second: None})
    assert sums(world) == {("households", 2026, VILLAGE_A): (1000, 1)}


def test_households_of_two_years_do_not_displace_each_other(world):
    first, first_version = world.receive(adds(day=date(2025, 12, 31)))
    second, second_version = world.receive(adds(day=date(2026, 1, 1)))
    world.decide({first: first_version, second: second_version})
    assert set(sums(world)) == {("households", 2025, VILLAGE_A), ("households", 2026, VILLAGE_A)}


def test_any_counts_a_household_once_and_prefers_one_that_was_reached(world):
    counted = {}
    for value, day in ((0, 1), (1, 5), (1, 9)):
        record, version = world.receive(adds("reached", value=value, day=date(2026, 3, day), combine="any"))
        counted[record] = version
    world.decide(counted)
    assert sums(world) == {("reached", 2026, VILLAGE_A): (1000, 1)}


def test_an_edit_keeps_the_approved_version_counting_until_it_is_decided(world):
    record, version = world.receive(adds(unit_id=VILLAGE_A))
    world.decide({record: version})
    edited = world.edit(record, adds(unit_id=VILLAGE_C))
    assert sums(world) == {("households", 2026, VILLAGE_A): (1000, 1)}
    world.decide({record: edited})
    assert sums(world) == {("households", 2026, VILLAGE_C): (1000, 1)}


def test_deriving_an_approved_version_again_moves_its_figures(world):
    record, version = world.receive(adds(value=0.1), adds("attendees", value=12.345, combine="sum"))
    world.decide({record: version})
    world.derive_again(version, adds("attendees", value=0.2, combine="sum", unit_id=VILLAGE_B))
    assert sums(world) == {("attendees", 2026, VILLAGE_B): (200, 1)}
    assert world.kept()[1] == world.counted_by_hand()


def test_a_sum_of_tenths_taken_back_leaves_nothing(world):
    counted = {}
    for number in range(30):
        record, version = world.receive(adds("attendees", subject=f"r{number}", value=0.1, combine="sum"))
        counted[record] = version
    world.decide(counted)
    assert sums(world) == {("attendees", 2026, VILLAGE_A): (3000, 30)}
    world.decide(dict.fromkeys(counted))
    assert world.kept() == (set(), set())


def test_the_same_review_counted_twice_changes_nothing(world):
    record, version = world.receive(adds(), adds("attendees", combine="sum"))
    world.decide({record: version})
    once = world.kept()
    world.decide({record: version})
    assert world.kept() == once


def test_a_version_moved_to_another_record_counts_by_that_records_decision(world):
    record, _ = world.receive(adds(unit_id=VILLAGE_A))
    tail, tail_version = world.receive(adds(unit_id=VILLAGE_B))
    with world.uow() as uow:
        uow.submissions.merge(tail, record)
    world.decide({record: tail_version})
    assert sums(world) == {("households", 2026, VILLAGE_B): (1000, 1)}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE figure_sum SET thousandths = 7",
        "UPDATE contribution SET is_counted = false",
        "UPDATE contribution SET is_counted = false WHERE category <> ''",
        "UPDATE contribution SET is_counted = true, is_displaced = false",
        "UPDATE contribution SET is_displaced = NOT is_displaced",
        "UPDATE counted_subject SET version_id = version_id + 1",
        "DELETE FROM counted_subject",
    ],
)
def test_a_rebuild_mends_marks_winners_and_sums_that_went_wrong(world, damage):
    there = [world.receive(adds(day=date(2026, 3, day)), adds(category="c", day=date(2026, 3, day))) for day in (1, 2)]
    world.decide(dict(there))
    right = everything(world)
    with world.engine.begin() as connection:
        connection.exec_driver_sql(damage)
    assert everything(world) != right
    world.rebuild()
    assert everything(world) == right


def everything(world):
    with world.engine.connect() as connection:
        return [set(connection.execute(select(one))) for one in (ContributionRow, CountedSubjectRow, FigureSumRow)]


@pytest.mark.parametrize("seed", range(4))
def test_any_history_leaves_what_a_rebuild_and_a_hand_count_give(world, seed):
    dice = random.Random(seed)
    History(world, dice).play(45)
    kept = world.kept()
    assert kept[1] == world.counted_by_hand()
    world.rebuild()
    assert world.kept() == kept


class History:
    """Random receiving, editing, approving, rejecting, taking back, deriving again and moving."""

    def __init__(self, world, dice):
        self.world, self.dice = world, dice
        self.versions = {}
        self.before = []

    def play(self, steps):
        moves = [self.receive, self.receive, self.edit, self.approve, self.approve, self.reject, self.undo, self.move]
        for _ in range(steps):
            self.dice.choice(moves)()

    def contributions(self):
        found = []
        for name, rule in RULES.items():
            subject, unit_id = self.dice.choice(SUBJECTS), self.dice.choice(UNITS)
            day = date(self.dice.choice((2025, 2026)), 6, self.dice.randint(1, 4))
            for position in range(self.dice.randint(0, 2)):
                facts = {"subject": subject, "unit_id": unit_id, "day": day, "combine": rule, "position": position}
                value = self.dice.choice((0, 1, 0.1, 2.5))
                found.append(adds(name, value=value, **facts))
                found.append(adds(name, value=value, category=f"c={self.dice.randint(0, 1)}", **facts))
        return found

    def some(self):
        known = sorted(self.versions)
        return self.dice.sample(known, min(len(known), self.dice.randint(1, 4)))

    def receive(self):
        record, version = self.world.receive(*self.contributions())
        self.versions[record] = [version]

    def edit(self):
        for record in self.some()[:1]:
            self.versions[record].append(self.world.edit(record, *self.contributions()))

    def approve(self):
        self._decide({record: self.versions[record][-1] for record in self.some()})

    def reject(self):
        self._decide(dict.fromkeys(self.some()))

    def undo(self):
        if self.before:
            self.world.decide(self.before.pop())

    def move(self):
        for record in self.some()[:1]:
            self.world.derive_again(self.dice.choice(self.versions[record]), *self.contributions())

    def _decide(self, counted):
        with self.world.uow(writes=False) as uow:
            rows = uow._connection.exec_driver_sql("SELECT id, counted_version_id FROM submission").all()
        self.before.append({record: version for record, version in rows if record in counted})
        self.world.decide(counted)
