"""Pages of figures in a real browser: hostile words do nothing, a small phone shows all, the keyboard opens numbers."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, VILLAGE_1
from plan_world import I6, workbook

from server.operations.publish_plan import PlanSource, publish_plan
from tests.register_world import put
from tests.web.console.test_in_browser import HOSTILE, address, page

__all__ = ["address", "page"]
pytestmark = pytest.mark.browser
HOUSEHOLDS = ("R1", HOSTILE, "household_conduct_survey.visited", "register:households", "%", "up", "commune", "year")


@pytest.fixture
def unit(world):
    """The plan is published; one household is on the list."""
    indicators = ((*I6[:1], HOSTILE, *I6[2:]), HOUSEHOLDS)
    source = PlanSource(HOSTILE[:100], workbook(indicators=indicators))
    publish_plan(world.services, world.project_id, source)
    put(world.services, world.project_id, village=VILLAGE_1, label=HOSTILE)
    return world.services.atlas.current().territory.find(DAK_HA, world.services.today()).unit_id


def test_hostile_texts_do_nothing_and_nothing_overflows_a_small_phone(page, unit):
    visited = (
        "/indicators",
        "/indicators?within=&lang=en",
        "/indicators/I6?lang=vi",
        "/indicators/I6?level=district",
        f"/indicators/R1?level=village&within={unit}",
        f"/indicators/I6/years?within={unit}",
        "/indicators/R1/records?part=denominator",
        "/indicators/R1/records?part=paper",
        "/completeness",
        f"/completeness?within={unit}",
        "/published",
        "/incidents/published",
    )
    for one in visited:
        page.goto(one)
        widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert widths[0] <= widths[1], one
        assert page.evaluate("!document.querySelector('main script, main img[src=x], main [style]')"), one
    assert [line for line in page.alarms if "404" not in line] == []  # signing is the province's


def test_a_number_is_opened_by_keyboard_alone(page, unit):
    page.goto("/indicators/R1")
    number = page.locator("tfoot a[href*='part=denominator']")
    number.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Danh sách đằng sau con số")
    assert page.locator("li.record a").count() >= 1
    assert page.alarms == []
