"""The page of activities, as a table and as files."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, client_of, make_account

from server.access.roles import Role


@pytest.fixture
def client(app, world):
    make_account(world.services, "xem", (Role.ANALYST, DAK_HA))
    return client_of(app, world, "xem")


def test_the_activities_of_a_year_are_led_to_from_the_indicators(client):
    assert 'href="/activities"' in client.get("/indicators").text
    text = client.get("/activities?year=2026").text
    for heading in (
        "Theo loại hoạt động",
        "Theo nội dung",
        "Theo đợt cao điểm",
        "Theo đơn vị tổ chức",
        "Theo cấp tổ chức",
    ):
        assert heading in text
    assert "Một hoạt động có thể có nhiều nội dung" in text


def test_one_unit_is_chosen_and_kept_in_the_files(client, world):
    unit = world.services.atlas.current().territory.find(DAK_HA, world.services.today()).unit_id
    text = client.get(f"/activities?year=2026&within={unit}").text
    assert "Hoạt động trong năm · 2026 · Xã Đăk Hà" in text
    assert f"/activities/table.xlsx?year=2026&amp;within={unit}" in text
    answer = client.get(f"/activities/table.csv?year=2026&within={unit}")
    assert 'filename="activities-2026-xa-dak-ha.csv"' in answer.headers["Content-Disposition"]
    assert "Theo loại hoạt động" in answer.data.decode("utf-8-sig")
    assert client.get("/activities/table.pdf").status_code == 404
