"""Filling in a form at the office in a real browser: it changes while somebody types, and never in their way."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, PASSWORD, example, make_account, publish, send
from playwright.sync_api import expect, sync_playwright

from server.access.roles import Role
from tests.web.console.test_in_browser import CHROMIUM, address

__all__ = ["address"]
pytestmark = pytest.mark.browser
SHEET = "/submissions/paper?writer=1&form=1"


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser, address, world):
    make_account(world.services, "ai.do", (Role.SUPERVISOR, DAK_HA))
    page = browser.new_page(base_url=address, viewport={"width": 360, "height": 740})
    page.alarms, page.checks, page.held = [], [], []
    page.on("console", lambda line: page.alarms.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda fault: page.alarms.append(str(fault)))
    page.on("request", lambda request: page.checks.append(request) if request.url.endswith("/check") else None)
    page.goto("/sign-in")
    page.fill("input[name=login]", "ai.do")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/")
    yield page
    page.close()


def field(path, value=None):
    return f"[name='a:/data/{path}']" + (f"[value='{value}']" if value else "")


def question(page, path):
    return page.locator(f"[id='/data/{path}']")


def hold_checks(page):
    """Have every check wait on the line until `let_go`."""

    def hold(route):
        page.held.append(route)

    page.route("**/check", hold)


def let_go(page):
    route = page.held.pop(0)
    route.continue_()


def wait_held(page, count=1):
    while len(page.held) < count:
        page.wait_for_timeout(20)


def test_questions_come_and_go_and_messages_with_them(page, world):
    page.goto(f"/submissions/{world.records['37']}/correct")
    page.uncheck(field("answers/about/hh_relations", "parent_child"))
    page.uncheck(field("answers/about/hh_relations", "grandparent_grandchild"))
    expect(question(page, "answers/page_c3/c3_1")).to_have_count(0)
    expect(page.locator("#so-far h2")).to_contain_text("Sẽ đổi")
    page.check(field("answers/about/hh_relations", "alone"))
    expect(question(page, "answers/about/hh_relations").locator(".finding-error")).to_be_visible()
    page.uncheck(field("answers/about/hh_relations", "alone"))
    expect(question(page, "answers/about/hh_relations").locator(".finding-error")).to_have_count(0)
    page.check(field("answers/about/hh_relations", "parent_child"))
    expect(question(page, "answers/page_c3/c3_1")).to_be_visible()
    assert page.locator(field("answers/page_c3/c3_1") + ":checked").get_attribute("value"), "its answer was kept"
    page.fill("[name=reason]", "Xem lại sổ hộ")
    page.uncheck(field("answers/about/hh_relations", "parent_child"))
    expect(question(page, "answers/page_c3/c3_1")).to_have_count(0)
    assert page.input_value("[name=reason]") == "Xem lại sổ hộ"
    page.click("button[value=save]")
    page.wait_for_selector("text=Đã lưu bản đính chính.")
    assert page.alarms == []


def test_what_is_typed_while_an_answer_is_on_its_way_stays(page):
    page.goto(SHEET)
    page.fill("[name=day]", "2026-09-30")
    page.press("[name=day]", "Tab")
    expect(page.locator(field("where/visit_date"))).to_have_value("2026-09-30")
    hold_checks(page)
    page.check(field("who/household_list", "not_listed"))
    wait_held(page)
    page.click(field("who/house_no"))
    page.keyboard.type("1000", delay=1)
    let_go(page)
    expect(question(page, "who/household")).to_have_class("question unasked")
    page.keyboard.type("0", delay=1)
    assert page.input_value(field("who/house_no")) == "10000"
    assert page.evaluate("document.activeElement.name") == "a:/data/who/house_no"
    page.keyboard.press("Tab")
    wait_held(page)
    let_go(page)
    expect(question(page, "who/house_no").locator(".finding-error")).to_be_visible()
    assert page.input_value(field("who/house_no")) == "10000"
    assert page.alarms == []


def test_the_newest_answer_wins_and_one_question_is_on_its_way_at_a_time(page):
    page.goto(SHEET)
    hold_checks(page)
    page.check(field("who/visit_result", "met"))
    wait_held(page)
    failed = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.check(field("who/visit_result", "refused"))
    wait_held(page, 2)
    assert failed == [page.checks[0].url], "the older one is given up"
    page.held.pop(0)
    let_go(page)
    expect(question(page, "who/household").locator(".finding-error")).to_be_visible()
    expect(question(page, "consent")).to_have_class("question unasked")
    assert page.locator(".unchecked").is_hidden()
    assert page.alarms == []


def test_the_focus_goes_on_where_its_question_goes(page, world):
    page.goto(f"/submissions/{world.records['37']}/correct")
    hold_checks(page)
    page.check(field("answers/registration/registered", "no"))
    wait_held(page)
    page.focus(field("answers/registration/registered_precision") + ":checked")
    let_go(page)
    expect(question(page, "answers/registration/registered_precision")).to_have_count(0)
    assert page.evaluate("document.activeElement.name") == "a:/data/answers/page_c1/c1_1"
    assert page.alarms == []


def test_without_a_line_the_page_stays_and_says_that_nothing_was_checked(page):
    page.goto(SHEET)
    page.route("**/check", lambda route: route.abort())
    page.fill(field("who/house_no"), "77")
    page.press(field("who/house_no"), "Tab")
    expect(page.locator(".unchecked")).to_be_visible()
    page.unroute("**/check")
    page.check(field("who/visit_result", "met"))
    expect(question(page, "consent")).not_to_have_class("question unasked")
    expect(page.locator(".unchecked")).to_be_hidden()
    page.context.clear_cookies()
    page.check(field("who/visit_result", "refused"))
    expect(page.locator(".unchecked")).to_be_visible()
    assert page.input_value(field("who/house_no")) == "77"
    assert page.locator("#asked .question").count() > 30


def test_a_part_that_repeats_is_added_and_taken_out_in_place(page, world):
    publish(world.services, world.project_id, "commune_register")
    number = send(world, "Y Mẫu", example("commune_register", "active_model", 700)).submission_id
    page.goto(f"/submissions/{number}/correct")
    page.fill("[name=reason]", "Bổ sung văn bản")
    before = page.locator(".instance").count()
    page.locator("button[name=adds]").first.click()
    expect(page.locator(".instance")).to_have_count(before + 1)
    assert page.evaluate("document.activeElement.closest('.instance') !== null"), "the first question of the new one"
    page.locator("button[name=drops]").first.click()
    expect(page.locator(".instance")).to_have_count(before)
    assert page.input_value("[name=reason]") == "Bổ sung văn bản"
    assert page.alarms == []
