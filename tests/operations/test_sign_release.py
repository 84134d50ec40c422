"""Who freezes release tables: incident officers of the whole province after the second step, and nobody else."""

from __future__ import annotations

import pytest
from release_world import YEAR, A, B, ReleaseWorld

from server.access.roles import Role
from server.errors import Conflict, Forbidden, NotFound
from server.operations.read_releases import ReleaseQuestion, released_tables
from server.operations.sign_release import freeze_as_officer, may_sign_releases, releases_to_sign, revise_as_officer

pytestmark = pytest.mark.database


@pytest.fixture
def beginning():
    return ReleaseWorld


@pytest.fixture
def world(begun):
    return begun


def test_an_officer_of_the_province_freezes_and_revises(world):
    officer = world.actor(Role.INCIDENT_OFFICER, elevated=True)
    assert may_sign_releases(world.services, officer)
    (plan,) = releases_to_sign(world.services, officer)
    assert (plan.plan, plan.tables) == ("cong-khai", ("Số vụ theo xã (mẫu)", "Số vụ theo quý (mẫu)"))
    assert [(one.year, one.revision) for one in plan.years] == [(YEAR, 0), (YEAR - 1, 0), (YEAR - 2, 0)]
    world.cases(A, 12)
    world.cases(B, 30, quarter=2)
    assert freeze_as_officer(world.services, officer, world.order()).revision == 1
    assert releases_to_sign(world.services, officer)[0].years[0].revision == 1
    with pytest.raises(Conflict, match="already_frozen"):
        freeze_as_officer(world.services, officer, world.order())
    world.cases(A, 20, quarter=1)
    assert revise_as_officer(world.services, officer, world.order(), may_hide_more=False).revision == 2
    question = ReleaseQuestion(world.project_id, "cong-khai", YEAR)
    assert released_tables(world.services, world.actor(Role.ANALYST), question).entry.revision == 2


@pytest.mark.parametrize(
    ("role", "code", "elevated", "error"),
    [
        (Role.INCIDENT_OFFICER, A, True, NotFound),
        (Role.INCIDENT_OFFICER, None, False, Forbidden),
        (Role.SUPERVISOR, None, True, NotFound),
        (Role.ADMINISTRATOR, None, True, NotFound),
    ],
)
def test_nobody_else_does(world, role, code, elevated, error):
    actor = world.actor(role, *([code] if code else []), elevated=elevated)
    assert not may_sign_releases(world.services, actor)
    for act in (
        lambda: releases_to_sign(world.services, actor),
        lambda: freeze_as_officer(world.services, actor, world.order()),
        lambda: revise_as_officer(world.services, actor, world.order(), may_hide_more=True),
    ):
        with pytest.raises(error):
            act()
