"""What a rule approved, and will approve, is told on the pages and taken back there."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, client_of, csrf_of, make_account
from plan_world import workbook

from server.access.roles import Role
from server.operations.approve_clean import approve_clean
from server.operations.publish_plan import PlanSource, publish_plan

RULE = ("household_conduct_survey", "clean_after_days", 7, 1)


@pytest.fixture
def ruled(world):
    rules = (("form", "policy", "days", "held_back"), RULE)
    book = workbook(targets=(), review_policy=rules)
    publish_plan(world.services, world.project_id, PlanSource("rules", book))
    return world


@pytest.fixture
def client(app, ruled):
    make_account(ruled.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    return client_of(app, ruled, "xa.dakha")


def test_a_record_tells_when_it_is_approved_by_rule_then_by_which_and_a_run_is_taken_back(app, client, ruled):
    record = f"/submissions/{ruled.records['37']}"
    assert "từ 12/10/2026 sẽ được duyệt tự động" in client.get(record).text
    assert "60 ngày qua không có lượt" in client.get("/submissions/by-rule").text
    ruled.services.now.advance(days=8)
    assert approve_clean(ruled.services).approved >= 1
    # A session is over after so many days.
    make_account(ruled.services, "xa.dakha.hai", (Role.SUPERVISOR, DAK_HA))
    client = client_of(app, ruled, "xa.dakha.hai")
    assert "Tự động theo quy định (phiếu sạch sau 7 ngày, giữ lại 1 %; kế hoạch rules)" in client.get(record).text
    text = client.get("/submissions/by-rule").text
    assert "phiếu trong địa bàn của tôi" in text
    batch = re.search(r'name="batch" value="([^"]+)"', text)[1]
    answer = client.post("/submissions/undo", data={"batch": batch, "csrf_token": csrf_of(client)})
    assert answer.status_code == 200
    assert "Chờ duyệt" in client.get(record).text
    assert "đã hoàn tác" in client.get("/submissions/by-rule").text
