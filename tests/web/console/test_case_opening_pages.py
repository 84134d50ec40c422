"""A case is opened with a reason: masked until then on every page, told to whoever opens it later, shut again soon."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG, client_of, csrf_of, example, make_account, send

from server.access.openings import OPEN_FOR
from server.access.roles import Role
from server.operations.open_case import MANY
from server.storage.visible import Operator

SAID = ("Hàng xóm", "Thể chất", "16 đến 59", "Hòa giải thành", "collect:sampledevice0001")
"""What the case says, or tells of who sent it."""
SENDER = "Cán bộ mẫu"
WHY = {"reason": "support", "words": "Gọi lại cho trưởng thôn (mẫu)"}


@pytest.fixture
def client(app, world):
    make_account(world.services, "phu.trach", (Role.INCIDENT_OFFICER, DAK_HA), name="Nguyễn Thị Mẫu")
    return client_of(app, world, "phu.trach", elevated=True)


@pytest.fixture
def case(world):
    return f"/incidents/{world.records['incident']}"


def post(client, address, **typed):
    return client.post(address, data={"csrf_token": csrf_of(client), **typed})


def opened(client, case, **why):
    return post(client, f"{case}/open", **(WHY | why))


def deeds(world, kind):
    told = "SELECT account_id, thing_id, unit_id, params, is_sensitive FROM deed WHERE kind = ? ORDER BY id"
    with world.services.engine.connect() as connection:
        return connection.exec_driver_sql(told, (kind,)).fetchall()


def reading_routes(app, case):
    """Return every address of a case that only reads it, of the application's own routes."""
    rules = (one for one in app.url_map.iter_rules() if str(one).startswith("/incidents/<int:submission_id>"))
    shown = [str(one) for one in rules if "GET" in one.methods and one.endpoint != "console.incidents_asking"]
    return [one.replace("/incidents/<int:submission_id>", case).replace("<int:version_id>", "1") for one in shown]


def test_the_list_tells_number_day_commune_and_state_and_nothing_else(client):
    row = client.get("/incidents").text.partition('<li class="record">')[2].partition("</li>")[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", row).split())
    assert words == "B · 573023 Phiếu B · Xã Đăk Hà, Tỉnh Quảng Ngãi nhận 05/10/2026 Chờ duyệt"


def test_nothing_narrows_or_orders_the_list_by_what_it_does_not_show(client):
    plain = client.get("/incidents").text
    assert 'name="finding"' not in plain
    assert 'value="sender"' not in plain
    assert "Thôn" not in plain
    count = re.search(r'class="count"[^>]*>([^<]+)', plain)[1]
    for asked in ("finding=answer.constraint", "sender=999", "sort=sender", "q=khac"):
        assert re.search(r'class="count"[^>]*>([^<]+)', client.get(f"/incidents?{asked}").text)[1] == count


def test_every_page_of_a_case_asks_for_a_reason_first(app, client, world, case):
    routes = reading_routes(app, case)
    assert len(routes) >= 4
    for address in routes:
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, f"{case}/open"), address
        asking = client.get(answer.headers["Location"])
        assert asking.status_code == 200
        assert [one for one in (*SAID, SENDER) if one in asking.text] == []
        assert asking.headers["Cache-Control"] == "no-store"
        assert asking.headers["Referrer-Policy"] == "no-referrer"
    assert deeds(world, "reading.record") == deeds(world, "reading.identity") == []


def test_nothing_is_done_to_a_case_that_does_not_lie_open(client, world, case):
    with world.services.reading(Operator()) as uow:
        ticked = f"{world.records['incident']}:{uow.records.one(world.records['incident']).version_id}"
    refused = post(client, "/incidents/decide", verdict="approve", record=ticked)
    assert (refused.status_code, f'href="{case}/open"' in refused.text) == (403, True)
    assert opened(client, case).status_code == 303
    decided = post(client, "/incidents/decide", verdict="approve", record=ticked)
    assert (decided.status_code, decided.headers["Location"].partition("?")[0]) == (303, case)
    batch = re.search(r"batch=([^&]+)", decided.headers["Location"])[1]
    world.services.now.advance(seconds=OPEN_FOR.total_seconds())
    again = client_of(client.application, world, "phu.trach", elevated=True)
    assert post(again, "/incidents/undo", batch=batch).status_code == 403
    assert opened(again, case).status_code == 303
    assert post(again, "/incidents/undo", batch=batch).status_code == 200


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"reason": ""}, "Chưa chọn mở để làm gì"),
        ({"reason": "curiosity"}, "Chưa chọn mở để làm gì"),
        ({"words": " . 12 ab "}, "Lời ghi còn ngắn quá. Hãy ghi rõ việc cần làm, ít nhất"),
        ({"words": "a" * 501}, "dài quá 500 chữ"),
    ],
)
def test_without_a_reason_in_words_it_stays_shut_and_what_was_typed_stays(client, case, typed, told):
    answer = opened(client, case, **typed)
    assert (answer.status_code, told in answer.text) == (400, True)
    assert (WHY | typed)["words"].strip() in answer.text
    assert client.get(case).status_code == 303


def test_opened_it_shows_all_and_every_reading_is_kept(client, world, case):
    answer = opened(client, case, back=f"{case}?state=all")
    assert answer.headers["Location"] == f"{case}?state=all"
    page = client.get(answer.headers["Location"])
    assert [one for one in (*SAID, SENDER) if one not in page.text] == []
    assert page.headers["Cache-Control"] == "no-store"
    assert "573023" not in page.text.partition("<title>")[2].partition("</title>")[0]
    for address in (f"{case}/compare", case):
        assert client.get(address).status_code == 200
    (told,) = deeds(world, "reading.identity")
    assert (told[1], told[3], told[4]) == (world.records["incident"], '{"why": "support"}', 1)
    assert len(deeds(world, "reading.record")) == 3
    history = client.get("/incidents/history?group=reading").text
    assert "Xem thông tin nhận dạng</strong>" in history
    assert "Mở để: theo dõi, hỗ trợ tiếp" in history
    assert WHY["words"] not in history


def test_nobody_is_led_elsewhere(client, case):
    for back in ("https://example.org/", "//example.org", "/submissions", "/incidents/\\example.org"):
        assert opened(client, case, back=back).headers["Location"] in {case, "/"}


def test_it_is_open_for_a_while_to_one_person_in_one_sign_in(app, client, world, case):
    opened(client, case)
    assert client.get(case).status_code == 200
    assert client_of(app, world, "phu.trach", elevated=True).get(case).status_code == 303
    world.services.now.advance(seconds=OPEN_FOR.total_seconds() - 1)
    make_account(world.services, "tinh.phu.trach", (Role.INCIDENT_OFFICER, PROVINCE))
    assert client_of(app, world, "tinh.phu.trach", elevated=True).get(case).headers["Location"].startswith(case)
    world.services.now.advance(seconds=1)
    asked = client.get(case)
    assert asked.headers["Location"].startswith("/second-step"), "the second step lasts as long"


def test_whoever_opens_it_later_reads_who_did_before_and_why(app, client, world, case):
    opened(client, case)
    deputy = make_account(world.services, "lam.thay", (Role.INCIDENT_OFFICER, DAK_HA), name="Trần Văn Mẫu")
    told = "UPDATE post SET stands_in_for_id = (SELECT id FROM account WHERE login = 'phu.trach') WHERE account_id = ?"
    with world.services.engine.begin() as connection:
        connection.exec_driver_sql(told, (deputy,))
    other = client_of(app, world, "lam.thay", elevated=True)
    opened(other, case, reason="request", words="Công an xã hỏi (mẫu)")
    page = other.get(case).text
    assert "Ai đã mở vụ việc này" in page
    assert "<strong>Nguyễn Thị Mẫu</strong>: Theo dõi, hỗ trợ tiếp<blockquote>Gọi lại cho trưởng thôn (mẫu)" in page
    assert "<strong>Trần Văn Mẫu</strong> (làm thay, được Nguyễn Thị Mẫu ủy quyền): Theo yêu cầu" in page


def test_elsewhere_and_without_the_role_it_is_not_there(app, client, world, case):
    make_account(world.services, "noi.khac", (Role.INCIDENT_OFFICER, TU_MO_RONG))
    make_account(world.services, "giam.sat", (Role.SUPERVISOR, DAK_HA))
    for login, elevated in (("noi.khac", True), ("giam.sat", False)):
        other = client_of(app, world, login, elevated=elevated)
        assert other.get(case).status_code == other.get(f"{case}/open").status_code == 404
        assert opened(other, case).status_code == 404
    assert client.get(f"/incidents/{world.records['37']}/open").status_code == 404
    assert deeds(world, "reading.identity") == []


def test_who_opens_many_within_an_hour_is_told_of_to_the_administrator_alone(app, client, world, case):
    for number in range(MANY + 1):
        sent = send(world, "Cán bộ mẫu", example("incident", "new_case", 300 + number))
        assert opened(client, f"/incidents/{sent.submission_id}").status_code == 303
    opened(client, case)
    (told,) = deeds(world, "reading.many")
    assert (told[1], told[3], told[4]) == (told[0], f'{{"more_than": {MANY}}}', 0)
    make_account(world.services, "quan.tri", (Role.ADMINISTRATOR, DAK_HA))
    make_account(world.services, "giam.sat", (Role.SUPERVISOR, DAK_HA))
    make_account(world.services, "quan.tri.khac", (Role.ADMINISTRATOR, TU_MO_RONG))
    page = client_of(app, world, "quan.tri").get("/history?group=reading").text
    assert "Mở nhiều hồ sơ cần giữ kín trong một giờ</strong>" in page
    assert f"Nhiều hơn: {MANY}" in page
    assert "Nguyễn Thị Mẫu" in page
    assert "incidents" not in page
    for login in ("giam.sat", "quan.tri.khac"):
        assert "Mở nhiều hồ sơ" not in client_of(app, world, login).get("/history?group=reading").text
    both = client_of(app, world, "phu.trach")
    assert "Mở nhiều hồ sơ" not in both.get("/history?group=reading&who=phu.trach").text
