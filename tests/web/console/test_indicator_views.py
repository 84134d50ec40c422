"""An indicator over the years and beside its neighbours, by level and boundary, and the same as files."""

from __future__ import annotations

import csv
import re
from io import BytesIO, StringIO

import pytest
from console_world import DAK_HA, PROVINCE, client_of, make_account
from openpyxl import load_workbook

from server.access.roles import Role
from tests.web.console.test_figure_pages import made_planned, row_of, world
from tests.web.console.test_statement_counts import counted

__all__ = ["world"]


@pytest.fixture(scope="module")
def planned_province(sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("planned")
    return made_planned(sqlite_template, folder, login="tinh", unit=PROVINCE, records=3)


@pytest.fixture
def planned(app, world):
    """The province's supervisor at a console with a plan and three approved records."""
    return client_of(app, world, "tinh")


@pytest.fixture
def dak_ha(world):
    return world.services.atlas.current().territory.find(DAK_HA, world.services.today()).unit_id


def test_all_indicators_stand_on_one_page_with_what_was_reached(planned, world):
    planned.get("/indicators")
    with counted(world.services.engine) as statements:
        text = planned.get("/indicators").text
    assert len(statements) <= 12
    assert len(text.encode()) < 60_000
    assert "Chỉ tiêu · Toàn khu vực · 2026" in text
    assert row_of(text, "I6-kv ·[^<]*") == row_of(planned.get("/indicators/I6-kv").text, "Toàn khu vực")
    assert text.count("<h2>Gia đình (mẫu)</h2>") == 1  # the plan of that year alone
    assert "DỰ THẢO" not in planned.get("/indicators?year=2024").text


def test_an_officer_of_a_commune_sees_that_commune_first(app, world, planned, dak_ha):
    make_account(world.services, "xa", (Role.SUPERVISOR, DAK_HA))
    client = client_of(app, world, "xa")
    assert "Chỉ tiêu · Xã Đăk Hà · 2026" in client.get("/indicators").text
    assert "Chỉ tiêu · Toàn khu vực · 2026" in client.get("/indicators?within=").text
    assert "Chỉ tiêu · Xã Đăk Hà · 2024" in client.get(f"/indicators?year=2024&within={dak_ha}").text


def test_the_years_are_drawn_and_stand_in_a_table_beside(planned, dak_ha):
    text = planned.get(f"/indicators/I6-kv/years?within={dak_ha}").text
    chart = re.search(r'<svg class="chart".*?</svg>', text, re.DOTALL)[0]
    assert 'role="img" aria-labelledby="chart-title chart-says"' in chart
    assert "2026: 50,0%" in chart
    assert "style=" not in chart
    rows = re.findall(r"<th scope=\"row\"><a [^>]*>(\d{4})</a>", text)
    assert rows == sorted(rows, reverse=True)
    assert {"2025", "2026", "2030"} <= set(rows)


def test_a_commune_stands_among_its_neighbours(planned, dak_ha):
    text = planned.get(f"/indicators/I6-kv/years?within={dak_ha}").text
    own = re.search(r'<tr class="is-own"><th scope="row">(.*?)</th>', text, re.DOTALL)[1]
    assert own.startswith("1. Xã Đăk Hà")
    assert "Các xã, phường cùng huyện (trước 7/2025)" in text
    assert "Xã Tu Mơ Rông" not in text  # another district's
    assert "So với các nơi lân cận" not in planned.get("/indicators/I6-kv/years").text


@pytest.mark.parametrize(
    ("parameters", "shown"),
    [
        ("level=district", "Theo huyện (trước 7/2025)"),
        ("level=province", "Tỉnh Quảng Ngãi"),
        ("frame=until-2025-06-30", "Đến 30/06/2025"),
        ("level=village", "Chọn một xã, phường để xem các thôn."),
        ("lang=en&level=district", "By district (before July 2025)"),
    ],
)
def test_a_table_is_cut_by_level_and_boundary(planned, parameters, shown):
    answer = planned.get(f"/indicators/I6-kv?{parameters}")
    assert shown in answer.text
    assert len(answer.data) < 60_000


def test_villages_are_listed_within_their_commune(planned, dak_ha):
    text = planned.get(f"/indicators/I6-kv?level=village&within={dak_ha}").text
    assert "Theo thôn · 2026 · Xã Đăk Hà" in " ".join(text.split())
    assert row_of(text, "Xã Đăk Hà").startswith("50,0%")


def test_every_village_of_the_province_is_in_the_file_and_their_communes_on_the_page(planned, dak_ha):
    page, file = planned.get("/indicators/I6-kv?level=village").text, "/indicators/I6-kv/table.csv?level=village"
    texts = [planned.get(f"{file}{within}").data.decode("utf-8-sig") for within in ("", f"&within={dak_ha}")]
    every, hers = ([row[0] for row in list(csv.reader(StringIO(text, newline="")))[4:-1]] for text in texts)
    assert len(every) > len(hers) > 1
    assert set(hers) < set(every)
    assert f"level=village&amp;within={dak_ha}" in page
    assert not any(f">{name}<" in page for name in every)


def test_a_long_table_comes_in_parts_that_hold_every_unit(planned):
    first = planned.get("/indicators/I6-kv?frame=until-2025-06-30").text
    links = re.findall(r'href="([^"]*first=\d+[^"]*)"', first)
    assert len(links) == 1
    names = re.findall(
        r'<th scope="row"><a [^>]*>([^<]+)</a>', first + planned.get(links[0].replace("&amp;", "&")).text
    )
    assert (len(names), len(set(names))) == (102, 101)
    assert row_of(first, "Xã Đăk Long").startswith("Huyện Đắk Glei")  # two have that name


def test_files_hold_what_the_page_shows(planned):
    answer = planned.get("/indicators/I6-kv/table.csv?year=2026")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="i6-kv-2026-commune.csv"'
    rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline="")))
    heads = rows[3]
    here = dict(zip(heads, next(row for row in rows if row[:1] == ["Xã Đăk Hà"]), strict=True))
    assert (here["Tử số"], here["Mẫu số"], here["Đạt được (%)"], here["Mục tiêu (%)"]) == ("1", "2", "50", "70")
    assert (here["Mục tiêu là"], here["Chênh lệch (%)"], here["Phiếu đã nhận"]) == ("dự thảo", "-20", "3")
    assert len(rows) == 4 + 40 + 1
    book = load_workbook(BytesIO(planned.get("/indicators/I6-kv/table.xlsx?year=2026").data))
    cells = list(book.active.iter_rows(values_only=True))
    assert [str(one) for one in cells[2]] == heads
    assert next(row for row in cells if row[0] == "Xã Đăk Hà")[5:7] == (50, 70)


def test_the_years_are_a_file_too_and_english_for_whoever_reads_english(planned, dak_ha):
    answer = planned.get(f"/indicators/I6-kv/years.csv?within={dak_ha}&lang=en")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="i6-kv-years-xa-dak-ha.csv"'
    rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert rows[3][:3] == ["Year", "Plan", "Numerator"]
    assert next(row for row in rows if row[:1] == ["2026"])[2:4] == ["1", "2"]


@pytest.mark.parametrize("page", ["", "/years", "/table.csv", "/years.xlsx"])
def test_a_page_of_figures_costs_a_bounded_number_of_statements(planned, world, dak_ha, page):
    for code in ("I6-kv", "I2", "I3", "I5-n"):
        address = f"/indicators/{code}{page}" + (f"?within={dak_ha}" if page.startswith("/years") else "")
        planned.get(address)
        with counted(world.services.engine) as statements:
            assert planned.get(address).status_code == 200
        assert len(statements) <= 13, (address, statements)
