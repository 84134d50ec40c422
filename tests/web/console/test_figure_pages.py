"""Indicators: each number says what it is made of, in words besides colour, and opens its records in one's scope."""

from __future__ import annotations

import re
import shutil
from functools import partial

import pytest
from console_world import (
    DAK_HA,
    FORMS,
    PROVINCE,
    TU_MO_RONG,
    build_world,
    client_of,
    csrf_of,
    make_account,
    publish,
)
from province import copied_file, make

from server.access.roles import Role
from server.app import create_app
from server.operations.publish_plan import PlanSource, publish_plan


def planned_by(services, login, unit, records):
    """Publish the plan and let an officer approve the so many unflagged *records* of the unit."""
    world = build_world(services)
    publish(services, world.project_id, "commune_register")
    for name in ("plan-4002", "plan-2026-2030-draft"):
        workbook = (FORMS / "plans" / f"{name}.xlsx").read_bytes()
        publish_plan(services, world.project_id, PlanSource(name, workbook))
    make_account(services, login, (Role.SUPERVISOR, unit))
    client = client_of(create_app(services), world, login)
    ticked = re.findall(r'name="record" value="([^"]+)"', client.get("/submissions?flagged=0").text)
    typed = {"record": ticked, "verdict": "approve", "from": "list", "csrf_token": csrf_of(client)}
    assert f"Đã duyệt {records} phiếu" in client.post("/submissions/decide", data=typed).text
    return world


def made_planned(template, folder, **officer):
    """Make a province with that plan, at rest."""
    database = shutil.copy(template, folder / "planned.db")
    return make(str(database), f"sqlite:///{database}", folder / "media", partial(planned_by, **officer))


@pytest.fixture(scope="session")
def planned_province(sqlite_template, tmp_path_factory):
    """The two unflagged records of Xã Đăk Hà are approved: one of two households."""
    folder = tmp_path_factory.mktemp("planned")
    return made_planned(sqlite_template, folder, login="xa.dakha", unit=DAK_HA, records=2)


@pytest.fixture
def world(planned_province, tmp_path):
    with copied_file(planned_province, tmp_path) as world:
        yield world


@pytest.fixture
def planned(app, world):
    """The commune's supervisor at a console with a plan and two approved records."""
    return client_of(app, world, "xa.dakha")


def row_of(text, name):
    row = re.search(rf'<th scope="row">(?:<a [^>]*>)?{name}(?:</a>)?(.*?)</tr>', text, re.DOTALL)[1]
    return " ".join(re.sub(r"<[^>]+>", " ", row).split())


def test_a_row_says_value_target_gap_and_what_was_received(planned):
    text = planned.get("/indicators/I6-kv").text
    assert row_of(text, "Xã Đăk Hà") == (
        "50,0% 70,0% (dự thảo) ✗ Chưa đạt mục tiêu (kém 20,0 điểm %) – 1 / 2 đã nhận 3 · đã duyệt 2"
    )
    assert "Chưa có số liệu" in row_of(text, "Xã Tu Mơ Rông")
    assert 'viewBox="0 0 1000 9"' in text


def test_a_number_opens_the_records_behind_it(planned, world):
    text = planned.get("/indicators/I6-kv").text
    address = re.search(r'href="(/indicators/I6-kv/records[^"]*unit=\d+[^"]*)">1<', text)[1]
    behind = planned.get(address.replace("&amp;", "&")).text
    assert f'href="/submissions/{world.records["37"]}?state=all"' in behind
    assert "1 phiếu làm nên con số này" in behind


def test_figures_are_for_all_and_their_records_for_ones_own_territory(app, world, planned):
    address = re.search(
        r'href="(/indicators/I6-kv/records[^"]*part=denominator[^"]*unit=\d+[^"]*)">2<',
        planned.get("/indicators/I6-kv").text,
    )[1]
    for login, role, unit in (("hai", Role.SUPERVISOR, TU_MO_RONG), ("ba", Role.ANALYST, PROVINCE)):
        make_account(world.services, login, (role, unit))
        client = client_of(app, world, login)
        text = client.get("/indicators/I6-kv").text
        assert row_of(text, "Xã Đăk Hà").startswith("50,0% 70,0%")
        assert ("/indicators/I6-kv/records" in text) == (role is Role.SUPERVISOR)  # an analyst reads no records
        behind = client.get(address.replace("&amp;", "&")).text
        assert "2 phiếu làm nên con số này" in behind
        assert "Không có phiếu nào trong địa bàn của anh/chị" in behind
        assert "Hộ 37" not in behind


def test_the_heading_says_which_part_of_the_province_is_loaded(planned):
    assert "Khu vực Kon Tum (trước 7/2025): 40/96 xã, phường" in planned.get("/indicators/I6-kv?year=2026").text
    assert "40/96" not in planned.get("/indicators/I6-kv?year=2024").text


def test_a_number_of_nothing_opens_no_empty_list(planned):
    text = planned.get("/indicators/I6-kv").text
    assert "<a " not in text.partition(">Xã Tu Mơ Rông</a></th>")[2].partition("</tr>")[0]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/indicators", 200),
        ("/indicators/I6-kv?year=2025", 200),
        ("/indicators/I6-kv?year=1066", 400),
        ("/indicators/I6-kv?year=x", 200),
        ("/indicators/I99", 404),
        ("/indicators/I6-kv?frame=nothing", 400),
        ("/indicators/I6-kv/records?unit=999999", 404),
        ("/indicators/I6-kv?within=999999", 404),
        ("/indicators/I6-kv/years?within=999999", 404),
        ("/indicators/I6-kv/years?year=2200", 400),
        ("/indicators/I6-kv/table.pdf", 404),
        ("/indicators/I6-kv/years.exe", 404),
        ("/indicators/I6-kv?level=nothing&first=7", 200),
    ],
)
def test_what_is_not_there_is_said_in_plain_words(planned, address, status):
    answer = planned.get(address)
    assert answer.status_code == status
    assert "general.no_sentence" not in answer.text
