"""A page of every route, the rare ones too, as a phone and a desktop show it: axe finds nothing to mend.

`test_every_page_in_browser` opens what three people work with; here somebody with every post opens one page of each
route in a province that has something of every kind. A route without an address fails (see `every_address`).
"""

from __future__ import annotations

from random import Random

import pytest
from console_world import client_of
from plan_world import workbook

from server.access.roles import Role
from tests.random_people import WATCHERS, settle
from tests.web.console.test_every_page_in_browser import LOOKS, OTHER_LOOKS, address, camera, faults_at
from tests.web.console.test_form_pages import changed
from tests.web.console.test_form_pages import send as send_form
from tests.web.console.test_plan_pages import send as send_plan
from tests.web.test_random_accounts import Values, Walk, open_cases, templates
from tests.web.test_ways_to_pages import app, beginning, databases

__all__ = ["address", "app", "beginning", "camera", "databases"]
pytestmark = pytest.mark.browser
FILES = {
    "submissions_file", "submissions_thumb", "incidents_file", "incidents_thumb",  # by an address made for a session
    "incidents_branch",  # looks as a branch of any record does
    "sign_in",  # leads whoever is signed in to their first page
}  # fmt: skip
"""Routes that show this person no page here."""
SEED = 20261130


@pytest.fixture
def role():
    """Return what the folder of the pictures is called."""
    return Role.ANALYST


def pages_of(app, marked, people, client):
    """Return an address of a page of every route of the console, by route; None where it shows none."""
    values, found = Values(marked, people, Random(SEED)), {}
    for endpoint, some in templates(app).items():
        if endpoint.startswith("console."):
            tried = (client.get(at, buffered=True) for template in some for at in values.fill(template, None))
            answer = next((one for one in tried if one.status_code == 200), None)
            found[endpoint.removeprefix("console.")] = answer and (answer.mimetype, answer.request.full_path)
    return found


@pytest.mark.parametrize("looks", [LOOKS, pytest.param(OTHER_LOOKS, marks=pytest.mark.full)], ids=["looks", "others"])
def test_a_page_of_each_route_can_be_read_in_every_look(browser, address, app, begun, looks, camera):
    person = WATCHERS[0]
    people = settle(begun, [person])
    client = client_of(app, begun.world, person.login, elevated=True)
    open_cases(Walk(begun, people, person.login), client)
    assert send_form(client, begun.world, changed()).status_code == 303
    assert send_plan(client, workbook()).status_code == 303
    pages = pages_of(app, begun, people, client)
    assert {route for route, one in pages.items() if one is None} == FILES
    page, faults = browser.new_page(base_url=address), []
    session = client.get_cookie("nepnha_session")
    page.context.add_cookies([{"name": session.key, "value": session.value, "url": address}])
    page.on("console", lambda line: faults.append(f"{page.url} {line.text}") if line.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(f"{page.url} {fault}"))
    for kind, at in filter(None, pages.values()):
        if kind == "text/html":
            faults += [f"{at} {one}" for one in faults_at(page, at.rstrip("?"), looks, camera)]
    page.close()
    assert not faults, "\n".join(faults)
