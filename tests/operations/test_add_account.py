"""Making accounts: logins of one form, posts named by code and day, passwords good enough or made up."""

from __future__ import annotations

from datetime import date

import pytest
from console_world import DAK_HA, PASSWORD, load_sample_units

from server.access.roles import Role
from server.errors import Conflict, InvalidInput, NotFound
from server.operations.add_account import NewAccount, NewPost, add_account, add_post, disable_account, set_password
from server.operations.sessions import read_session
from server.operations.sign_in import Credentials, SignedIn, sign_in


@pytest.fixture
def beginning():
    return load_sample_units


def new(login="xa.dakha", **facts):
    wanted = {"name": "Cán bộ mẫu", "posts": (NewPost(Role.SUPERVISOR, (DAK_HA,)),), "password": PASSWORD}
    return NewAccount(login, **(wanted | facts))


def posts_of(services, login, password=PASSWORD):
    answer = sign_in(services, Credentials(login, password, "192.0.2.1", None), old_session_id=None)
    assert isinstance(answer, SignedIn)
    return read_session(services, answer.session_id).account.posts


def test_a_made_up_password_is_told_once_and_opens_the_account(services):
    made = add_account(services, new(" Xa.DakHa ", password=None))
    assert made.login == "xa.dakha"
    assert len(made.password) == 19
    assert posts_of(services, "XA.DAKHA", made.password)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"login": "cán bộ"}, "account.login_form"),
        ({"login": "x"}, "account.login_form"),
        ({"login": ".ai"}, "account.login_form"),
        ({"name": " "}, "account.name_length"),
        ({"password": "ngan"}, "account.password_length"),
        ({"password": "x" * 201}, "account.password_length"),
        ({"posts": (NewPost(Role.COLLABORATOR, (DAK_HA,)),)}, "account.role"),
        ({"posts": (NewPost(Role.SUPERVISOR, ("99999",)),)}, "territory.unknown_code"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_made(services, facts, code):
    with pytest.raises(InvalidInput, match=code):
        add_account(services, new(**facts))
    with services.reading(services.operator()) as uow:
        assert uow.accounts.all() == []


def test_a_login_belongs_to_one_person(services):
    add_account(services, new())
    with pytest.raises(Conflict, match=r"account\.login_taken"):
        add_account(services, new("XA.DAKHA"))


def test_a_post_may_name_what_a_code_meant_on_another_day_and_when_it_ends(services):
    add_account(services, new())
    ending = date(2026, 12, 31)
    add_post(services, "xa.dakha", NewPost(Role.ANALYST, ("608@2025-06-30",), valid_to=ending))
    post = posts_of(services, "xa.dakha")[-1]
    territory = services.atlas.current().territory
    assert (post.role, post.valid_to) == (Role.ANALYST, ending)
    assert territory.name(post.unit_id, date(2025, 6, 30)) == "Thành phố Kon Tum"


@pytest.mark.parametrize(
    "change",
    [
        lambda services: add_post(services, "nobody", NewPost(Role.ANALYST, (DAK_HA,))),
        lambda services: disable_account(services, "nobody"),
        lambda services: set_password(services, "nobody", None),
    ],
)
def test_an_unknown_login_is_said_to_be_unknown(services, change):
    with pytest.raises(NotFound, match=r"account\.unknown"):
        change(services)


def test_a_new_password_replaces_the_old_one(services):
    add_account(services, new())
    fresh = set_password(services, "xa.dakha", None)
    assert posts_of(services, "xa.dakha", fresh)
    answer = sign_in(services, Credentials("xa.dakha", PASSWORD, "192.0.2.1", None), old_session_id=None)
    assert not isinstance(answer, SignedIn)
