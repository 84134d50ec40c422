"""Every number of a table opens what makes it: households, units, the year before, or the document it is from."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, FORMS, PROVINCE, TU_MO_RONG, VILLAGE_1, client_of, make_account, publish
from plan_world import workbook

from server.access.roles import Role
from server.operations.publish_plan import PlanSource, publish_plan
from tests.import_field import loaded
from tests.operations.test_figure_sums import type_totals
from tests.operations.test_import_paper import operator, paper, row
from tests.register_world import put
from tests.web.console.test_figure_pages import row_of
from tests.web.console.test_statement_counts import counted

EMPTY = "23293"
"""A commune of whose households none is on the list."""
CHANGE = ("C1", "Thay đổi (mẫu)", "household_conduct_survey.visited", "", "change", "up", "commune", "year")


@pytest.fixture
def client(app, world):
    """The plans are published; the one who asks works in Xã Đăk Hà."""
    publish(world.services, world.project_id, "commune_register")
    for name in ("plan-4002", "plan-2026-2030-draft"):
        source = PlanSource(name, (FORMS / "plans" / f"{name}.xlsx").read_bytes())
        publish_plan(world.services, world.project_id, source)
    publish_plan(world.services, world.project_id, PlanSource("thay-doi", workbook(indicators=(CHANGE,), targets=())))
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    return client_of(app, world, "xa.dakha")


def opened(client, page, name, number):
    """Follow the link of *number* in the row of a unit."""
    text = client.get(page).text
    part = re.search(rf'<th scope="row">(?:<a [^>]*>)?{name}(?:</a>)?.*?</tr>', text, re.DOTALL)[0]
    address = re.search(rf'<a href="([^"]+)">{number}</a>', part)[1]
    return client.get(address.replace("&amp;", "&"))


def test_a_number_of_households_opens_the_very_households(client, world):
    keys = [put(world.services, world.project_id, village=VILLAGE_1, head_name=f"A Mẫu {n}") for n in range(3)]
    there = put(world.services, world.project_id, village=f"{TU_MO_RONG}-01", head_name="Y Nơi khác")
    known = row_of(client.get("/indicators/I2").text, "Xã Đăk Hà")
    number = re.search(r"0 / (\d+) đã nhận", known)[1]
    page = opened(client, "/indicators/I2", "Xã Đăk Hà", number).text
    assert {int(one) for one in re.findall(r'href="/entities/(\d+)"', page)} >= set(keys)
    assert len(re.findall(r'href="/entities/', page)) == int(number)
    assert f"sổ có {number}" in page
    assert f"/entities/{there}" not in page
    assert 'href="/households?unit=' in page
    there_are = re.search(r"0 / (\d+) đã nhận", row_of(client.get("/indicators/I2").text, "Xã Tu Mơ Rông"))[1]
    elsewhere = opened(client, "/indicators/I2", "Xã Tu Mơ Rông", there_are).text
    assert "số liệu thì đọc được, danh sách thì không" in elsewhere
    assert "Y Nơi khác" not in elsewhere


def test_an_analyst_reads_the_number_and_opens_no_household(app, world, client):
    put(world.services, world.project_id, village=VILLAGE_1, head_name="A Kín")
    make_account(world.services, "phan.tich", (Role.ANALYST, PROVINCE))
    other = client_of(app, world, "phan.tich")
    text = other.get("/indicators/I2").text
    assert row_of(text, "Xã Đăk Hà").startswith("0,0%")
    assert "part=denominator" not in text
    assert "A Kín" not in other.get("/indicators/I2/records?part=denominator").text


def test_a_number_of_communes_opens_their_names(client):
    page = opened(client, "/indicators/I3", "Toàn khu vực", "40").text
    assert page.count("<li>") >= 40
    assert "Xã Đăk Hà" in page


def test_a_typed_denominator_opens_its_document(client, world):
    type_totals(world, 2026, {EMPTY: (1200, 80)})
    name = world.services.atlas.current().territory.find(EMPTY, world.services.today()).name
    page = opened(client, "/indicators/I2", name, "1.200").text
    assert "Rà soát hộ nghèo (mẫu)" in page
    assert "1.200" in page


def test_a_typed_figure_stands_beside_the_counted_one_and_opens_its_document(client, world):
    rows = [row(DAK_HA, "I6-kv", "62,5", year=2026), row(PROVINCE, "I6-kv", "71", year=2026)]
    loaded(world, paper(*rows), operator(world))
    text = client.get("/indicators/I6-kv").text
    assert "nhập từ sổ: 62,5%" in row_of(text, "Xã Đăk Hà")
    assert "nhập từ sổ: 71,0%" in row_of(text, "Toàn khu vực")
    page = opened(client, "/indicators/I6-kv", "Xã Đăk Hà", "62,5%").text
    assert "Báo cáo mẫu, số 12/BC-UBND, ngày 05/12/2021 (UBND xã (mẫu))" in page
    assert "Người nhập (mẫu)" in page
    assert "nhập từ sổ: 71,0%" in " ".join(re.sub("<[^>]+>", " ", client.get("/indicators/I6-kv/years").text).split())


def test_the_year_before_says_that_it_is(client, world):
    page = client.get("/indicators/C1/records?part=denominator&year=2026").text
    assert "Đây là tử số của năm trước (2025)" in page


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_is_opened_costs_a_bounded_number_of_statements(client, world, lang):
    for number in range(60):
        put(world.services, world.project_id, village=VILLAGE_1, head_name=f"A Mẫu {number}")
    for page in (
        "I6-kv/records",
        "I2/records?part=denominator",
        "I3/records?part=denominator",
        "I2/records?part=paper",
    ):
        address = f"/indicators/{page}{'&' if '?' in page else '?'}lang={lang}"
        with counted(world.services.engine) as statements:
            answer = client.get(address)
        assert (answer.status_code, len(statements) <= 12, len(answer.data) < 60_000) == (200, True, True), statements
