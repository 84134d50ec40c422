"""The tray: why something is held in plain words, nothing of what it answers, and two ways out."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from console_world import DAK_HA, TU_MO_RONG, VILLAGE_1, client_of, csrf_of, example, make_account, send
from test_statement_counts import counted

from server.access.openings import OPEN_FOR
from server.access.roles import Role
from server.language.display import display_datetime
from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.identify_sender import sender_by_token
from tests.opened_cases import open_page


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))
    return client_of(app, world, "xa.dakha")


def hold_other_content(world):
    xml = example("household_conduct_survey", "couple_with_children", 37, hh_poverty="near_poor")
    return send(world, "Y Mẫu", xml).upload_id


def test_reason_sender_and_next_step_are_said_and_no_answer_is(client, world):
    hold_other_content(world)
    text = client.get("/held").text
    assert "Trùng mã với một phiếu khác nội dung" in text
    assert "Hãy hỏi người gửi" in text
    assert "Y Mẫu" in text
    assert "2 Ứng xử trong gia đình" in text
    assert "household_conduct_survey" not in text
    assert "uuid:00000000-0000-4000-8000-000000000037" in text
    for answer in ("near_poor", "cận nghèo", "Hộ 37", "hộ 37"):
        assert answer not in text


def test_an_accepted_upload_leaves_the_tray_and_becomes_a_correction(client, world):
    upload_id = hold_other_content(world)
    answer = client.post(f"/held/{upload_id}/release", data={"csrf_token": csrf_of(client, "/submissions")})
    assert answer.headers["Location"] == "/held?did=released"
    assert "Không có phiếu nào bị tạm giữ" in client.get("/held").text
    record = client.get(f"/submissions/{world.records['37']}?state=all").text
    assert "Đã sửa, chờ duyệt lại" in record


def test_discarding_wants_a_reason_and_happens_once(client, world):
    upload_id = hold_other_content(world)
    token = csrf_of(client, "/submissions")
    without = client.post(f"/held/{upload_id}/discard", data={"csrf_token": token, "reason": " "})
    assert without.status_code == 400
    assert "Hãy ghi lý do" in without.text
    typed = {"csrf_token": token, "reason": "Gửi nhầm"}
    assert client.post(f"/held/{upload_id}/discard", data=typed).status_code == 303
    assert client.post(f"/held/{upload_id}/discard", data=typed).status_code == 409
    with world.services.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT state, settled_comment, length(xml) > 0 FROM held_upload").one()
    assert tuple(row) == ("discarded", "Gửi nhầm", 1)


def test_what_waits_for_its_form_says_so_when_accepted_too_early(client, world):
    xml = example("household_conduct_survey", "refused", 700).replace(b'version="', b'version="9')
    upload_id = send(world, "Y Mẫu", xml).upload_id
    assert "Thử nhận lại" in client.get("/held").text, "for it cannot be done yet"
    answer = client.post(f"/held/{upload_id}/release", data={"csrf_token": csrf_of(client, "/submissions")})
    assert answer.status_code == 409
    assert "vẫn chưa có trên máy chủ" in answer.text


def test_an_upload_can_be_given_to_a_form_version_and_a_person_of_ones_own_territory(client, world):
    services, project_id = world.services, world.tokens["Y Mẫu"][0]
    other = add_collaborator(services, NewCollaborator(project_id, "Y Khác (mẫu)", (VILLAGE_1,))).collaborator_id
    elsewhere = sender_by_token(services, *world.tokens["A Mẫu"]).collaborator_id
    xml = example("household_conduct_survey", "refused", 702).replace(b'version="', b'version="9')
    upload_id = send(world, "Y Mẫu", xml).upload_id
    page = client.get(f"/held?give={upload_id}").text
    offered = re.findall(r'<option value="(\d+)">', page.partition('name="person"')[2])
    assert (str(other) in offered, str(elsewhere) in offered) == (True, False)
    version = re.search(r'<option value="(\d+)">2 Ứng xử', page)[1]
    address, token = f"/held/{upload_id}/release", csrf_of(client, "/held")

    def give(**typed):
        return client.post(address, data=typed | {"csrf_token": token}).status_code

    assert (give(version=version, person=elsewhere), give(version=999999, person=other)) == (404, 404)
    assert give(version=version, person=other) == 303
    assert "Y Khác (mẫu)" in client.get(f"/submissions?sender={other}").text
    assert "Giao phiếu tạm giữ cho người gửi hoặc biểu mẫu" in client.get("/history").text


@pytest.fixture
def case(world):
    """The address of a case in the tray, and its number there."""
    xml = example("incident", "new_case", 701).replace(b'version="', b'version="9')
    return send(world, "Cán bộ mẫu", xml).upload_id


@pytest.fixture
def officer(app, world):
    """Somebody who looks after cases there, and nothing else."""
    make_account(world.services, "ca.hai", (Role.INCIDENT_OFFICER, DAK_HA), name="Chị Mẫu")
    return client_of(app, world, "ca.hai", elevated=True)


def shown(client, case, page="/incidents/held"):
    return f'id="held-{case}"' in client.get(page).text


def test_an_incident_in_the_tray_is_seen_at_its_own_desk_only(app, client, officer, world, case):
    assert "Không có phiếu nào bị tạm giữ" in client.get("/held").text
    typed = {"csrf_token": csrf_of(client, "/submissions"), "reason": "x"}
    assert client.post(f"/held/{case}/discard", data=typed).status_code == 404
    assert client.get("/incidents/held").status_code == client.get(f"/incidents/held/{case}/open").status_code == 404
    assert shown(officer, case)
    assert client_of(app, world, "ca.hai").get("/incidents/held").headers["Location"].startswith("/second-step")
    make_account(world.services, "noi.khac", (Role.INCIDENT_OFFICER, TU_MO_RONG))
    make_account(world.services, "kiem.hai", (Role.SUPERVISOR, DAK_HA), (Role.INCIDENT_OFFICER, DAK_HA))
    elsewhere, both = (client_of(app, world, one, elevated=True) for one in ("noi.khac", "kiem.hai"))
    assert (shown(elsewhere, case), shown(both, case), shown(both, case, "/held")) == (False, True, False)
    everyday = hold_other_content(world)
    assert (shown(both, everyday), shown(both, everyday, "/held")) == (False, True)
    assert officer.get(f"/incidents/held/{everyday}/open").status_code == 404, "no case, nothing to open"


def test_a_case_in_the_tray_tells_reason_and_day_until_it_is_opened_with_a_reason(app, officer, world, case):
    with world.services.engine.connect() as connection:
        received = connection.exec_driver_sql("SELECT received_at FROM held_upload WHERE id = ?", (case,)).scalar()
    hour = display_datetime(datetime.fromisoformat(received).replace(tzinfo=UTC), world.services.settings.timezone)
    told = ("Cán bộ mẫu", hour, "uuid:00000000-0000-4000-8000-000000000701")
    asking = f"/incidents/held/{case}/open"
    for page in (officer.get("/incidents/held").text, officer.get(asking).text):
        assert "Chưa có phiên bản biểu mẫu này" in page
        assert hour.partition(" ")[0] in page
        assert [one for one in told if one in page] == []
    assert f'href="{asking}"' in officer.get("/incidents/held").text
    token = csrf_of(officer)
    refused = officer.post(f"/incidents/held/{case}/discard", data={"csrf_token": token, "reason": "Nhầm (mẫu)"})
    assert (refused.status_code, f'href="{asking}"' in refused.text) == (403, True)
    assert officer.post(asking, data={"csrf_token": token, "reason": "handling", "words": ""}).status_code == 400
    typed = {"csrf_token": token, "reason": "handling", "words": "Hỏi lại máy gửi (mẫu)"}
    at = f"/incidents/held?before={case + 1}"
    assert officer.post(asking, data=typed).headers["Location"] == f"{at}#held-{case}"
    page = officer.get(at).text
    assert [one for one in (*told, "Chị Mẫu", "Hỏi lại máy gửi (mẫu)") if one not in page] == []
    history = officer.get("/incidents/history?group=reading").text
    assert "Xem thông tin nhận dạng</strong>" in history
    world.services.now.advance(seconds=OPEN_FOR.total_seconds())
    shut = client_of(app, world, "ca.hai", elevated=True).get("/incidents/held").text
    assert [one for one in (*told, "Hỏi lại máy gửi (mẫu)") if one in shut] == []


def test_who_opened_a_case_in_the_tray_is_told_on_the_page_of_the_record_it_became(officer, world):
    case = send(world, "Cán bộ mẫu", example("incident", "new_case", 91, harm="none")).upload_id
    typed = {"csrf_token": csrf_of(officer), "reason": "handling", "words": "Hỏi lại máy gửi (mẫu)"}
    assert officer.post(f"/incidents/held/{case}/open", data=typed).status_code == 303
    again = {**typed, "words": "Xem bản vừa nhận (mẫu)"}
    record = f"/incidents/{world.records['incident']}"
    assert officer.post(f"{record}/open", data=again).status_code == 303
    before = officer.get(record).text
    assert ("Xem bản vừa nhận (mẫu)" in before, "Hỏi lại máy gửi (mẫu)" in before) == (True, False), "it is held still"
    assert officer.post(f"/incidents/held/{case}/release", data=typed).status_code == 303
    page = officer.get(record).text
    told = page.partition("Ai đã mở vụ việc này")[2]
    opened = ("Hỏi lại máy gửi (mẫu)", "Xem bản vừa nhận (mẫu)", "Chị Mẫu", "khi còn ở Phiếu tạm giữ")
    assert [one for one in opened if one not in told] == []


def test_a_case_in_the_tray_is_put_aside_while_it_lies_open(officer, case):
    assert '<a href="/incidents/held"><span class="number">1</span>' in officer.get("/").text
    typed = {"csrf_token": csrf_of(officer), "reason": "handling", "words": "Hỏi lại máy gửi (mẫu)"}
    assert officer.post(f"/incidents/held/{case}/open", data=typed).status_code == 303
    assert officer.post(f"/incidents/held/{case}/discard", data=typed).headers["Location"].startswith("/incidents/held")
    assert officer.get(f"/incidents/held/{case}/open").status_code == 404, "it was settled"
    assert 'href="/incidents/held"' not in officer.get("/").text


def test_cases_that_lie_open_are_read_in_as_many_statements_however_many_sent_them(officer, world, case):
    project_id, _ = world.tokens["Cán bộ mẫu"]
    asked = []
    for number in range(4):
        name = f"Cán bộ {number} mẫu"
        new = NewCollaborator(project_id, name, (VILLAGE_1,), is_sample=True)
        world.tokens[name] = (project_id, add_collaborator(world.services, new).token)
        xml = example("incident", "new_case", 710 + number).replace(b'version="', b'version="9')
        open_page(officer, send(world, name, xml).upload_id, "/incidents/held")
        with counted(world.services.engine) as statements:
            assert name in officer.get("/incidents/held").text
        asked.append(len(statements))
    assert asked == asked[:1] * 4
