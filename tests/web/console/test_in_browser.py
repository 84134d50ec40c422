"""The pages in a real browser: nothing runs that a phone sent, nothing overflows at 360 px, forms work by keyboard."""

from __future__ import annotations

import threading
from html import escape

import pytest
from console_world import DAK_HA, PASSWORD, PROVINCE, TU_MO_RONG, VILLAGE_1, example, make_account, send
from map_field import MIDDLES, load_squares, meeting
from playwright.sync_api import TimeoutError as NotYet
from werkzeug.serving import make_server

from server.access.roles import ACCOUNT_ROLES, Role
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from tests.chromium import signs_in, watched
from tests.register_world import put

pytestmark = pytest.mark.browser
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)><a href='javascript:alert(3)'>x</a>"


@pytest.fixture
def address(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_printed_card_holds_all_that_is_to_be_read_on_it(browser, address, world):
    """Eight to a sheet of A4; long names and many places are cut short, the words for the worst day never."""
    make_account(world.services, "quan.tri", (Role.ADMINISTRATOR, PROVINCE))
    both = (world.project_id, world.practice_id)
    told = [(one, "Y Bét", (VILLAGE_1,)) for one in both] + [(both[1], "A Đượm", (VILLAGE_1, DAK_HA, TU_MO_RONG))]
    told += [(one, name, (VILLAGE_1,)) for one in both for name in ("Dài " * 29, "W" * 118)]
    for project, name, units in told:
        add_collaborator(world.services, NewCollaborator(project, name, units))
    a4 = {"width": 718, "height": 1047}  # without its margins
    page = watched(browser.new_page(base_url=address, viewport=a4))
    signs_in(page, "quan.tri", PASSWORD)
    page.goto("/collaborators")
    page.locator("button[value=all]").click()
    page.wait_for_selector(".qr-card")
    page.emulate_media(media="print")
    assert page.locator(".qr-card").count() >= len(told)
    assert page.evaluate(BEYOND) == []
    sheet = page.locator(".card-sheet").first.bounding_box()
    assert sheet["height"] <= a4["height"], "a sheet is a page"
    assert page.alarms == []
    page.close()


def test_the_open_menu_is_no_wider_than_a_phone(browser, address, world):
    make_account(world.services, "moi.viec", *((one, PROVINCE) for one in ACCOUNT_ROLES))
    page = watched(browser.new_page(base_url=address, viewport={"width": 360, "height": 740}))
    signs_in(page, "moi.viec", PASSWORD)
    page.locator(".menu > summary").click()
    assert page.get_by_role("link", name="Tài khoản & địa bàn").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()


def test_a_reminder_is_copied_where_the_browser_gives_pages_no_clipboard(browser, address, world):
    """As it does over plain http, in an office's own network."""
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    world.services.now.advance(days=8)
    page = watched(browser.new_page(base_url=address))
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', {value: undefined})")
    signs_in(page, "xa.dakha", PASSWORD)
    page.goto("/collaborators?show=silent")
    page.locator("[data-copy]").first.click()
    page.wait_for_selector("[data-copy] >> text=✓")
    page.goto("/submissions")
    page.locator("input[name=q]").focus()
    page.keyboard.press("Control+V")
    assert page.locator("input[name=q]").input_value().startswith("Chào Y Mẫu")
    assert page.alarms == []
    page.close()


BEYOND = """() => {
  const beyond = [];
  for (const part of document.querySelectorAll(".qr-card :is(h2, p, svg)")) {
    const box = part.getBoundingClientRect();
    for (const round of [part.parentElement, part.closest(".qr-card")]) {
      const edge = round.getBoundingClientRect();
      const isCut = getComputedStyle(round).overflow === "hidden";
      if (isCut && (box.bottom > edge.bottom + 1 || box.right > edge.right + 1)) beyond.push(part.textContent);
    }
  }
  return beyond;
}"""
"""What of the cards lies outside what is printed of them."""


@pytest.fixture
def page(browser, address, world):
    make_account(world.services, "ai.do", (Role.SUPERVISOR, DAK_HA), (Role.INCIDENT_OFFICER, DAK_HA))
    page = watched(browser.new_page(base_url=address, viewport={"width": 360, "height": 740}))
    page.goto("/sign-in")
    page.wait_for_selector("input[name=login]:focus")  # a busy machine focuses it a moment later
    page.keyboard.type("ai.do")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.goto("/submissions")
    yield page
    page.close()


def test_hostile_texts_do_nothing_and_no_page_overflows_a_small_phone(page, world):
    survey = "household_conduct_survey"
    number = send(
        world, "Y Mẫu", example(survey, "refused", 600, instanceName=escape(HOSTILE), hh_number=escape(HOSTILE))
    ).submission_id
    told = {"head_name": HOSTILE, "address": HOSTILE, "size": HOSTILE, "point": HOSTILE, "visit_result": "moved"}
    key = put(world.services, world.project_id, label=HOSTILE[:100], village=DAK_HA + "-01", **told)
    visited = (
        "/households",
        f"/households?q={HOSTILE}",
        f"/entities/{key}",
        f"/entities/{key}/edit",
        f"/entities/{key}/conflict",
        f"/entities/{key}/with/{put(world.services, world.project_id, label=HOSTILE, village=DAK_HA + '-01')}",
        "/households/duplicates",
        "/registers/staff",
        "/submissions?state=all",
        "/map?state=all",
        f"/submissions/{number}?state=all",
        f"/submissions/{number}/correct",
        f"/submissions/{number}/compare",
        "/submissions/paper?writer=1&form=1",
        f"/submissions/{world.records['41']}?state=all",
        f"/submissions?q={HOSTILE}",
        "/held",
        "/collaborators",
        "/collaborators/1",
        "/collaborators/new",
        "/indicators",
        "/imports",
        "/reports",
        "/paper?year=2021",
        "/second-step",
    )
    for one in visited:
        page.goto(one)
        widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert widths[0] <= widths[1], one
        assert page.evaluate("!document.querySelector('main script, main img[src=x]')"), one
    assert page.alarms == []


def test_more_rows_are_fetched_in_place_and_ticking_all_ticks_them(page, world):
    for number in range(100, 130):
        send(world, "Y Mẫu", example("household_conduct_survey", "refused", number))
    page.goto("/submissions")
    page.click("#following a")
    page.locator("li.record").nth(32).wait_for()  # asked for from outside: the page lets no text be run as a script
    assert page.locator("li.record").count() == 33
    page.wait_for_selector("li.record > a:focus")  # the first of those that came
    page.check("[data-ticks]")
    assert page.locator("input[name=record]:checked").count() == 33
    page.uncheck("[data-ticks]")
    page.locator("h1").click()
    for key in ("j", "j", "x", "k", "x", "ArrowDown", "ArrowDown", "x", "x"):
        page.keyboard.press(key)
    assert page.locator("input[name=record]:checked").count() == 2
    page.keyboard.press("a")
    page.wait_for_selector("h1:has-text('phiếu sạch sẽ được duyệt')")
    page.wait_for_selector("button[autofocus]:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Hoàn tác được đến")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.alarms == []


def test_a_record_is_sent_back_by_keyboard_alone(page, world):
    page.goto(f"/submissions/{world.records['37']}")
    page.locator("summary", has_text="Trả lại").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Hỏi lại câu thứ ba")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Đã trả lại phiếu vừa rồi.")
    assert page.alarms == []


@pytest.mark.parametrize(("key", "leads_to"), [("d", "**/submissions/*did=approve*"), ("s", "**/submissions/{5}*")])
def test_what_was_written_to_send_a_record_back_is_not_left_behind_by_one_press(page, world, key, leads_to):
    page.goto(f"/submissions/{world.records['37']}?state=all&sort=oldest")
    told, box = page.locator("[data-unsent]"), page.locator("[name='on:/data/answers/about/hh_poverty']")
    box.locator("xpath=..").locator("summary").click()
    box.fill("Xem lại câu này")
    page.locator("h1").click()
    assert told.is_hidden()
    page.keyboard.press(key)
    told.wait_for()
    page.wait_for_timeout(200)
    assert box.input_value() == "Xem lại câu này", "one is still there"
    page.keyboard.press(key)
    page.wait_for_url(leads_to.replace("{5}", str(world.records["5"])))
    assert page.alarms == []


HIDDEN = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  if (at === document.body) return "";  // past the last of the page
  const seen = [0.02, 0.1, 0.5, 0.9, 0.98].some((part) => {
    const top = document.elementFromPoint(box.left + part * box.width, box.top + box.height / 2);
    return top && (at.contains(top) || top.contains(at));
  });
  return seen ? "" : at.outerHTML;
}"""


@pytest.mark.parametrize(("height", "key"), [(740, "Tab"), (740, "Shift+Tab"), (360, "Tab"), (360, "Shift+Tab")])
def test_what_has_the_focus_is_never_behind_a_bar_that_stays_in_view(page, world, height, key):
    """WCAG 2.2, 2.4.11. Low screens are phones held sideways, and pages made twice as large."""
    for number in range(100, 108):
        send(world, "Y Mẫu", example("household_conduct_survey", "refused", number))
    page.set_viewport_size({"width": 360, "height": height})
    for address in (f"/submissions/{world.records['37']}", "/submissions"):
        page.goto(address)
        if key == "Shift+Tab":
            page.locator("footer a").focus()
        for _ in range(40):
            page.keyboard.press(key)
            assert page.evaluate(HIDDEN) == ""
    page.evaluate("window.scrollTo(0, document.body.scrollHeight / 2)")
    is_in_view = "document.querySelector('.bulk').getBoundingClientRect().bottom > 0"
    assert page.evaluate(is_in_view) is (height > 400)


def test_figures_of_a_commune_are_typed_on_a_small_phone_and_lead_to_their_document(page):
    page.goto("/paper?year=2021")
    page.fill("input[name=document]", "Báo cáo mẫu 2021")
    page.fill("input[name='value:household_conduct_survey.answered']", "1.234")
    page.click("text=Lưu số liệu")
    page.wait_for_selector(".notice")
    page.click("a:has-text('Nhập từ sổ')")
    page.wait_for_selector("ol.history")
    assert "Báo cáo mẫu 2021" in page.inner_text("ol.history")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.alarms == []


def opened_by_key(page):
    """Open the first spot by the space bar; spots may just be drawn anew, as the map has moved."""
    for _ in range(10):
        page.locator(".spot").first.press(" ")
        try:
            page.wait_for_selector(".leaflet-popup button", timeout=3000)
        except NotYet:
            continue
        return


def test_the_map_is_drawn_from_our_own_server_alone_and_works_by_keyboard(page, world):
    longitude, latitude = MIDDLES[DAK_HA]
    for at in range(3):
        meeting(world, 900 + at, longitude + at / 10_000, latitude)
    load_squares(world.services, DAK_HA)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/map?state=all")
    page.wait_for_selector(".spot")
    page.wait_for_selector(".outline-name")
    assert page.inner_text(".outline-name") == "Xã Đăk Hà"
    assert page.get_attribute(".spot", "aria-label") == "Thôn 1 (mẫu). Chờ duyệt: 3"
    assert "3 phiếu" in page.inner_text("#map-status")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    page.focus(".spot")
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup a:focus")
    assert page.inner_text(".leaflet-popup a:focus") == "Xem danh sách"
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")
    page.evaluate("document.activeElement.id === 'map' || (() => { throw new Error('focus is lost') })()")
    for _ in range(2):
        opened_by_key(page)
        page.click(".leaflet-popup button")
        page.wait_for_selector(".leaflet-popup", state="detached")
    page.wait_for_selector("#map-status:has-text('3 phiếu')")
    assert all(url.startswith(page.url.partition("/map")[0]) for url in asked)
    assert page.alarms == []
