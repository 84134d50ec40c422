"""What an officer meets who does not decide alone, or not at one stroke: colleagues, slow lines, the way back."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, PASSWORD, client_of, csrf_of, make_account

from server.access.roles import Role


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA), name="Cán bộ xã mẫu")
    return client_of(app, world, "xa.dakha")


def tick_of(client, address):
    """Return the first record of a page as it is ticked."""
    return re.search(r'name="record" value="(\d+:\d+)"', client.get(address).text)[1]


def sends(client, step, **typed):
    return client.post(f"/submissions/{step}", data={**typed, "csrf_token": csrf_of(client)})


def proposal(client, **typed):
    """Return the page that asks before several are approved, by the address it was led to."""
    asked = sends(client, "approve", **typed)
    assert asked.status_code == 303
    return client.get(asked.headers["Location"])


def test_what_a_colleague_decided_meanwhile_stands_whether_one_or_several_are_decided(app, client, world):
    make_account(world.services, "xa.khac", (Role.SUPERVISOR, DAK_HA), name="Cán bộ khác mẫu")
    colleague, address = client_of(app, world, "xa.khac"), f"/submissions/{world.records['37']}"
    seen, tick = re.search(r'name="seen" value="(\w+)"', client.get(address).text)[1], tick_of(client, address)
    sends(colleague, "decide", record=tick, verdict="return", comment="Hỏi lại số người")
    answer = sends(client, "decide", record=tick, verdict="approve", seen=seen)
    text = client.get(answer.headers["Location"]).text
    assert ("chưa ghi" in text, "Đã trả lại, chờ sửa" in text, "Cán bộ khác mẫu trả lại" in text) == (True,) * 3
    late = sends(client, "decide", record=tick, verdict="return", seen=seen, q="ho", comment="Thiếu\nsố hộ").text
    assert ("chưa ghi" in late, "Thiếu\nsố hộ" in late, f'href="{address}?q=ho"' in late) == (True,) * 3
    assert "Thiếu\nsố hộ" not in client.get(address).text
    several = [tick, tick_of(client, "/submissions?q=ho+5")]
    step = proposal(client, record=several).text
    assert ("1 phiếu sạch" in step, "1 phiếu để lại" in step, "phiếu vừa có thay đổi" in step) == (True,) * 3
    done = sends(client, "decide", record=several, verdict="approve", **{"from": "list"}).text
    assert ("Đã duyệt 1 phiếu" in done, "Để nguyên 1 phiếu" in done) == (True, True)
    wanted = proposal(client, record=tick, state="has_issues").text
    assert "1 phiếu sạch" in wanted, "whoever looks at what was sent back may approve it"


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]+)"', page)[1]


def states(world):
    with world.services.reading(world.services.operator()) as uow:
        return {name: uow.records.one(number).state.value for name, number in world.records.items()}


@pytest.mark.parametrize("typed", [{"all": "1"}, {"record": []}])
def test_the_step_before_several_are_approved_has_an_address_to_come_back_to(client, world, typed):
    ticks = [tick_of(client, f"/submissions/{world.records[name]}") for name in ("37", "41")]
    typed = {**typed, "q": "ho"} if "all" in typed else {"record": ticks, "q": "ho"}
    asked = sends(client, "approve", **typed)
    first, again = (client.get(asked.headers["Location"]) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert hidden(first.text, "record") == hidden(again.text, "record")
    assert "1 phiếu để lại" in again.text
    assert f'href="/submissions/{world.records["41"]}?q=ho"' in again.text


def test_more_ticks_than_an_address_holds_are_asked_about_without_one(client, world):
    tick = tick_of(client, f"/submissions/{world.records['37']}")
    asked = sends(client, "approve", record=[tick, *(f"{number}:{number}" for number in range(10_000, 10_600))])
    assert (asked.status_code, "1 phiếu sạch" in asked.text) == (200, True)


def test_an_approval_that_is_sent_again_is_carried_out_once_and_can_still_be_taken_back(client, world):
    page = proposal(client, all="1").text
    typed = {"record": hidden(page, "record"), "batch": hidden(page, "batch"), "verdict": "approve", "from": "list"}
    first, again = (sends(client, "decide", **typed).text for _ in range(2))
    for text in (first, again):
        assert ("Đã duyệt 2 phiếu" in text, "Để nguyên" in text) == (True, False)
    assert hidden(first, "batch") == hidden(again, "batch")
    undone = sends(client, "undo", batch=hidden(again, "batch")).text
    assert ("Đã hoàn tác 2 phiếu" in undone, set(states(world).values())) == (True, {"received"})
    history = client.get(f"/submissions/{world.records['37']}").text
    assert history.count("Cán bộ xã mẫu duyệt phiếu.") == 1


def test_a_single_decision_that_is_sent_again_leads_on_as_it_did(client, world):
    address = f"/submissions/{world.records['5']}"
    page = client.get(address).text
    typed = {name: hidden(page, name) for name in ("record", "seen", "batch", "next")} | {"verdict": "approve"}
    first, again = (sends(client, "decide", **typed).headers["Location"] for _ in range(2))
    assert first == again
    assert "did=approve" in again
    batch = hidden(client.get(again).text, "batch")
    undone = sends(client, "undo", batch=batch, q="ho").text
    assert f'href="{address}?q=ho"' in undone, "what was taken back is a press away"
    sends(client, "decide", **typed)
    other = sends(client, "decide", **{**typed, "verdict": "reject", "comment": "x"}).text
    assert ("chưa ghi" in other, states(world)["5"]) == (True, "approved")


def test_the_stroke_of_another_session_or_of_nobody_is_not_taken_for_this_one(client, world):
    tick = tick_of(client, f"/submissions/{world.records['37']}")
    made_up = "3f0c7bb0-0000-4000-8000-000000000001.abc"
    answer = sends(client, "decide", record=tick, verdict="approve", batch=made_up)
    assert made_up.partition(".")[0] not in answer.headers["Location"]


def test_what_was_to_be_said_waits_behind_the_sign_in_page_and_is_sent_by_another_press(client, world):
    number, path = world.records["37"], "/data/answers/about/hh_poverty"
    page = client.get(f"/submissions/{number}?q=ho").text
    said = {"comment": "Hỏi lại\nsố người", f"on:{path}": "Hộ này đã thoát nghèo?", "on:/data/x": ""}
    typed = {"verdict": "return", "q": "ho", **{name: hidden(page, name) for name in ("record", "seen", "csrf_token")}}
    world.services.now.advance(minutes=31)
    waits = client.post("/submissions/decide", data={**typed, **said})
    assert (waits.status_code, "được giữ trên trang này" in waits.text) == (401, True)
    assert states(world)["37"] == "received"
    door = {name: hidden(waits.text, name) for name in ("kept", "csrf_token")}
    again = client.post("/sign-in", data={**door, "login": "xa.dakha", "password": PASSWORD})
    assert [one in again.text for one in ("Hỏi lại\nsố người", "Hộ này đã thoát nghèo?", "Trả lại")] == [True] * 3
    assert f'href="/submissions/{number}"' in again.text
    assert states(world)["37"] == "received", "nothing is decided by signing in"
    fields = re.findall(r'<textarea name="([^"]+)" hidden>\n([^<]*)</textarea>', again.text)
    sent = client.post("/submissions/decide", data={**dict(fields), "csrf_token": hidden(again.text, "csrf_token")})
    assert "did=return" in sent.headers["Location"]
    text = client.get(f"/submissions/{number}").text
    assert ("số người" in text, "Hộ này đã thoát nghèo?" in text) == (True, True)


def test_an_approval_says_nothing_that_could_be_kept(client, world):
    page = client.get(f"/submissions/{world.records['37']}").text
    typed = {name: hidden(page, name) for name in ("record", "seen", "csrf_token")} | {"verdict": "approve"}
    world.services.now.advance(minutes=31)
    answer = client.post("/submissions/decide", data={**typed, "comment": " "})
    assert (answer.status_code, "/sign-in?" in answer.headers["Location"]) == (303, True)


def test_as_many_letters_as_a_field_takes_are_taken_however_many_lines_they_fill(client, world):
    address, path = f"/submissions/{world.records['37']}", "/data/answers/about/hh_poverty"
    lines = "\r\n".join("ă" * 9 for _ in range(100))
    said = {"comment": lines, f"on:{path}": lines}
    answer = sends(client, "decide", record=tick_of(client, address), verdict="return", **said)
    assert "did=return" in answer.headers["Location"]
