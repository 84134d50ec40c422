"""The pages of records as a commune officer uses them: look, narrow, decide, take back."""

from __future__ import annotations

import re
from io import BytesIO
from json import dumps
from zipfile import ZipFile

import pytest
from console_world import DAK_HA, JPEG, client_of, csrf_of, example, make_account, send

from server.access.roles import Role
from server.operations.load_boundaries import BoundaryFile, load_boundaries
from tests.opened_cases import open_page


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA), name="Cán bộ xã mẫu")
    return client_of(app, world, "xa.dakha")


def ticks(text):
    return re.findall(r'name="record" value="(\d+:\d+)"', text)


def decide(client, records, verdict, **typed):
    typed |= {"record": records, "verdict": verdict, "csrf_token": csrf_of(client)}
    return client.post("/submissions/decide", data=typed)


def test_one_sees_first_what_waits(client):
    text = client.get("/submissions").text
    assert ["Hộ 41" in text, "Hộ 5 " in text, "Hộ 37" in text] == [True] * 3
    assert "3 phiếu" in text
    assert "Có lỗi cần xem" in text


@pytest.mark.parametrize(
    ("narrowed", "count"),
    [
        ("?q=ho+37", 2),
        ("?flagged=1", 1),
        ("?finding=answer.required_missing", 1),
        ("?finding=%27%22x", 3),
        ("?state=approved", 0),
        ("?practice=1", 1),
        ("?form=x&unit=y&from=z", 3),
    ],
)
def test_the_address_narrows_the_list_and_nonsense_does_not_break_it(client, narrowed, count):
    assert len(ticks(client.get(f"/submissions{narrowed}").text)) == count


def test_a_finding_to_narrow_by_is_called_by_its_name_and_kept_in_links(client):
    text = client.get("/submissions?finding=answer.required_missing").text
    assert '<option value="answer.required_missing" selected>Thiếu câu bắt buộc</option>' in text
    assert "finding=answer.required_missing" in re.search(r'href="([^"]*state=all[^"]*)"', text)[1]
    assert "finding=answer.required_missing" in re.search(r'href="(/submissions/\d+\?[^"]*)"', text)[1]
    assert "A required answer is missing" in client.get("/submissions?lang=en").text


def test_rows_that_follow_are_of_the_same_finding(client, world):
    for number in range(100, 132):
        send(world, "Y Mẫu", example("household_conduct_survey", "bad_required_missing", number))
    first = client.get("/submissions?finding=answer.required_missing").text
    address = re.search(r'hx-get="([^"]+)"', first)[1].replace("&amp;", "&")
    rows = client.get(address, headers={"HX-Request": "true"}).text
    assert len(ticks(first)) + len(ticks(rows)) == 33


def test_practice_records_are_marked_as_such(client):
    assert "LÀM THỬ – không tính số liệu" in client.get("/submissions?practice=1").text


def test_more_rows_come_without_the_page_around_them(client, world):
    for number in range(100, 140):
        send(world, "Y Mẫu", example("household_conduct_survey", "refused", number))
    first = client.get("/submissions").text
    address = re.search(r'hx-get="([^"]+)"', first)[1].replace("&amp;", "&")
    rows = client.get(address, headers={"HX-Request": "true"}).text
    assert "<html" not in rows
    assert len(ticks(first)) + len(ticks(rows)) == 43
    assert not set(ticks(first)) & set(ticks(rows))
    assert "<html" in client.get(address).text


def test_all_that_match_are_approved_after_a_look_at_what_is_left_out_and_taken_back(client):
    asked = {"all": "1", "q": "ho", "csrf_token": csrf_of(client)}
    step = client.post("/submissions/approve", data=asked, follow_redirects=True).text
    for words in ("2 phiếu sạch sẽ được duyệt", "1 phiếu để lại, không duyệt chung", "Hộ 41", "Thiếu câu bắt buộc"):
        assert words in step
    assert len(ticks(client.get("/submissions").text)) == 3
    (records,) = re.findall(r'name="record" value="([^"]+)"', step)
    answer = decide(client, [records], "approve", **{"from": "list", "q": "ho"}).text
    assert "Đã duyệt 2 phiếu" in answer
    assert re.search(r"Hoàn tác được đến 06/10/2026 09:\d\d\.", answer)
    page = client.get("/submissions").text
    assert len(ticks(page)) == 1
    assert "“Đã duyệt” cho 2 phiếu" in page
    batch = re.search(r'name="batch" value="([^"]+)"', page)[1]
    undone = client.post("/submissions/undo", data={"batch": batch, "csrf_token": csrf_of(client)})
    assert "Đã hoàn tác 2 phiếu" in undone.text
    assert len(ticks(client.get("/submissions").text)) == 3
    empty = client.post("/submissions/approve", data={"csrf_token": csrf_of(client)})
    assert (empty.status_code, "Chưa chọn phiếu nào" in empty.text) == (400, True)


def test_a_list_narrowed_by_date_spares_flagged_records_as_any_other(client):
    """The first day of the filter and the mark of the list are sent under one name."""
    page = client.get("/submissions?from=2020-01-01").text
    assert 'name="from" value="2020-01-01"' in page
    answer = decide(client, ticks(page), "approve", **{"from": ["2020-01-01", "list"]})
    assert "Đã duyệt 2 phiếu" in answer.text
    assert "Để nguyên 1 phiếu" in answer.text
    assert 'href="/submissions?from=2020-01-01"' in answer.text


@pytest.mark.parametrize(("page", "back"), [("list", "/submissions?q=ho"), ("record", "/submissions/{37}?q=ho")])
def test_a_refused_decision_leads_back_to_where_it_was_made(client, world, page, back):
    tick = ticks(client.get(f"/submissions/{world.records['37']}").text)[0]
    answer = decide(client, [tick] if page == "record" else [], "return", q="ho", **{"from": page})
    assert answer.status_code == 400
    assert f'href="{back.replace("{37}", str(world.records["37"]))}"' in answer.text


def test_a_decision_leads_to_the_next_record_and_can_be_taken_back_there(client, world):
    page = client.get(f"/submissions/{world.records['41']}").text
    following = re.search(r'name="next" value="(\d+)"', page)[1]
    answer = decide(client, ticks(page)[:1], "approve", next=following)
    assert answer.headers["Location"].startswith(f"/submissions/{world.records['5']}?")
    page = client.get(answer.headers["Location"]).text
    assert "Đã duyệt phiếu vừa rồi." in page
    assert "Hoàn tác" in page
    assert "Phía sau không còn phiếu nào." not in page
    last = client.get(f"/submissions/{world.records['37']}?did=approve").text
    assert "Phía sau không còn phiếu nào. <a href=" in last


def test_sending_back_without_a_comment_says_what_to_do(client, world):
    answer = decide(client, [ticks(client.get(f"/submissions/{world.records['37']}").text)[0]], "return")
    assert answer.status_code == 400
    assert "Hãy ghi lý do" in answer.text


def test_the_record_tells_who_when_what_phone_and_what_was_decided(client, world):
    number = world.records["37"]
    tick = ticks(client.get(f"/submissions/{number}").text)[0]
    decide(client, [tick], "return", comment="Hỏi lại câu thứ ba")
    text = client.get(f"/submissions/{number}?state=all").text
    for words in (
        "A Tik – vợ Y Bét – hộ 37 (mẫu)",
        "Thôn 1 (mẫu), Xã Đăk Hà",
        "Y Mẫu",
        "20/11/2026 08:02 – 20/11/2026 08:11",
        "05/10/2026 09:07",
        "collect:sampledevice0001",
        "Cán bộ xã mẫu",
        "Hỏi lại câu thứ ba",
        "Đã trả lại, chờ sửa",
    ):
        assert words in text, words


def test_what_the_phone_noted_by_itself_is_called_in_words_with_its_name_beside(client, world):
    page = client.get(f"/submissions/{world.records['37']}?state=all").text
    called = dict(re.findall(r'<dt>([^<]*?) <span class="code quiet">(\w+)</span></dt>', page))
    noted = {"Bắt đầu điền lúc": "start", "Điền xong lúc": "end", "Ngày điền phiếu": "today", "Mã phiếu": "instanceID"}
    assert noted.items() <= called.items(), "those with a finding stand among the questions"
    folded = page.partition("Ô máy tự ghi và tự tính")[2].partition("</details>")[0]
    assert len(re.findall(r"<dt>\S[^<]* <span", folded)) == folded.count("<dt>") > 4


def test_a_finding_stands_beside_its_question_and_is_announced_at_the_top(client, world):
    text = client.get(f"/submissions/{world.records['41']}").text
    assert 'href="#/data/answers/about/respondent"' in text
    beside = text.partition('id="/data/answers/about/respondent"')[2][:900]
    assert "Ai là người trả lời?" in beside
    assert "Câu bắt buộc này chưa có trả lời" in beside


def test_an_edit_shows_what_changed_and_older_versions_cannot_be_decided(client, world):
    xml = example("household_conduct_survey", "couple_with_children", 1037, hh_poverty="near_poor").decode()
    deprecated = "<deprecatedID>uuid:00000000-0000-4000-8000-000000000037</deprecatedID>"
    send(world, "Y Mẫu", xml.replace("<instanceName>", f"{deprecated}<instanceName>").encode())
    text = client.get(f"/submissions/{world.records['37']}").text
    assert "So với lần trước: 1 chỗ khác" in text
    assert "Đã sửa, chờ duyệt lại" in text
    older = re.search(r'href="([^"]+version=\d+[^"]*)"', text)[1].replace("&amp;", "&")
    older_text = client.get(older).text
    assert "Đây là bản cũ của phiếu." in older_text
    assert ticks(older_text) == []


def test_a_record_that_changed_while_being_read_is_not_decided(client, world):
    number = world.records["37"]
    tick = ticks(client.get(f"/submissions/{number}").text)[0]
    xml = example("household_conduct_survey", "couple_with_children", 1037, hh_poverty="near_poor").decode()
    deprecated = "<deprecatedID>uuid:00000000-0000-4000-8000-000000000037</deprecatedID>"
    send(world, "Y Mẫu", xml.replace("<instanceName>", f"{deprecated}<instanceName>").encode())
    answer = decide(client, [tick], "approve")
    assert f"/submissions/{number}?" in answer.headers["Location"]
    assert "chưa ghi" in client.get(answer.headers["Location"]).text


def test_a_comment_on_a_question_stands_beside_it_until_it_is_taken_back(client, world):
    number, path = world.records["37"], "/data/answers/about/hh_poverty"
    page = client.get(f"/submissions/{number}").text
    assert f'form="sending-back" name="on:{path}"' in page
    written = {f"on:{path}": "Hộ này năm nay đã thoát nghèo?", "on:/data/x/y[2]": "Còn ai nữa?", "on:no path": "x"}
    answer = decide(client, ticks(page)[:1], "return", **written)
    text = client.get(answer.headers["Location"]).text
    beside = text.partition(f'id="{path}"')[2].partition("</div></dl>")[0]
    assert "Hộ này năm nay đã thoát nghèo?" in beside
    assert ("Cán bộ xã mẫu góp ý:" in beside, "bản trước" in beside) == (True, False)
    assert text.count("Còn ai nữa?") == 2, "once above the answers and once in the history"
    xml = example("household_conduct_survey", "couple_with_children", 1037, hh_poverty="near_poor").decode()
    deprecated = "<deprecatedID>uuid:00000000-0000-4000-8000-000000000037</deprecatedID>"
    send(world, "Y Mẫu", xml.replace("<instanceName>", f"{deprecated}<instanceName>").encode())
    text = client.get(f"/submissions/{number}").text
    assert "góp ý về bản trước" in text.partition(f'id="{path}"')[2].partition("</div></dl>")[0]
    history = text.partition("Lịch sử thao tác")[2]
    assert "Cán bộ xã mẫu trả lại phiếu để sửa." in history
    assert re.search("từ “Hộ nghèo” thành “Hộ cận nghèo”", history)


def test_a_comment_that_was_taken_back_stays_in_the_history_alone(client, world):
    number, path = world.records["37"], "/data/answers/about/hh_poverty"
    page = client.get(f"/submissions/{number}").text
    answer = decide(client, ticks(page)[:1], "return", **{f"on:{path}": "Xem lại câu này"})
    batch = re.search(r'name="batch" value="([^"]+)"', client.get(answer.headers["Location"]).text)[1]
    client.post("/submissions/undo", data={"batch": batch, "csrf_token": csrf_of(client)})
    text = client.get(f"/submissions/{number}").text
    assert text.count("Xem lại câu này") == 1
    assert "đã hoàn tác" in text.partition("Lịch sử thao tác")[2]
    approved = decide(client, ticks(text)[:1], "approve", **{f"on:{path}": "không gửi"})
    assert "không gửi" not in client.get(approved.headers["Location"]).text


def test_a_spot_is_drawn_in_the_outline_and_told_apart_outside_it(client, world):
    ring = [[107.90, 14.48], [107.97, 14.47], [108.0, 14.52], [107.91, 14.55], [107.90, 14.48]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"code": DAK_HA}, "geometry": shape}
    file = BoundaryFile("x", dumps({"type": "FeatureCollection", "features": [feature]}).encode(), "code", None)

    def page(number, latitude):
        xml = example("training_event", "bad_photo_missing", number).decode()
        spot = f"<venue_point>{latitude} 107.95 600 12.4</venue_point>"
        submission_id = send(world, "Y Mẫu", xml.replace("<venue_point />", spot).encode()).submission_id
        return client.get(f"/submissions/{submission_id}").text

    alone = page(601, "14.60")
    assert ("14.60000, 107.95000" in alone, "sai số khoảng 12 m" in alone) == (True, True)
    assert ("Chưa nạp ranh giới" in alone, 'class="outline"' in alone) == (True, False)
    load_boundaries(world.services, file, is_rehearsal=False)
    pages = [page(602, "14.60"), page(603, "14.50")]
    assert ['class="outline"' in text for text in pages] == [True, True]
    assert ["ngoài địa bàn</span>" in text for text in pages] == [True, False]


def test_an_incident_has_no_place_on_any_map(app, world):
    make_account(world.services, "vu.viec", (Role.INCIDENT_OFFICER, DAK_HA))
    officer = client_of(app, world, "vu.viec", elevated=True)
    open_page(officer, world.records["incident"])
    page = officer.get(f"/incidents/{world.records['incident']}")
    assert (page.status_code, "<figure" in page.text) == (200, False)


def test_photos_of_the_list_come_as_one_file(client, world):
    nothing = client.get("/submissions/file.zip?state=all", buffered=True)
    with ZipFile(BytesIO(nothing.data)) as packed:
        assert "không có ảnh hay tệp nào" in packed.read("CHU-Y.txt").decode()
    xml = example("training_event", "bad_photo_missing", 601, photo_session="a.jpg")
    send(world, "Y Mẫu", xml, [("a.jpg", "image/jpeg", JPEG)])
    page = client.get("/submissions?state=all").text
    assert 'href="/submissions/file.zip?state=all"' in page
    answer = client.get("/submissions/file.zip?state=all", buffered=True)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="anh-va-tep-')
    with ZipFile(BytesIO(answer.data)) as packed:
        (name,) = packed.namelist()
        assert (name.endswith("_a.jpg"), packed.testzip()) == (True, None)
