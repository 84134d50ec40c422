"""Approvals that meet: many reviewers, the same households, in any order, with a rebuild in between."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from figure_world import VILLAGE_A, VILLAGE_B, FigureWorld, adds

pytestmark = pytest.mark.database
HOUSEHOLDS = [f"h{number}" for number in range(12)]


def test_reviewers_of_the_same_households_wait_for_each_other_and_lose_nothing(engine):
    world = FigureWorld(engine)
    batches = [
        dict([world.receive(adds(subject=one, unit_id=unit_id), adds("reached", subject=one, combine="any"))])
        for unit_id in (VILLAGE_A, VILLAGE_B) * 2
        for one in random.Random(unit_id).sample(HOUSEHOLDS, len(HOUSEHOLDS))
    ]
    with ThreadPoolExecutor(8) as reviewers:
        work = [reviewers.submit(world.decide, batch) for batch in batches]
        work.insert(len(work) // 2, reviewers.submit(world.rebuild))
        for one in work:
            one.result()
    kept = world.kept()
    assert kept[1] == world.counted_by_hand()
    assert sum(row[6] for row in kept[1] if row[1] == "visit.households") == len(HOUSEHOLDS)
    world.rebuild()
    assert world.kept() == kept


def test_large_batches_in_opposite_orders_do_not_block_each_other_for_ever(engine):
    world = FigureWorld(engine)
    there = dict(world.receive(adds(subject=one)) for one in HOUSEHOLDS)
    back = dict(world.receive(adds(subject=one)) for one in reversed(HOUSEHOLDS))
    with ThreadPoolExecutor(2) as reviewers:
        for batches in ((there, back), (dict.fromkeys(there), back), (there, dict.fromkeys(back))) * 2:
            for one in [reviewers.submit(world.decide, batch) for batch in batches]:
                one.result()
    assert world.kept()[1] == world.counted_by_hand()
