"""What an officer meets who does not decide alone, or not at one stroke: colleagues, slow lines, the way back."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, client_of, csrf_of, make_account

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


def test_what_a_colleague_decided_meanwhile_stands_whether_one_or_several_are_decided(app, client, world):
    make_account(world.services, "xa.khac", (Role.SUPERVISOR, DAK_HA), name="Cán bộ khác mẫu")
    colleague, address = client_of(app, world, "xa.khac"), f"/submissions/{world.records['37']}"
    seen, tick = re.search(r'name="seen" value="(\w+)"', client.get(address).text)[1], tick_of(client, address)
    sends(colleague, "decide", record=tick, verdict="return", comment="Hỏi lại số người")
    answer = sends(client, "decide", record=tick, verdict="approve", seen=seen)
    text = client.get(answer.headers["Location"]).text
    assert ("chưa ghi" in text, "Đã trả lại, chờ sửa" in text, "Cán bộ khác mẫu trả lại" in text) == (True,) * 3
    several = [tick, tick_of(client, "/submissions?q=ho+5")]
    step = sends(client, "approve", record=several).text
    assert ("1 phiếu sạch" in step, "1 phiếu để lại" in step, "phiếu vừa có thay đổi" in step) == (True,) * 3
    done = sends(client, "decide", record=several, verdict="approve", **{"from": "list"}).text
    assert ("Đã duyệt 1 phiếu" in done, "Để nguyên 1 phiếu" in done) == (True, True)
    wanted = sends(client, "approve", record=tick, state="has_issues").text
    assert "1 phiếu sạch" in wanted, "whoever looks at what was sent back may approve it"
