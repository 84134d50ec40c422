"""A plan is looked at before it is in force: what it would change, by whom, and not beside another's publishing."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from random import Random
from zipfile import ZipFile

import pytest
from plan_world import I6, POOR, PlanWorld, workbook

from server.access.actors import Account, AccountId, Post
from server.access.roles import Role
from server.errors import Conflict, DomainError, Forbidden, InvalidInput, NotFound
from server.indicators.plan import PlanRefused
from server.operations.add_account import NewAccount, NewPost, add_account
from server.operations.add_project import add_project
from server.operations.offer_plan import drop_offer, offer_plan, plan_desk, plan_workbook, publish_offer, read_offer
from server.operations.publish_plan import PlanSource, publish_plan, read_workbook
from server.operations.read_figures import list_indicators
from tests.archives import archived

pytestmark = pytest.mark.database
OTHER = ("P2", "Khác (mẫu)", *POOR[2:])


@pytest.fixture
def beginning():
    return PlanWorld


@pytest.fixture
def world(begun):
    return begun


@pytest.fixture
def admin(world):
    return make(world, "quan.tri")


def make(world, login, *codes, role=Role.ADMINISTRATOR, more=(), elevated=False):
    """Return an account that is kept, with posts in that role, by default on the province."""
    codes = codes or ("51",)
    posts = [(role, code) for code in codes] + [(one, "51") for one in more]
    new = NewAccount(
        login, "Quản trị (mẫu)", tuple(NewPost(one, (code,)) for one, code in posts), "mat-khau-thu-nghiem"
    )
    made = add_account(world.services, new)
    held = tuple(Post(one, world.unit(code), None, None) for one, code in posts)
    return Account(AccountId(made.account_id), login, held, elevated)


def codes(world):
    return [one.indicator.code for one in list_indicators(world.services, world.actor())]


def offered(world, account, name="plan", project_id=None, **sheets):
    project_id = world.project_id if project_id is None else project_id
    return offer_plan(world.services, account, project_id, PlanSource(name, workbook(**sheets)))


def test_looking_changes_nothing_and_publishing_does_what_was_shown(world, admin):
    shown = offered(world, admin, indicators=(I6, OTHER))
    assert (shown.changes.indicators_added, shown.changes.indicators_removed) == (("P2",), ("P1",))
    assert codes(world) == ["I6", "P1"]
    assert read_offer(world.services, admin) == shown
    assert publish_offer(world.services, admin, shown.seal).is_new
    assert codes(world) == ["I6", "P2"]
    with pytest.raises(NotFound, match="no_offer"):
        publish_offer(world.services, admin, shown.seal)


def test_a_broken_workbook_is_not_kept_and_the_old_plan_stays_in_force(world, admin):
    offered(world, admin, indicators=(I6,))
    with pytest.raises(PlanRefused) as refused:
        offered(world, admin, indicators=(("I6", "Nhãn", "nobody.knows", *I6[3:]), ("", *I6[1:])))
    assert len(refused.value.faults) >= 1
    assert codes(world) == ["I6", "P1"]
    assert read_offer(world.services, admin).changes.indicators_removed == ("P1",)
    with pytest.raises(InvalidInput, match="not_a_workbook"):
        offer_plan(world.services, admin, world.project_id, PlanSource("plan", b"PK not really"))


def test_what_another_published_meanwhile_is_not_overwritten_unseen(world, admin):
    shown = offered(world, admin, indicators=(I6, OTHER))
    world.services.now.advance(minutes=1)
    publish_plan(world.services, world.project_id, PlanSource("plan", workbook(indicators=(POOR,), targets=())))
    with pytest.raises(Conflict, match="changed_meanwhile"):
        publish_offer(world.services, admin, shown.seal)
    assert codes(world) == ["P1"]
    again = offered(world, admin, indicators=(I6, OTHER))
    publish_offer(world.services, admin, again.seal)
    assert codes(world) == ["I6", "P2"]


def test_an_offer_is_the_account_s_own_and_there_is_one_at_a_time(world, admin):
    first, second = offered(world, admin), offered(world, admin, name="khac")
    with pytest.raises(NotFound, match="no_offer"):
        publish_offer(world.services, admin, first.seal)
    other = make(world, "nguoi.khac")
    with pytest.raises(NotFound, match="no_offer"):
        read_offer(world.services, other)
    with pytest.raises(NotFound, match="no_offer"):
        publish_offer(world.services, other, second.seal)
    drop_offer(world.services, admin)
    with pytest.raises(NotFound, match="no_offer"):
        publish_offer(world.services, admin, second.seal)


def test_only_administrators_of_the_province_publish(world, admin):
    commune = make(world, "xa", "23500")
    assert plan_desk(world.services, commune).projects == ()
    assert [one.name for one in plan_desk(world.services, commune).plans] == ["plan"]
    with pytest.raises(NotFound):
        offered(world, commune)
    with pytest.raises(Forbidden):
        offered(world, world.actor(Role.SUPERVISOR))
    with pytest.raises(Forbidden):
        plan_desk(world.services, world.actor(Role.SUPERVISOR))
    assert plan_desk(world.services, admin).projects == ((world.project_id, "Gia đình (mẫu)"),)


def test_a_project_apart_is_there_for_those_alone_who_may_read_there(world, admin):
    apart = add_project(world.services, "Công việc riêng (mẫu)", kind="separate").project_id
    publish_plan(world.services, apart, PlanSource("kin", workbook(indicators=(), targets=())))
    assert [one.name for one in plan_desk(world.services, admin).plans] == ["plan"]
    with pytest.raises(NotFound, match=r"project\.unknown"):
        offered(world, admin, project_id=apart)
    both = make(world, "ca.hai", more=(Role.INCIDENT_OFFICER,), elevated=True)
    assert {key for key, _ in plan_desk(world.services, both).projects} == {world.project_id, apart}
    assert offered(world, both, project_id=apart, indicators=(), targets=()).project_name == "Công việc riêng (mẫu)"
    with pytest.raises(NotFound, match=r"project\.unknown"):
        offered(world, admin, project_id=world.practice_id)


def test_the_workbook_in_force_can_be_taken_home(world, admin):
    (plan,) = plan_desk(world.services, admin).plans
    name, content = plan_workbook(world.services, admin, plan.plan_id)
    assert (name, content[:2], plan.indicators) == ("plan", b"PK", 2)
    with pytest.raises(NotFound):
        plan_workbook(world.services, admin, 999)


@pytest.mark.parametrize("name", ["", "x" * 121])
def test_a_plan_has_a_name_that_fits(world, admin, name):
    with pytest.raises(InvalidInput, match="no_name"):
        offered(world, admin, name)


@pytest.mark.filterwarnings("ignore")  # openpyxl warns of some damage and goes on
def test_a_damaged_workbook_is_read_or_refused_and_never_more():
    """Parts cut short, doubled or nested without end inside a sound archive: whatever comes of it has a code."""
    with ZipFile(BytesIO(workbook())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    randomly, deep = Random(7), b"<a>" * 100_000
    for number in range(150):
        name = randomly.choice(sorted(parts))
        at = randomly.randrange(len(parts[name]))
        within = deep if number % 10 == 0 else b"<" if number % 3 else b""
        broken = parts | {name: parts[name][:at] + within + parts[name][at + randomly.randint(1, 60) :]}
        with suppress(DomainError):
            read_workbook(archived(broken))
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + deep
    with pytest.raises(InvalidInput, match="not_a_workbook"):
        read_workbook(archived(parts | {"xl/worksheets/sheet1.xml": sheet}))
