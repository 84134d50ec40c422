"""What the database counts by itself is what the rule says of the same contributions, whatever came before."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date

import pytest
from figure_world import VILLAGE_A, VILLAGE_B, VILLAGE_C, FigureWorld, adds
from sqlalchemy import event, func, select, update
from sqlalchemy.exc import IntegrityError

from server.indicators.contribution import TOTAL, Combine
from server.indicators.counting import Candidate, counted_of
from server.storage.models.figures import ContributionRow, CountedSubjectRow, FigureSumRow
from server.storage.models.submissions import SubmissionRow, SubmissionVersionRow

pytestmark = pytest.mark.database
SUBJECTS, UNITS = [f"h{number}" for number in range(9)], (VILLAGE_A, VILLAGE_B, VILLAGE_C)
RULES = {"households": ["latest"], "reached": ["any"], "attendees": ["sum"], "changed": ["latest", "any", "sum"]}
"""Of the last, form versions say different things."""


@pytest.fixture
def world(engine):
    return FigureWorld(engine)


class Village:
    """Records that are received, edited and decided on in batches, of households that are merged and parted."""

    def __init__(self, world, seed):
        self.world, self.chance = world, random.Random(seed)
        self.versions, self.counts_as = {}, {}

    def live(self, steps):
        acts = [self.receive, self.receive, self.edit, self.decide, self.decide, self.decide, self.merge]
        for _ in range(steps):
            self.chance.choice(acts)()

    def some_contributions(self):
        chance = self.chance
        for name, rules in RULES.items():
            for position in range(chance.choice((0, 1, 1, 1, 2))):
                facts = {
                    "subject": chance.choice(SUBJECTS),
                    "unit_id": chance.choice(UNITS),
                    "day": date(chance.choice((2025, 2026)), 6, chance.randint(1, 3)),
                    "combine": chance.choice(rules),
                    "position": position,
                    "value": chance.choice((0, 1, 2.5)),
                }
                yield adds(name, **facts)
                yield adds(name, category=f"c={chance.randint(0, 1)}", **facts)

    def receive(self):
        record, version = self.world.receive(*self.some_contributions())
        self.versions[record] = [version]

    def edit(self):
        for record in self.some(1):
            self.versions[record].append(self.world.edit(record, *self.some_contributions()))

    def decide(self):
        choices = {record: self.chance.choice([None, *self.versions[record]]) for record in self.some(6)}
        self.world.decide(choices)

    def merge(self):
        gone, into = self.chance.sample(SUBJECTS, 2)
        survivor = self.counts_as.get(into, into)
        moved = {one: survivor for one, whom in [(gone, gone), *self.counts_as.items()] if gone in {one, whom}}
        if self.chance.random() < 0.3:
            moved = {one: one for one in self.counts_as if self.chance.random() < 0.5}
        moved = {one: whom for one, whom in moved.items() if one != survivor or one == whom}
        self.counts_as |= moved
        self.counts_as = {one: whom for one, whom in self.counts_as.items() if one != whom}
        with self.world.uow() as uow:
            uow.figures.exclude_reviews()
            uow.figures.count_as(self.world.project_id, moved)

    def some(self, most):
        known = sorted(self.versions)
        return self.chance.sample(known, min(len(known), self.chance.randint(1, most)))


def approved_rows(world):
    rows, versions, records = ContributionRow, SubmissionVersionRow, SubmissionRow
    with world.engine.connect() as connection:
        return connection.execute(
            select(rows)
            .join(versions, versions.id == rows.version_id)
            .join(records, records.id == versions.submission_id)
            .where(records.counted_version_id == rows.version_id)
        ).all()


def said_by_the_rule(world, counts_as):
    """Return by the rule alone what counts for whom, what lost to that, who holds each subject, and the sums."""
    subjects = defaultdict(list)
    for row in approved_rows(world):
        subjects[row.measure, row.period, counts_as.get(row.subject, row.subject)].append(row)
    marks, lost, held, sums = set(), set(), set(), defaultdict(lambda: [0, 0, 0])
    for (measure, period, whom), group in subjects.items():
        winners = counted_of(
            Candidate(row.version_id, row.position, row.event_date, Combine(row.combine), row.thousandths)
            for row in group
            if row.category == TOTAL
        )
        for row in group:
            place = (row.version_id, measure, row.position, row.category)
            if (row.version_id, row.position) not in winners:
                lost.add(place)
                continue
            marks.add((*place, whom))
            if row.category == TOTAL and row.combine != "sum":
                held.add((period, whom, measure, row.version_id, row.position))
            cell = sums[world.project_id, measure, period, row.unit_id, row.category]
            cell[0] += row.thousandths
            cell[1] += 1
            cell[2] += row.position == 0 and row.thousandths != 0
    return marks, lost, held, {(*key, *cell) for key, cell in sums.items()}


def kept(world):
    rows, held = ContributionRow, CountedSubjectRow
    place = (rows.version_id, rows.measure, rows.position, rows.category)
    whom = func.coalesce(rows.counted_as, rows.subject)
    asked = (
        select(*place, whom).where(rows.is_counted),
        select(*place).where(rows.is_displaced),
        select(held.period, held.subject, held.measure, held.version_id, held.position),
        select(FigureSumRow),
    )
    with world.engine.connect() as connection:
        return tuple({tuple(row) for row in connection.execute(one)} for one in asked)


@pytest.mark.parametrize("seed", range(4))
def test_any_batch_is_counted_as_the_rule_says_of_the_whole(world, seed):
    village = Village(world, seed)
    for _ in range(8):
        village.live(7)
        assert kept(world) == said_by_the_rule(world, village.counts_as)


def test_no_two_count_for_a_subject_even_by_mistake(world):
    (first, version), (second, other) = world.receive(adds()), world.receive(adds())
    world.decide({first: version})
    with world.engine.begin() as connection:
        connection.execute(update(ContributionRow).values(is_counted=False))
        connection.execute(update(SubmissionRow).where(SubmissionRow.id == first).values(counted_version_id=None))
    with pytest.raises(IntegrityError):
        world.decide({second: other})


def test_no_index_of_contributions_is_of_what_a_review_marks(world):
    with world.engine.connect() as connection:
        written = (
            "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'contribution' AND sql IS NOT NULL"
            if connection.dialect.name == "sqlite"
            else "SELECT indexdef FROM pg_indexes WHERE tablename = 'contribution'"
        )
        indexes = connection.exec_driver_sql(written).scalars().all()
    assert len(indexes) >= 3
    assert not [one for one in indexes if "is_counted" in one or "counted_as" in one]


def test_a_batch_costs_the_same_statements_whatever_its_size(world):
    counts = []
    for size in (1, 40):
        batch = dict(world.receive(adds(subject=f"{size}-{n}"), adds("reached", combine="any")) for n in range(size))
        statements = []
        listen = lambda *given, into=statements: into.append(given[2])  # noqa: E731
        event.listen(world.engine, "before_cursor_execute", listen)
        with world.uow() as uow:
            uow.figures.recount(batch)
        event.remove(world.engine, "before_cursor_execute", listen)
        counts.append(len(statements))
    assert counts[0] == counts[1]


OTHER_SUMS = """
    INSERT INTO figure_sum (project_id, measure, period, unit_id, category, thousandths, contributions, adding)
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
    SELECT {project}, 'visit.reached', 2026, {unit}, 'a category named at some length, as forms do: ' || n,
           1000, 1, 1 FROM numbers"""


def test_sums_of_nothing_are_found_by_their_keys_and_not_compared_with_all_there_is(world):
    record, version = world.receive(adds("reached", subject="h1"), adds("reached", subject="h1", category="c=1"))
    world.decide({record: version})
    with world.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(OTHER_SUMS.format(project=world.project_id, unit=VILLAGE_A))
        connection.exec_driver_sql("ANALYZE figure_sum")  # of which none is nothing, as a database has in mind
    plans, explain = [], {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}[world.engine.dialect.name]

    def note(_connection, cursor, statement, given, *_rest):
        if statement.lstrip().startswith("DELETE FROM figure_sum"):
            cursor.execute(f"{explain} {statement}", given)
            plans.append("\n".join(str(row[-1]) for row in cursor.fetchall()))

    event.listen(world.engine, "before_cursor_execute", note)
    world.decide({record: None})
    event.remove(world.engine, "before_cursor_execute", note)
    (plan,) = plans
    assert "Join Filter" not in plan, plan
    assert "SCAN figure_sum" not in plan, plan
