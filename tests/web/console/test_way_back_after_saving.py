"""What was saved on the page of a person or a household does not lose the list one came from, narrowed as it was."""

from __future__ import annotations

import re
from html import unescape

import pytest
from console_world import DAK_HA, VILLAGE_1, client_of, make_account

from server.access.roles import Role
from tests.register_world import put
from tests.web.console.test_duplicate_pages import twins
from tests.web.console.test_way_back_to_lists import links_in

__all__ = ["twins"]
PEOPLE, HOUSEHOLDS = "q=y+mau&from=40", "show=all&q=rieng&after=7"


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    return client_of(app, world, "xa.dakha")


@pytest.fixture
def household(world):
    return put(world.services, world.project_id, village=VILLAGE_1, head_name="A Mẫu riêng")


def form_to(text, end):
    """Return where a form of the page is sent, and what it holds unasked: the first whose path ends so."""
    forms = re.findall(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', text, re.DOTALL)
    at, inside = next((unescape(at), inside) for at, inside in forms if unescape(at).partition("?")[0].endswith(end))
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inside)
    return at, {name: unescape(value) for name, value in fields}


def leads_back(text, to, narrowed):
    """Return whether the page leads back to the list, narrowed to just that."""
    found = {one.partition("#")[0] for one in links_in(text, to)}
    return any(set(one.partition("?")[2].split("&")) == set(narrowed.split("&")) for one in found)


@pytest.mark.parametrize(
    ("end", "typed"),
    [("/phone", {"phone": "0901234567"}), ("/revoke", {"reason": "left"})],
    ids=["phone", "revoke"],
)
def test_a_person_leads_back_to_the_list_after_something_was_saved(client, end, typed):
    at, fields = form_to(client.get(f"/collaborators/1?{PEOPLE}").text, end)
    saved = client.post(at, data=fields | typed)
    assert saved.status_code == 303
    assert leads_back(client.get(saved.headers["Location"]).text, "/collaborators?", PEOPLE)


def test_a_card_leads_back_to_the_person_and_from_there_to_the_list(client):
    at, fields = form_to(client.get(f"/collaborators/1?{PEOPLE}").text, "/card")
    (there,) = links_in(client.post(at, data=fields).text, "/collaborators/1")
    assert leads_back(client.get(there).text, "/collaborators?", PEOPLE)


def test_cards_of_several_lead_back_to_their_list(client):
    at, fields = form_to(client.get("/collaborators?q=y+mau").text, "/cards")
    printed = client.post(at, data=fields | {"who": "all"})
    assert printed.status_code == 200
    assert leads_back(printed.text, "/collaborators?", "q=y+mau")


def test_what_was_refused_leads_back_to_the_person_and_the_list_too(client):
    at, fields = form_to(client.get(f"/collaborators/1?{PEOPLE}").text, "/revoke")
    refused = client.post(at, data=fields | {"reason": "whim"})
    assert refused.status_code == 400
    (there,) = links_in(refused.text, "/collaborators/1")
    assert leads_back(client.get(there).text, "/collaborators?", PEOPLE)


@pytest.mark.parametrize(
    ("page", "end", "typed"),
    [
        ("", "/remove", {"reason": "Ghi nhầm (mẫu)"}),
        ("/edit", "/edit", {"label": "A Mẫu khác", "reason": "Ghi nhầm (mẫu)"}),
    ],
    ids=["removed", "edited"],
)
def test_a_household_leads_back_to_the_list_after_something_was_saved(client, household, page, end, typed):
    text = client.get(f"/entities/{household}?{HOUSEHOLDS}").text
    if page:
        (there,) = links_in(text, f"/entities/{household}{page}")
        text = client.get(there).text
        assert links_in(text, f"/entities/{household}?"), "away from it"
    at, fields = form_to(text, end)
    saved = client.post(at, data=fields | typed)
    assert saved.status_code == 303
    text = client.get(saved.headers["Location"]).text
    assert leads_back(text, "/households?", HOUSEHOLDS)
    if end == "/remove":
        at, fields = form_to(text, "/restore")
        saved = client.post(at, data=fields | {"reason": "Vẫn còn (mẫu)"})
        assert leads_back(client.get(saved.headers["Location"]).text, "/households?", HOUSEHOLDS)


def test_a_correction_of_a_household_that_is_asked_again_keeps_the_list(client, household):
    (there,) = links_in(client.get(f"/entities/{household}?{HOUSEHOLDS}").text, f"/entities/{household}/edit")
    at, fields = form_to(client.get(there).text, "/edit")
    again = client.post(at, data=fields | {"label": "", "reason": "x"})
    assert again.status_code == 400
    at, fields = form_to(again.text, "/edit")
    saved = client.post(at, data=fields | {"label": "A Mẫu khác", "reason": "Ghi nhầm (mẫu)"})
    assert leads_back(client.get(saved.headers["Location"]).text, "/households?", HOUSEHOLDS)


def test_two_households_made_one_and_parted_lead_back_to_the_list(client, world, household):
    other = put(world.services, world.project_id, village=VILLAGE_1, head_name="A Mẫu riêng")
    at, fields = form_to(client.get(f"/entities/{household}/with/{other}?{HOUSEHOLDS}").text, f"/with/{other}")
    saved = client.post(at, data=fields)
    assert saved.status_code == 303
    text = client.get(saved.headers["Location"]).text
    assert leads_back(text, "/households?", HOUSEHOLDS)
    at, fields = form_to(text, "/undo")
    saved = client.post(at, data=fields)
    assert leads_back(client.get(saved.headers["Location"]).text, "/households?", HOUSEHOLDS)


def test_pairs_that_were_found_are_gone_through_one_after_another(client, twins):
    """Whoever made two one, or said that they are two, goes on with the next pair; and so from a household's page."""
    household, other = twins
    (there,) = links_in(client.get("/households/duplicates?state=open").text, f"/entities/{household}/with/{other}")
    pair = client.get(there).text
    assert leads_back(pair, "/households/duplicates?", "state=open")
    at, fields = form_to(pair, "/dismiss")
    said = client.post(at, data=fields | {"reason": "Là hai hộ (mẫu)"})
    assert set(said.headers["Location"].partition("?")[2].split("&")) == {"did=dismissed", "state=open"}
    at, fields = form_to(client.get("/households/duplicates?state=dismissed").text, "/reopen")
    assert "state=dismissed" in client.post(at, data=fields).headers["Location"]
    at, fields = form_to(pair, f"/with/{other}")
    merged = client.get(client.post(at, data=fields).headers["Location"]).text
    assert leads_back(merged, "/households/duplicates?", "state=open")
    at, fields = form_to(merged, "/undo")
    assert leads_back(
        client.get(client.post(at, data=fields).headers["Location"]).text, "/households/dup", "state=open"
    )


def test_the_other_one_being_found_the_list_is_no_longer_one_to_choose_from(client, world, household):
    other = put(world.services, world.project_id, village=VILLAGE_1, head_name="Y Khác")
    listed = client.get(f"/households?beside={household}&q=khac").text
    (there,) = links_in(listed, f"/entities/{household}/with/{other}")
    at, fields = form_to(client.get(there).text, f"/with/{other}")
    saved = client.post(at, data=fields)
    assert leads_back(client.get(saved.headers["Location"]).text, "/households?", "q=khac")


def test_an_older_page_of_the_past_keeps_the_list(client, household):
    text = client.get(f"/entities/{household}?{HOUSEHOLDS}&before=1").text
    (newest,) = [one for one in links_in(text, f"/entities/{household}?") if "before" not in one]
    assert leads_back(client.get(newest).text, "/households?", HOUSEHOLDS)


def test_what_is_no_list_of_theirs_is_not_carried_along(client, household):
    at, fields = form_to(client.get(f"/entities/{household}?q=rieng&x=1&show=nonsense").text, "/remove")
    assert at.partition("?")[2] == "q=rieng"
    saved = client.post(f"{at}&did=merged&entity_key=1", data=fields | {"reason": "Ghi nhầm (mẫu)"})
    assert saved.headers["Location"].endswith(f"/entities/{household}?did=removed&q=rieng")
