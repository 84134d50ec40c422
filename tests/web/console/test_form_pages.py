"""*Biểu mẫu*: faults told cell by cell, a trial in one village while others keep theirs, who still has an old one."""

from __future__ import annotations

import re
import sys
from io import BytesIO

import pytest
from console_world import DAK_HA, FORMS, PROVINCE, TU_MO_RONG, VILLAGE_1, client_of, csrf_of, make_account
from openpyxl import load_workbook

from server.access.roles import Role

SURVEY = "training_event"


@pytest.fixture
def client(app, world):
    make_account(world.services, "tinh", (Role.ADMINISTRATOR, PROVINCE))
    return client_of(app, world, "tinh")


def changed(**cells):
    """Return the workbook of a form under another version, some cells of its survey changed: column=(row, text)."""
    book = load_workbook(FORMS / SURVEY / "form.xlsx")
    header = [cell.value for cell in book["settings"][1]]
    book["settings"].cell(2, header.index("version") + 1).value = "2099010101"
    columns = [cell.value for cell in book["survey"][1]]
    for column, (row, value) in cells.items():
        book["survey"].cell(row, columns.index(column) + 1).value = value
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def send(client, world, workbook):
    typed = {"project": world.project_id, "file": (BytesIO(workbook), "form.xlsx"), "csrf_token": csrf_of(client)}
    return client.post("/forms", data=typed, content_type="multipart/form-data")


def post(client, address, **typed):
    return client.post(address, data=typed | {"csrf_token": csrf_of(client)})


def test_new_wording_is_told_before_it_is_given_to_anybody(client, world):
    book = load_workbook(FORMS / SURVEY / "form.xlsx")["survey"]
    columns = [cell.value for cell in book[1]]
    label = next(one for one in columns if (one or "").startswith("label") and "(vi)" in one)
    asked = next(one.row for one in book["A"] if one.value in ("text", "integer", "date"))
    send(client, world, changed(**{label: (asked, "<b>Lời mới</b>")}))
    offer = client.get("/forms/offer").text
    assert "Câu hỏi mới, lựa chọn mới, lời hỏi mới: 1" in offer
    assert "thành “&lt;b&gt;Lời mới&lt;/b&gt;”" in offer


def versions_offered(app, world, person):
    project_id, token = world.tokens[person]
    listed = app.test_client().get(f"/v1/key/{token}/projects/{project_id}/formList").text
    return re.findall(rf"<formID>{SURVEY}</formID>.*?<version>([^<]*)</version>", listed, re.DOTALL)


def test_a_version_is_tried_in_one_village_then_given_to_all_and_who_lacks_it_is_named(app, client, world):
    (before,) = versions_offered(app, world, "A Mẫu")
    assert send(client, world, changed()).headers["Location"] == "/forms/offer"
    offer = client.get("/forms/offer").text
    assert "Không bỏ câu hỏi, lựa chọn nào" in offer
    assert "lời hỏi mới" not in offer, "the same form again"
    seal = re.search(r'name="seen" value="(\w+)"', offer)[1]
    assert post(client, "/forms/offer/publish", seen=seal, to="trial").status_code == 400
    assert post(client, "/forms/offer/publish", seen="0" * 64, to="all").status_code == 404
    assert post(client, "/forms/offer/publish", seen=seal, to="trial", unit=VILLAGE_1).status_code == 303
    assert [versions_offered(app, world, one) for one in ("Y Mẫu", "A Mẫu")] == [["2099010101"], [before]]
    page = client.get("/forms").text
    assert "đang dùng thử ở: Thôn 1 (mẫu)" in page
    assert re.search(r">Y Mẫu</a>.*?chưa tải bản nào", page)
    version_id = re.search(r"/forms/versions/(\d+)/give", page)[1]
    assert post(client, f"/forms/versions/{version_id}/give").status_code == 303
    assert [versions_offered(app, world, one) for one in ("Y Mẫu", "A Mẫu")] == [["2099010101"]] * 2
    assert post(client, f"/forms/versions/{version_id}/end").status_code == 404


def test_a_form_that_is_looked_at_again_is_not_converted_again(client, world, monkeypatch):
    assert send(client, world, changed()).status_code == 303
    offer = client.get("/forms/offer").text
    monkeypatch.setattr(sys, "executable", "/khong/co")  # no child can be started any more
    assert client.get("/forms/offer").text == offer


def test_every_fault_is_told_with_its_cell_and_the_version_in_force_stays(app, client, world):
    before = versions_offered(app, world, "Y Mẫu")
    broken = changed(relevant=(5, "${khong_co} = 1"), constraint=(6, ". >"))
    answer = send(client, world, broken)
    assert answer.status_code == 400
    told = re.findall(r'finding-error"><strong>([^<]*):</strong>', answer.text)
    assert ["survey" in one and number in one for one, number in zip(told, ("5", "6"), strict=True)] == [True, True], (
        told
    )
    assert versions_offered(app, world, "Y Mẫu") == before
    assert client.get("/forms/offer").status_code == 404


def test_a_commune_sees_its_own_phones_and_publishes_nothing(app, world):
    make_account(world.services, "xa", (Role.ADMINISTRATOR, DAK_HA))
    commune = client_of(app, world, "xa")
    page = commune.get("/forms").text
    assert ("Y Mẫu" in page, "A Mẫu" in page, 'type="file"' in page) == (True, False, False)
    assert "Phiếu B" not in page
    assert send(commune, world, changed()).status_code == 404
    make_account(world.services, "xa.khac", (Role.ADMINISTRATOR, TU_MO_RONG))
    assert "Y Mẫu" not in client_of(app, world, "xa.khac").get("/forms").text


def test_the_page_says_how_a_confidential_form_is_published(app, world):
    make_account(world.services, "quan.tri.tinh", (Role.ADMINISTRATOR, PROVINCE))
    page = client_of(app, world, "quan.tri.tinh").get("/forms").text
    assert "Biểu mẫu của Công việc riêng không phát hành trên trang này" in page
    assert "người phụ trách vụ việc và một người thứ hai" in page
    assert "nepnha form publish" in page
