"""From a record, a household or a person one comes back to the list as one left it: narrowed, and where one was."""

from __future__ import annotations

import re
from html import unescape

import pytest
from console_world import DAK_HA, PASSWORD, VILLAGE_1, client_of, example, make_account, send
from test_correction_pages import typed

from server.access.roles import Role
from tests.chromium import signs_in, watched
from tests.register_world import put
from tests.web.console.test_in_browser import address

__all__ = ["address"]
NARROWED = "state=all&sort=oldest"
PAGE = 30


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    return client_of(app, world, "xa.dakha")


@pytest.fixture
def many(world):
    """More records than a page holds; the number of the last."""
    numbers = range(2000, 2000 + PAGE + 3)
    return [send(world, "Y Mẫu", example("household_conduct_survey", "refused", one)).submission_id for one in numbers]


def links_in(text, start):
    return [unescape(one) for one in re.findall(r'href="([^"]+)"', text) if one.startswith(start)]


def link_to(text, record):
    return next(one for one in links_in(text, "/submissions/") if re.match(rf"/submissions/{record}(\?|$)", one))


def second_page(client):
    (more,) = {one for one in links_in(client.get(f"/submissions?{NARROWED}").text, "/submissions?") if "after=" in one}
    return more


def back_from(client, address):
    """Return where the way back to the list leads, from a page about one record of it."""
    (back,) = [one for one in links_in(client.get(address).text, "/submissions?") if "#" in one]
    return back


def test_a_record_of_a_later_page_leads_back_to_that_page_and_to_itself(client, many):
    rows = client.get(second_page(client)).text
    back = back_from(client, link_to(rows, many[-1]))
    assert back.endswith(f"#r{many[-1]}")
    assert "after=" in back
    assert NARROWED.split("&")[1] in back
    listed = client.get(back).text
    assert f'id="r{many[-1]}"' in listed
    assert f'id="r{many[0]}"' not in listed


def test_a_later_page_leads_to_the_beginning_of_the_list_as_well(client, many):
    assert f'<a href="/submissions?{NARROWED.replace("&", "&amp;")}">' in client.get(second_page(client)).text


def test_the_place_in_the_list_is_kept_through_decisions_and_the_next_record(client, many):
    rows = client.get(second_page(client)).text
    address = link_to(rows, many[-2])
    text = client.get(address).text
    (onward,) = re.findall(r'data-key="s" href="([^"]+)"', text)
    assert onward.startswith(f"/submissions/{many[-1]}?")
    assert "after=" in onward
    form = {
        name: unescape(re.search(rf'name="{name}" value="([^"]*)"', text)[1])
        for name in ("csrf_token", "record", "next", "after", "state", "sort", "batch", "seen")
    }
    answer = client.post("/submissions/decide", data=form | {"verdict": "approve"})
    assert answer.status_code == 303
    assert "after=" in back_from(client, answer.headers["Location"])


def test_a_place_that_cannot_be_read_is_left_away(client, many):
    assert "after=" not in back_from(client, f"/submissions/{many[0]}?state=all&after=%3Cb%3E")


@pytest.mark.browser
def test_the_browsers_own_way_back_ends_at_the_record_among_rows_that_were_fetched_in_place(
    browser, address, world, many
):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    page = watched(browser.new_page(base_url=address, viewport={"width": 360, "height": 740}))
    signs_in(page, "xa.dakha", PASSWORD)
    page.goto(f"/submissions?{NARROWED}")
    page.click("#following a")
    page.click(f"#r{many[-1]}")
    page.wait_for_selector("h1")
    page.go_back()
    page.wait_for_function(f"document.activeElement.id === 'r{many[-1]}'")
    assert page.locator(f"#r{many[-1]}").is_visible()
    assert page.evaluate("scrollY") > 0
    assert page.alarms == []
    page.close()


@pytest.mark.browser
def test_what_was_found_is_in_view_on_a_phone_and_so_is_what_was_looked_for(browser, address, world, many):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    page = watched(browser.new_page(base_url=address, viewport={"width": 360, "height": 740}))
    signs_in(page, "xa.dakha", PASSWORD)
    for at in ("/submissions", "/households"):
        page.goto(at)
        page.fill("input[name=q]", "ho")
        page.press("input[name=q]", "Enter")
        page.wait_for_url("**q=ho**")
        box = page.locator("#found").bounding_box()
        assert 0 <= box["y"] <= 500, at
    page.close()


def test_a_correction_leads_back_into_the_list_it_was_begun_from(client, world):
    address = f"/submissions/{world.records['41']}?{NARROWED}"
    (start,) = [one for one in links_in(client.get(address).text, "/submissions/") if "/correct" in one]
    assert start.endswith(f"/correct?{NARROWED}")
    page = client.get(start).text
    assert [one for one in links_in(page, "/submissions/") if one == address], "away from it"
    form = typed(page) | {"a:/data/answers/about/respondent": "wife", "reason": "Hỏi lại (mẫu)", "do": "save"}
    saved = client.post(start.partition("?")[0], data=form)
    assert saved.status_code == 303
    assert "sort=oldest" in saved.headers["Location"]


def test_a_household_leads_back_to_the_list_as_it_was_narrowed(client, world):
    key = put(world.services, world.project_id, village=VILLAGE_1, head_name="A Mẫu riêng")
    (there,) = links_in(client.get("/households?q=rieng&show=all").text, f"/entities/{key}")
    back = [one for one in links_in(client.get(there).text, "/households?") if "q=rieng" in one]
    assert back
    assert "show=all" in back[0]


def test_a_collaborator_leads_back_to_the_list_as_it_was_narrowed(client):
    (there,) = links_in(client.get("/collaborators?q=y+mau").text, "/collaborators/1")
    assert "/collaborators?q=y+mau" in links_in(client.get(there).text, "/collaborators?")


def test_figures_lead_back_to_the_year_they_were_of(client):
    for page in ("/activities", "/completeness", "/locks"):
        assert "/indicators?year=2025" in links_in(client.get(f"{page}?year=2025").text, "/indicators?"), page
