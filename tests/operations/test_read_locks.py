"""The late lane: what came after a lock stands beside it, cell by cell, with the records that make the difference."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from console_world import PROVINCE
from plan_world import DAK_HA, I6, SURVEY, TU_MO_RONG, VILLAGE_1, PlanWorld, workbook

from server.access.roles import Role
from server.errors import InvalidInput, NotFound
from server.indicators.lock_format import read_lock
from server.indicators.periods import Period
from server.operations import read_locks
from server.operations.lock_period import LockOrder, lock_period
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.read_figures import Part
from server.operations.read_locks import LateCell, late_records, locked_bytes, read_locked
from server.operations.rebuild import rebuild
from server.operations.review_submissions import Decision, review_submissions
from server.operations.sights import Desk
from server.submissions.review import Verdict

pytestmark = pytest.mark.database
APPROVE, REJECT, RETURN = Verdict.APPROVE, Verdict.REJECT, Verdict.RETURN
VILLAGE_3 = "23500-03"


def made_world(services):
    services.now.advance(days=60)  # the examples are of November 2026
    return PlanWorld(services)


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


def lock(world, code=DAK_HA):
    order = LockOrder(world.project_id, world.unit(code), Period(2026))
    return lock_period(world.services, world.actor(Role.SUPERVISOR, code), order).lock_id


def shown(world, lock_id, indicator="I6"):
    found = read_locked(world.services, world.actor(), lock_id)
    return found, next(one for one in found.tables if one.now.indicator.code == indicator)


def late(world, lock_id, part=Part.NUMERATOR, code=DAK_HA, *, actor=None, **more):
    cell = LateCell("I6", part, world.unit(code))
    return late_records(world.services, actor or world.actor(), lock_id, cell, **more)


HAVING = ("I3", "Số xã (mẫu)", f"{SURVEY}.answered", "units:commune", "%", "up", "province", "year")


def test_a_number_of_communes_speaks_in_communes_with_the_records_under_each(world):
    world.services.now.advance(seconds=1)
    publish_plan(world.services, world.project_id, PlanSource("plan", workbook(indicators=(I6, HAVING))))
    world.decide(APPROVE, world.send("couple_with_children"))
    lock_id = lock(world, PROVINCE)
    there = {"by": "A Mẫu", "village": f"{TU_MO_RONG}-01"}
    sent = [world.send("couple_with_children"), world.send("lives_alone"), world.send("couple_with_children", **there)]
    world.decide(APPROVE, *sent)
    cell = LateCell("I3", Part.NUMERATOR, world.unit(PROVINCE))
    page = late_records(world.services, world.actor(), lock_id, cell)
    told = [(one.name, one.change, len(one.lines)) for one in page.units]
    assert (page.records, page.amount, told) == (3, 1, [("Xã Tu Mơ Rông", 1, 1), ("Xã Đăk Hà", 0, 2)])
    narrow = late_records(world.services, world.actor(Role.SUPERVISOR, DAK_HA), lock_id, cell)
    assert [(one.change, len(one.lines)) for one in narrow.units] == [(1, 0), (0, 2)]
    world.decide(REJECT, sent[2])
    assert late_records(world.services, world.actor(), lock_id, cell).amount == 0


def test_nothing_differs_until_something_comes(world):
    world.decide(APPROVE, world.send("couple_with_children"))
    found, table = shown(world, lock(world))
    assert (table.differs, found.arrived_late) == (False, 0)
    assert all(not one.differs for one in found.tables)


def test_a_visit_that_arrives_after_the_lock_moves_the_restated_table_by_one_and_is_named(world):
    world.decide(APPROVE, world.send("couple_with_children"))
    lock_id = lock(world)
    sent = world.send("couple_with_children", village=VILLAGE_3)
    found, table = shown(world, lock_id)
    # Received and not yet decided: told, and no number has moved.
    assert (found.arrived_late, table.total.numerator, table.total.now.received) == (1, 0, 2)
    world.decide(APPROVE, sent)
    found, table = shown(world, lock_id)
    assert (table.total.then.numerator, table.total.now.numerator, table.total.numerator) == (1, 2, 1)
    assert [one.unit.name for one in table.rows if one.differs] == ["Thôn Đăk La (mẫu)"]
    page = late(world, lock_id)
    assert (page.records, page.amount) == (1, Decimal(1))
    assert [(one.submission_id, one.amount, one.unit_name) for one in page.lines] == [
        (sent.submission_id, Decimal(1), "Thôn Đăk La (mẫu)")
    ]
    assert late(world, lock_id, code=VILLAGE_1).lines == ()
    assert late(world, lock_id, code=VILLAGE_3).records == 1


def test_a_record_that_stops_counting_is_named_with_what_it_took_away(world):
    first, second = world.send("couple_with_children"), world.send("refused")
    world.decide(APPROVE, first, second)
    lock_id = lock(world)
    batch = world.decide(REJECT, first)
    _, table = shown(world, lock_id)
    assert (table.total.numerator, table.total.denominator) == (-1, -1)
    assert [(one.submission_id, one.amount) for one in late(world, lock_id).lines] == [
        (first.submission_id, Decimal(-1))
    ]
    assert late(world, lock_id, Part.DENOMINATOR).amount == -1
    world.undo(batch)
    _, table = shown(world, lock_id)
    assert not table.differs
    assert (late(world, lock_id).records, late(world, lock_id).lines) == (0, ())


def test_a_record_that_takes_the_place_of_another_names_both(world):
    yes = world.send("couple_with_children", household="h1")
    world.decide(APPROVE, yes)
    lock_id = lock(world)
    later = world.send("lives_alone", household="h1", visit_date="2026-11-19", counted_on="2026-11-19")
    world.decide(APPROVE, later)
    page = late(world, lock_id, Part.DENOMINATOR)
    assert (page.records, page.amount) == (2, Decimal(0))
    assert {one.submission_id: one.amount for one in page.lines} == {
        later.submission_id: Decimal(1),
        yes.submission_id: Decimal(-1),
    }


def test_late_records_are_shown_as_far_as_the_post_reaches_and_their_number_to_everybody(world):
    lock_id = lock(world, PROVINCE)
    here = [world.send("couple_with_children") for _ in range(3)]
    there = world.send("couple_with_children", by="A Mẫu", village=f"{TU_MO_RONG}-01")
    world.decide(APPROVE, *here, there)
    officer = world.actor(Role.SUPERVISOR, TU_MO_RONG)
    page = late(world, lock_id, code=PROVINCE, actor=officer)
    assert ([one.submission_id for one in page.lines], page.records, page.amount) == ([there.submission_id], 4, 4)
    assert late(world, lock_id, code=DAK_HA, actor=officer).lines == ()
    assert late(world, lock_id, code=DAK_HA, actor=world.actor(Role.ANALYST)).records == 3
    with pytest.raises(NotFound):
        late(world, lock(world), code=VILLAGE_1, actor=officer)


def test_a_list_of_late_records_goes_on_where_the_page_before_ended(world, monkeypatch):
    monkeypatch.setattr(read_locks, "LATE_A_PAGE", 2)
    lock_id = lock(world)
    sent = [world.send("couple_with_children") for _ in range(3)]
    world.decide(APPROVE, *sent)
    first = late(world, lock_id)
    rest = late(world, lock_id, after=first.next_after)
    seen = [one.submission_id for one in (*first.lines, *rest.lines)]
    assert (seen, rest.next_after) == ([one.submission_id for one in reversed(sent)], None)


def test_numbers_the_lock_does_not_hold_are_not_there(world):
    lock_id = lock(world)
    with pytest.raises(NotFound):
        late_records(world.services, world.actor(), lock_id, LateCell("X9", Part.NUMERATOR, world.unit(DAK_HA)))
    with pytest.raises(NotFound):
        late(world, lock_id, code=TU_MO_RONG)
    cell = LateCell("P1", Part.DENOMINATOR, world.unit(DAK_HA))
    with pytest.raises(InvalidInput):
        late_records(world.services, world.actor(), lock_id, cell)


@pytest.mark.parametrize("seed", range(3))
def test_through_any_later_history_the_bytes_stay_and_the_records_named_make_each_difference(world, seed):
    """Whatever is sent, edited, decided, taken back or rebuilt: frozen is frozen, and no difference is unexplained."""
    chance = random.Random(seed)
    sent, batches = [], []
    _some_history(world, chance, sent, batches, steps=8)
    locks = [lock(world), lock(world, PROVINCE)]
    before = [_bytes(world, one) for one in locks]
    for _ in range(2):
        _some_history(world, chance, sent, batches, steps=8)
        if chance.random() < 0.5:
            rebuild(world.services, lambda *_, **__: None)
        assert [_bytes(world, one) for one in locks] == before
        for lock_id, content in zip(locks, before, strict=True):
            found, _ = shown(world, lock_id)
            assert found.frozen == read_lock(content)
            _every_difference_is_explained(world, found)


def _some_history(world, chance, sent, batches, *, steps):
    for _ in range(steps):
        match chance.randrange(4):
            case 0 | 1:
                name = chance.choice(["couple_with_children", "lives_alone", "refused"])
                village = chance.choice([VILLAGE_1, VILLAGE_3])
                day = f"2026-11-{chance.randint(10, 19)}"
                household = f"00000000-0000-4000-8000-00000000000{chance.randint(1, 4)}"
                facts = {"household": household, "visit_date": day, "counted_on": day}
                sent.append(world.send(name, village=village, **facts))
            case 2 if sent:
                batches.append(_decide_if_possible(world, chance, chance.choice(sent)))
            case _ if batches:
                world.undo(chance.choice(batches))


def _decide_if_possible(world, chance, target):

    verdict = chance.choice([APPROVE, APPROVE, REJECT, RETURN])
    comment = "" if verdict is APPROVE else "Xem lại (mẫu)"
    decision = Decision(verdict, comment, (target,), spares_flagged=False)
    return review_submissions(world.services, world.actor(), decision, Desk.EVERYDAY).batch_id


def _every_difference_is_explained(world, found):
    for table in found.tables:
        code = table.now.indicator.code
        for pair in (table.total, *table.rows):
            unit_id = found.lock.unit_id if pair.unit is None else pair.unit.unit_id
            for part, difference in ((Part.NUMERATOR, pair.numerator), (Part.DENOMINATOR, pair.denominator)):
                if part is Part.DENOMINATOR and table.now.indicator.denominator is None:
                    continue
                page = late_records(world.services, world.actor(), found.lock.lock_id, LateCell(code, part, unit_id))
                assert page.amount == difference
                assert sum(one.amount for one in page.lines) == difference


def _bytes(world, lock_id):
    return locked_bytes(world.services, world.actor(), lock_id)[1]
