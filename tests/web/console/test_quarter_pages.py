"""The page of quarters without a case: behind the second step, for one's own communes, gone for everybody else."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, TU_MO_RONG, client_of, csrf_of, make_account

from server.access.roles import Role


@pytest.fixture
def officer(app, world):
    make_account(world.services, "can.bo", (Role.INCIDENT_OFFICER, DAK_HA))
    return client_of(app, world, "can.bo", elevated=True)


def forms(text, action):
    """Return what the forms that go to *action* would send."""
    found = re.findall(rf'<form method="post" action="{action}".*?</form>', text, re.DOTALL)
    return [dict(re.findall(r'name="(\w+)" value="([^"]*)"', one)) for one in found]


def test_a_quarter_is_confirmed_and_taken_back(officer):
    text = officer.get("/incidents/quarters?year=2026").text
    assert "Xã Đăk Hà" in text
    assert "Xã Tu Mơ Rông" not in text
    first = forms(text, "/incidents/quarters")[0]
    assert first["period"] == "2026-Q1"
    answer = officer.post("/incidents/quarters", data=first)
    assert answer.status_code == 303
    text = officer.get(answer.headers["Location"]).text
    assert "đã xác nhận không có vụ việc" in text
    assert "Người dùng mẫu xác nhận" in text
    (undo,) = forms(text, r"/incidents/quarters/\d+/withdraw")
    address = re.search(r'action="(/incidents/quarters/\d+/withdraw)"', text)[1]
    assert officer.post(address, data=undo).status_code == 303
    assert "đã xác nhận không có vụ việc" not in officer.get("/incidents/quarters?year=2026").text


def test_a_quarter_with_a_record_offers_no_confirmation(officer):
    text = officer.get("/incidents/quarters?year=2026").text
    assert "có 1 phiếu" in text
    offered = {one["period"] for one in forms(text, "/incidents/quarters")}
    assert offered < {"2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"}


def test_another_communes_quarter_is_not_there(app, world, officer):
    first = forms(officer.get("/incidents/quarters?year=2026").text, "/incidents/quarters")[0]
    make_account(world.services, "can.bo.hai", (Role.INCIDENT_OFFICER, TU_MO_RONG))
    other = client_of(app, world, "can.bo.hai", elevated=True)
    token = csrf_of(other, "/incidents/quarters")
    assert other.post("/incidents/quarters", data={**first, "csrf_token": token}).status_code == 404
    assert officer.post("/incidents/quarters", data=first).status_code == 303
    text = officer.get("/incidents/quarters?year=2026").text
    address = re.search(r'action="(/incidents/quarters/\d+/withdraw)"', text)[1]
    assert other.post(address, data={"csrf_token": token}).status_code == 404


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR])
def test_the_page_does_not_exist_for_anybody_else(app, world, role):
    make_account(world.services, "ai.do", (role, DAK_HA))
    client = client_of(app, world, "ai.do")
    hidden, absent = client.get("/incidents/quarters"), client.get("/nothing-of-the-kind")
    assert (hidden.status_code, hidden.data) == (absent.status_code, absent.data)
