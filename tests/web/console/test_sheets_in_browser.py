"""Typing sheets of paper in at the office in a real browser: by keys alone, as they stand on the sheet."""

from __future__ import annotations

import pytest
from console_world import publish
from playwright.sync_api import expect

from tests.web.console.test_filling_in_browser import SHEET, field, page
from tests.web.console.test_in_browser import address

__all__ = ["address", "page"]
pytestmark = pytest.mark.browser


def test_what_a_sheet_lacks_is_reached_by_keys_and_kept_as_it_is_by_a_tick(page):
    page.goto(SHEET)
    page.wait_for_selector("[name=number]:focus")
    page.keyboard.type("7")
    page.fill("[name=day]", "2026-09-30")
    page.check(field("where/village", "23500-01"))
    page.check(field("who/household_list", "not_listed"))
    page.fill(field("who/house_no"), "77")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".problem >> text=Chưa lưu")
    page.wait_for_selector(".finding a:focus")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "a:/data/who/visit_result"
    page.keyboard.press("4")
    assert page.locator(field("who/visit_result", "refused")).is_checked()
    page.keyboard.press("0")
    assert not page.locator(field("who/visit_result", "refused")).is_checked()
    page.focus("[name=anyway]")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=Đã lưu tờ vừa rồi.")
    assert ["400" in one for one in page.alarms] == [True], "nothing but the answer that kept nothing"


def test_digits_tick_what_the_paper_says_whatever_was_ticked_before(page):
    relations = field("answers/about/hh_relations")
    page.goto(SHEET)
    page.check(field("who/visit_result", "met"))
    page.check(field("answers/about/hh_relations", "couple"))
    page.check(field("answers/about/hh_relations", "siblings"))
    page.focus(field("who/visit_result", "met"))
    page.focus(field("answers/about/hh_relations", "couple"))

    def ticked():
        return page.locator(relations + ":checked").evaluate_all("boxes => boxes.map(one => one.value)")

    page.keyboard.type("12")
    assert ticked() == ["couple", "parent_child"], "as it stands on the sheet"
    page.keyboard.press("Backspace")
    assert ticked() == ["couple"]
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.type("3")
    assert ticked() == ["couple", "parent_child", "grandparent_grandchild"], "what was ticked by hand just now stays"
    page.keyboard.type("0")
    assert ticked() == []
    assert page.alarms == []


@pytest.mark.full
def test_a_part_is_added_and_gone_through_by_enter_alone(page, world):
    publish(world.services, world.project_id, "commune_register")
    page.goto("/submissions/paper?writer=1")
    page.select_option("[name=form]", label="4 Mô hình, câu lạc bộ")
    page.click("main form button")
    add = page.locator("button[name=adds]").first
    name = add.get_attribute("value")
    add.focus()
    for number in (1, 2):
        page.keyboard.press("Enter")
        expect(page.locator(f"[id^='{name}[{number}]/']").first).to_be_visible()
        focused = page.evaluate("document.activeElement.closest('.question')?.id")
        assert focused == page.locator(f"[id^='{name}[{number}]/']").first.get_attribute("id"), "its first question"
        for _ in range(page.locator(f"[id^='{name}[{number}]/']").count()):
            page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.name") == "adds", "and past the way to take it out"
        assert page.locator(f"[id^='{name}[{number}]/']").count(), "nothing was taken out"
    page.locator(f"button[name=drops][value='{name}[2]']").press("Enter")
    expect(page.locator(f"[id^='{name}[2]/']")).to_have_count(0)
    assert page.evaluate("document.activeElement.value") == name, "the hand is where another one would be added"
    assert page.alarms == []


@pytest.mark.full
def test_a_day_may_be_chosen_in_a_calendar_too(page):
    page.goto(SHEET)
    page.fill("[name=day]", "30/09/2026")
    page.click("[name=day] + .pick")
    calendar = page.locator("input[type=date]:focus")
    expect(calendar).to_have_value("2026-09-30")
    calendar.fill("2026-09-05")
    expect(page.locator("[name=day]")).to_have_value("05/09/2026")
    expect(page.locator(field("where/visit_date"))).to_have_value("05/09/2026")
    expect(page.locator("input[type=date]")).to_have_count(0)
    assert page.alarms == []
