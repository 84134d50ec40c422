"""Publishing a plan: checked whole against the forms and units there are; a refused one changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from plan_world import I6, POOR, PlanWorld, publish, workbook

from server.errors import InvalidInput, NotFound
from server.indicators.plan import PlanRefused
from server.operations.figure_questions import entries_and_targets, entries_in_force
from server.operations.publish_plan import MOST_BYTES, PlanSource, publish_plan, read_workbook
from server.operations.read_figures import list_indicators

pytestmark = pytest.mark.database
SHIPPED = Path(__file__).parent.parent.parent / "xlsforms" / "plans" / "plan-4002.xlsx"


@pytest.fixture
def beginning():
    return PlanWorld


@pytest.fixture
def world(begun):
    return begun


def in_force(world):
    return [
        (one.plan_name, one.indicator.code, one.indicator.label_vi, one.years)
        for one in list_indicators(world.services, world.actor())
    ]


def publish_book(world, name="plan", **sheets):
    return publish_plan(world.services, world.project_id, PlanSource(name, workbook(**sheets)))


def refused(world, **sheets):
    before = in_force(world)
    with pytest.raises(PlanRefused) as error:
        publish_book(world, **sheets)
    assert in_force(world) == before
    for fault in error.value.faults:
        for code in (fault.code, fault.cure_code):
            assert world.services.catalogue.sentence(code, fault.params)
    return [(one.code, one.sheet, one.row, one.column) for one in error.value.faults]


def test_a_published_plan_is_in_force(world):
    assert in_force(world) == [("plan", "I6", "Tỷ lệ hộ (mẫu)", (2026,)), ("plan", "P1", "Hộ nghèo (mẫu)", ())]


def test_the_newest_plan_of_a_name_takes_over_and_plans_of_other_names_stay(world):
    world.services.now.advance(days=1)
    publish_book(world, indicators=(("I6", "Nhãn mới", *I6[2:]),))
    world.services.now.advance(days=1)
    publish_book(world, "draft", indicators=(POOR,), targets=())
    assert in_force(world) == [("draft", "P1", "Hộ nghèo (mẫu)", ()), ("plan", "I6", "Nhãn mới", (2026,))]


def test_the_same_workbook_again_is_no_change_and_an_older_one_comes_back_into_force(world):
    first = workbook()
    publish_plan(world.services, world.project_id, PlanSource("twice", first))
    assert not publish_plan(world.services, world.project_id, PlanSource("twice", first)).is_new
    world.services.now.advance(days=1)
    publish_plan(world.services, world.project_id, PlanSource("twice", workbook(indicators=(POOR,), targets=())))
    world.services.now.advance(days=1)
    assert publish_plan(world.services, world.project_id, PlanSource("twice", first)).is_new
    assert [code for name, code, *_ in in_force(world) if name == "twice"] == ["I6", "P1"]


def test_measures_units_and_categories_that_are_not_there_are_named_by_their_cells(world):
    unknown = ("I6", "Nhãn", "nobody.knows", *I6[3:])
    uncut = ("P1", "Nhãn", "household_conduct_survey.visited[hh_poverty=poor]", *POOR[3:])
    twice = ("P2", "Nhãn", "register:households[groups=policy|disabled]", *POOR[3:])
    nowhere = (("I6", "99999", 2026, 70, ""), ("I6", "62", 2026, 70, ""))
    assert refused(world, indicators=(unknown, uncut, twice), targets=nowhere) == [
        ("plan.unknown_measure", "indicators", 2, "numerator"),
        ("plan.unknown_category", "indicators", 3, "numerator"),
        ("plan.overlapping_categories", "indicators", 4, "numerator"),
        ("plan.unknown_unit", "targets", 2, "unit"),
        ("plan.unknown_unit", "targets", 3, "unit"),
    ]


def test_a_unit_of_another_time_is_named_with_its_day_and_has_its_own_target(world):
    publish_book(world, targets=(("I6", "62@2025-06-30", 2025, 70, "official"), ("I6", "23500", 2026, 75, "")))


def test_a_unit_that_is_named_in_two_ways_has_one_target(world):
    named = ("23500", "23500@2026-01-15", "23521@2025-06-30", "commune")
    targets = [("I6", unit, 2026, 70 + number, "") for number, unit in enumerate(named)]
    assert refused(world, targets=targets) == [("plan.repeated_target", "targets", 3, "unit")]


def test_a_sensitive_measure_makes_no_indicator(world):
    publish(world.services, world.project_id, "incident", is_sensitive=True)
    form_id = "phieu_b"
    cases = ("I7", "Số (mẫu)", f"{form_id}.cases", "", "count", "down", "province", "year")
    assert refused(world, indicators=(I6, cases)) == [("plan.sensitive_measure", "indicators", 3, "numerator")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"<html/>", bytes(MOST_BYTES + 1)])
def test_what_is_no_workbook_is_refused(content):
    with pytest.raises(InvalidInput) as error:
        read_workbook(content)
    assert error.value.code == "plan.not_a_workbook"


def test_practice_and_unknown_projects_have_no_plan(world):
    with pytest.raises(InvalidInput) as error:
        publish_plan(world.services, world.practice_id, PlanSource("plan", workbook()))
    assert error.value.code == "plan.practice_project"
    with pytest.raises(NotFound):
        publish_plan(world.services, 4002, PlanSource("plan", workbook()))


def test_the_plan_that_comes_with_the_project_is_published_with_its_forms(world):
    for form_id in ("training_event", "commune_register"):
        publish(world.services, world.project_id, form_id)
    published = publish_plan(world.services, world.project_id, PlanSource("plan-4002", SHIPPED.read_bytes()))
    assert published.indicators == len([one for one in in_force(world) if one[0] == "plan-4002"]) >= 3
    services = world.services
    with services.reading(services.operator()) as uow:
        every, targets = entries_and_targets(uow, 2025)
        assert every == entries_in_force(uow)
        alone = uow.plans.targets_of_year({published.plan_id}, 2025)
    assert len(alone) > 3
    assert sorted((plan, code) for plan, code, _ in alone) == sorted(
        key for key, found in targets.items() for _ in found
    )
    assert all(target in targets[plan, code] for plan, code, target in alone)
