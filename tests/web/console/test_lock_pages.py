"""Locking on the pages: what is open is told first, a lock is for ever, and what differs since opens its records."""

from __future__ import annotations

import hashlib
import re

import pytest
from console_world import PROVINCE, TU_MO_RONG, client_of, csrf_of, make_account
from plan_world import workbook
from test_figure_pages import planned, planned_province, world
from test_statement_counts import counted

from server.access.roles import Role
from server.operations.publish_plan import PlanSource, publish_plan

__all__ = ["planned", "planned_province", "world"]


def new_lock(client):
    """Return the address of the preview of the only unit the officer of Xã Đăk Hà signs for."""
    found = re.findall(r'href="(/locks/new\?[^"]+)"', client.get("/locks?year=2026").text)
    assert len(found) == 1
    return found[0].replace("&amp;", "&")


def lock(client, **typed):
    """Lock it as the form of the preview does, and return the lock's address."""
    page = client.get(new_lock(client)).text
    hidden = dict(re.findall(r'name="(project|unit|period)" value="([^"]+)"', page))
    answer = client.post("/locks/new", data={**hidden, "is_sure": "1", "csrf_token": csrf_of(client), **typed})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_the_list_tells_who_has_locked_when_it_is_due_and_offers_ones_own_unit(planned):
    text = planned.get("/locks?year=2026").text
    assert "Đã chốt 0/" in text
    assert "25/11/2026" in text
    assert text.count("Xem trước và chốt") == 1
    address = lock(planned)
    text = planned.get("/locks?year=2026").text
    assert "Đã chốt 1/" in text
    assert f'href="{address}">✓ Bản 1' in text
    assert "Xã Tu Mơ Rông" in planned.get("/locks?year=2026&lang=en").text


def test_the_preview_tells_what_is_open_still(planned):
    text = planned.get(new_lock(planned)).text
    assert "Chờ duyệt: 1 phiếu" in text
    assert "Hạn chốt: 25/11/2026" in text
    assert "Kỳ này đến 31/12/2026 mới hết" in text
    assert "Không có phiếu tạm giữ" in text
    assert "Chưa gửi phiếu nào:" in text
    assert "50,0%" in text


def test_nothing_is_locked_until_the_signer_says_so(planned):
    page = planned.get(new_lock(planned)).text
    hidden = dict(re.findall(r'name="(project|unit|period)" value="([^"]+)"', page))
    answer = planned.post("/locks/new", data={**hidden, "csrf_token": csrf_of(planned)})
    assert (answer.status_code, "đánh dấu vào ô xác nhận" in answer.text) == (400, True)
    assert "Đã chốt 0/" in planned.get("/locks?year=2026").text


def test_a_lock_shows_author_time_plan_and_hash_and_gives_the_very_bytes(planned):
    address = lock(planned)
    text = planned.get(address).text
    assert "Bản 1 · chốt" in text
    assert "Người dùng mẫu" in text
    assert "Chưa có số nào khác bản đã chốt" in text
    content = planned.get(f"{address}/file").data
    assert f"SHA-256 {hashlib.sha256(content).hexdigest()}" in text
    assert "plan-2026-2030-draft" in text
    within = planned.get(f"{address}?within=I6-kv").text
    assert "Thôn 1 (mẫu)" in within
    assert "Thôn 1 (mẫu)" not in text, "what lies within is shown where it differs or is asked for"


def test_a_share_is_told_with_what_it_is_of_and_a_count_once(planned, world):
    publish_plan(world.services, world.project_id, PlanSource("plan-2026-2030-draft", workbook()))
    text = planned.get(lock(planned)).text
    cells = re.findall(r'<td class="figure wraps"[^>]*>(.*?)</td>', text)
    told = {" ".join(re.sub("<[^>]+>", "", one).split()) for one in cells}
    assert told >= {"1", "7,7% 1 / 13"}
    assert not told & {"1 1", "Chưa có số liệu –"}


def test_what_differs_since_is_marked_and_opens_its_records_and_a_revision_takes_it_in(planned, world):
    address = lock(planned)
    number = world.records["37"]
    version = re.search(rf'name="record" value="({number}:[^"]+)"', planned.get(f"/submissions/{number}").text)[1]
    typed = {"record": version, "verdict": "reject", "comment": "Trùng (mẫu)", "csrf_token": csrf_of(planned)}
    assert planned.post("/submissions/decide", data=typed).status_code == 303
    text = planned.get(address).text
    assert 'class="differs"' in text
    opened = re.search(r'href="(/locks/\d+/records\?indicator=I6-kv&amp;part=numerator[^"]+)">tử số −1<', text)[1]
    behind = planned.get(opened.replace("&amp;", "&")).text
    assert "1 phiếu, cộng lại −1" in behind
    assert f'href="/submissions/{number}?state=all"' in behind
    shown = planned.get(revise(planned, text)).text
    assert "Lý do điều chỉnh: Bỏ phiếu trùng (mẫu)" in shown
    assert "Bản 1</a>" in shown
    assert planned.get(address).status_code == 200


def revise(client, text):
    """Follow the button of a lock that differs to its preview, and lock again with a reason."""
    preview = re.search(r'href="(/locks/new\?[^"]+)"', text)[1].replace("&amp;", "&")
    page = client.get(preview).text
    assert "vẫn giữ nguyên" in page
    hidden = dict(re.findall(r'name="(project|unit|period)" value="([^"]+)"', page))
    typed = {**hidden, "is_sure": "1", "reason": "Bỏ phiếu trùng (mẫu)", "csrf_token": csrf_of(client)}
    answer = client.post("/locks/new", data=typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


@pytest.mark.parametrize(("role", "unit"), [(Role.SUPERVISOR, TU_MO_RONG), (Role.ANALYST, PROVINCE)])
def test_a_lock_is_for_all_its_villages_and_bytes_for_its_own_territory(app, world, planned, role, unit):
    address = lock(planned)
    make_account(world.services, "hai", (role, unit))
    client = client_of(app, world, "hai")
    text = client.get(address).text
    assert "50,0%" in text
    sees_within = unit == PROVINCE
    assert ("Thôn 1 (mẫu)" in client.get(f"{address}?within=I6").text) is sees_within
    assert client.get(f"{address}/file").status_code == (200 if sees_within else 404)
    assert "/locks/new" not in client.get(address).text
    assert client.get("/locks/new?project=1&unit=1&period=2026").status_code == (403 if sees_within else 404)


def test_a_lock_and_its_preview_cost_the_same_for_a_commune_and_a_province(app, world, planned):
    make_account(world.services, "tinh", (Role.SUPERVISOR, PROVINCE))
    provincial = client_of(app, world, "tinh")
    costs = []
    for client in (planned, provincial):
        preview, made = new_lock(client), lock(client)
        for page in (preview, made):
            client.get(page)
            with counted(world.services.engine) as statements:
                assert client.get(page).status_code == 200
            costs.append(len(statements))
    assert costs[0] == costs[2] <= 26
    assert costs[1] == costs[3] <= 26
