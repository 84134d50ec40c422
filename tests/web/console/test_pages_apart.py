"""What one person is shown never reaches another, and no page is kept on the way or reads from elsewhere."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, TU_MO_RONG, client_of, make_account

from server.access.roles import Role
from server.web.console.headers import CONTENT_SECURITY_POLICY

PAGES = ["/submissions?state=all", "/households?show=all", "/registers/clubs", "/held", "/collaborators", "/indicators"]
OWN = {DAK_HA: ("Hộ 37", "Y Mẫu"), TU_MO_RONG: ("Hộ 55", "A Mẫu")}


@pytest.fixture
def clients(app, world):
    for unit, login in ((DAK_HA, "mot"), (TU_MO_RONG, "hai")):
        make_account(world.services, login, (Role.SUPERVISOR, unit), name=f"Người {login}")
    return {DAK_HA: client_of(app, world, "mot"), TU_MO_RONG: client_of(app, world, "hai")}


def test_two_people_in_turns_see_their_own_pages(clients):
    for page in [*PAGES, *PAGES]:
        for unit, client in clients.items():
            other = next(one for one in OWN if one != unit)
            text = client.get(page).text
            assert not [word for word in OWN[other] if word in text], page
    for unit, client in clients.items():
        text = client.get(PAGES[0]).text
        assert OWN[unit][0] in text


@pytest.mark.parametrize("page", ["/", "/sign-in", "/nothing", *PAGES])
def test_every_page_is_strict_and_not_kept(clients, page):
    answer = clients[DAK_HA].get(page)
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "unsafe" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("page", ["/sign-in", *PAGES])
def test_no_page_holds_script_style_or_address_from_elsewhere(clients, page):
    text = clients[DAK_HA].get(page).text
    assert " style=" not in text
    assert " onclick=" not in text
    assert "<style" not in text
    assert text.count("<script") == text.count('<script src="/static/')
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text


def test_files_of_the_pages_are_kept_for_ever_by_the_hash_in_their_address(app):
    client = app.test_client()
    page = client.get("/sign-in").text
    address = page.partition('href="/static/console.css')[2].partition('"')[0]
    kept = client.get(f"/static/console.css{address}", buffered=True)
    assert "immutable" in kept.headers["Cache-Control"]
    other = client.get("/static/console.css?v=other", buffered=True)
    assert "immutable" not in other.headers.get("Cache-Control", "")
    assert client.get("/static/../register.py").status_code == 404


def test_english_is_remembered_once_asked_for(app):
    client = app.test_client()
    assert 'lang="vi"' in client.get("/sign-in").text
    assert "<h1>Sign in</h1>" in client.get("/sign-in?lang=en").text
    assert "<h1>Sign in</h1>" in client.get("/sign-in").text
    assert "<h1>Đăng nhập</h1>" in client.get("/sign-in?lang=vi").text
    assert "<h1>Đăng nhập</h1>" in client.get("/sign-in?lang=xx").text
