"""One incident more, and nothing anybody without the role can get is another byte: every page, file and door.

The pages are those of the application's own routes, with the addresses that pages lead to. Whoever holds the phone
of somebody else, or reads figures of the province, learns nothing from asking before and after.
"""

from __future__ import annotations

import re
from collections import defaultdict
from html import unescape
from io import BytesIO
from zipfile import ZipFile

import pytest
from console_world import client_of, make_account
from plan_world import VILLAGE_1, workbook
from province import Made, copied_file
from release_world import YEAR
from report_world import COMMUNE, DAK_HA, PROVINCE, TU_MO_RONG, WHOLE
from werkzeug.exceptions import HTTPException

from server.access.roles import Role
from server.app import create_app
from server.indicators.periods import Period
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.confirm_no_case import NoCaseOrder, confirm_for_the_operator
from server.operations.issue_report import issue_for_the_operator
from server.operations.lock_period import LockOrder, lock_for_the_operator
from server.operations.official_copy import Act, official_copy
from server.operations.publish_plan import PlanSource, publish_plan
from server.storage.models.row_ids import FIRST_SENSITIVE
from tests.mixed_world import live
from tests.register_world import put

MOST_OF_ONE_ROUTE = 4
"""Addresses asked for of each route: the first that pages lead to."""
PEOPLE = ["giam.sat", "tinh", "doc", "quan.tri"]
"""A commune's reviewer and administrator, the province's officer before the second step, a reader of figures, the
province's administrator, under whom the officers' phones are too."""
DRAWN = re.compile(
    rb'(?<=name="csrf_token" value=")[^"]+'
    rb'|(?<=name="(?:draft|batch)" value=")[^"]+'
    rb"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    rb"|(?<=[\w-])\.[\w-]{6}\.[\w-]{27}\b"
)
"""The proof of a session, a correction or a batch begun, ids of batches, time and seal of a file: no two servers draw
the same."""
SEARCHES = (
    "q=573023&state=all", "q=phieu&state=all&sort=sender", "form=5&state=all", "sender=4&state=all",
    "finding=answer.constraint&state=all", "files=lacking&state=all", f"after={FIRST_SENSITIVE + 1}&state=all",
)  # fmt: skip
"""What an incident is called, its form, its sender, what is odd about it, its place in a list."""
SEARCHED = [f"/submissions{form}?{one}" for one in SEARCHES for form in ("", "/file.csv")]
OFFICERS = ("/incidents", "/trusted", "/entities", "/duplicates", "/held")
"""Pages on which an incident may be seen, by its officer."""
INDICATORS = (
    ("I6", "Tỷ lệ hộ (mẫu)", "household_conduct_survey.implementing", "household_conduct_survey.visited", "%", "up",
     "commune", "year"),
    ("I7", "Số vụ so với năm trước (mẫu)", "release:hinh-thuc", "previous", "change", "down", "commune", "year"),
    ("I7a", "Số vụ (mẫu)", "release:xa", "", "count", "down", "commune", "year"),
    ("I7b", "Số xã có báo cáo (mẫu)", "release:xa[state=reported]", "", "count", "up", "province", "year"),
    ("I7c", "Số xã chưa báo cáo (mẫu)", "release:xa[state=not_reported]", "", "count", "down", "province", "year"),
)  # fmt: skip


@pytest.fixture(scope="module")
def made(sqlite_reports, tmp_path_factory):
    """A province in which everything that shows figures has something to show, frozen and not."""
    folder = tmp_path_factory.mktemp("traces")
    with copied_file(sqlite_reports, folder) as world:
        services = world.services
        world.services.now.advance(seconds=1)
        targets = (("I6", "commune", YEAR, 70, "draft"), ("I7", "province", YEAR, -10, "official"))
        publish_plan(services, world.project_id, PlanSource("plan", workbook(indicators=INDICATORS, targets=targets)))
        world.households(VILLAGE_1, 3)
        world.surveys(2)
        world.send("couple_with_children")
        world.typed("report:2017-I.1.total", 1200)
        world.cases(DAK_HA, 7)
        world.cases(TU_MO_RONG, 2)
        world.freeze()
        lock_for_the_operator(services, LockOrder(world.project_id, world.unit(TU_MO_RONG), Period(YEAR)), "Mẫu")
        issue_for_the_operator(services, world.order(WHOLE, PROVINCE), "Mẫu")
        make_account(services, "giam.sat", (Role.SUPERVISOR, DAK_HA), (Role.ADMINISTRATOR, DAK_HA))
    return Made(str(folder / "province.db"), folder / "province-media", world, services.now.at)


@pytest.fixture
def world(made, tmp_path):
    with copied_file(made, tmp_path) as world:
        yield world


@pytest.fixture
def app(world):
    return create_app(world.services)


def addresses_in(text):
    return {unescape(one).partition("#")[0] for one in re.findall(r'(?:href|src|action)="(/[^"]*)"', text)}


def told(answer):
    """Return all that is sent, but for what is drawn by lot and the time at which a workbook is packed."""
    body = DRAWN.sub(b"", answer.data)
    if body.startswith(b"PK"):
        with ZipFile(BytesIO(body)) as parts:
            body = {one: parts.read(one) for one in parts.namelist() if one != "docProps/core.xml"}
    headers = dict(answer.headers)
    for one in ("Date", "Set-Cookie", "WWW-Authenticate", *(["Content-Length"] if isinstance(body, dict) else [])):
        headers.pop(one, None)
    return answer.status_code, headers, body


class Reader:
    """Somebody who opens whatever the application has."""

    def __init__(self, app, world, login, *, elevated=False):
        self._app, self._client = app, client_of(app, world, login, elevated=elevated)
        self._first = self._of_routes(world)

    def _of_routes(self, world):
        """Return an address of each page that needs no more than what stands in its own address."""
        unit, template = world.unit(DAK_HA), world.layouts[COMMUNE]
        asked = (
            f"?year={YEAR}&unit={unit}&within={unit}&project={world.project_id}&period={YEAR}&plan=cong-khai&state=all"
        )
        parts = {"code": "I7", "kind": "xlsx", "list_name": "clubs", "template_id": template, "name": "console.css"}
        for rule in self._app.url_map.iter_rules():
            if "GET" in rule.methods and not rule.endpoint.startswith(("static", "console.sign")):
                address = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(parts.get(found[1], 1)), rule.rule)
                yield from (address, address + asked)
        yield from SEARCHED

    def everything(self, known=()):
        """Return what each address says, following what pages lead to."""
        waiting, found = list(known or self._first), {}
        asked_of = defaultdict(int)
        for address in waiting:
            if address in found:
                continue
            endpoint = self._endpoint(address)
            if endpoint is None or (asked_of[endpoint] >= MOST_OF_ONE_ROUTE and address not in SEARCHED):
                continue
            asked_of[endpoint] += 1
            answer = self._client.get(address, buffered=True)
            found[address] = told(answer)
            if not known and answer.mimetype == "text/html":
                waiting += sorted(addresses_in(answer.text))
        return found

    def _endpoint(self, address):
        """Return which route an address is of, None for those of forms."""
        try:
            return self._app.url_map.bind("field.test").match(address.partition("?")[0], method="GET")[0]
        except HTTPException:
            return None


def more_incidents(world):
    """Have all that an incident officer or the phone of one can add, and leave the clock where it was."""
    services, before = world.services, world.services.now.at
    world.cases(DAK_HA, 1)
    world.cases(TU_MO_RONG, 1, quarter=1)
    put(services, world.separate_id, "trusted_addresses", label="Nhà bà Mẫu", village=VILLAGE_1)
    world.typed("report:2017-II.2.cases", 9, is_sensitive=True)
    order = NoCaseOrder(world.separate_id, world.unit("23293"), Period.parse(f"{YEAR}-Q1"))
    confirm_for_the_operator(services, order, "Cán bộ (mẫu)")
    officer = world.actor(Role.INCIDENT_OFFICER, DAK_HA, elevated=True)
    official_copy(services, officer, world.order(), act=Act.LOCK, reason="Lập báo cáo (mẫu)")
    services.now.at = before


def test_no_byte_differs_from_a_server_on_which_no_incident_came(made, tmp_path):
    """The same work on two servers, beside incidents on one of them: numbers, lists, pages and files are the same."""
    found = []
    for with_incidents in (False, True):
        (folder := tmp_path / str(with_incidents)).mkdir()
        with copied_file(made, folder) as world:
            live(world, with_incidents=with_incidents)
            if with_incidents:
                more_incidents(world)
            app = create_app(world.services)
            asked = {one: Reader(app, world, one).everything() for one in PEOPLE}
            found.append(
                {
                    (one, DRAWN.sub(b"", address.encode())): said
                    for one in PEOPLE
                    for address, said in asked[one].items()
                }
            )
    alone, beside = found
    assert {one for one in alone.keys() | beside if alone.get(one) != beside.get(one)} == set()
    assert {answer[0] for answer in alone.values()} >= {200, 404}


def test_the_same_pages_do_change_for_the_officer(app, world):
    """Else the test above would look at pages on which no incident could ever be seen."""
    reader = Reader(app, world, "xa", elevated=True)
    before = reader.everything()
    more_incidents(world)
    after = reader.everything(before)
    # What the reader took away of the history themselves stands in it afterwards.
    changed = {one for one in before if before[one] != after[one] and not one.startswith("/history")}
    assert {one.partition("?")[0] for one in changed} >= {"/incidents"}
    assert all(one.startswith(OFFICERS) for one in changed)


def test_nor_does_it_for_the_phone_of_a_collaborator(app, world):
    token = add_collaborator(world.services, NewCollaborator(world.project_id, "Y Mẫu Hai", (VILLAGE_1,))).token
    asked = [f"/v1/key/{token}/projects/{world.project_id}/{one}" for one in ("formList", "submission", "entities")]
    asked.append(f"/v1/key/{token}/projects/{world.separate_id}/formList")
    client = app.test_client()
    before = [told(client.get(one, headers={"X-OpenRosa-Version": "1.0"})) for one in asked]
    more_incidents(world)
    assert [told(client.get(one, headers={"X-OpenRosa-Version": "1.0"})) for one in asked] == before
    assert before[0][0] == 200
