"""What stands above the list of records: places to choose, days counted from today, and the filters in force."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, client_of, csrf_of, example, make_account, send

from server.access.roles import Role
from server.operations.list_choices import Place
from server.operations.sights import Desk
from server.territory.units import UnitId, UnitKind, UnitPeriod
from server.web.console.asked import asked_list, cursor_text, read_cursor
from server.web.console.record_list import chips


def place(number, waiting):
    unit = UnitPeriod(UnitId(number), str(number), f"Xã {number}", UnitKind.XA, None, None, None)
    return Place(unit, waiting)


def shown(places, chosen=None):
    return tuple([one.unit.unit_id for one in some] for some in chips(tuple(places), chosen))


def test_a_dozen_places_stand_in_view_the_busiest_and_the_one_chosen():
    assert shown([place(1, 0), place(2, 3), place(3, None)]) == ([2, 3], [])
    assert shown([place(1, 0), place(2, 3)], chosen=1) == ([1, 2], [])
    many = [place(number, number) for number in range(1, 21)]
    assert shown(many) == (list(range(9, 21)), list(range(1, 9)))
    assert shown(many, chosen=2)[0] == [2, *range(10, 21)]


@pytest.mark.parametrize("text", ["", "1-2", "1-2-3", "x-2-3-4", "1-2-0-", "1-2-740000-7", "1-2-99999999-7"])
def test_a_place_in_a_list_is_read_back_or_is_none(text):
    cursor = read_cursor(text)
    assert cursor is None or read_cursor(cursor_text(cursor)) == cursor
    assert (cursor is None) == (text in {"", "1-2", "1-2-3", "x-2-3-4"})


def test_what_an_address_asks_for_is_written_back_as_it_was():
    given = {"lately": "week", "sort": "oldest", "sender": "7", "q": "ho", "state": "all"}
    assert asked_list(given, Desk.EVERYDAY).parameters == given
    assert asked_list({"lately": "never", "sort": "newest", "sender": "-1"}, Desk.EVERYDAY).parameters == {}


@pytest.mark.parametrize("named", [{"from": "2026-10-01"}, {"to": "2026-10-05"}])
def test_days_that_are_named_stand_instead_of_those_counted_from_today(named):
    assert asked_list({"lately": "week", **named}, Desk.EVERYDAY).parameters == named
    assert asked_list({"lately": "week", "from": "nonsense"}, Desk.EVERYDAY).parameters == {"lately": "week"}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "0000-01-01", "12026-01-01"])
def test_a_day_at_the_end_of_the_calendar_is_looked_for_like_any_other(app, world, day):
    posts = ((Role.SUPERVISOR, DAK_HA), (Role.INCIDENT_OFFICER, DAK_HA))
    make_account(world.services, "xa.dakha", *posts)
    client = client_of(app, world, "xa.dakha", elevated=True)
    for page in ("/submissions", "/submissions/file.csv", "/map", "/incidents", "/history", "/history.csv"):
        for end in ("from", "to"):
            assert client.get(f"{page}?state=all&{end}={day}", buffered=True).status_code == 200, page


def test_nothing_was_sent_before_there_was_anything(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    send(world, "Y Mẫu", example("household_conduct_survey", "refused", 710))
    client = client_of(app, world, "xa.dakha")
    assert "/submissions/1" in client.get("/submissions?state=all&from=0001-01-01").text
    assert "/submissions/1" not in client.get("/submissions?state=all&to=0001-01-01").text


def test_each_filter_in_force_is_named_and_can_be_taken_away_alone(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    client = client_of(app, world, "xa.dakha")
    village = world.services.atlas.current().territory.find("23500-01", world.services.today()).unit_id
    text = client.get(f"/submissions?q=ho&lately=month&unit={village}&flagged=1&sort=oldest&sender=99999").text
    active = re.search(r'<nav class="chips active".*?</nav>', text, re.DOTALL)[0]
    assert re.findall(r"<strong>([^<]*)</strong>", active) == [
        "Chờ duyệt",
        "Thôn 1 (mẫu)",
        "Chỉ phiếu có lỗi",
        "99999",
        "Tháng này",
        "ho",
    ]
    without = {
        name: link.replace("&amp;", "&")
        for link, name in re.findall(r'href="([^"]*)"[^>]*aria-label="Bỏ lọc ([^:]*):', active)
    }
    assert "state=all" in without["Trạng thái"]
    assert "q=" not in without["Tìm"]
    assert all(one in without["Tìm"] for one in ("lately=month", f"unit={village}", "flagged=1", "sort=oldest"))
    assert "Xếp theo" in text
    assert "· Chờ lâu nhất trước" in text


def test_places_carry_what_waits_there(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    text = client_of(app, world, "xa.dakha").get("/submissions").text
    assert re.search(r'href="/submissions\?unit=\d+">Thôn 1 \(mẫu\) <span class="number">3</span>', text)
    assert "Thôn 2 (mẫu) <span" not in text


def test_a_list_is_saved_opened_renamed_and_removed_by_its_owner_alone(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    make_account(world.services, "dong.nghiep", (Role.SUPERVISOR, DAK_HA))
    mine, colleague = client_of(app, world, "xa.dakha"), client_of(app, world, "dong.nghiep")

    def send(client, address, **typed):
        return client.post(address, data={"csrf_token": csrf_of(client), **typed})

    saved = send(mine, "/submissions/views", name="  Hôm qua,  có lỗi ", lately="yesterday", flagged="1")
    assert saved.headers["Location"] == "/submissions?flagged=1&lately=yesterday"
    text = mine.get(saved.headers["Location"]).text
    chip = 'href="/submissions?flagged=1&amp;lately=yesterday" aria-current="true">★ Hôm qua, có lỗi</a>'
    assert chip in text
    assert "★" not in colleague.get("/submissions").text
    number = re.search(r'action="/submissions/views/(\d+)"', text)[1]
    assert send(colleague, f"/submissions/views/{number}", act="remove").status_code == 404
    assert send(colleague, f"/submissions/views/{number}", name="x").status_code == 404
    assert send(mine, f"/submissions/views/{number}", name="Phiếu lỗi").status_code == 303
    send(mine, "/submissions/views", name="Phiếu lỗi", sort="oldest")
    text = mine.get("/submissions").text
    assert re.findall(r'href="([^"]*)"[^>]*>★ ([^<]*)<', text) == [("/submissions?sort=oldest", "Phiếu lỗi")]
    refused = send(mine, "/submissions/views", name=" ")
    assert (refused.status_code, "Hãy đặt tên" in refused.text) == (400, True)
    for one in range(29):
        send(mine, "/submissions/views", name=f"Bộ lọc {one}")
    assert "Đã lưu đủ 30 bộ lọc" in send(mine, "/submissions/views", name="Thêm nữa").text
    assert send(mine, f"/submissions/views/{number}", act="remove").status_code == 303
    assert "Phiếu lỗi" not in mine.get("/submissions").text
