"""An administrator sends a plan workbook, sees what it would change or what is wrong in which cell, and publishes."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from console_world import DAK_HA, FORMS, PROVINCE, client_of, csrf_of, make_account, publish
from plan_world import I6, POOR, workbook

from server.access.roles import Role
from server.operations.publish_plan import PlanSource, publish_plan
from tests.web.console.test_statement_counts import counted


@pytest.fixture
def client(app, world):
    publish(world.services, world.project_id, "commune_register")
    publish_plan(world.services, world.project_id, PlanSource("ke-hoach", workbook()))
    make_account(world.services, "quan.tri", (Role.ADMINISTRATOR, PROVINCE), (Role.ANALYST, PROVINCE))
    return client_of(app, world, "quan.tri")


def send(client, content, name="ke-hoach.xlsx", **typed):
    facts = {"project": "1", "csrf_token": csrf_of(client, "/plans"), **typed}
    return client.post("/plans", data=facts | {"file": (BytesIO(content), name)}, content_type="multipart/form-data")


def words(text):
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def press(client, page, action):
    text = client.get(page).text
    address = re.search(rf'action="([^"]*{action})"', text)[1]
    seen = re.search(r'name="seen" value="([^"]+)"', text)[1]
    return client.post(address, data={"csrf_token": csrf_of(client, page), "seen": seen})


def test_a_workbook_is_looked_at_and_then_published(client):
    changed = (*I6[:4], "‰", *I6[5:])
    sent = send(client, workbook(indicators=(changed,), targets=(("I6", "commune", 2026, 75, ""),)))
    assert sent.status_code == 303
    page = client.get(sent.headers["Location"])
    shown = words(page.text)
    assert "Chưa có gì thay đổi. Nếu ban hành thì:" in shown
    assert "Bỏ 1 chỉ tiêu P1" in shown
    assert "I6 · unit: percent → permille" in shown
    assert "I6 2026 commune · value: 70 → 75" in shown
    assert "P1" in client.get("/indicators").text
    done = press(client, sent.headers["Location"], "publish")
    assert "Đã ban hành kế hoạch ke-hoach." in client.get(done.headers["Location"]).text
    assert "P1" not in client.get("/indicators").text


def test_a_broken_workbook_is_refused_cell_by_cell_and_the_old_plan_stays(client):
    broken = workbook(indicators=(("I6", "Nhãn", "nobody.knows", *I6[3:]), ("", *POOR[1:])))
    refused = send(client, broken)
    assert refused.status_code == 400
    shown = words(refused.text)
    assert "Kế hoạch ke-hoach chưa dùng được" in shown
    assert "Kế hoạch cũ vẫn đang dùng." in shown
    assert re.search(r"trang “indicators”, dòng \d+, cột “\w+”", shown, re.IGNORECASE)
    assert "general.no_sentence" not in refused.text
    assert "P1" in client.get("/indicators").text


def test_a_workbook_without_the_sheets_of_a_plan_is_told_which_it_lacks(client):
    page = words(send(client, (FORMS / "training_event" / "form.xlsx").read_bytes(), "form.xlsx").text)
    assert "trang “indicators”: Bảng tính thiếu trang indicators." in page
    assert "Có việc chưa xong trên máy chủ" not in page


@pytest.mark.parametrize(
    ("content", "name", "status", "said"),
    [
        (b"not a workbook", "x.xlsx", 400, "không phải bảng tính"),
        (workbook(), "ke-hoach.xlsx", 303, ""),
        (b"P" * 300_000, "lon.xlsx", 400, "không phải bảng tính"),
    ],
)
def test_what_is_no_workbook_is_said_in_plain_words(client, content, name, status, said):
    answer = send(client, content, name)
    assert (answer.status_code, said in answer.text) == (status, True)


def test_the_shipped_plan_says_what_it_brings_and_can_be_left(client):
    sent = send(client, (FORMS / "plans" / "plan-4002.xlsx").read_bytes(), "plan-4002.xlsx")
    page = client.get(sent.headers["Location"])
    assert "Chưa có kế hoạch tên này; tất cả đều mới." in page.text
    assert len(page.data) < 60_000
    assert press(client, sent.headers["Location"], "forget").status_code == 303
    assert client.get(sent.headers["Location"]).status_code == 404
    assert "plan-4002" not in client.get("/plans").text


def test_the_workbook_in_force_is_there_to_take(client):
    address = re.search(r'href="(/plans/\d+\.xlsx)"', client.get("/plans").text)[1]
    answer = client.get(address)
    assert (answer.data[:2], answer.headers["Content-Disposition"]) == (b"PK", 'attachment; filename="ke-hoach.xlsx"')


def test_a_commune_reads_plans_and_sends_none(app, world, client):
    make_account(world.services, "xa", (Role.ADMINISTRATOR, DAK_HA))
    commune = client_of(app, world, "xa")
    text = commune.get("/plans").text
    assert "Chỉ quản trị cấp tỉnh ban hành được kế hoạch." in text
    assert "ke-hoach" in text
    assert send(commune, workbook()).status_code == 404


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_pages_cost_few_statements(client, world, lang):
    sent = send(client, workbook(indicators=(I6,)))
    for page in ("/plans", sent.headers["Location"]):
        with counted(world.services.engine) as statements:
            assert client.get(f"{page}?lang={lang}").status_code == 200
        assert len(statements) <= 16, (page, statements)
