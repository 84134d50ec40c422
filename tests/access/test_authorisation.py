"""Who may do what: the table of roles, the days of a post, and what is answered to those who may not."""

from __future__ import annotations

from datetime import date

import pytest

from server.access.actors import Account, AccountId, Collaborator, CollaboratorId, Post, ProjectId, Visitor
from server.access.authorisation import authorise, may_use, units_for
from server.access.roles import OPEN_TO_ACCOUNTS, OPEN_TO_ALL, Permission, Role
from server.errors import Forbidden, NotFound, Unauthenticated
from server.territory.scope import Scope
from server.territory.units import UnitId

DISTRICT, COMMUNE, VILLAGE, OTHER_COMMUNE = UnitId(1), UnitId(2), UnitId(3), UnitId(4)
COVERED = {
    DISTRICT: {DISTRICT, COMMUNE, VILLAGE, OTHER_COMMUNE},
    COMMUNE: {COMMUNE, VILLAGE},
    OTHER_COMMUNE: {OTHER_COMMUNE},
}
TODAY = date(2026, 3, 20)

GRANTED = {
    Role.SUPERVISOR: {
        Permission.READ_SUBMISSIONS,
        Permission.REVIEW_SUBMISSIONS,
        Permission.READ_FIGURES,
        Permission.LOCK_PERIODS,
        Permission.READ_TRAY,
        Permission.RELEASE_TRAY,
        Permission.MANAGE_COLLABORATORS,
        Permission.READ_REGISTER,
        Permission.MANAGE_REGISTER,
        Permission.READ_HISTORY,
    },
    Role.ANALYST: {Permission.READ_FIGURES},
    Role.INCIDENT_OFFICER: {Permission.READ_INCIDENTS, Permission.REVIEW_INCIDENTS},
    Role.ADMINISTRATOR: {
        Permission.MANAGE_COLLABORATORS,
        Permission.MANAGE_FORMS,
        Permission.MANAGE_ACCOUNTS,
        Permission.READ_HISTORY,
    },
}
ROLE_PERMISSION = [(role, permission) for role in GRANTED for permission in Permission]
INCIDENTS = [Permission.READ_INCIDENTS, Permission.REVIEW_INCIDENTS]


def covered_by(posts):
    return Scope(frozenset(unit for post in posts for unit in COVERED[post]))


def post(role, unit_id=COMMUNE, *, valid_from=None, valid_to=None):
    return Post(role, unit_id, valid_from, valid_to)


def account(*posts, elevated=False):
    return Account(AccountId(7), "mau", posts, elevated)


def collaborator(*posts):
    return Collaborator(CollaboratorId(5), ProjectId(1), posts)


def passes(actor, permission, unit_id=None, on=TODAY):
    try:
        authorise(actor, permission, unit_id, scope_of=covered_by, on=on)
    except (Forbidden, NotFound, Unauthenticated):
        return False
    return True


@pytest.mark.parametrize(("role", "permission"), ROLE_PERMISSION)
def test_a_role_grants_what_the_table_says_and_nothing_else(role, permission):
    expected = permission in GRANTED[role] | OPEN_TO_ALL | OPEN_TO_ACCOUNTS
    actor = account(post(role), elevated=True)
    assert passes(actor, permission) is expected
    assert may_use(actor, permission, TODAY) is expected


@pytest.mark.parametrize("permission", Permission)
def test_an_account_without_a_post_may_only_mind_its_session(permission):
    assert passes(account(elevated=True), permission) is (permission in OPEN_TO_ALL | OPEN_TO_ACCOUNTS)


@pytest.mark.parametrize("permission", Permission)
def test_a_collaborator_sends_and_fetches_forms_and_does_nothing_else(permission):
    actor = collaborator(post(Role.COLLABORATOR))
    assert passes(actor, permission) is (permission is Permission.OPENROSA or permission in OPEN_TO_ALL)


@pytest.mark.parametrize("role", GRANTED)
def test_a_phone_never_acts_for_an_account_nor_an_account_for_a_phone(role):
    assert not any(units_for(collaborator(post(role)), permission, TODAY) for permission in Permission)
    assert not units_for(account(post(Role.COLLABORATOR)), Permission.OPENROSA, TODAY)


def test_a_collaborator_without_a_post_is_refused_its_forms():
    with pytest.raises(Forbidden) as refused:
        authorise(collaborator(), Permission.OPENROSA, scope_of=covered_by, on=TODAY)
    assert refused.value.code == "access.forbidden"


@pytest.mark.parametrize("permission", [one for one in Permission if one not in OPEN_TO_ALL])
def test_a_visitor_is_asked_to_sign_in(permission):
    with pytest.raises(Unauthenticated) as refused:
        authorise(Visitor(), permission, scope_of=covered_by, on=TODAY)
    assert refused.value.code == "access.sign_in_needed"


def test_a_visitor_sees_what_is_public():
    assert all(passes(Visitor(), permission) for permission in OPEN_TO_ALL)


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "held"),
    [
        (None, None, True),
        (TODAY, TODAY, True),
        (None, date(2026, 3, 19), False),
        (None, date(2026, 3, 20), True),
        (date(2026, 3, 21), None, False),
        (date(2026, 3, 20), None, True),
    ],
)
def test_a_post_counts_from_its_first_to_its_last_day(valid_from, valid_to, held):
    actor = account(post(Role.SUPERVISOR, valid_from=valid_from, valid_to=valid_to))
    assert passes(actor, Permission.READ_SUBMISSIONS) is held


@pytest.mark.parametrize(("unit_id", "reached"), [(COMMUNE, True), (VILLAGE, True), (OTHER_COMMUNE, False)])
def test_records_are_read_where_the_post_reaches(unit_id, reached):
    assert passes(account(post(Role.SUPERVISOR)), Permission.READ_SUBMISSIONS, unit_id) is reached


def test_what_lies_out_of_scope_does_not_exist():
    with pytest.raises(NotFound) as refused:
        authorise(
            account(post(Role.SUPERVISOR)), Permission.READ_SUBMISSIONS, OTHER_COMMUNE, scope_of=covered_by, on=TODAY
        )
    assert refused.value.code == "access.not_found"


def test_figures_are_readable_province_wide():
    assert passes(account(post(Role.ANALYST)), Permission.READ_FIGURES, OTHER_COMMUNE)


def test_two_roles_hold_each_on_its_own_unit():
    actor = account(post(Role.SUPERVISOR, COMMUNE), post(Role.INCIDENT_OFFICER, OTHER_COMMUNE), elevated=True)
    assert passes(actor, Permission.READ_SUBMISSIONS, COMMUNE)
    assert not passes(actor, Permission.READ_SUBMISSIONS, OTHER_COMMUNE)
    assert passes(actor, Permission.READ_INCIDENTS, OTHER_COMMUNE)
    assert not passes(actor, Permission.READ_INCIDENTS, COMMUNE)


def test_several_posts_of_one_role_add_up():
    ended = post(Role.SUPERVISOR, DISTRICT, valid_to=date(2025, 6, 30))
    actor = account(post(Role.SUPERVISOR, COMMUNE), post(Role.SUPERVISOR, OTHER_COMMUNE), ended)
    assert units_for(actor, Permission.READ_SUBMISSIONS, TODAY) == {COMMUNE, OTHER_COMMUNE}


@pytest.mark.parametrize("permission", INCIDENTS)
def test_incidents_need_the_second_sign_in_step(permission):
    plain = account(post(Role.SUPERVISOR), post(Role.INCIDENT_OFFICER))
    assert units_for(plain, permission, TODAY) == frozenset()
    with pytest.raises(Forbidden) as refused:
        authorise(plain, permission, scope_of=covered_by, on=TODAY)
    assert refused.value.code == "access.second_step_needed"


@pytest.mark.parametrize("permission", INCIDENTS)
@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR])
@pytest.mark.parametrize("elevated", [False, True])
def test_incidents_do_not_exist_for_anybody_without_that_post(permission, role, elevated):
    with pytest.raises(NotFound) as refused:
        authorise(account(post(role, DISTRICT), elevated=elevated), permission, scope_of=covered_by, on=TODAY)
    assert refused.value.code == "access.not_found"


def test_an_ended_incident_post_leaves_no_trace_of_incidents():
    actor = account(post(Role.INCIDENT_OFFICER, valid_to=date(2026, 3, 19)), elevated=True)
    with pytest.raises(NotFound):
        authorise(actor, Permission.READ_INCIDENTS, scope_of=covered_by, on=TODAY)


NOT_FOR_ADMINISTRATORS = [
    Permission.READ_SUBMISSIONS,
    Permission.READ_TRAY,
    Permission.READ_INCIDENTS,
    Permission.READ_REGISTER,
    Permission.MANAGE_REGISTER,
]


@pytest.mark.parametrize("permission", NOT_FOR_ADMINISTRATORS)
def test_an_administrator_reads_no_answers_and_no_households_by_that_role(permission):
    assert not may_use(account(post(Role.ADMINISTRATOR, DISTRICT), elevated=True), permission, TODAY)
