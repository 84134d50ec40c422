"""The step that takes the marks out of the indexes keeps what counts, and finds what lost and who holds a subject."""

from __future__ import annotations

from datetime import date

import pytest
from figure_world import FigureWorld, adds
from sqlalchemy import select

from server.storage.models.figures import ContributionRow, CountedSubjectRow
from server.storage.schema import downgrade, upgrade

pytestmark = pytest.mark.database


def kept(engine):
    rows, held = ContributionRow, CountedSubjectRow
    with engine.connect() as connection:
        lost = connection.execute(select(rows.version_id, rows.measure).where(rows.is_displaced)).all()
        holding = connection.execute(select(held.subject, held.measure, held.version_id)).all()
    return {tuple(row) for row in lost}, {tuple(row) for row in holding}


def test_what_counted_before_counts_after_and_can_be_taken_back(engine):
    world = FigureWorld(engine)
    first, early = world.receive(adds(), adds(category="c=1"), adds("attendees", subject="r1", combine="sum"))
    second, late = world.receive(adds(day=date(2026, 6, 1)), adds("reached", subject="h2", combine="any"))
    world.receive(adds(subject="h3"))
    world.decide({first: early, second: late})
    with world.uow() as uow:
        uow.figures.exclude_reviews()
        uow.figures.count_as(world.project_id, {"h2": "h9"})
    before = world.kept(), kept(engine)
    assert before[1] == (
        {(early, "visit.households")},
        {("h1", "visit.households", late), ("h9", "visit.reached", late)},
    )
    engine.dispose()
    downgrade(engine, "0056")
    upgrade(engine)
    assert (world.kept(), kept(engine)) == before
    world.decide({second: None})
    assert kept(engine) == (set(), {("h1", "visit.households", early)})
    assert world.kept()[1] == world.counted_by_hand()
