"""Edits that arrive out of order: two records become one, and its household counts once, as it was decided."""

from __future__ import annotations

import pytest
from plan_world import VILLAGE_2, PlanWorld
from sqlalchemy import select

from server.operations.figure_questions import FigureQuestion
from server.operations.read_figures import indicator_table
from server.operations.rebuild_figures import rebuild_figures
from server.storage.models.submissions import SubmissionRow
from server.submissions.review import Verdict

pytestmark = pytest.mark.database
APPROVE, REJECT = Verdict.APPROVE, Verdict.REJECT


def made_world(services):
    services.now.advance(days=60)
    return PlanWorld(services)


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


def total(world):
    """Return numerator, denominator, received and approved, after proving that a rebuild changes none of them."""
    before = indicator_table(world.services, world.actor(), FigureQuestion("I6", 2026)).total
    assert [one.differed for one in rebuild_figures(world.services)] == [0, 0]
    assert indicator_table(world.services, world.actor(), FigureQuestion("I6", 2026)).total == before
    return before.numerator, before.denominator, before.received, before.approved


def record(world, submission_id):
    with world.services.engine.connect() as connection:
        rows = SubmissionRow
        return connection.execute(
            select(rows.review_state, rows.counted_version_id).where(rows.id == submission_id)
        ).one()


def test_an_approval_before_the_join_counts_until_the_newest_edit_is_decided(world):
    first = world.send_edit(1, None)
    world.decide(APPROVE, first)
    world.send_edit(3, 2, "refused", village=VILLAGE_2)
    world.send_edit(2, 1)
    assert record(world, first.submission_id) == ("edited", first.version_id)
    assert total(world) == (1, 1, 1, 1)


def test_an_approved_tail_takes_over_when_it_is_joined(world):
    first = world.send_edit(1, None)
    world.decide(APPROVE, first)
    tail = world.send_edit(3, 2, "refused", village=VILLAGE_2)
    world.decide(APPROVE, tail)
    world.send_edit(2, 1)
    assert record(world, first.submission_id) == ("approved", tail.version_id)
    assert total(world) == (0, 1, 1, 1)


def test_a_tail_that_is_not_counted_takes_its_record_out_when_it_is_joined(world):
    first = world.send_edit(1, None)
    world.decide(APPROVE, first)
    tail = world.send_edit(3, 2)
    world.decide(REJECT, tail)
    world.send_edit(2, 1)
    assert record(world, first.submission_id) == ("rejected", None)
    assert total(world) == (0, 0, 1, 0)


def test_an_undecided_record_joined_to_an_undecided_tail_waits_as_one(world):
    first = world.send_edit(1, None)
    world.send_edit(3, 2)
    world.send_edit(2, 1)
    assert record(world, first.submission_id) == ("edited", None)
    assert total(world) == (0, 0, 1, 0)


def test_a_shorter_tail_that_was_approved_still_counts_and_its_record_waits(world):
    first = world.send_edit(1, None)
    longer = world.send_edit(5, 4)
    world.send_edit(6, 5)
    world.send_edit(7, 6)
    tail = world.send_edit(3, 2, "refused")
    world.decide(APPROVE, tail)
    world.send_edit(4, 1)
    world.send_edit(2, 1)
    assert longer.submission_id != first.submission_id
    assert record(world, first.submission_id) == ("edited", tail.version_id)
    assert total(world) == (0, 1, 1, 1)
