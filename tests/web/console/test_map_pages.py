"""The map: marks by state, table and list say the same numbers; outlines are one's own; nothing else is asked."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from console_world import DAK_HA, TU_MO_RONG, VILLAGE_1, client_of, example, make_account, send
from map_field import MIDDLES, load_squares, meeting
from test_statement_counts import counted

from server.access.roles import Role
from server.app import create_app
from server.operations import map_records
from server.web.console.map_view import window_of

X, Y = MIDDLES[DAK_HA]


@pytest.fixture
def meetings(world):
    """Three meetings in two villages here, one of them outside, and one in the other commune."""
    return [
        meeting(world, 901, X, Y),
        meeting(world, 902, X + 0.001, Y + 0.001),
        meeting(world, 903, X + 0.05, Y + 0.3, village="03"),
        meeting(world, 904, *MIDDLES[TU_MO_RONG], commune=TU_MO_RONG),
    ]


@pytest.fixture
def client(app, world, meetings):
    make_account(world.services, "ai.do", (Role.SUPERVISOR, DAK_HA))
    return client_of(app, world, "ai.do")


def marks(client, query=""):
    return client.get(f"/map/marks?{query}").get_json()


def amounts(found):
    return sorted(sum(amount for _, amount in mark["kinds"]) for mark in found["marks"])


def approve(world, *records):
    with world.services.engine.begin() as connection:
        listed = ",".join(map(str, records))
        connection.exec_driver_sql(f"UPDATE submission SET review_state = 'approved' WHERE id IN ({listed})")


def test_marks_are_of_ones_own_records_far_away_by_village_and_close_by_one_by_one(client, world, meetings):
    approve(world, meetings[1])
    far = marks(client, "state=all&zoom=12")
    assert amounts(far) == [1, 2]
    (village,) = [mark for mark in far["marks"] if len(mark["kinds"]) == 2]
    assert village["name"] == "Thôn 1 (mẫu)"
    assert village["at"] == pytest.approx([Y + 0.0005, X + 0.0005], abs=1e-4)
    listed = client.get(village["list"]).text
    assert all(f"/submissions/{one}" in listed for one in meetings[:2])
    close = marks(client, f"state=all&zoom=19&box={X - 0.01},{Y - 0.01},{X + 0.01},{Y + 0.01}")
    assert amounts(close) == [1, 1]
    addresses = [mark["record"] for mark in close["marks"]]
    assert {int(re.search(r"/submissions/(\d+)", one)[1]) for one in addresses} == set(meetings[:2])
    assert all(client.get(one).status_code == 200 for one in addresses)
    assert amounts(marks(client, "zoom=19")) == [1, 1]  # what awaits a decision, asked for by no box
    assert amounts(marks(client, "state=approved&zoom=19")) == [1]


def test_filters_are_those_of_the_list(client, world, meetings):
    with world.services.engine.connect() as connection:
        form = connection.exec_driver_sql(f"SELECT form_key FROM submission WHERE id = {meetings[0]}").scalar_one()
    today = world.services.today()
    unit = world.services.atlas.current().territory.find(VILLAGE_1, today).unit_id
    left = {"": 3, f"form={form}": 3, f"unit={unit}": 2, "from=2026-01-01": 3, "flagged=0": 3, "q=sinh+hoat": 3}
    for query, wanted in left.items():
        for zoom in (6, 19):
            asked = f"{query}&zoom={zoom}"
            assert sum(amounts(marks(client, f"state=all&{asked}"))) == wanted, asked
            assert amounts(marks(client, f"state=rejected&{asked}")) == []
            assert amounts(marks(client, f"state=all&{asked}&to=2026-01-01")) == []


def test_every_number_of_the_table_equals_the_list_behind_it(client, world, meetings):
    approve(world, meetings[2])
    for query in ("state=all", "state=all&from=2026-01-01"):
        page = client.get(f"/map?{query}").text
        table = page[page.index("<table") : page.index("</table>")]
        linked = re.findall(r'<a href="(/submissions\?[^"]+)">(\d+)</a>', table)
        assert len(linked) >= 3
        for address, number in linked:
            listed = client.get(address.replace("&amp;", "&")).text
            assert listed.count('<li class="record') == int(number), address
        assert "Xã Đăk Hà" in table
        assert "Tu Mơ Rông" not in table


def test_incidents_are_on_no_map_and_the_map_asks_nothing_of_them(app, world, meetings):
    make_account(world.services, "can.bo", (Role.INCIDENT_OFFICER, DAK_HA), (Role.SUPERVISOR, DAK_HA))
    officer = client_of(app, world, "can.bo", elevated=True)
    before = [officer.get(one).data for one in ("/map?state=all", "/map/marks?state=all&zoom=19")]
    send(world, "Cán bộ mẫu", example("incident", "new_case", 950))
    assert [officer.get(one).data for one in ("/map?state=all", "/map/marks?state=all&zoom=19")] == before
    assert "/map" not in officer.get("/incidents").text.partition("<main")[2]


def test_outlines_are_of_ones_own_communes_and_kept_for_a_while(client, world):
    assert client.get("/map/outlines").get_json()["features"] == []
    assert "Chưa nạp ranh giới" in client.get("/map").text
    load_squares(world.services, DAK_HA, TU_MO_RONG)
    answer = client.get("/map/outlines")
    assert [one["properties"]["code"] for one in answer.get_json()["features"]] == [DAK_HA]
    assert answer.cache_control.private
    assert answer.cache_control.max_age == 600
    again = client.get("/map/outlines", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    elsewhere = world.services.atlas.current().territory.find(TU_MO_RONG, world.services.today()).unit_id
    codes = [one["properties"]["code"] for one in client.get(f"/map/outlines?unit={elsewhere}").get_json()["features"]]
    assert codes == [DAK_HA]
    assert "Chưa nạp ranh giới" not in client.get("/map").text


def test_only_the_newest_are_drawn_where_there_are_too_many_and_that_is_told(client, monkeypatch):
    monkeypatch.setattr(map_records, "SPOTS_AT_MOST", 2)
    monkeypatch.setattr(map_records, "COUNTED_AT_MOST", 3)
    bounded = marks(client, "state=all&from=2026-01-01&zoom=19")
    assert (sum(amounts(bounded)), bounded["bounded"]) == (2, True)
    exact = marks(client, "state=all&zoom=19")
    assert (sum(amounts(exact)), exact["bounded"]) == (3, False)
    assert "Bảng chỉ đếm" in client.get("/map?state=all&from=2026-01-01").text
    assert "Bảng chỉ đếm" not in client.get("/map?state=all").text


def test_pictures_come_from_nowhere_or_from_the_one_origin_that_was_set(client, world, meetings):
    page = client.get("/map?state=all")
    assert "img-src 'self' data:;" in page.headers["Content-Security-Policy"]
    assert "http" not in re.sub(r"http://field\.test\S*", "", page.text)
    settings = replace(
        world.services.settings, tile_url="https://tiles.test:8443/mau/{z}/{x}/{y}.png", tile_credit="Nền mẫu <b>"
    )
    tiled = client_of(create_app(replace(world.services, settings=settings)), world, "ai.do")
    page = tiled.get("/map?state=all")
    assert "img-src 'self' https://tiles.test:8443 data:;" in page.headers["Content-Security-Policy"]
    assert "tiles.test" not in tiled.get("/submissions").headers["Content-Security-Policy"]
    assert "<b>" not in page.text[page.text.index("data-known") :][:2000]


def test_the_map_costs_a_bounded_number_of_statements_and_bytes(client, world):
    load_squares(world.services, DAK_HA, TU_MO_RONG)
    for address in (
        "/map?state=all&finding=place.unknown",
        "/map/marks?state=all",
        "/map/marks?state=all&q=a&zoom=19",
        "/map/outlines",
    ):
        client.get(address)
        with counted(world.services.engine) as statements:
            answer = client.get(address)
        assert len(statements) <= 6, address
        assert len(answer.data) < 60_000


@pytest.mark.parametrize("box", ["", "1,2,3", "nan,1,2,3", "a,b,c,d", "inf,1,2,3", "9,1,2,3"])
def test_a_window_that_cannot_be_read_is_the_whole_map(box):
    assert window_of({"box": box, "zoom": "x"}) == map_records.Window(None, 5)
    assert window_of({"zoom": "99"}).zoom == 19
