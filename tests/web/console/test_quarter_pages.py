"""The page of quarters without a case: behind the second step, for one's own communes, gone for everybody else."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG, client_of, csrf_of, make_account

from server.access.roles import Role


@pytest.fixture
def officer(app, world):
    make_account(world.services, "can.bo", (Role.INCIDENT_OFFICER, DAK_HA))
    return client_of(app, world, "can.bo", elevated=True)


def offered(text):
    """Return what each button that confirms a quarter would send."""
    for form in re.findall(r'<form method="post" action="/incidents/quarters".*?</form>', text, re.DOTALL):
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        yield from (hidden | {"period": one} for one in re.findall(r'<button name="period" value="([^"]+)"', form))


def withdrawal(text):
    """Return where the button that takes a confirmation back leads."""
    (address,) = re.findall(r'formaction="(/incidents/quarters/\d+/withdraw)"', text)
    return address


def test_a_quarter_is_confirmed_and_taken_back(officer):
    text = officer.get("/incidents/quarters?year=2026").text
    assert "Xã Đăk Hà" in text
    assert "Xã Tu Mơ Rông" not in text
    first = next(offered(text))
    assert first["period"] == "2026-Q1"
    answer = officer.post("/incidents/quarters", data=first)
    assert answer.status_code == 303
    text = officer.get(answer.headers["Location"]).text
    assert "đã xác nhận không có vụ việc" in text
    assert "Người dùng mẫu xác nhận" in text
    assert officer.post(withdrawal(text), data=first).status_code == 303
    assert "đã xác nhận không có vụ việc" not in officer.get("/incidents/quarters?year=2026").text


def test_a_quarter_with_a_record_offers_no_confirmation(officer):
    text = officer.get("/incidents/quarters?year=2026").text
    assert "có 1 phiếu" in text
    periods = {one["period"] for one in offered(text)}
    assert periods < {"2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"}


def test_another_communes_quarter_is_not_there(app, world, officer):
    first = next(offered(officer.get("/incidents/quarters?year=2026").text))
    make_account(world.services, "can.bo.hai", (Role.INCIDENT_OFFICER, TU_MO_RONG))
    other = client_of(app, world, "can.bo.hai", elevated=True)
    token = csrf_of(other, "/incidents/quarters")
    assert other.post("/incidents/quarters", data={**first, "csrf_token": token}).status_code == 404
    assert officer.post("/incidents/quarters", data=first).status_code == 303
    text = officer.get("/incidents/quarters?year=2026").text
    assert other.post(withdrawal(text), data={"csrf_token": token}).status_code == 404


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR])
def test_the_page_does_not_exist_for_anybody_else(app, world, role):
    make_account(world.services, "ai.do", (role, DAK_HA))
    client = client_of(app, world, "ai.do")
    hidden, absent = client.get("/incidents/quarters"), client.get("/nothing-of-the-kind")
    assert (hidden.status_code, hidden.data) == (absent.status_code, absent.data)


def test_a_province_of_communes_comes_in_pages_and_one_stays_where_one_was(app, world, monkeypatch):
    monkeypatch.setattr("server.web.console.asked.PIECE", 3)
    make_account(world.services, "tinh", (Role.INCIDENT_OFFICER, PROVINCE))
    client = client_of(app, world, "tinh", elevated=True)
    first = client.get("/incidents/quarters?year=2026").text
    following = re.search(r'href="([^"]*from=3[^"]*)"', first)[1].replace("&amp;", "&")
    second = client.get(following).text
    units = [re.findall(r'name="unit" value="(\d+)"', one) for one in (first, second)]
    assert [len(one) for one in units] == [3, 3]
    assert not set(units[0]) & set(units[1])
    one = next(offered(second))
    answer = client.post("/incidents/quarters", data=one)
    assert answer.headers["Location"].endswith(f"from=3#unit-{one['unit']}")
