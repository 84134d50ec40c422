"""Typing in sheets of paper: whose and of which form, one after another, each once."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, PROVINCE, client_of, make_account
from test_correction_pages import signed_in_again, typed

from server.access.roles import Role

REFUSED = {
    "a:/data/who/household_list": "not_listed",
    "a:/data/who/house_no": "77",
    "a:/data/who/visit_result": "refused",
}
SHEETS = "/submissions/paper"


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA), name="Cán bộ xã mẫu")
    return client_of(app, world, "xa.dakha")


def sheet_of(client):
    """Return the address of a blank survey of Y Mẫu, chosen as one would."""
    assert f'href="{SHEETS}"' in client.get("/submissions").text
    writer = re.search(r'value="(\d+)">Y Mẫu', client.get(SHEETS).text)[1]
    form = re.search(r'value="(\d+)">2 Ứng xử', client.get(f"{SHEETS}?writer={writer}").text)[1]
    return f"{SHEETS}?writer={writer}&form={form}"


def test_sheets_are_typed_in_one_after_another(client):
    blank = client.get(sheet_of(client)).text
    assert re.search(r'name="number" value="" [^>]*autofocus', blank)
    assert 'name="a:/data/answers/page_c1/c1_1"' in blank, "on paper every question stands"
    place = {"a:/data/where/commune": DAK_HA}
    sent = typed(blank) | {"number": "12", "day": "2026-09-30"} | place | REFUSED
    checked = typed(client.post(SHEETS, data=sent | {"do": "check"}).text) | {"a:/data/where/village": "23500-01"}
    answer = client.post(SHEETS, data=checked | {"do": "next"})
    assert answer.status_code == 303, answer.text
    following = client.get(answer.headers["Location"]).text
    assert "Đã lưu tờ vừa rồi." in following
    again = typed(following)
    assert (again["a:/data/where/commune"], again["a:/data/where/village"]) == ([DAK_HA], ["23500-01"])
    told = client.post(SHEETS, data=again | {"number": "12", "day": "2026-09-30", "do": "next"} | REFUSED)
    assert (told.status_code, "Tờ số 12 của cộng tác viên này đã được nhập rồi" in told.text) == (400, True)
    record = re.search(r"after=(\d+)", answer.headers["Location"])[1]
    text = client.get(f"/submissions/{record}").text
    assert "nhập từ giấy · tờ số 12" in text
    assert "Cán bộ xã mẫu nhập từ phiếu giấy." in text.partition("Lịch sử thao tác")[2]
    assert "nhập từ giấy" in client.get("/submissions").text


def test_who_sees_several_communes_chooses_one_first(app, client, world):
    make_account(world.services, "tinh", (Role.SUPERVISOR, PROVINCE))
    province = client_of(app, world, "tinh")
    first = province.get(SHEETS).text
    assert "Y Mẫu" not in first
    commune = re.search(r'value="(\d+)">Xã Đăk Hà', first)[1]
    people = province.get(f"{SHEETS}?commune={commune}").text
    writer = re.search(r'value="(\d+)">Y Mẫu', people)[1]
    assert "A Mẫu" not in people
    forms = province.get(f"{SHEETS}?writer={writer}").text
    assert "Xã Đăk Hà</strong>" in forms
    form = re.search(r'value="(\d+)">2 Ứng xử', forms)[1]
    assert province.get(f"{SHEETS}?writer={writer}&form={form}").status_code == 200


def test_what_a_sheet_lacks_is_looked_at_before_it_is_kept(client):
    sent = typed(client.get(sheet_of(client)).text) | {"number": "1", "day": "2026-09-30"}
    sent |= {"a:/data/who/visit_result": "met", "a:/data/answers/about/hh_poverty": "poor"}
    answer = client.post(SHEETS, data=sent | {"do": "save"})
    assert (answer.status_code, "Câu bắt buộc này chưa có trả lời" in answer.text) == (400, True)
    assert "Năm nay nhà mình thuộc diện nào?" in answer.text.partition("câu trả lời sẽ không được lưu")[2][:300]
    sent = typed(answer.text) | {"number": "1", "day": "2026-09-30", "anyway": "1", "do": "save"}
    kept = client.post(SHEETS, data=sent)
    assert kept.status_code == 303
    assert "Có lỗi cần xem" in client.get(kept.headers["Location"]).text


def test_a_number_in_small_letters_is_the_same_and_the_hand_stands_where_it_is_wrong(client):
    blank = typed(client.get(sheet_of(client)).text) | {"day": "30/09/2026", "anyway": "1", "do": "next"}
    assert client.post(SHEETS, data=blank | {"number": "N-12B"}).status_code == 303
    for number in ("n-12b", " N-12B ", "N-12B"):
        told = client.post(SHEETS, data=blank | {"number": number})
        assert (told.status_code, "đã được nhập rồi" in told.text) == (400, True), number
        assert re.findall(r'name="(\w+)"[^>]* autofocus', told.text) == ["number"]
    unread = client.post(SHEETS, data=blank | {"number": "13", "day": "31/02/2026"})
    assert re.findall(r"<a href[^>]* autofocus", unread.text) == []
    assert re.findall(r'name="(\w+)"[^>]* autofocus', unread.text) == ["day"]
    assert typed(unread.text)["day"] == ["31/02/2026"], "what was typed stays"


def test_a_sheet_that_outlasts_its_sign_in_is_gone_on_with(client, world):
    sent = typed(client.get(sheet_of(client)).text) | {"number": "12", "day": "2026-09-30"} | REFUSED
    world.services.now.advance(minutes=31)
    page = client.post(SHEETS, data=sent | {"do": "next"})
    waiting = signed_in_again(client, page)
    again = client.post(SHEETS, data=typed(waiting.text))
    assert again.status_code == 200
    now = typed(again.text)
    assert (now["number"], now["day"]) == (["12"], ["30/09/2026"])
    assert now["a:/data/who/house_no"] == ["77"]
    assert "nhập từ giấy" not in client.get("/submissions?state=all").text, "nothing is kept by itself"
