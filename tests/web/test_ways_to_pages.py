"""Whoever may open a page is led to it: nobody has to know an address by heart."""

from __future__ import annotations

import re
from collections import Counter, deque
from html import unescape

import pytest
from console_world import PROVINCE, client_of
from werkzeug.exceptions import HTTPException

from server.access.roles import Role
from server.app import create_app
from tests.every_address import ADDRESSES
from tests.marked_province import build_marked
from tests.marks import COMMUNES
from tests.random_people import Holding, Person, settle

WAYS = re.compile(r'(?:href|<form (?:class="[^"]*" )?method="get" action)="(/[^"#]*)')
ENOUGH = 3
"""So many addresses of a page are opened: what one record lacks another has."""
FEWEST = 5
"""So many pages at least are open to whoever holds one post of any kind."""
PEOPLE = tuple(
    Person(f"mot.viec.{number}", "", (Holding(role, unit, "open"),))
    for number, (role, unit) in enumerate(
        (role, unit)
        for role in (Role.SUPERVISOR, Role.ANALYST, Role.INCIDENT_OFFICER, Role.ADMINISTRATOR)
        for unit in (PROVINCE, COMMUNES[0])
    )
)
NEED_NO_WAY = {"second_step", "sign_in", "submissions_approving"}
"""Pages that come by themselves, and the one that the button of the list leads to."""


@pytest.fixture
def databases(sqlite_databases):
    return sqlite_databases


@pytest.fixture
def beginning():
    return build_marked


@pytest.fixture
def app(services):
    return create_app(services)


def reached(app, client):
    """Return the endpoints that links lead to from the first page on."""
    routes, asked, waiting, found = app.url_map.bind(""), Counter(), deque(["/"]), set()
    known = {"/"}
    while waiting:
        address = waiting.popleft()
        path, _, query = address.partition("?")
        try:
            endpoint, _ = routes.match(path, query_args=query)
        except HTTPException:
            continue
        found.add(endpoint.removeprefix("console."))
        asked[endpoint] += 1
        if asked[endpoint] > ENOUGH:
            continue
        answer = client.get(address, buffered=True)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            led = {unescape(one) for one in WAYS.findall(answer.text)} - known
            known |= led
            waiting.extend(sorted(led))
    return found


@pytest.mark.parametrize("person", PEOPLE, ids=[f"{one.holdings[0].role}-{one.holdings[0].unit}" for one in PEOPLE])
def test_every_page_somebody_may_open_is_linked_from_another(app, begun, person):
    settle(begun, [person])
    client = client_of(app, begun.world, person.login, elevated=person.is_officer)
    plain = {name: some[0] for name, some in ADDRESSES.items() if "{" not in some[0] and "." not in name}
    answers = {name: client.get(one, buffered=True) for name, one in plain.items()}
    open_to = {name for name, one in answers.items() if (one.status_code, one.mimetype) == (200, "text/html")}
    assert len(open_to) >= FEWEST, "whoever is not signed in is led everywhere they may go"
    assert open_to - reached(app, client) - NEED_NO_WAY == set()
