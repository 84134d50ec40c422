"""The page that sets a record beside what was said before: what stands in which column, and where each leads."""

from __future__ import annotations

import re
from html import unescape

import pytest
from console_world import DAK_HA, PASSWORD, client_of, example, make_account, send

from server.access.roles import Role
from tests.chromium import signs_in
from tests.web.console.test_in_browser import address

__all__ = ["address"]

LAST_YEAR = {"visit_date": "2025-11-10", "survey_year": "2025", "saved_year": "2025"}


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    return client_of(app, world, "xa.dakha")


def test_one_click_compares_with_the_year_before_and_the_next_record_is_still_one_away(client, world):
    said = example("household_conduct_survey", "couple_with_children", 925, hh_poverty="none", **LAST_YEAR)
    send(world, "Y Mẫu", said)
    number = world.records["37"]
    address = re.search(r'href="([^"]+/compare[^"]*)"', client.get(f"/submissions/{number}?q=ho").text)[1]
    text = client.get(address.replace("&amp;", "&")).text
    assert 'href="/submissions/1?q=ho"' in text
    row = text.partition("diện nào?")[2][:300]
    assert (row.index("Không thuộc diện"), "differs" in row) == (row.index("Không thuộc diện"), True)
    assert "Lần đến năm 2025" in text
    assert "câu giống nhau" in text


def columns_of(text):
    head = re.search(r"<thead>.*?</thead>", text, re.DOTALL)[0]
    found = re.findall(r"<th scope=.col.>(.*?)</th>", head, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in found]


def test_the_other_survey_of_the_year_stands_between_last_year_and_now(client, world):
    send(world, "Y Mẫu", example("household_conduct_survey", "couple_with_children", 925, **LAST_YEAR))
    text = client.get(f"/submissions/{world.records['41']}/compare").text
    assert columns_of(text)[1:] == [
        "Lần đến năm 2025 Y Mẫu · Chờ duyệt",
        "Phiếu trước trong năm 2026 05/10/2026 · Y Mẫu · Chờ duyệt",
        "Phiếu này (2026) 05/10/2026",
    ]
    assert f'href="/submissions/{world.records["37"]}?state=all">Phiếu trước trong năm 2026</a>' in text


@pytest.mark.browser
def test_on_a_phone_nothing_has_to_be_dragged_to_read_three_answers_beside_one_another(browser, address, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    said = example("household_conduct_survey", "couple_with_children", 925, hh_poverty="none", **LAST_YEAR)
    send(world, "Y Mẫu", said)
    page = browser.new_page(base_url=address, viewport={"width": 360, "height": 640})
    signs_in(page, "xa.dakha", PASSWORD)
    page.goto(f"/submissions/{world.records['41']}/compare")
    assert page.evaluate("[...document.querySelectorAll('.scroll')].every(one => one.scrollWidth <= one.clientWidth)")
    card = page.locator("table.compared tbody tr", has_text="diện nào")
    names = card.locator("td").evaluate_all("all => all.map(one => getComputedStyle(one, '::before').content)")
    assert names == ['"Lần đến năm 2025"', '"Phiếu trước trong năm 2026"', '"Phiếu này (2026)"']
    assert card.locator("td:visible").count() == len(names)
    page.click("#main a:visible:has-text('Phiếu trước trong năm 2026')")
    page.wait_for_url(f"**/submissions/{world.records['37']}**")
    page.close()


def test_the_first_survey_of_a_household_has_nothing_before_it(client, world):
    text = client.get(f"/submissions/{world.records['37']}/compare").text
    assert "một bản và chưa có phiếu nào trước đó" in text
    assert "Phiếu trước" not in text
