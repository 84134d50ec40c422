"""The preview of a plan: indicators and targets that come, go or change, and nothing written."""

from __future__ import annotations

import pytest
from plan_world import I6, POOR, PlanWorld, publish, workbook

from server.indicators.plan import PlanRefused
from server.indicators.plan_changes import ChangedCell
from server.operations.compare_plans import compare_plan
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.read_figures import list_indicators

pytestmark = pytest.mark.database


@pytest.fixture
def beginning():
    return PlanWorld


@pytest.fixture
def world(begun):
    return begun


def compared(world, name="plan", **sheets):
    before = list_indicators(world.services, world.actor())
    changes = compare_plan(world.services, world.project_id, PlanSource(name, workbook(**sheets)))
    assert list_indicators(world.services, world.actor()) == before
    return changes


def test_the_same_plan_changes_nothing(world):
    assert compared(world).is_none
    assert not compared(world).is_first


def test_under_a_new_name_everything_is_new(world):
    changes = compared(world, "other")
    assert (changes.is_first, changes.indicators_added, changes.targets_added) == (
        True, ("I6", "P1"), ("I6 2026 commune",),
    )  # fmt: skip


def test_indicators_and_targets_that_come_go_and_change_are_named_by_their_cells(world):
    other = ("P2", "Khác (mẫu)", *POOR[2:])
    changed = (*I6[:4], "‰", *I6[5:])
    changes = compared(
        world, indicators=(changed, other), targets=(("I6", "commune", 2026, 75, ""), ("I6", "23500", 2026, 80, ""))
    )
    assert (changes.indicators_added, changes.indicators_removed) == (("P2",), ("P1",))
    assert changes.indicators_changed == (ChangedCell("I6", "unit", "percent", "permille"),)
    assert (changes.targets_added, changes.targets_removed) == (("I6 2026 23500",), ())
    assert changes.targets_changed == (
        ChangedCell("I6 2026 commune", "value", "70", "75"),
        ChangedCell("I6 2026 commune", "status", "draft", "official"),
    )


def test_a_target_that_goes_is_named_by_its_unit(world):
    targets = (("I6", "23500", 2026, 80, ""), ("I6", "62@2025-06-30", 2025, 70, ""))
    publish_plan(world.services, world.project_id, PlanSource("units", workbook(targets=targets)))
    removed = compared(world, "units", targets=targets[1:]).targets_removed
    assert removed == ("I6 2026 Xã Đăk Hà",)


def test_a_broken_workbook_has_no_preview(world):
    with pytest.raises(PlanRefused):
        compared(world, indicators=(("I6", "Nhãn", "nobody.knows", *I6[3:]),))


def test_release_tables_are_named_so_that_nobody_takes_them_for_no_change(world):
    publish(world.services, world.project_id, "incident", is_sensitive=True)
    releases = (
        ("name", "label::vi", "measure", "rows", "period", "breakdown", "k"),
        ("theo-xa", "Theo xã (mẫu)", "phieu_b.cases", "commune", "year", "", 5),
    )
    changes = compared(world, releases=releases)
    assert (changes.release_names, changes.is_none) == (("theo-xa",), False)
