"""Conflicts are settled by a person, by name, for good or once more; nothing that was written is lost."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG

from server.access.roles import Role
from server.errors import Conflict, InvalidInput, NotFound
from server.operations.browse_register import RegisterQuestion, Show, browse_register
from server.operations.entity_hand import EntityTarget
from server.operations.read_entity import read_entity
from server.operations.settle_conflict import Settlement, read_conflict, settle_conflict
from server.registers.versions import Action
from server.registers.versions import Conflict as Clash
from tests.register_field import VILLAGE, colleague, created, entity_id, household, list_hash, on_phone, register_field
from tests.register_field import stored as stored_row
from tests.register_world import HA_3, make_officer, officer


@pytest.fixture
def beginning():
    return register_field


@pytest.fixture
def field(begun):
    return begun


@pytest.fixture
def clash(field):
    """A household whose size two people wrote differently: 4, then 5 and 6; the second also changed the head."""
    one = entity_id()
    field.send(created(one, VILLAGE, size="4"))
    field.send(household(one, update=True, base=1, trunk=1, size="5", head_name="A Tik"))
    colleague(field).send(household(one, update=True, base=1, trunk=1, size="6", head_name="A Tik con"))
    return one


def target(services, one):
    row = stored_row(services, one)
    return EntityTarget(row.id, row.version)


def test_what_there_is_to_choose_is_told_with_who_wrote_it(services, field, clash):
    view = read_conflict(services, officer(services, DAK_HA), target(services, clash).key)
    told = {one.name: [(c.value, c.version, c.is_now) for c in one.candidates] for one in view.contested}
    assert told["size"] == [("6", 3, True), ("5", 2, False), ("4", 1, False)]
    assert told["head_name"] == [("A Tik con", 3, True), ("A Tik", 2, False)]
    assert all(view.steps[number].is_record_seen for number in (1, 2, 3))


def test_a_choice_is_a_version_that_names_who_chose_and_reaches_the_phones(services, field, clash):
    account, before = make_officer(services, DAK_HA), list_hash(field)
    meant = target(services, clash)
    assert settle_conflict(services, account, Settlement(meant, {"size": 2, "label": 2}, "đã gọi hỏi")) is True
    view = read_entity(services, account, meant.key)
    newest = view.steps[0].version
    assert (newest.action, newest.conflict, newest.source.kind) == (Action.SETTLE, Clash.NONE, "settle")
    assert (newest.source.account_name, newest.source.comment) == ("Cán bộ xã (mẫu)", "đã gọi hỏi")
    assert view.line.conflict is Clash.NONE
    assert (view.line.properties["size"], view.line.properties["head_name"]) == ("5", "A Tik con")
    settled = {one.version.version: one.version.settled for one in view.steps if one.version.conflict is not Clash.NONE}
    assert {number: one.account_name for number, one in settled.items()} == {3: "Cán bộ xã (mẫu)"}
    assert list_hash(field) != before
    assert on_phone(field)[clash]["label"] == "A Tik (mẫu)"


def test_keeping_it_as_it_is_changes_nothing_but_closes_the_conflict(services, field, clash):
    account, meant, before = make_officer(services, DAK_HA), target(services, clash), list_hash(field)
    assert settle_conflict(services, account, Settlement(meant, {})) is False
    view = read_entity(services, account, meant.key)
    assert (view.line.version, view.line.conflict, list_hash(field)) == (3, Clash.NONE, before)
    question = RegisterQuestion("households", show=Show.CONFLICT)
    assert browse_register(services, account, question, after=None).total == 0


def test_a_settled_conflict_can_be_settled_again(services, field, clash):
    account = make_officer(services, DAK_HA)
    settle_conflict(services, account, Settlement(target(services, clash), {"size": 2}))
    again = read_conflict(services, account, target(services, clash).key)
    sizes = next(one for one in again.contested if one.name == "size")
    assert [(one.value, one.is_now) for one in sizes.candidates] == [("5", True), ("6", False), ("4", False)]
    settle_conflict(services, account, Settlement(target(services, clash), {"size": 1}))
    assert read_entity(services, account, target(services, clash).key).line.properties["size"] == "4"


def test_an_update_that_stood_on_what_was_there_before_settling_conflicts_anew(services, field, clash):
    account = make_officer(services, DAK_HA)
    settle_conflict(services, account, Settlement(target(services, clash), {"size": 2}))
    field.send(household(clash, update=True, base=3, trunk=3, size="9"))
    view = read_entity(services, account, target(services, clash).key)
    assert (view.line.conflict, view.line.properties["size"]) == (Clash.HARD, "9")


@pytest.mark.parametrize("choices", [{"size": 9}, {"village": 1}, {"nothing": 1}])
def test_only_what_is_offered_can_be_chosen(services, field, clash, choices):
    with pytest.raises(InvalidInput) as refused:
        settle_conflict(services, make_officer(services, DAK_HA), Settlement(target(services, clash), choices))
    assert refused.value.code == "register.no_such_choice"
    assert stored_row(services, clash).conflict == "hard"


def test_what_changed_meanwhile_is_looked_at_again_first(services, field, clash):
    account, seen = make_officer(services, DAK_HA), target(services, clash)
    field.send(household(clash, update=True, base=3, trunk=3, size="7"))
    with pytest.raises(Conflict) as refused:
        settle_conflict(services, account, Settlement(seen, {"size": 2}))
    assert refused.value.code == "register.changed_meanwhile"


def test_without_a_conflict_there_is_nothing_to_settle(services, field):
    one = entity_id()
    field.send(created(one, VILLAGE))
    account = make_officer(services, DAK_HA)
    assert read_conflict(services, account, target(services, one).key).contested == ()
    with pytest.raises(Conflict) as refused:
        settle_conflict(services, account, Settlement(target(services, one), {}))
    assert refused.value.code == "register.nothing_to_settle"


@pytest.mark.parametrize(
    ("units", "role"),
    [((TU_MO_RONG,), Role.SUPERVISOR), ((HA_3,), Role.SUPERVISOR), ((), Role.SUPERVISOR), ((PROVINCE,), Role.ANALYST)],
)
def test_nobody_settles_what_is_not_theirs(services, field, clash, units, role):
    account, meant = officer(services, *units, role=role), target(services, clash)
    with pytest.raises(NotFound):
        settle_conflict(services, account, Settlement(meant, {"size": 2}))
    with pytest.raises(NotFound):
        read_conflict(services, account, meant.key)
    assert stored_row(services, clash).conflict == "hard"
