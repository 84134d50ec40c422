"""On a small phone the first row of a list stands on the first screen; what narrows the list is said, and a press away.

The same without scripts. A wide screen has everything in view, and nothing to unfold.
"""

from __future__ import annotations

import pytest
from console_world import DAK_HA, PASSWORD, VILLAGE_1, example, make_account, send
from plan_world import workbook

from server.access.roles import Role
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.browse_submissions import PAGE_SIZE
from server.operations.publish_plan import PlanSource, publish_plan
from server.web.console.asked import FEW
from tests.chromium import confirms, signs_in
from tests.register_world import put
from tests.web.console.test_in_browser import address

__all__ = ["address"]
pytestmark = pytest.mark.browser
PHONE, DESK = {"width": 360, "height": 640}, {"width": 1280, "height": 800}
LOWEST, LOWEST_WITH_UNDO = 400, 450
"""Where the first row may begin at most; what was decided last, and its taking back, is a line of its own."""

FIRST = "#main :is(.records > li, ol.deeds > li, tbody tr)"
IN_FORCE = "nav.active a:visible"


@pytest.fixture
def village(world):
    return world.services.atlas.current().territory.find("23500-01", world.services.today()).unit_id


@pytest.fixture
def full(world):
    """More of everything than a page holds; a person who reviews, one who sees cases."""
    services = world.services
    for number in range(3000, 3000 + PAGE_SIZE):
        send(world, "Y Mẫu", example("household_conduct_survey", "refused", number))
    for number in range(FEW):
        add_collaborator(services, NewCollaborator(world.project_id, f"Y Thêm {number}", (VILLAGE_1,)))
    publish_plan(services, world.project_id, PlanSource("ke-hoach-mau", workbook()))
    put(services, world.project_id, village=VILLAGE_1, head_name="A Mẫu riêng")
    make_account(services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    make_account(services, "vu.viec", (Role.INCIDENT_OFFICER, DAK_HA))
    return world


def opened(browser, address, size, *, has_scripts=True, login="xa.dakha"):
    page = browser.new_page(base_url=address, viewport=size, java_script_enabled=has_scripts)
    signs_in(page, login, PASSWORD)
    return page


def first_row(page, at):
    """Return where on the first screen the first row begins; nothing is dragged sideways."""
    page.goto(at)
    wide = page.locator("html").evaluate("it => it.scrollWidth > it.clientWidth")
    assert not wide, at
    return page.locator(FIRST).first.bounding_box()["y"]


def test_the_first_row_of_every_list_stands_on_the_first_screen_of_a_small_phone(browser, address, full, village):
    page = opened(browser, address, PHONE, has_scripts=False)
    filters = f"state=all&unit={village}&lately=month&q=ho&sort=oldest"
    lists = ("/submissions", f"/submissions?{filters}", "/households", f"/households?q=rieng&unit={village}&show=all")
    more = ("/collaborators", f"/collaborators?q=y&unit={village}", "/history", "/indicators")
    found = {at: first_row(page, at) for at in (*lists, *more)}
    assert {at: y for at, y in found.items() if y >= LOWEST} == {}
    page.close()


def test_so_does_the_first_case(browser, address, full):
    page = opened(browser, address, PHONE, login="vu.viec")
    page.goto("/second-step")
    confirms(page, PASSWORD)
    page.wait_for_url(lambda url: not url.endswith("/second-step"))
    assert first_row(page, "/incidents") < LOWEST
    page.close()


def test_the_undo_of_the_last_decision_leaves_room_for_the_first_row(browser, address, full):
    page = opened(browser, address, PHONE)
    page.goto("/submissions")
    for place in (0, 1):
        page.locator("li.record input").nth(place).check()
    page.click("button[data-key=a]")
    page.click("button[name=verdict]")
    page.wait_for_selector("text=Đã duyệt 2 phiếu")
    assert first_row(page, "/submissions") < LOWEST_WITH_UNDO
    assert page.is_visible("button:has-text('Hoàn tác')")
    page.close()


def test_what_narrows_a_list_is_said_in_one_line_and_each_is_taken_off_by_a_press(browser, address, full, village):
    page = opened(browser, address, PHONE, has_scripts=False)
    page.goto("/submissions")
    assert page.locator(IN_FORCE).all_inner_texts() == ["Chờ duyệt ×"]
    page.goto(f"/submissions?unit={village}&lately=month&q=ho")
    said = [
        "Chờ duyệt ×",
        "Thôn 1 (mẫu) ×",
        "Tháng này ×",
        "Tìm: ho ×",
        "Bỏ lọc",
    ]
    line = page.locator(IN_FORCE)
    assert line.all_inner_texts() == said
    assert len({one.bounding_box()["y"] for one in line.all()}) == 1
    for text in said[:-1]:
        page.click(f"nav.active a:has-text('{text[:-2]}')")
        assert text not in page.locator(IN_FORCE).all_inner_texts()
    assert page.locator("nav.active").count() == 0
    assert page.url.endswith("/submissions?state=all")
    page.close()


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("/households?q=rieng&unit={village}&show=all", ["Tất cả ×", "Thôn 1 (mẫu) ×", "Tìm: rieng ×"]),
        ("/collaborators?q=y&unit={village}", ["Thôn 1 (mẫu) ×", "Tìm: y ×"]),
    ],
    ids=["households", "collaborators"],
)
def test_so_it_is_for_households_and_people(browser, address, full, village, at, said):
    page = opened(browser, address, PHONE)
    page.goto(at.format(village=village))
    assert page.locator(IN_FORCE).all_inner_texts() == [*said, "Bỏ lọc"]
    for text in said:
        page.click(f"nav.active a:has-text('{text[:-2]}')")
        assert text not in page.locator(IN_FORCE).all_inner_texts()
    assert page.locator("nav.active").count() == 0
    page.close()


PLACES_TO_WORK = ("Duyệt tự động", "Nhập phiếu giấy", "Xem trên bản đồ")
NARROWING = ("Tất cả", "Hôm qua", "Lọc thêm")


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no_scripts"])
def test_what_is_folded_on_a_phone_opens_by_a_press_and_is_in_view_at_a_desk(browser, address, full, has_scripts):
    page = opened(browser, address, PHONE, has_scripts=has_scripts)
    page.goto("/submissions")
    for fold, folded in (("Bộ lọc", NARROWING), ("Việc khác", PLACES_TO_WORK)):
        assert [one for one in folded if page.is_visible(f"#main :is(a, summary):has-text('{one}')")] == []
        page.click(f"summary:has-text('{fold}')")
        assert [one for one in folded if not page.is_visible(f"#main :is(a, summary):has-text('{one}')")] == []
    page.set_viewport_size(DESK)
    page.goto("/submissions")
    assert [
        one for one in NARROWING + PLACES_TO_WORK if not page.is_visible(f":is(a, summary):has-text('{one}')")
    ] == []
    assert not page.is_visible("summary:has-text('Bộ lọc')")
    assert page.locator(IN_FORCE).count() == 0, "its state stands among the others"
    page.close()


def test_the_search_of_a_list_needs_nothing_to_be_unfolded(browser, address, full):
    page = opened(browser, address, PHONE, has_scripts=False)
    for at in ("/submissions", "/households", "/collaborators"):
        page.goto(at)
        page.fill("input[name=q]", "y mau")
        page.click("form.searching button:has-text('Tìm')")
        page.wait_for_url("**q=y+mau**")
        assert page.get_by_label("Tìm theo").count() == 1, "its box is named"
    page.close()
