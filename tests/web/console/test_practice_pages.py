"""*Phiếu làm thử*: a row for each trainee, and a clear-out that touches nothing real and not what came meanwhile."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, TU_MO_RONG, VILLAGE_1, client_of, csrf_of, example, make_account, send

from server.access.roles import Role
from server.operations.add_collaborator import NewCollaborator, add_collaborator


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    return client_of(app, world, "xa.dakha")


def clear(client, seen, **typed):
    token = csrf_of(client, "/practice")
    return client.post("/practice/clear", data={"seen": seen, "csrf_token": token} | typed)


def test_a_trainee_is_followed_from_the_code_to_the_corrected_form(app, client, world):
    project_id, token = world.tokens["Y Tập"]
    row = client.get("/practice").text.partition(">Y Tập</a>")[2].partition("</tr>")[0]
    assert (row.count("✓"), row.count("Chưa")) == (2, 3)  # scanned and sent, by the records of the world
    listed = app.test_client().get(f"/v1/key/{token}/projects/{project_id}/formList").text
    address = listed.partition("<downloadUrl>")[2].partition("</downloadUrl>")[0].partition("test:8000")[2]
    assert app.test_client().get(address).status_code == 200
    row = client.get("/practice").text.partition(">Y Tập</a>")[2].partition("</tr>")[0]
    assert (row.count("✓"), row.count("Chưa")) == (3, 2)
    assert "Y Mẫu" not in client.get("/practice").text


def test_clearing_wants_the_number_seen_and_leaves_real_records_and_other_places_alone(app, client, world):
    real = client.get("/submissions?state=all").text.count('<li class="record')
    make_account(world.services, "xa.khac", (Role.SUPERVISOR, TU_MO_RONG))
    elsewhere = client_of(app, world, "xa.khac")
    assert clear(elsewhere, 1, is_sure=1).status_code == 400
    assert clear(client, 1).status_code == 400
    send(world, "Y Tập", example("household_conduct_survey", "refused", 95))
    late = clear(client, 1, is_sure=1)
    assert (late.status_code, "nay có 2 phiếu" in late.text) == (409, True)
    assert clear(client, 2, is_sure=1).headers["Location"] == "/practice?cleared=2"
    assert "Không có phiếu làm thử nào" in client.get("/practice").text
    assert client.get("/submissions?practice=1&state=all").text.count('<li class="record') == 0
    assert client.get(f"/submissions/{world.records['practice']}").status_code == 404
    assert client.get("/submissions?state=all").text.count('<li class="record') == real
    assert "Xóa phiếu làm thử</strong>" in client.get("/history").text


def test_a_course_of_many_comes_in_pages(client, world, monkeypatch):
    monkeypatch.setattr("server.web.console.asked.PIECE", 2)
    for number in range(2):
        new = NewCollaborator(world.practice_id, f"Học viên {number} (mẫu)", (VILLAGE_1,), is_sample=True)
        add_collaborator(world.services, new)
    pages = [client.get(f"/practice{one}").text for one in ("", "?from=2")]
    assert 'href="/practice?from=2"' in pages[0]
    found = [re.findall(r"(Học viên \d \(mẫu\)|Y Tập)</a>", one) for one in pages]
    assert [len(one) for one in found] == [2, 1]
    assert len({*found[0], *found[1]}) == 3
