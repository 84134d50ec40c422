"""Thirty sheets of paper an hour: the household survey typed in by somebody who never leaves the keyboard.

In a real browser, with the hands of `test_report_from_paper`: so long a key, so long to take up the next sheet, and a
look at the paper at each field where one stops. Every key and every stop is counted.
"""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest
from console_world import DAK_HA, PASSWORD, make_account
from playwright.sync_api import expect
from province import copied_file, sqlite_province
from sqlalchemy import text
from test_report_from_paper import SECONDS_A_CLICK, SECONDS_A_LETTER, address

from server.access.roles import Role
from tests.chromium import chromium, watched
from tests.register_world import put

__all__ = ["address", "sqlite_province"]
pytestmark = pytest.mark.browser
SHEET_SECONDS, SECONDS_A_LOOK = 3600 / 30, 1
VILLAGE = "23500-01"
SCALE = "1", "1", "2", "1"
MARKED = "document.addEventListener('mousedown', () => { window.mice = (window.mice ?? 0) + 1; }, true);"
HERE = "document.activeElement.name ?? document.activeElement.tagName"
SEEN, PROMISED = "30092026", "15032024"
"""Days, as they stand on the sheet; this browser is in English."""

# What stands on the sheets, a stop each: the digit of what is ticked, or what is written.
MET = ("", "1", "1")
"""No house number beside the list; somebody was met, and agreed."""

ABOUT = ("1", "12", "1")
COUPLE = (*SCALE, *SCALE, *SCALE[:3], *SCALE[:3], "", "")
"""Sixteen sentences; those of brothers and sisters do not apply."""

HEARD = ("13", "12", "5", "")


class Keys:
    """Somebody at a keyboard; *seconds* is how long what was typed takes, *stops* are the fields gone through."""

    def __init__(self, page):
        self.page, self.keys, self.stops = page, 0, 0

    @property
    def seconds(self):
        return SECONDS_A_CLICK + SECONDS_A_LETTER * self.keys + SECONDS_A_LOOK * self.stops

    def press(self, key):
        self.keys += 1
        self.page.keyboard.press(key)

    def write(self, words):
        self.keys += len(words)
        self.page.keyboard.type(words)

    def answer(self, words):
        """Fill the field one stands in and go on to the next."""
        self.write(words)
        self.press("Enter")
        self.stops += 1

    def answers(self, *fields):
        for words in fields:
            self.answer(words)

    def begin_sheet(self):
        assert self.page.evaluate(HERE) == "number"
        self.keys = self.stops = 0


@pytest.fixture
def world(sqlite_province, tmp_path):
    with copied_file(sqlite_province, tmp_path) as world:
        for number in range(1, 41):
            facts = {"house_no": str(number), "status": "active", "head_name": f"{number} A Mẫu"}
            put(world.services, world.project_id, village=VILLAGE, entity_id=entity(number), **facts)
        make_account(world.services, "xa", (Role.SUPERVISOR, DAK_HA))
        yield world


def entity(number):
    return f"00000000-0000-4000-8000-{number:012d}"


@pytest.fixture
def keys(address, world):
    with chromium() as browser:
        page = watched(browser.new_page(base_url=address, viewport={"width": 1280, "height": 800}, locale="vi-VN"))
        page.add_init_script(MARKED)
        page.goto("/sign-in")
        page.wait_for_selector("input[name=login]:focus")
        page.keyboard.type("xa")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/")
        yield Keys(page)


def question(page, path):
    return page.locator(f"[id='/data/{path}']")


def saved(keys):
    """Keep the sheet; the next one lies there, empty, in the same hands."""
    before = keys.page.url
    keys.press("Control+Enter")
    keys.page.wait_for_url(lambda url: url != before)
    assert "Đã lưu tờ vừa rồi." in keys.page.inner_text("main"), told(keys.page)
    keys.page.wait_for_selector("[name=number]:focus")
    assert keys.page.evaluate("window.mice ?? 0") == 0, "no hand on the mouse"
    assert keys.page.input_value("[name=number]") == ""
    assert keys.page.input_value("[name=day]") == "30/09/2026"
    assert keys.page.locator("[name='a:/data/where/village']:checked").get_attribute("value") == VILLAGE
    assert keys.page.locator("[name='a:/data/answers/page_c1/c1_1']:checked").get_attribute("value") == ""
    return keys.seconds, keys.keys, keys.stops


def test_three_sheets_are_typed_in_by_keyboard_alone_each_in_two_minutes(keys, world):
    page = keys.page
    page.goto("/submissions/paper?writer=1&form=1")
    keys.begin_sheet()
    keys.answers("101", SEEN, "", "1", "1", "1")
    assert page.evaluate(HERE) == "a:/data/who/household_list"
    keys.answers("1", "37", *MET, *ABOUT)
    expect(question(page, "answers/page_c5/c5_1")).to_have_class("question unasked")
    keys.answers("1", "1", PROMISED, "", "", *COUPLE, *HEARD)
    assert page.evaluate(HERE) == "do"
    first = saved(keys)

    keys.begin_sheet()
    keys.answers("102", "", "", "", "", "")
    assert page.evaluate(HERE) == "a:/data/who/household_list"
    keys.answers("3", "", "10000", "4")
    expect(question(page, "who/house_no").locator(".finding-error")).to_be_visible()
    for _ in range(2):
        keys.press("Shift+Tab")
    keys.write("77")
    keys.press("Enter")
    expect(question(page, "who/house_no").locator(".finding-error")).to_have_count(0)
    second = saved(keys)

    keys.begin_sheet()
    keys.answers("103", "", "", "", "", "", "1", "38", *MET, *ABOUT)
    keys.answers("2", "", "", "", "", *COUPLE, "12", "1", "6", "")
    third = saved(keys)

    assert max(first[0], second[0], third[0]) <= SHEET_SECONDS
    assert [stops for _, _, stops in (first, second, third)] == [39, 10, 39]
    assert [count <= most for (_, count, _), most in zip((first, second, third), (92, 26, 71), strict=True)] == [
        True
    ] * 3
    assert page.alarms == []
    assert kept(world) == {
        "101": ("answered", "yes", entity(37), 0),
        "102": ("refused", None, "unlisted:23500-01:77", 0),
        "103": ("answered", "no", entity(38), 0),
    }


def kept(world):
    """Return of each sheet what became of the visit, whether the household keeps to it, which it is, and its errors."""
    asked = """
        SELECT number, xml, (SELECT count(*) FROM finding WHERE version_id = v.id AND severity = 'error')
        FROM paper_sheet JOIN submission_version AS v ON v.submission_id = paper_sheet.submission_id
    """
    with world.services.engine.connect() as connection:
        rows = connection.execute(text(asked)).all()
    return {number: (*said(document), faults) for number, document, faults in rows}


def said(document):
    root = fromstring(document)
    return tuple(root.findtext(f".//{name}") for name in ("outcome", "implementing", "household_id"))


def told(page):
    """Return what the page says is wrong, for whoever reads why a test failed."""
    return page.locator(".has-finding, .problem:visible").all_inner_texts()
