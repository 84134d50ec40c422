"""Two units may bear one name: in every menu what they lie in stands beside it, and beside no other."""

from __future__ import annotations

import re
from datetime import date

import pytest
from console_world import PROVINCE, client_of, make_account, publish
from plan_world import workbook
from report_world import COMMUNE, LAYOUTS

from server.access.roles import Role
from server.operations.load_units import load_units
from server.operations.places import told_apart
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.publish_report import ReportSource, publish_report

UNIT_HEAD = "code,name,kind,parent_code,valid_from,valid_to,successor_code"
TODAY = "Xã Đăk Hà"
TWIN = f"{UNIT_HEAD}\n52,Tỉnh Mẫu,province,,2025-07-01,,\n29999,{TODAY},xa,52,2025-07-01,,\n"
FORMER = {"Xã Đăk Long – Huyện Đắk Glei", "Xã Đăk Long – Huyện Đắk Hà"}


@pytest.fixture
def clients(app, world):
    load_units(world.services, TWIN)
    clients = {}
    for role in (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.INCIDENT_OFFICER):
        make_account(world.services, role.value, (role, PROVINCE), (role, "52"))
        clients[role] = client_of(app, world, role.value, elevated=role is Role.INCIDENT_OFFICER)
    return clients


def offered(page):
    """Return what the menus of a page offer, as people read it."""
    texts = re.findall(r"<option[^>]*>([^<]*)|<label class=\"tick[^>]*><input[^>]*>([^<]*)", page)
    return [(left or right).strip() for left, right in texts]


@pytest.mark.parametrize(
    ("role", "address"),
    [
        (Role.SUPERVISOR, "/submissions"),
        (Role.SUPERVISOR, "/map"),
        (Role.SUPERVISOR, "/submissions/paper"),
        (Role.SUPERVISOR, "/paper?year=2026"),
        (Role.SUPERVISOR, "/collaborators/new"),
        (Role.ADMINISTRATOR, "/accounts/new"),
        (Role.ADMINISTRATOR, "/collaborators/new"),
        (Role.INCIDENT_OFFICER, "/incidents"),
    ],
)
def test_units_of_one_name_are_told_apart_in_every_menu(clients, role, address):
    found = offered(clients[role].get(address).text)
    assert TODAY not in found
    assert {f"{TODAY} – Tỉnh Quảng Ngãi", f"{TODAY} – Tỉnh Mẫu"} <= set(found)
    assert "Xã Tu Mơ Rông" in found, "nobody else bears this one"


def test_communes_of_the_years_before_are_told_apart_where_figures_are_typed(clients, world):
    publish_plan(world.services, world.project_id, PlanSource("ke-hoach-mau", workbook()))
    assert set(offered(clients[Role.SUPERVISOR].get("/paper?year=2021").text)) >= FORMER


def test_reports_of_the_years_before_are_of_communes_that_are_told_apart(clients, world):
    for form_id in ("household_register", "commune_register"):  # what the report is filled from
        publish(world.services, world.project_id, form_id)
    layout = (LAYOUTS / f"{COMMUNE}.xlsx").read_bytes()
    publish_report(world.services, world.project_id, ReportSource(COMMUNE, layout, "Người mẫu"))
    assert set(offered(clients[Role.SUPERVISOR].get("/reports?year=2024").text)) >= FORMER


def test_namesakes_that_lie_in_one_unit_are_told_apart_by_their_codes(world):
    load_units(world.services, f"{UNIT_HEAD}\n29998,{TODAY},xa,51,2025-07-01,,\n")
    here, today = world.services.atlas.current(), date(2026, 10, 1)
    units = [here.territory.find(code, today) for code in ("23500", "29998", "23425")]
    names = told_apart(here, ((one.unit_id, one.name) for one in units), today)
    assert [names[one.unit_id] for one in units] == [
        f"{TODAY} – Tỉnh Quảng Ngãi (23500)",
        f"{TODAY} – Tỉnh Quảng Ngãi (29998)",
        "Xã Tu Mơ Rông",
    ]
