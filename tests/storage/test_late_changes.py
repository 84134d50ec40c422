"""What moves a locked period is kept record by record, and adds up to what its sums have moved by."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from figure_world import NEW_AB, NEW_C, VILLAGE_A, VILLAGE_B, VILLAGE_C, FigureWorld, adds
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from server.storage.models.figures import FigureSumRow
from server.storage.models.locks import LateChangeRow

pytestmark = pytest.mark.database
UNITS = (VILLAGE_A, VILLAGE_B, VILLAGE_C)
RULES = {"households": "latest", "reached": "any", "attendees": "sum"}


@pytest.fixture
def world(engine):
    return FigureWorld(engine)


def lock(world, unit_id=NEW_AB, year=2026):
    with world.uow() as uow:
        uow.figures.exclude_reviews()
        return uow.locks.add(lock_facts(world, unit_id, year))


def lock_facts(world, unit_id, year):
    return {
        "project_id": world.project_id,
        "unit_id": unit_id,
        "year": year,
        "period": str(year),
        "revision": 1,
        "content": b"{}",
        "sha256": "0" * 64,
        "locked_at": datetime(2026, 12, 1, tzinfo=UTC),
        "account_id": None,
        "author": "Người chốt (mẫu)",
        "reason": "",
    }


def changes(world):
    rows = LateChangeRow
    with world.engine.connect() as connection:
        return connection.execute(
            select(rows.measure, rows.unit_id, rows.period, rows.thousandths, rows.contributions).order_by(rows.id)
        ).all()


def test_nothing_is_kept_of_what_is_not_locked(world):
    lock(world, NEW_C)
    record, version = world.receive(adds(unit_id=VILLAGE_A))
    world.decide({record: version})
    elsewhen, other = world.receive(adds(unit_id=VILLAGE_C, day=date(2025, 12, 31)))
    world.decide({elsewhen: other})
    # The year before a locked one is kept: a change since then is counted from it.
    assert changes(world) == [("visit.households", VILLAGE_C, 2025, 1000, 1)]


def test_what_comes_after_a_lock_is_kept_with_its_amount_and_taking_it_back_too(world):
    first, version = world.receive(adds(unit_id=VILLAGE_A))
    world.decide({first: version})
    lock(world)
    world.decide({first: None})
    world.decide({first: version})
    assert [row[3:] for row in changes(world)] == [(-1000, -1), (1000, 1)]


def test_deriving_again_what_comes_out_alike_is_no_change(world):
    first, version = world.receive(adds(unit_id=VILLAGE_A), adds("attendees", combine="sum", value=3))
    world.decide({first: version})
    lock(world)
    world.derive_again(version, adds(unit_id=VILLAGE_A), adds("attendees", combine="sum", value=3))
    world.rebuild()
    assert changes(world) == []
    world.derive_again(version, adds(unit_id=VILLAGE_A), adds("attendees", combine="sum", value=5))
    assert changes(world) == [("visit.attendees", VILLAGE_A, 2026, 2000, 0)]


@pytest.mark.parametrize("seed", range(6))
def test_the_changes_since_a_lock_add_up_to_what_the_sums_moved_by(world, seed):
    chance = random.Random(seed)
    known = {}

    def something():
        match chance.randrange(4):
            case 0:
                record, version = world.receive(*some(chance))
                known[record] = [version]
            case 1 if known:
                record = chance.choice(sorted(known))
                known[record].append(world.edit(record, *some(chance)))
            case 2 if known:
                record = chance.choice(sorted(known))
                world.derive_again(chance.choice(known[record]), *some(chance))
            case _ if known:
                record = chance.choice(sorted(known))
                world.decide({record: chance.choice([None, *known[record]])})

    for _ in range(25):
        something()
    before = sums(world)
    lock(world, NEW_AB)
    lock(world, NEW_C)
    for _ in range(25):
        something()
    world.rebuild()
    moved = sums(world)
    moved.subtract(before)
    assert {key: amount for key, amount in moved.items() if amount} == late_sums(world)


def some(chance):
    """Return contributions at places of their own, of any subject, unit and measure."""
    return [
        adds(
            name,
            subject=chance.choice("abc"),
            unit_id=chance.choice(UNITS),
            day=date(2026, chance.randint(1, 12), 1),
            value=chance.randint(0, 2),
            combine=combine,
        )
        for name, combine in RULES.items()
        if chance.random() < 0.8
    ]


def sums(world):
    rows = FigureSumRow
    with world.engine.connect() as connection:
        found = connection.execute(select(rows.measure, rows.unit_id, rows.thousandths, rows.contributions))
        return Counter(
            {
                (row.measure, row.unit_id, what): getattr(row, what)
                for row in found
                for what in ("thousandths", "contributions")
            }
        )


def late_sums(world):
    moved = Counter()
    for measure, unit_id, _, thousandths, contributions in changes(world):
        moved[measure, unit_id, "thousandths"] += thousandths
        moved[measure, unit_id, "contributions"] += contributions
    return {key: amount for key, amount in moved.items() if amount}


def test_a_lock_taken_while_records_are_reviewed_misses_none_and_counts_none_twice(world):
    """Whatever is decided at that moment is either in the frozen sums or a late change, never both or neither."""
    records = [world.receive(adds(subject=f"h{at}", unit_id=UNITS[at % 3])) for at in range(24)]

    def decide(some):
        for record, version in some:
            world.decide({record: version})

    with ThreadPoolExecutor(4) as people:
        reviewing = [people.submit(decide, records[start::4]) for start in range(4)]
        with world.uow() as uow:
            uow.figures.exclude_reviews()
            frozen = uow.figures.every_sum(world.project_id)
            for unit_id in (NEW_AB, NEW_C):
                uow.locks.add(lock_facts(world, unit_id, 2026))
        for one in reviewing:
            one.result()
    moved = sums(world)
    for measure, _, unit_id, _, thousandths, contributions, _ in frozen:
        moved.subtract({(measure, unit_id, "thousandths"): thousandths})
        moved.subtract({(measure, unit_id, "contributions"): contributions})
    assert {key: amount for key, amount in moved.items() if amount} == late_sums(world)
    assert sum(sums(world).values()) == 24 * 1001


@pytest.mark.parametrize("statement", ["UPDATE period_lock SET reason = 'x'", "DELETE FROM period_lock"])
def test_the_database_itself_refuses_to_change_a_lock_or_to_take_it_away(world, statement):
    lock(world)
    with pytest.raises(DatabaseError, match="stays as it is"), world.engine.begin() as connection:
        connection.execute(text(statement))
