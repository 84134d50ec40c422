"""The pages that load lists: a trial, a yes, a result, the way back; by anybody's browser, with or without scripts."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from console_world import DAK_HA, client_of, csrf_of, make_account
from openpyxl import load_workbook

from server.access.roles import Role
from server.operations import office_imports
from server.operations.run_jobs import run_round
from tests.import_field import csv_file, xlsx_file

TIK = ("23500-01", 37, "A Tik", "Y Bét", 4, "Xơ Đăng", "Nghèo")
WRONG = ("23425-01", 1, "A Xa", "", 3, "", "")


@pytest.fixture
def client(app, world):
    make_account(world.services, "ai.do", (Role.SUPERVISOR, DAK_HA))
    return client_of(app, world, "ai.do")


def send(client, world, content, *, name="danh sach.xlsx", kind="households", as_of="2026-10-05"):
    """Send a file and return the page it leads to."""
    typed = {
        "csrf_token": csrf_of(client, "/imports"),
        "kind": kind,
        "project": str(world.project_id),
        "as_of": as_of,
        "file": (content, name),
    }
    return client.post("/imports", data=typed, content_type="multipart/form-data", follow_redirects=True)


def press(client, page, action):
    """Press the button of a form on a page and return where it leads."""
    address = re.search(rf'action="([^"]*/{action})"', page.text)[1]
    return client.post(address, data={"csrf_token": csrf_of(client, "/imports")}, follow_redirects=True)


def test_a_list_is_tried_agreed_to_and_undone(client, world):
    page = send(client, world, xlsx_file(TIK, WRONG))
    assert "Đã đọc thử, chưa ghi gì" in page.text
    assert "trang “Danh sách”, dòng 3, cột “Mã thôn”:" in page.text
    assert "ngoài địa bàn của anh/chị" in page.text
    assert "Đồng ý nạp 1 dòng" in page.text
    page = press(client, page, "load")
    assert "Đã nạp xong" in page.text
    page = press(client, page, "undo")
    assert "Đã hoàn tác 1; để nguyên 0." in page.text
    assert "Đã hoàn tác" in client.get("/imports").text


def test_changed_rows_are_shown_with_what_was_there(client, world):
    press(client, send(client, world, csv_file(TIK), name="a.csv"), "load")
    page = send(client, world, csv_file(("23500-01", 37, "", "", 6, "", "")), name="b.csv")
    assert "<del>4</del> → <ins>6</ins>" in page.text
    assert "A Tik – vợ Y Bét – hộ 37" in page.text


def test_a_file_that_is_not_to_be_loaded_is_dropped(client, world):
    page = press(client, send(client, world, csv_file(TIK), name="a.csv"), "forget")
    assert "Không nạp" in page.text


def test_a_page_of_a_large_list_looks_in_by_itself_and_by_hand(client, world, monkeypatch):
    monkeypatch.setattr(office_imports, "SMALL_BYTES", 0)
    page = send(client, world, csv_file(TIK), name="a.csv")
    address = re.search(r'hx-get="([^"]+)" hx-trigger="every 2s"', page.text)[1]
    assert "Xem lại" in page.text
    run_round(world.services)
    part = client.get(address, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "hx-trigger" not in part
    assert "Đồng ý nạp 1 dòng" in part


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Mã thôn,Chủ hộ\n".encode("utf-16"), "CSV UTF-8"),
        (b"PK\x03\x04 broken", "Không đọc được tệp này"),
        ("không;có;tiêu đề\n".encode(), "Không thấy dòng tiêu đề"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(client, world, content, said):
    page = send(client, world, BytesIO(content))
    assert said in page.text
    assert "Chọn tệp khác" in page.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"as_of": ""}, "Chọn lại ngày"), ({"as_of": "2027-01-01"}, "chưa tới"), ({"kind": "cases"}, "Không có loại")],
)
def test_what_is_typed_wrong_is_said(client, world, typed, said):
    page = send(client, world, csv_file(TIK), **typed)
    assert page.status_code in {400, 404}
    assert said.casefold() in page.text.casefold()


def test_a_form_without_a_file_says_so(client):
    page = client.post("/imports", data={"csrf_token": csrf_of(client, "/imports")})
    assert (page.status_code, "Chưa chọn tệp" in page.text) == (400, True)


def test_a_file_over_the_limit_is_refused(client, world, monkeypatch):
    monkeypatch.setattr(office_imports, "MOST_BYTES", 100)
    page = send(client, world, csv_file(*[TIK] * 10))
    assert (page.status_code, "Tệp lớn quá" in page.text) == (413, True)


def test_no_other_page_takes_a_large_body(client):
    page = client.post("/sign-out", data={"csrf_token": "x", "big": "x" * 1_100_000})
    assert page.status_code == 413


def test_hostile_texts_of_a_file_are_texts_on_the_page(client, world):
    hostile = '"><script>alert(1)</script>'
    rows = (("23500-01", 1, hostile, "", 3, "", ""), ("23500-01", hostile[:12], "A", "", 3, "", ""))
    page = send(client, world, xlsx_file(*rows, headings=("Mã thôn", "Số hộ", "Chủ hộ", hostile)), name=hostile)
    assert "<script>alert" not in page.text
    assert "<script>alert" not in client.get("/imports").text


def test_a_template_is_sent_as_a_workbook(client):
    answer = client.get("/imports/templates/staff.xlsx")
    assert answer.data.startswith(b"PK")
    assert 'filename="staff.xlsx"' in answer.headers["Content-Disposition"]
    assert client.get("/imports/templates/cases.xlsx").status_code == 404


def test_figures_typed_from_paper_are_a_kind_of_file_of_their_own(client, world):
    headings = ("Năm", "Đơn vị", "Mã số liệu", "Số liệu", "Văn bản nguồn")
    row = (2021, "23500@2021-12-31", "household_conduct_survey.answered", 310, "Báo cáo mẫu")
    elsewhere = (2021, "62@2021-12-31", "household_conduct_survey.answered", 9000, "Báo cáo mẫu")
    page = send(client, world, xlsx_file(row, elsewhere, headings=headings), kind="figures")
    assert "Đồng ý nạp 1 dòng" in page.text
    assert "ngoài địa bàn của anh/chị" in page.text
    assert "Đã nạp xong" in press(client, page, "load").text
    answer = client.get("/imports/templates/figures.xlsx")
    keys = load_workbook(BytesIO(answer.data))["Mã số liệu"]
    assert "household_conduct_survey.answered" in {row[0].value for row in keys}


def test_figures_on_incidents_are_no_kind_of_this_page(client, world):
    assert send(client, world, csv_file(TIK), kind="cases").status_code == 404


def test_a_supervisor_of_a_village_is_not_offered_the_roster(app, world):
    make_account(world.services, "thon", (Role.SUPERVISOR, "23500-01"))
    client = client_of(app, world, "thon")
    assert "Danh sách cán bộ" not in client.get("/imports").text
    assert send(client, world, csv_file(TIK), kind="staff").status_code == 404
