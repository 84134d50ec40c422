"""Sessions as a browser sees them: ids that change, cookies that tell nothing, doors that close at once."""

from __future__ import annotations

import dataclasses
import re

import pytest
from console_world import DAK_HA, PASSWORD, client_of, csrf_of, make_account

from server.access.roles import Role
from server.app import create_app
from server.operations.add_account import disable_account
from server.storage.database import open_engine

COOKIE = "nepnha_session"
KNOWN = "nepnha_known"


@pytest.fixture
def officer(world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA), (Role.INCIDENT_OFFICER, DAK_HA))


def sign_in(client, password=PASSWORD, **typed):
    token = csrf_of(client, "/sign-in")
    return client.post("/sign-in", data={"login": "xa.dakha", "password": password, "csrf_token": token} | typed)


def test_an_id_planted_before_signing_in_is_not_taken_over(app, officer):
    client = app.test_client()
    client.set_cookie(COOKIE, "planted-by-somebody")
    sign_in(client)
    assert client.get_cookie(COOKIE).value != "planted-by-somebody"
    other = app.test_client()
    other.set_cookie(COOKIE, "planted-by-somebody")
    assert other.get("/submissions").status_code == 303


def test_the_second_step_changes_the_id_and_the_old_one_is_dead(app, world, officer):
    client = client_of(app, world, "xa.dakha")
    old = client.get_cookie(COOKIE).value
    client.post("/second-step", data={"password": PASSWORD, "csrf_token": csrf_of(client)})
    assert client.get("/incidents").status_code == 200
    client.set_cookie(COOKIE, old)
    assert client.get("/submissions").status_code == 303


def test_signing_out_kills_the_id_and_takes_the_cookie(app, world, officer):
    client = client_of(app, world, "xa.dakha")
    kept = client.get_cookie(COOKIE).value
    client.post("/sign-out", data={"csrf_token": csrf_of(client)})
    assert client.get_cookie(COOKIE) is None
    client.set_cookie(COOKIE, kept)
    assert client.get("/submissions").status_code == 303


def test_a_closed_account_is_out_at_the_next_click(app, world, officer):
    client = client_of(app, world, "xa.dakha")
    disable_account(world.services, "xa.dakha")
    assert client.get("/submissions").status_code == 303


def test_an_idle_session_is_over_and_leads_back_after_signing_in(app, world, officer):
    client = client_of(app, world, "xa.dakha")
    world.services.now.advance(minutes=31)
    answer = client.get("/submissions?state=all&q=ho")
    assert answer.headers["Location"] == "/sign-in?back=/submissions?state%3Dall%26q%3Dho"
    back = sign_in(client, back="/submissions?state=all&q=ho")
    assert back.headers["Location"] == "/submissions?state=all&q=ho"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "x", "/\t/x"],
)
def test_nobody_is_led_to_another_site(app, officer, elsewhere):
    assert sign_in(app.test_client(), back=elsewhere).headers["Location"] == "/"


def test_the_cookie_is_unreadable_to_scripts_and_bound_to_the_host_over_tls(world, officer):
    settings = dataclasses.replace(world.services.settings, public_url="https://field.test")
    app = create_app(dataclasses.replace(world.services, settings=settings))
    answer = sign_in_over_tls(app)
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if "session" in one)
    assert cookie.startswith("__Host-nepnha_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"]


def sign_in_over_tls(app):
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://field.test").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    typed = {"login": "xa.dakha", "password": PASSWORD, "csrf_token": token}
    return client.post("/sign-in", data=typed, base_url="https://field.test")


def test_too_many_wrong_passwords_are_told_to_wait_in_plain_words(app, officer):
    client = app.test_client()
    answers = [sign_in(client, "sai-mat-khau") for _ in range(6)]
    assert [one.status_code for one in answers] == [401] * 5 + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert "Hãy đợi 60 giây" in answers[-1].text


def test_a_browser_somebody_has_signed_in_with_is_let_in_while_others_wait(app, world, officer):
    make_account(world.services, "xa.khac", (Role.SUPERVISOR, DAK_HA))
    at_work, elsewhere = app.test_client(), app.test_client()
    assert sign_in(at_work).status_code == 303
    at_work.post("/sign-out", data={"csrf_token": csrf_of(at_work)})
    assert {sign_in(elsewhere, "sai-mat-khau").status_code for _ in range(7)} == {401, 429}
    assert sign_in(app.test_client()).status_code == 429
    kept = at_work.get_cookie(KNOWN).value
    elsewhere.set_cookie(KNOWN, ("A" if kept[0] != "A" else "B") + kept[1:])
    assert sign_in(elsewhere).status_code == 429, "nobody writes one for themselves"
    other = app.test_client()
    assert sign_in(other, login="xa.khac").status_code == 303
    assert sign_in(other).status_code == 429, "one account's is no good for another"
    assert sign_in(at_work).status_code == 303
    assert at_work.get_cookie(KNOWN).http_only


def test_wrong_login_and_wrong_password_get_the_same_page(app, officer):
    client = app.test_client()
    wrong, unknown = sign_in(client, "sai-mat-khau"), sign_in(client, "sai-mat-khau", login="nobody")
    assert wrong.text.replace("xa.dakha", "") == unknown.text.replace("nobody", "")


def test_after_a_wrong_password_the_password_is_typed_again_and_nothing_else(app, officer):
    client = app.test_client()
    page = sign_in(client, "sai-mat-khau").text
    assert re.search(r'name="password"[^>]* autofocus', page)
    assert not re.search(r'name="login"[^>]* autofocus', page)
    sign_in(client)
    again = client.post("/second-step", data={"password": "sai-mat-khau", "csrf_token": csrf_of(client)})
    assert (again.status_code, "Mật khẩu chưa đúng." in again.text) == (401, True)
    assert "Tên đăng nhập" not in again.text, "nobody was asked for it"


def test_a_server_without_its_database_says_so_in_plain_words(world, tmp_path):
    broken = dataclasses.replace(world.services, engine=open_engine(f"sqlite:///{tmp_path}", connections=1))
    client = create_app(broken).test_client()
    client.set_cookie(COOKIE, "whatever")
    answer = client.get("/submissions")
    assert answer.status_code == 503
    assert "Máy chủ đang bận" in answer.text
