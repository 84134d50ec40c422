"""A record filled in too quickly says so and is found by it; what the office corrects or types in never is."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, client_of, example, make_account, send
from sqlalchemy import text
from test_correction_pages import typed
from test_paper_entry_pages import SHEETS, sheet_of

from server.access.roles import Role

FOUND = "/submissions?state=all&finding=time.too_quick"
TIMES = {"start": "2026-09-30T08:00:00.000+07:00", "end": "2026-09-30T08:00:40.000+07:00"}


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA), name="Cán bộ xã mẫu")
    return client_of(app, world, "xa.dakha")


def listed(client):
    return re.findall(r'href="/submissions/(\d+)\?', client.get(FOUND).text)


def test_a_record_filled_in_too_quickly_is_found_until_the_office_corrects_it(client, world):
    assert listed(client) == [], "what a phone took its time for is not"
    quick = send(world, "Y Mẫu", example("household_conduct_survey", "couple_with_children", 640, **TIMES))
    send(world, "Y Mẫu", example("household_conduct_survey", "refused", 641, **TIMES))
    record = f"/submissions/{quick.submission_id}"
    assert set(listed(client)) == {str(quick.submission_id)}
    assert "Điền quá nhanh" in client.get(FOUND).text
    assert "mà chỉ điền trong 40 giây" in client.get(f"{record}?state=all").text
    assert "filled in within 40 seconds" in client.get(f"{record}?state=all&lang=en").text
    sent = typed(client.get(f"{record}/correct?lang=vi").text) | {"a:/data/answers/about/hh_poverty": "near_poor"}
    assert client.post(f"{record}/correct", data=sent | {"do": "save", "reason": "Xem lại"}).status_code == 303
    assert listed(client) == []


def test_a_sheet_of_paper_is_never_too_quick(client, world):
    sent = typed(client.get(sheet_of(client)).text) | {"number": "9", "day": "2026-09-30", "do": "save", "anyway": "1"}
    answers = {name: "3" for name in sent if "/page_c" in name}
    answers |= {"a:/data/who/visit_result": "met", "a:/data/consent": "yes"}
    assert client.post(SHEETS, data=sent | answers).status_code == 303
    with world.services.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM finding WHERE code = 'time.too_quick'")).scalar() == 0
