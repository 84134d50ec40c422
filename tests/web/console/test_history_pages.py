"""*Lịch sử thao tác*: found by person, thing, kind and day; incidents at their desk alone; the same as a file."""

from __future__ import annotations

import csv
import re
from io import StringIO

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG, client_of, csrf_of, make_account

from server.access.deeds import Deed, DeedKind, Thing
from server.access.roles import Role
from server.operations.browse_deeds import PAGE_SIZE
from server.operations.note_deeds import note_deeds
from server.storage.visible import Operator
from tests.opened_cases import open_page

COMMUNE = ((Role.SUPERVISOR, DAK_HA), (Role.ADMINISTRATOR, DAK_HA), (Role.INCIDENT_OFFICER, DAK_HA))


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", *COMMUNE, name="Nguyễn Thị Mẫu")
    return client_of(app, world, "xa.dakha", elevated=True)


def approve(client, world, *names):
    with world.services.reading(Operator()) as uow:
        ticked = [f"{world.records[one]}:{uow.records.one(world.records[one]).version_id}" for one in names]
    token = csrf_of(client, "/submissions")
    client.post(
        "/submissions/decide", data={"record": ticked, "verdict": "approve", "from": "list", "csrf_token": token}
    )


def strokes(client, address):
    return client.get(address).text.count("<time datetime=")


def test_what_was_done_in_one_stroke_is_one_line_and_found_by_record_person_kind_and_day(client, world):
    approve(client, world, "37", "5")
    decided = client.get("/history?group=decisions").text
    assert decided.count("<time datetime=") == 1
    assert "Duyệt phiếu</strong> · 2 mục cùng lúc" in decided
    one = f"/history?thing=record&id={world.records['37']}"
    assert (strokes(client, one), strokes(client, one + "&who=nguoi.khac")) == (1, 0)
    assert strokes(client, "/history?group=decisions&who=XA.DAKHA&from=2026-10-05&to=2026-10-05") == 1
    assert strokes(client, "/history?group=decisions&from=2026-10-06") == 0


def test_what_was_done_in_several_places_at_once_is_told_of_no_single_one(app, world):
    make_account(world.services, "tinh", (Role.SUPERVISOR, PROVINCE))
    client = client_of(app, world, "tinh")
    approve(client, world, "37", "55")
    assert re.search(r"· (Thôn 1 \(mẫu\)|Xã Tu Mơ Rông|Thôn 1 Đăk Hà \(mẫu\)) và nơi khác", client.get("/history").text)


def test_only_what_its_reader_may_open_is_a_link(app, client, world):
    approve(client, world, "37")
    person = Deed(
        DeedKind.CARD_PRINTED,
        Thing.COLLABORATOR,
        1,
        world.services.atlas.current().territory.find(DAK_HA, world.services.today()).unit_id,
    )
    with world.services.unit_of_work(Operator()) as uow:
        note_deeds(world.services, uow, None, person)
    make_account(world.services, "quan.tri", (Role.ADMINISTRATOR, DAK_HA), (Role.SUPERVISOR, TU_MO_RONG))
    make_account(world.services, "duyet", (Role.SUPERVISOR, DAK_HA))
    record, person = f'href="/submissions/{world.records["37"]}"', 'href="/collaborators/1"'
    found = {}
    for login in ("quan.tri", "duyet"):
        page = client_of(app, world, login).get("/history").text
        found[login] = (record in page, person in page)
        assert "Duyệt phiếu</strong>" in page
    assert found == {"quan.tri": (False, True), "duyet": (True, True)}


def test_another_commune_reads_nothing_of_it_and_a_reviewer_no_sign_ins_but_their_own(app, client, world):
    approve(client, world, "37")
    make_account(world.services, "xa.khac", (Role.SUPERVISOR, TU_MO_RONG))
    elsewhere = client_of(app, world, "xa.khac")
    assert strokes(elsewhere, "/history?group=decisions") == 0
    make_account(world.services, "nguoi.duyet", (Role.SUPERVISOR, DAK_HA))
    reviewer = client_of(app, world, "nguoi.duyet")
    assert strokes(reviewer, "/history?group=decisions") == 1
    assert (strokes(reviewer, "/history?group=sign_ins"), strokes(client, "/history?group=sign_ins")) == (0, 2)
    assert strokes(reviewer, "/history?group=sign_ins&who=nguoi.duyet") == 1


def test_every_reading_of_an_incident_is_kept_at_its_desk_and_leaves_no_trace_at_the_other(client, world):
    everyday = client.get("/history").text
    client.get("/incidents")
    open_page(client, world.records["incident"])
    client.get(f"/incidents/{world.records['incident']}")
    kept = client.get("/incidents/history?group=reading").text
    assert ("Mở phiếu để xem" in kept, "Mở danh sách" in kept) == (True, True)
    assert "Thêm cộng tác viên" in client.get("/incidents/history").text
    assert 'href="/collaborators/' not in client.get("/incidents/history").text, "who carries incidents has no page"
    assert strokes(client, f"/incidents/history?thing=record&id={world.records['incident']}") == 2
    assert "Xác nhận thêm một bước" in client.get("/incidents/history").text
    assert client.get("/history").text == everyday


def test_the_file_holds_every_deed_in_sight_and_that_it_was_taken(client, world):
    unit_id = world.services.atlas.current().territory.resolve(DAK_HA, world.services.today()).unit_id
    deeds = [Deed(DeedKind.CARD_PRINTED, Thing.COLLABORATOR, 1, unit_id, {"reason": "=1+1"}) for _ in range(1100)]
    with world.services.unit_of_work(Operator()) as uow:
        note_deeds(world.services, uow, None, *deeds)
    answer = client.get("/history.csv?lang=vi&group=people")
    rows = list(csv.reader(StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))[3:]
    assert [one[4] for one in rows].count("In thẻ mã QR") == 1100
    assert client.get("/history?group=downloads").text.count("Tải lịch sử thao tác về</strong>") == 1
    first = client.get("/history?group=people")
    following = first.text.partition('class="following"')[2].partition('href="')[2].partition('"')[0]
    assert first.text.count("<time datetime=") == strokes(client, following.replace("&amp;", "&")) == PAGE_SIZE


def test_the_file_says_in_words_what_the_page_says(client, world):
    unit_id = world.services.atlas.current().territory.resolve(DAK_HA, world.services.today()).unit_id
    deed = Deed(DeedKind.UPLOAD_RELEASED, Thing.UPLOAD, 1, unit_id, {"reason": "other_content"})
    with world.services.unit_of_work(Operator()) as uow:
        note_deeds(world.services, uow, None, deed)
    for address in ("/history?lang=vi", "/history.csv?lang=vi"):
        said = client.get(address).get_data(as_text=True)
        assert ("Lý do: trùng số, khác nội dung" in said, "other_content" in said) == (True, False), address


def test_a_batch_over_the_end_of_a_page_is_one_and_says_that_it_goes_on(client, world):
    unit_id = world.services.atlas.current().territory.resolve(DAK_HA, world.services.today()).unit_id
    for batch_id, count in (("first", 30), ("second", PAGE_SIZE + 40)):
        deeds = [
            Deed(DeedKind.CARD_PRINTED, Thing.COLLABORATOR, one, unit_id, batch_id=batch_id) for one in range(count)
        ]
        with world.services.unit_of_work(Operator()) as uow:
            note_deeds(world.services, uow, None, *deeds)
    page = client.get("/history?group=people").text
    assert strokes_told(page) == [f"In thẻ mã QR</strong> · {PAGE_SIZE + 40} mục cùng lúc"]
    assert "Các mục còn lại ở trang sau." in page
    following = page.partition('class="following"')[2].partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    page = client.get(following).text
    assert strokes_told(page) == [
        f"In thẻ mã QR</strong> (tiếp theo) · {PAGE_SIZE + 40} mục cùng lúc",
        "In thẻ mã QR</strong> · 30 mục cùng lúc",
    ]
    assert "trang sau" not in page


def strokes_told(page):
    return re.findall(r"In thẻ mã QR</strong>[^<\n]*", page)
