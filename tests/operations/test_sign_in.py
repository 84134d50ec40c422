"""Signing in: one answer for every wrong pair, waits that grow, sessions that end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from console_world import DAK_HA, PASSWORD, load_sample_units, make_account

from server.access.roles import Role
from server.errors import NotFound
from server.operations.add_account import disable_account, set_password
from server.operations.sessions import read_session
from server.operations.sign_in import (
    Credentials,
    MustWait,
    SignedIn,
    WrongPassword,
    pass_second_step,
    sign_in,
    sign_out,
)


def attempt(services, login="xa.dakha", password=PASSWORD, address="192.0.2.7", *, browser=None, old=None):
    return sign_in(services, Credentials(login, password, address, browser), old_session_id=old)


def one_account(services):
    load_sample_units(services)
    make_account(services, "xa.dakha", (Role.SUPERVISOR, DAK_HA))


@pytest.fixture
def beginning():
    return one_account


def test_the_right_password_opens_a_session_with_the_posts_of_the_account(services):
    session = read_session(services, attempt(services).session_id)
    assert session.account.login == "xa.dakha"
    assert [post.role for post in session.account.posts] == [Role.SUPERVISOR]
    assert not session.account.elevated


@pytest.mark.parametrize("login", ["XA.DakHa", "  xa.dakha "])
def test_a_login_is_the_same_however_it_is_typed(services, login):
    assert isinstance(attempt(services, login), SignedIn)


def test_unknown_login_wrong_password_and_closed_account_get_one_answer(services):
    make_account(services, "da.nghi", (Role.SUPERVISOR, DAK_HA))
    disable_account(services, "da.nghi")
    answers = [attempt(services, "nobody"), attempt(services, password="khac"), attempt(services, "da.nghi")]
    assert answers == [WrongPassword()] * 3


def test_the_sixth_attempt_in_a_minute_must_wait_whatever_the_password(services):
    for _ in range(5):
        assert attempt(services, password="sai-mat-khau") == WrongPassword()
    assert attempt(services) == MustWait(60)
    assert attempt(services, "XA.DAKHA", address="198.51.100.1") == MustWait(60)


def test_waits_grow_to_five_minutes_and_a_quiet_quarter_of_an_hour_forgets(services, clock):
    for _ in range(5):
        attempt(services, password="sai-mat-khau")
    waits = []
    for _ in range(4):
        wait = attempt(services, password="sai-mat-khau").seconds
        waits.append(wait)
        clock.advance(seconds=wait)
        assert attempt(services, password="sai-mat-khau") == WrongPassword()
    assert waits == [60, 120, 240, 300]
    clock.advance(minutes=15)
    assert isinstance(attempt(services), SignedIn)


def test_one_address_trying_many_logins_must_wait_and_others_need_not(services):
    for number in range(20):
        attempt(services, f"nobody{number}", "sai-mat-khau")
    assert isinstance(attempt(services), MustWait)
    assert isinstance(attempt(services, address="198.51.100.1"), SignedIn)


def test_whoever_keeps_trying_locks_nobody_out_of_a_browser_they_know(services, clock):
    """Somebody whose program tries again at the very end of each wait would be first every time."""
    for round_ in range(12):
        assert attempt(services, password="sai-mat-khau", address="198.51.100.1") == WrongPassword()
        if round_ >= 4:
            wait = attempt(services)
            assert isinstance(wait, MustWait), "from a browser nobody knows the owner comes second"
            clock.advance(seconds=wait.seconds)
    assert attempt(services, password="sai-mat-khau", address="198.51.100.1") == WrongPassword()
    assert isinstance(attempt(services, browser="the-one-at-work"), SignedIn)


def test_a_browser_that_is_known_waits_for_its_own_failures_alone(services):
    for _ in range(5):
        assert attempt(services, password="sai-mat-khau", browser="stolen") == WrongPassword()
    assert attempt(services, browser="stolen") == MustWait(60)
    assert isinstance(attempt(services, browser="the-one-at-work"), SignedIn)
    for number in range(20):
        attempt(services, f"nobody{number}", "sai-mat-khau")
    assert isinstance(attempt(services, browser="the-one-at-work"), SignedIn), "nor for those of its network"


def test_failures_outside_keep_nobody_from_the_second_step(services):
    make_account(services, "vu.viec", (Role.INCIDENT_OFFICER, DAK_HA))
    session = read_session(services, attempt(services, "vu.viec").session_id)
    for _ in range(6):
        outside = attempt(services, "vu.viec", "sai-mat-khau")
    assert outside == MustWait(60)
    assert isinstance(pass_second_step(services, session, password=PASSWORD), SignedIn)


def test_addresses_of_one_ipv6_subscriber_count_as_one(services):
    for number in range(20):
        attempt(services, f"nobody{number}", address=f"2001:db8:1:2::{number:x}")
    assert isinstance(attempt(services, address="2001:db8:1:2:ffff::1"), MustWait)


def test_right_passwords_never_add_up_to_a_wait(services):
    for _ in range(30):
        assert isinstance(attempt(services), SignedIn)


def test_a_new_sign_in_ends_the_session_the_browser_had(services):
    old = attempt(services).session_id
    new = attempt(services, old=old).session_id
    assert new != old
    assert read_session(services, old) is None
    assert read_session(services, new) is not None


def test_a_session_ends_after_idle_minutes(services, clock):
    session_id = attempt(services).session_id
    clock.advance(minutes=29)
    assert read_session(services, session_id) is not None
    clock.advance(minutes=29)
    assert read_session(services, session_id) is not None
    clock.advance(minutes=30)
    assert read_session(services, session_id) is None


def test_a_session_ends_after_twelve_hours_of_use(services, clock):
    session_id = attempt(services).session_id
    for _ in range(12 * 3 - 1):
        clock.advance(minutes=20)
        assert read_session(services, session_id) is not None
    clock.advance(minutes=20)
    assert read_session(services, session_id) is None


@pytest.mark.parametrize("end", [disable_account, lambda services, login: set_password(services, login, None)])
def test_closing_an_account_or_changing_its_password_ends_its_sessions_at_once(services, end):
    session_id = attempt(services).session_id
    end(services, "xa.dakha")
    assert read_session(services, session_id) is None


def test_signing_out_ends_the_session(services):
    session_id = attempt(services).session_id
    sign_out(services, session_id)
    assert read_session(services, session_id) is None


def test_the_database_holds_neither_session_id_nor_password(services):
    session_id = attempt(services).session_id
    with services.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM session").all()
        rows += connection.exec_driver_sql("SELECT * FROM account").all()
    assert session_id not in str(rows)
    assert PASSWORD not in str(rows)


def test_the_second_step_elevates_for_a_quarter_of_an_hour_under_a_new_id(services, clock):
    make_account(services, "vu.viec", (Role.SUPERVISOR, DAK_HA), (Role.INCIDENT_OFFICER, DAK_HA))
    first = attempt(services, "vu.viec").session_id
    session = read_session(services, first)
    answer = pass_second_step(services, session, password=PASSWORD)
    assert read_session(services, first) is None
    assert read_session(services, answer.session_id).account.elevated
    clock.advance(minutes=15)
    assert not read_session(services, answer.session_id).account.elevated


def test_the_second_step_wants_the_password_and_counts_failures(services):
    make_account(services, "vu.viec", (Role.INCIDENT_OFFICER, DAK_HA))
    session = read_session(services, attempt(services, "vu.viec").session_id)
    answers = [pass_second_step(services, session, password="sai") for _ in range(6)]
    assert answers == [WrongPassword()] * 5 + [MustWait(60)]


def test_the_second_step_does_not_exist_without_an_incident_post(services):
    session = read_session(services, attempt(services).session_id)
    with pytest.raises(NotFound, match=r"access\.not_found"):
        pass_second_step(services, session, password=PASSWORD)


def test_attempts_made_at_the_same_moment_cannot_slip_through_together(services):
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda _: attempt(services, password="sai-mat-khau"), range(12)))
    assert sum(answer == WrongPassword() for answer in answers) == 5
    assert sum(isinstance(answer, MustWait) for answer in answers) == 7
