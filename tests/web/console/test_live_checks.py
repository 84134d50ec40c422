"""While a form is filled in at the office, the server says what each answer changes on the page, and keeps nothing."""

from __future__ import annotations

import logging
import re
from html import unescape

import pytest
from console_world import DAK_HA, TU_MO_RONG, client_of, example, make_account, publish, send
from sqlalchemy import text
from test_correction_pages import typed
from test_paper_entry_pages import SHEETS, sheet_of
from test_statement_counts import counted

from server.access.roles import Role
from tests.opened_cases import open_page
from tests.register_world import put

ANSWERS, ABOUT, WHO = "a:/data/answers", "a:/data/answers/about", "a:/data/who"
ENTITY = "00000000-0000-4000-8000-000000000037"
MOST = 12
SMALL = 6_000
"""Bytes over the line for an answer that changes a question or two."""


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA), name="Cán bộ xã mẫu")
    return client_of(app, world, "xa.dakha")


def marks(page):
    return " ".join(re.findall(r' data-mark="(\w+)"', page))


def pieces(answer):
    """Return what comes anew, by where it goes."""
    assert answer.status_code == 200, answer.text
    found = re.findall(r'<template hx type="partial" hx-target="([^"]+)"[^>]*>(.*?)</template>', answer.text, re.DOTALL)
    return {re.sub(r"\[id='(.*)'\]", r"\1", unescape(name)): piece for name, piece in found}


def stored(world):
    """Return how many rows there are of everything, and the newest deed."""
    with world.services.engine.connect() as connection:
        names = [one for (one,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))]
        return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar() for name in names}


def test_an_answer_of_a_correction_brings_the_questions_it_leads_to(client, world):
    page = f"/submissions/{world.records['37']}/correct"
    shown = client.get(page).text
    assert "page_c3" in shown
    sent = typed(shown) | {"shown": marks(shown), f"{ABOUT}/hh_relations": ["couple", "siblings"]}
    came = pieces(client.post(f"{page}/check", data=sent))
    assert set(came) == {"#asked", "#so-far"}, "other questions stand on the page"
    assert f'name="{ANSWERS}/page_c5/c5_1"' in came["#asked"]
    assert "page_c3" not in came["#asked"]
    assert "Sẽ đổi" in came["#so-far"]
    again = typed(f"<main>{came['#asked']}{came['#so-far']}") | {"csrf_token": sent["csrf_token"]}
    again |= {"shown": marks(came["#asked"]), f"{ANSWERS}/page_c5/c5_1": ""}
    came = pieces(client.post(f"{page}/check", data=again))
    assert set(came) == {"/data/answers/page_c5/c5_1", "#so-far"}
    assert "Câu bắt buộc này chưa có trả lời" in came["/data/answers/page_c5/c5_1"]


def test_nothing_but_what_changed_goes_over_the_line(client):
    shown = client.get(sheet_of(client)).text
    sent = typed(shown) | {"shown": marks(shown), "number": "1", "day": "2026-09-30"}
    first = client.post(f"{SHEETS}/check", data=sent)
    assert set(pieces(first)) == {"/data/where/visit_date", "#so-far"}, "the day of the sheet is that of the visit"
    answer = client.post(f"{SHEETS}/check", data=sent | {"a:/data/where/year": "last_year"})
    assert set(pieces(answer)) == {"/data/where/visit_date", "/data/where/year", "#so-far"}
    assert len(answer.data) < SMALL


def test_what_an_answer_leads_to_and_what_may_be_chosen_by_it_comes_too(client):
    shown = client.get(sheet_of(client)).text
    sent = typed(shown) | {"shown": marks(shown), "day": "2026-09-30"}
    sent |= {"a:/data/where/commune": ""}
    came = pieces(client.post(f"{SHEETS}/check", data=sent))
    assert 'value="23500-01"' in shown
    assert 'value="23500-01"' not in came["/data/where/village"], "villages of the commune are offered, here of none"
    sent |= {
        "a:/data/where/commune": DAK_HA,
        f"{WHO}/household_list": "not_listed",
        f"{WHO}/house_no": "10000",
        f"{WHO}/visit_result": "met",
    }
    came = pieces(client.post(f"{SHEETS}/check", data=sent))
    assert "finding-error" in came["/data/who/house_no"], "no house has that number"
    assert " unasked" not in came["/data/consent"]
    assert " unasked" in came["/data/who/household"]
    assert "/data/answers/page_c1/c1_1" not in came, "not asked as before"


def test_what_is_missing_is_told_once_it_was_passed_by(client):
    shown = client.get(sheet_of(client)).text
    sent = typed(shown) | {"shown": marks(shown), "day": "2026-09-30", f"{WHO}/household_list": "not_listed"}
    came = pieces(client.post(f"{SHEETS}/check", data=sent))
    assert "Câu bắt buộc" in came["/data/where/village"]
    assert "Câu bắt buộc" not in came["/data/who/house_no"]
    assert "Còn 1 chỗ cần xem." in came["#so-far"]


def test_repeats_follow_what_is_added_and_taken_out(client, world):
    publish(world.services, world.project_id, "commune_register")
    number = send(world, "Y Mẫu", example("commune_register", "active_model", 700)).submission_id
    page = f"/submissions/{number}/correct"
    shown = client.get(page).text
    adds = unescape(re.search(r'name="adds" value="([^"]+)"', shown)[1])
    before = shown.count('class="instance"')
    came = pieces(client.post(f"{page}/check", data=typed(shown) | {"shown": marks(shown), "adds": adds}))
    assert came["#asked"].count('class="instance"') == before + 1
    again = typed(f"<main>{came['#asked']}{came['#so-far']}") | {"csrf_token": typed(shown)["csrf_token"]}
    drops = {"shown": marks(came["#asked"]), "drops": f"{adds}[1]"}
    assert pieces(client.post(f"{page}/check", data=again | drops))["#asked"].count('class="instance"') == before


def test_a_check_costs_little_writes_nothing_and_logs_no_answer(app, client, world, caplog):
    make_account(world.services, "vu.viec", (Role.INCIDENT_OFFICER, DAK_HA))
    officer = client_of(app, world, "vu.viec", elevated=True)
    open_page(officer, world.records["incident"])
    sheet = sheet_of(client)
    pages = (
        (client, sheet, f"{SHEETS}/check"),
        (client, f"/submissions/{world.records['37']}/correct", ""),
        (officer, f"/incidents/{world.records['incident']}/correct", ""),
    )
    for who, page, asked in pages:
        shown = who.get(page).text
        sent = typed(shown) | {"shown": "", "number": "1", "day": "2026-09-30"}
        sent |= {name: "9876543" for name in sent if name.endswith(("house_no", "instanceName"))}
        check = asked or f"{page}/check"
        who.post(check, data=sent)
        kept = stored(world)
        with caplog.at_level(logging.DEBUG), counted(world.services.engine) as statements:
            assert "#asked" in pieces(who.post(check, data=sent))
        assert len(statements) <= MOST
        assert [one for one in statements if not one.lstrip().startswith("SELECT")] == []
        assert stored(world) == kept
    assert "9876543" not in caplog.text


def test_a_draft_of_another_session_or_record_is_not_checked(app, client, world):
    page = f"/submissions/{world.records['37']}/correct"
    sent = typed(client.get(page).text)
    sheet = typed(client.get(sheet_of(client)).text)
    assert client.post(f"/submissions/{world.records['5']}/correct/check", data=sent).status_code == 400
    for login, unit, refused in (("dong.nghiep", DAK_HA, 400), ("noi.khac", TU_MO_RONG, 400)):
        make_account(world.services, login, (Role.SUPERVISOR, unit))
        other = client_of(app, world, login)
        token = typed(other.get("/submissions").text)["csrf_token"]
        for check, draft in ((f"{page}/check", sent), (f"{SHEETS}/check", sheet)):
            assert other.post(check, data=draft | {"csrf_token": token}).status_code == refused


def test_a_post_that_ended_checks_nothing_more(client, world):
    page = f"/submissions/{world.records['37']}/correct"
    sent, sheet = typed(client.get(page).text), typed(client.get(sheet_of(client)).text)
    with world.services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE post SET valid_to = '2026-10-04'")
    assert client.post(f"{page}/check", data=sent).status_code == 403
    assert client.post(f"{SHEETS}/check", data=sheet).status_code == 403


def test_a_household_that_is_chosen_brings_what_the_list_knows_of_it(client, world):
    told = {"house_no": "37", "status": "active", "relations": "couple siblings", "poverty": "poor", "groups": "policy"}
    put(world.services, world.project_id, village="23500-01", entity_id=ENTITY, head_name="A Mẫu", **told)
    shown = client.get(sheet_of(client)).text
    sent = typed(shown) | {"shown": marks(shown), "day": "2026-09-30", "a:/data/where/village": "23500-01"}
    came = pieces(client.post(f"{SHEETS}/check", data=sent))
    sent |= {f"{WHO}/household": ENTITY, "draft": typed(f"<main>{came['#so-far']}")["draft"]}
    came = pieces(client.post(f"{SHEETS}/check", data=sent | {f"{ABOUT}/hh_poverty": "near_poor"}))
    relations = came["/data/answers/about/hh_relations"]
    assert re.findall(r'value="(\w+)" checked', relations) == ["couple", "siblings"]
    assert re.findall(r'value="(\w+)" checked', came["/data/answers/about/hh_poverty"]) == ["near_poor"], "as typed"
