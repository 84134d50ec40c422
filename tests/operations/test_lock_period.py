"""Locking a period: what is frozen, who signs, and that nothing but a revision ever stands beside it."""

from __future__ import annotations

import hashlib
import json

import pytest
from console_world import PROVINCE
from plan_world import DAK_HA, TU_MO_RONG, VILLAGE_1, PlanWorld, workbook

from server.access.actors import Visitor
from server.access.roles import Role
from server.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from server.indicators.lock_format import read_lock, written_lock
from server.indicators.periods import Period
from server.operations.lock_period import LockOrder, is_locked, lock_for_the_operator, lock_period
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.read_locks import list_locks, locked_bytes, read_locked
from server.operations.rebuild import rebuild
from server.submissions.review import Verdict

pytestmark = pytest.mark.database
APPROVE = Verdict.APPROVE
VILLAGE_3 = "23500-03"
YEAR = Period(2026)


def made_world(services):
    services.now.advance(days=60)  # the examples are of November 2026
    return PlanWorld(services)


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


def order(world, code=DAK_HA, period=YEAR, reason=""):
    return LockOrder(world.project_id, world.unit(code), period, reason)


def officer(world, code=DAK_HA):
    return world.actor(Role.SUPERVISOR, code)


def lock(world, code=DAK_HA, **more):
    return lock_period(world.services, officer(world, code), order(world, code, **more))


def frozen(world, kept):
    _, content = locked_bytes(world.services, world.actor(), kept.lock_id)
    return read_lock(content)


def numbers(figure):
    return figure.numerator, figure.denominator, figure.received, figure.approved


def refused(kind, code, what, *given, **named):
    with pytest.raises(kind) as error:
        what(*given, **named)
    assert error.value.code == code


def test_a_lock_holds_the_units_figures_and_those_of_what_lies_in_it_with_plan_author_time_and_hash(world):
    world.decide(APPROVE, world.send("couple_with_children"), world.send("refused", village=VILLAGE_3))
    world.send("couple_with_children")
    kept = lock(world)
    _, content = locked_bytes(world.services, officer(world), kept.lock_id)
    assert hashlib.sha256(content).hexdigest() == kept.sha256
    made = read_lock(content)
    assert (made.unit.name, made.unit.within, made.period, made.revision) == ("Xã Đăk Hà", "Tỉnh Quảng Ngãi", YEAR, 1)
    assert (made.author, made.locked_at) == ("Người duyệt (mẫu)", kept.locked_at)
    assert [one.table.indicator.code for one in made.tables] == ["I6", "P1"]
    first = made.tables[0]
    assert numbers(first.table.total) == (1, 2, 3, 2)
    assert first.table.total.target == 70
    rows = {row.unit.unit_id: numbers(row.figure) for row in first.table.rows}
    assert (rows[world.unit(VILLAGE_1)], rows[world.unit(VILLAGE_3)]) == ((1, 1, 2, 1), (0, 1, 1, 1))
    with world.services.reading(world.services.operator()) as uow:
        (plan,) = uow.plans.in_force()
    assert (first.plan.plan_id, first.plan.sha256) == (plan.plan_id, plan.sha256)
    assert written_lock(made) == content


def test_a_province_locks_its_communes(world):
    world.decide(APPROVE, world.send("couple_with_children"))
    made = frozen(world, lock(world, PROVINCE))
    table = made.tables[0].table
    assert numbers(table.total) == (1, 1, 1, 1)
    assert {row.unit.unit_id: numbers(row.figure) for row in table.rows if row.figure.received} == {
        world.unit(DAK_HA): (1, 1, 1, 1)
    }
    assert all(row.figure.target == 70 for row in table.rows)


def test_what_is_served_are_the_same_bytes_whatever_comes_after(world):
    first = world.send("couple_with_children")
    world.decide(APPROVE, first)
    kept = lock(world)
    _, before = locked_bytes(world.services, officer(world), kept.lock_id)
    world.decide(Verdict.REJECT, first)
    world.decide(APPROVE, world.send("refused"), world.send("couple_with_children", village=VILLAGE_3))
    other = workbook(targets=(("I6", "commune", 2026, 90, "official"),))
    publish_plan(world.services, world.project_id, PlanSource("plan", other))
    rebuild(world.services, lambda *_, **__: None)
    assert locked_bytes(world.services, officer(world), kept.lock_id) == (kept, before)
    assert locked_bytes(world.services, world.actor(Role.ANALYST, PROVINCE), kept.lock_id)[1] == before


def test_a_period_is_locked_once_and_revised_as_a_whole_with_a_reason(world):
    kept = lock(world)
    refused(Conflict, "locks.already_locked", lock, world)
    refused(Conflict, "locks.nothing_changed", lock, world, reason="Bổ sung (mẫu)")
    refused(Conflict, "locks.not_locked", lock, world, TU_MO_RONG, reason="Bổ sung (mẫu)")
    world.decide(APPROVE, world.send("couple_with_children"))
    second = lock(world, reason="Bổ sung phiếu gửi muộn (mẫu)")
    assert (second.revision, second.reason) == (2, "Bổ sung phiếu gửi muộn (mẫu)")
    assert numbers(frozen(world, kept).tables[0].table.total) == (0, 0, 0, 0)
    assert numbers(frozen(world, second).tables[0].table.total) == (1, 1, 1, 1)
    lines = list_locks(world.services, world.actor(Role.ANALYST))
    assert [(one.lock.revision, one.is_newest, one.unit_name) for one in lines] == [
        (2, True, "Xã Đăk Hà"),
        (1, False, "Xã Đăk Hà"),
    ]
    refused(InvalidInput, "locks.reason_too_long", lock, world, reason="x" * 1001)


def test_whoever_holds_a_post_on_the_unit_signs_and_nobody_else(world):
    refused(NotFound, "access.not_found", lock_period, world.services, officer(world, TU_MO_RONG), order(world))
    refused(Forbidden, "locks.other_level", lock_period, world.services, officer(world, PROVINCE), order(world))
    refused(NotFound, "access.not_found", lock_period, world.services, officer(world, VILLAGE_1), order(world))
    for role in (Role.ANALYST, Role.ADMINISTRATOR, Role.INCIDENT_OFFICER):
        refused(Forbidden, "access.forbidden", lock_period, world.services, world.actor(role, DAK_HA), order(world))
    refused(Unauthenticated, "access.sign_in_needed", lock_period, world.services, Visitor(), order(world))
    with world.services.reading(world.services.operator()) as uow:
        assert not is_locked(uow, world.project_id, world.unit(DAK_HA), YEAR)
    lock(world)
    with world.services.reading(world.services.operator()) as uow:
        assert is_locked(uow, world.project_id, world.unit(DAK_HA), YEAR)


def test_a_year_before_a_change_of_boundaries_is_locked_by_whoever_covers_the_old_unit(world):
    old = world.unit("23500@2025-06-30")
    before = Period(2024)
    kept = lock_period(world.services, officer(world), LockOrder(world.project_id, old, before))
    assert frozen(world, kept).unit.name == "Thị trấn Đăk Hà"
    district = world.unit("615@2025-06-30")
    kept = lock_period(world.services, officer(world, PROVINCE), LockOrder(world.project_id, district, before))
    made = frozen(world, kept)
    assert made.unit.within == "Tỉnh Kon Tum"
    assert old in {row.unit.unit_id for row in made.tables[0].table.rows}
    for unit_id in (old, district):
        refused(
            InvalidInput,
            "locks.not_then",
            lock_for_the_operator,
            world.services,
            LockOrder(world.project_id, unit_id, YEAR),
            "Mẫu",
        )


def test_what_cannot_be_locked_is_refused_by_code(world):
    services = world.services
    named = (services, order(world, period=Period(2027)), "Mẫu")
    refused(InvalidInput, "locks.not_begun", lock_for_the_operator, *named)
    refused(InvalidInput, "locks.no_such_level", lock_for_the_operator, services, order(world, VILLAGE_1), "Mẫu")
    quarter = order(world, period=Period(2026, quarter=3))
    refused(InvalidInput, "locks.no_figures", lock_for_the_operator, services, quarter, "Mẫu")
    missing = LockOrder(999, world.unit(DAK_HA), YEAR)
    refused(NotFound, "project.unknown", lock_for_the_operator, services, missing, "Mẫu")
    refused(NotFound, "territory.unknown_unit", lock_for_the_operator, services, LockOrder(1, 999999, YEAR), "Mẫu")
    refused(NotFound, "locks.unknown", read_locked, services, world.actor(), 999)


def test_villages_of_a_lock_and_its_bytes_are_for_posts_that_cover_the_commune(world):
    world.decide(APPROVE, world.send("couple_with_children"))
    kept = lock(world)
    mine = read_locked(world.services, officer(world), kept.lock_id)
    assert any(one.unit.unit_id == world.unit(VILLAGE_1) for one in mine.tables[0].rows)
    theirs = read_locked(world.services, officer(world, TU_MO_RONG), kept.lock_id)
    assert (theirs.tables[0].total, theirs.tables[0].rows) == (mine.tables[0].total, ())
    refused(NotFound, "locks.unknown", locked_bytes, world.services, officer(world, TU_MO_RONG), kept.lock_id)
    refused(Forbidden, "access.forbidden", read_locked, world.services, world.actor(Role.ADMINISTRATOR), kept.lock_id)


def test_a_lock_whose_bytes_were_damaged_is_not_served(world):
    kept = lock(world)
    with world.services.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER period_lock_update")
        else:
            connection.exec_driver_sql("ALTER TABLE period_lock DISABLE TRIGGER period_lock_stays")
        _, content = locked_bytes(world.services, officer(world), kept.lock_id)
        facts = json.loads(content) | {"reason": "khác"}
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        connection.exec_driver_sql(f"UPDATE period_lock SET content = {mark}", (json.dumps(facts).encode(),))
    refused(Conflict, "locks.damaged", read_locked, world.services, officer(world), kept.lock_id)
