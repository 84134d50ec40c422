"""Filling in a form at the office in a real browser: it changes while somebody types, and never in their way."""

from __future__ import annotations

from uuid import uuid4

import pytest
from console_world import DAK_HA, PASSWORD, example, make_account, publish, send
from playwright.sync_api import expect

from server.access.roles import Role
from tests.chromium import signs_in, watched
from tests.register_world import put
from tests.web.console.test_in_browser import address

__all__ = ["address"]
pytestmark = pytest.mark.browser
SHEET = "/submissions/paper?writer=1&form=1"
expect.set_options(timeout=20_000)  # as long as a busy machine takes


@pytest.fixture
def page(browser, address, world):
    make_account(world.services, "ai.do", (Role.SUPERVISOR, DAK_HA))
    page = watched(browser.new_page(base_url=address, viewport={"width": 360, "height": 740}))
    page.checks, page.held = [], []
    page.on("request", lambda request: page.checks.append(request) if request.url.endswith("/check") else None)
    signs_in(page, "ai.do", PASSWORD)
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
    wait(page, lambda: len(page.held) >= count)


def wait(page, is_so):
    for _ in range(1000):
        if is_so():
            return
        page.wait_for_timeout(20)
    pytest.fail("it never came to that")


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
    page.fill("[name=day]", "30092026")
    page.press("[name=day]", "Tab")
    assert page.input_value("[name=day]") == "30/09/2026", "whatever language the browser has"
    expect(page.locator(field("where/visit_date"))).to_have_value("30/09/2026")
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
    wait(page, lambda: failed)
    assert failed == [page.checks[0].url], "the older one is given up"
    page.held.pop(0)
    let_go(page)
    expect(question(page, "who/household").locator(".finding-error")).to_be_visible()
    expect(question(page, "consent")).to_have_class("question unasked")
    assert page.locator(".unchecked").is_hidden()
    assert page.alarms == []


@pytest.mark.full
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


@pytest.mark.full
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


@pytest.mark.full
def test_what_is_typed_to_choose_by_before_the_choices_came_chooses_from_them(page, world):
    for number in range(20, 40):
        facts = {"house_no": str(number), "status": "active", "head_name": "A Mẫu"}
        put(world.services, world.project_id, village="23500-01", **facts)
    page.goto(SHEET)
    hold_checks(page)
    page.check(field("where/village", "23500-01"))
    wait_held(page)
    page.focus(field("who/household"))
    page.keyboard.type("ho 37", delay=1)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "a:/data/who/house_no"
    let_go(page)
    expect(page.locator("select" + field("who/household") + " option:checked")).to_have_text("A Mẫu – hộ 37 (mẫu)")
    wait_held(page)
    page.locator("select" + field("who/household")).focus()
    page.keyboard.type("99")
    assert page.input_value("select" + field("who/household")) == "", "none rather than another one"
    assert page.alarms == []


@pytest.mark.full
def test_another_answer_of_a_long_list_is_looked_for_in_place(page, world):
    known = str(uuid4())
    for number in range(100, 165):
        facts = {"house_no": str(number), "status": "active"} | ({"entity_id": known} if number == 110 else {})
        put(world.services, world.project_id, village="23500-01", **facts)
    survey = example("household_conduct_survey", "couple_with_children", 700, household=known, household_id=known)
    page.goto(f"/submissions/{send(world, 'Y Mẫu', survey).submission_id}/correct")
    household = page.locator("select" + field("who/household"))
    expect(household.locator("option")).to_have_count(2)
    page.click("button[name=opens]")
    expect(household.locator("option")).not_to_have_count(2)
    assert page.evaluate("document.activeElement.name") == "a:/data/who/household"
    household.press("ArrowDown")
    expect(page.locator("#so-far")).to_contain_text("Sẽ đổi")
    assert household.locator("option").count() > 60, "it must not close under whoever goes through it by keys"
    assert page.alarms == []


@pytest.mark.full
def test_a_part_that_repeats_is_added_and_taken_out_in_place(page, world):
    publish(world.services, world.project_id, "commune_register")
    number = send(world, "Y Mẫu", example("commune_register", "active_model", 700)).submission_id
    page.goto(f"/submissions/{number}/correct")
    page.fill("[name=reason]", "Bổ sung văn bản")
    before = page.locator(".instance").count()
    hold_checks(page)
    page.fill(field("budget"), "700")
    page.locator("button[name=adds]").first.click()
    wait_held(page)
    page.wait_for_timeout(300)  # longer than what was typed waits to be sent
    assert len(page.held) == 1, "what was typed goes with what is added, and never in its place"
    let_go(page)
    page.unroute("**/check")
    expect(page.locator(".instance")).to_have_count(before + 1)
    assert page.evaluate("document.activeElement.closest('.instance') !== null"), "the first question of the new one"
    page.locator("button[name=drops]").first.click()
    expect(page.locator(".instance")).to_have_count(before)
    expect(page.locator("#so-far .panel")).to_contain_text("700")
    assert page.input_value("[name=reason]") == "Bổ sung văn bản"
    assert page.alarms == []
