"""Deadlines and review policies of a plan: published with it, refused with sheet and cell, previewed, in force."""

from __future__ import annotations

from pathlib import Path

import pytest
from console_world import FORMS
from plan_world import DAK_HA, I6, SURVEY, PlanWorld, publish, workbook

from server.access.roles import Role
from server.indicators.deadlines import due_day
from server.indicators.periods import Period
from server.indicators.plan import PlanRefused
from server.indicators.review_policies import Policy
from server.operations.add_project import add_project
from server.operations.compare_plans import compare_plan
from server.operations.lock_period import LockOrder, lock_period
from server.operations.publish_plan import PlanSource, publish_plan, read_workbook
from server.operations.read_day import read_day
from server.territory.units import Level

pytestmark = pytest.mark.database
DEADLINES = ("level", "period", "month", "day", "from", "to", "source")
POLICIES = ("form", "policy", "days", "held_back")
CLEAN = (SURVEY, "clean_after_days", 7, "5 %")


@pytest.fixture
def beginning():
    return PlanWorld


@pytest.fixture
def world(begun):
    return begun


def book(*, deadlines=(("commune", "year", 11, 25, "", "", "Mẫu"),), policies=(CLEAN,)):
    return workbook(deadlines=(DEADLINES, *deadlines), review_policy=(POLICIES, *policies))


def put(world, name="plan", **sheets):
    world.services.now.advance(minutes=1)
    return publish_plan(world.services, world.project_id, PlanSource(name, book(**sheets)))


def in_force(world):
    with world.services.reading(world.services.operator()) as uow:
        plan_ids = [one.plan_id for one in uow.plans.in_force()]
        return uow.plan_rules.deadlines(plan_ids), uow.plan_rules.policies(plan_ids)


def test_the_rules_of_a_plan_are_in_force_with_it_and_another_plans_replace_them(world):
    put(world)
    deadlines, policies = in_force(world)
    assert str(due_day(deadlines, Level.COMMUNE, Period(2026))) == "2026-11-25"
    assert [(one.project_id, one.plan_name, str(one.rule)) for one in policies] == [
        (world.project_id, "plan", f"{SURVEY}: clean_after_days 7, 5 %")
    ]
    put(world, "other", deadlines=[("commune", "year", 12, 1, "", "", "")], policies=[(SURVEY, "by_hand")])
    deadlines, policies = in_force(world)
    assert str(due_day(deadlines, Level.COMMUNE, Period(2026))) == "2026-12-01"
    assert [(one.plan_name, one.rule.policy) for one in policies] == [("other", Policy.BY_HAND)]
    put(world, "other", deadlines=[], policies=[])
    assert [one.rule.policy for one in in_force(world)[1]] == [Policy.CLEAN_AFTER_DAYS]


def test_a_day_for_half_a_year_is_not_held_out_to_an_officer_who_has_nothing_to_lock_then(world):
    """Circular 07/2017 asks for a yearly report; the half-yearly one of 2011 has no figures of its own any more."""
    officer, halves = world.actor(Role.SUPERVISOR, DAK_HA), [("commune", "h1", 7, 5), ("commune", "q4", 12, 1)]
    put(world, deadlines=halves)
    assert read_day(world.services, officer).due is None
    put(world, deadlines=[*halves, ("commune", "year", 12, 25, "2026")])
    due = read_day(world.services, officer).due
    assert (due.period, str(due.day)) == (Period(2026), "2026-12-25")
    order = LockOrder(world.project_id, world.unit(DAK_HA), due.period, "")
    lock_period(world.services, officer, order)
    assert read_day(world.services, officer).due is None


def test_a_preview_names_the_rules_that_come_and_go(world):
    put(world)
    other = PlanSource("plan", book(deadlines=[("commune", "year", 12, 1, "2026", "", "")], policies=[CLEAN]))
    changes = compare_plan(world.services, world.project_id, other)
    assert (changes.rules_added, changes.rules_removed) == (("commune year 2026–: 1/12",), ("commune year: 25/11",))
    assert not changes.is_none
    assert compare_plan(world.services, world.project_id, PlanSource("plan", book())).is_none


def test_a_rule_for_a_sensitive_form_is_refused_with_sheet_and_cell_and_the_old_plan_stays(world):
    put(world)
    publish(world.services, world.project_id, "incident", is_sensitive=True)
    with pytest.raises(PlanRefused) as refused:
        put(world, policies=[CLEAN, ("phieu_b", "clean_after_days", 7, 5), ("nothing", "clean_after_days", 7, 5)])
    assert [(one.code, one.sheet, one.row, one.column) for one in refused.value.faults] == [
        ("plan.policy_sensitive", "review_policy", 3, "form"),
        ("plan.policy_unknown_form", "review_policy", 4, "form"),
    ]
    assert [one.rule.form_id for one in in_force(world)[1]] == [SURVEY]


def test_no_form_of_a_project_apart_has_a_rule_even_one_that_is_not_marked(world):
    apart = add_project(world.services, "Công việc riêng (mẫu)", kind="separate").project_id
    publish(world.services, apart, SURVEY)
    source = PlanSource("plan", workbook(indicators=(I6,), targets=(), review_policy=(POLICIES, CLEAN)))
    with pytest.raises(PlanRefused) as refused:
        publish_plan(world.services, apart, source)
    assert [one.code for one in refused.value.faults] == ["plan.policy_sensitive"]


@pytest.mark.parametrize("name", ["plan-4002", "plan-2026-2030-draft"])
def test_the_plans_that_come_with_the_server_set_a_day_for_each_level_and_a_rule_for_each_form(name):
    plan = read_workbook((Path(FORMS) / "plans" / f"{name}.xlsx").read_bytes())
    year = 2024 if name == "plan-4002" else 2026
    days = {level: due_day(plan.deadlines, level, Period(year)) for level in (Level.COMMUNE, Level.PROVINCE)}
    assert [str(day)[5:] for day in days.values()] == ["11-25", "12-10"]
    assert str(due_day(plan.deadlines, Level.DISTRICT, Period(2024))) == ("2024-12-05" if year == 2024 else "None")
    # The district step ended on 30 June 2025.
    assert due_day(plan.deadlines, Level.DISTRICT, Period(2025)) is None
    assert {one.form_id for one in plan.policies} == {
        "household_register",
        "household_conduct_survey",
        "training_event",
        "commune_register",
    }
    assert all(one.source for one in (*plan.deadlines, *plan.policies))
    clean = [one.form_id for one in plan.policies if one.policy is Policy.CLEAN_AFTER_DAYS]
    assert clean == ([] if year == 2024 else [SURVEY])
