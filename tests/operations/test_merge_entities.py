"""Two rows of one household become one, whatever still arrives for either, and can be parted as if nothing had been."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from server.errors import Conflict, DomainError, InvalidInput, NotFound
from server.operations.carry_lists import deleted_states
from server.operations.merge_entities import MergeOrder, merge, undo_merge
from server.operations.rebuild_tallies import rebuild_tallies
from server.operations.release_changes import force_waiting
from server.operations.run_jobs import run_round
from tests.builders import new_id
from tests.merge_field import TU_MO_RONG, batches_of, key_of, merged, officer, order, pairs, registered
from tests.register_field import (
    NEIGHBOUR,
    VILLAGE,
    colleague,
    created,
    entity_id,
    household,
    on_phone,
    register_field,
    remarks,
    stored,
    versions,
)

pytestmark = pytest.mark.database


@pytest.fixture
def beginning():
    return register_field


@pytest.fixture
def field(begun):
    return begun


@pytest.fixture
def account(field, services):
    return officer(services)


def said(services, entity, *names):
    properties = stored(services, entity).properties
    return tuple(properties.get(name, "") for name in names)


def test_the_survivor_has_what_was_chosen_and_the_other_leaves_the_phones(field, services, account):
    one, other = registered(field, house_no=""), registered(field, size="6")
    done = merged(services, account, one, other, "house_no", "size")
    assert set(on_phone(field)) == {one}
    assert said(services, one, "head_name", "house_no", "size") == ("A Tik", "37", "6")
    assert deleted_states(services, field.sender(), "households", [one, other]) == {one: False, other: True}
    assert batches_of(services, one)[-1] == batches_of(services, other)[-1] == ("merge", done.batch_id)
    assert stored(services, other).standing == "merged"
    assert said(services, other, "size") == ("6",)


def test_the_pair_is_settled_by_the_merge_and_open_again_when_it_is_undone(field, services, account):
    one, other = registered(field), registered(field)
    done = merged(services, account, one, other)
    run_round(services)
    assert (pairs(services), pairs(services, "merged")) == ([], [frozenset((one, other))])
    undo_merge(services, account, done.batch_id)
    run_round(services)
    assert (pairs(services), pairs(services, "merged")) == ([frozenset((one, other))], [])


def test_whoever_was_like_the_other_is_like_the_survivor(field, services, account):
    one = registered(field, head_name="A Blưn", spouse_name="Y Mai", house_no="5")
    other, third = registered(field), registered(field)
    merged(services, account, one, other, "head_name", "spouse_name", "house_no")
    run_round(services)
    assert pairs(services) == [frozenset((one, third))]


def test_an_update_that_names_the_other_goes_to_the_survivor(field, services, account):
    one, other = registered(field), registered(field)
    merged(services, account, one, other)
    field.send(household(other, update=True, base=1, trunk=1, size="9", last_survey_year="2026"))
    assert said(services, one, "size", "last_survey_year") == ("9", "2026")
    assert set(on_phone(field)) == {one}
    assert remarks(services) == ["entity.redirected"]


def test_what_an_update_does_not_change_of_the_other_changes_nothing_of_the_survivor(field, services, account):
    one, other = registered(field, size="5"), registered(field, size="6")
    merged(services, account, one, other)
    field.send(household(other, update=True, base=1, trunk=1, size="6", house_no="38"))
    assert said(services, one, "size", "house_no") == ("5", "38")


def test_an_offline_chain_on_the_other_arrives_in_any_order(field, services, account, clock):
    one, other, branch = registered(field), registered(field), entity_id()
    merged(services, account, one, other)
    chain = [
        household(other, update=True, base=1, trunk=1, branch=branch, size="5"),
        household(other, update=True, base=2, trunk=1, branch=branch, size="6"),
        household(other, update=True, base=3, trunk=1, branch=branch, size="7"),
    ]
    field.send(chain[2])
    field.send(chain[0])
    assert said(services, one, "size") == ("5",)
    field.send(chain[1])
    assert said(services, one, "size") == ("7",)


def test_a_change_of_the_other_that_is_forced_after_five_days_goes_to_the_survivor_too(field, services, account, clock):
    one, other = registered(field), registered(field)
    merged(services, account, one, other)
    field.send(household(other, update=True, base=7, trunk=1, branch=entity_id(), size="8"))
    clock.advance(days=6)
    assert force_waiting(services) == 1
    assert said(services, one, "size") == ("8",)


def test_an_edit_of_the_record_that_made_the_other_corrects_the_survivor(field, services, account):
    one, first = registered(field), new_id()
    other = entity_id()
    field.send(created(other, instance_id=first, size="6"))
    merged(services, account, one, other, "size")
    field.send(created(other, instance_id=new_id(), deprecated_id=first, size="7"))
    assert said(services, one, "size") == ("7",)


def test_a_record_that_names_both_changes_the_survivor_twice(field, services, account):
    one, other = registered(field), registered(field)
    merged(services, account, one, other)
    field.send(household(one, update=True, base=1, trunk=1, house_no="38"))
    field.send(household(other, update=True, base=1, trunk=1, size="9"))
    assert said(services, one, "house_no", "size") == ("38", "9")
    assert [one.version for one in versions(services, one)] == [1, 2, 3, 4]


def test_a_second_survey_of_one_year_is_told_across_the_two(field, services, account):
    one, other = registered(field), registered(field)
    field.send(household(one, update=True, base=1, trunk=1, last_survey_year="2026"))
    merged(services, account, one, other)
    colleague(field).send(household(other, update=True, base=1, trunk=1, last_survey_year="2026"))
    assert remarks(services).count("entity.surveyed_twice") == 2


def test_undo_gives_each_what_named_it(field, services, account):
    one, other = registered(field, size="5"), registered(field, size="6")
    before = said(services, one, "head_name", "spouse_name", "house_no", "size")
    done = merged(services, account, one, other, "size")
    field.send(household(other, update=True, base=1, trunk=1, size="7", last_survey_year="2026"))
    field.send(household(one, update=True, base=2, trunk=2, house_no="38"))
    undone = undo_merge(services, account, done.batch_id, comment="Hai anh em")
    assert said(services, one, "head_name", "spouse_name", "house_no", "size") == (*before[:2], "38", "5")
    assert said(services, one, "last_survey_year") == ("",)
    assert said(services, other, "size", "last_survey_year", "house_no") == ("7", "2026", "37")
    assert set(on_phone(field)) == {one, other}
    assert batches_of(services, one)[-1] == batches_of(services, other)[-1] == ("undo", undone.batch_id)
    field.send(household(other, update=True, base=3, trunk=3, size="8"))
    assert (said(services, one, "size"), said(services, other, "size")) == (("5",), ("8",))


def test_a_merge_moves_the_survivor_where_the_other_lies_and_undo_moves_it_back(field, services, account):
    one, other = registered(field), registered(colleague(field, unit=NEIGHBOUR), NEIGHBOUR)
    places = stored(services, one).unit_id, stored(services, other).unit_id
    done = merged(services, account, one, other, "village")
    assert stored(services, one).unit_id == places[1]
    assert set(on_phone(field)) == set()
    undo_merge(services, account, done.batch_id)
    assert (stored(services, one).unit_id, stored(services, other).unit_id) == places
    assert set(on_phone(field)) == {one}


def test_tallies_stay_right_through_merge_and_undo(field, services, account):
    one, other = registered(field), registered(field)
    done = merged(services, account, one, other)
    assert [table.differed for table in rebuild_tallies(services)] == [0]
    undo_merge(services, account, done.batch_id)
    assert [table.differed for table in rebuild_tallies(services)] == [0]


def test_merges_in_a_row_lead_to_the_last_survivor_and_are_undone_from_the_end(field, services, account):
    one, two, three = registered(field), registered(field), registered(field)
    first = merged(services, account, two, three)
    second = merged(services, account, one, two)
    field.send(household(three, update=True, base=1, trunk=1, size="9"))
    assert said(services, one, "size") == said(services, two, "size") == ("9",)
    with pytest.raises(Conflict, match=r"register\.undo_later_first"):
        undo_merge(services, account, first.batch_id)
    undo_merge(services, account, second.batch_id)
    assert (said(services, one, "size"), said(services, two, "size")) == (("4",), ("9",))
    undo_merge(services, account, first.batch_id)
    assert (said(services, two, "size"), said(services, three, "size")) == (("4",), ("9",))
    assert set(on_phone(field)) == {one, two, three}


def test_who_does_not_look_after_both_can_neither_merge_nor_undo(field, services, account):
    one, other = registered(field), registered(colleague(field, unit=NEIGHBOUR), NEIGHBOUR)
    outsiders = [officer(services, TU_MO_RONG, login="xa.khac"), officer(services, VILLAGE, login="thon.mau")]
    for outsider in outsiders:
        with pytest.raises(NotFound, match=r"access\.not_found"):
            merge(services, outsider, order(services, one, other))
    done = merged(services, account, one, other)
    for outsider in outsiders:
        with pytest.raises(NotFound, match=r"access\.not_found"):
            undo_merge(services, outsider, done.batch_id)
    assert stored(services, other).merged_into_id == key_of(services, one)


def test_what_cannot_be_merged_is_refused_and_nothing_is_written(field, services, account):
    one, other = registered(field), registered(field)
    good = order(services, one, other)
    stale = MergeOrder(good.survivor_key, good.other_key, good.survivor_version, good.other_version + 1)
    with pytest.raises(Conflict, match=r"register\.merge_changed"):
        merge(services, account, stale)
    with pytest.raises(InvalidInput, match=r"register\.merge_itself"):
        merge(services, account, MergeOrder(good.survivor_key, good.survivor_key, 1, 1))
    with pytest.raises(InvalidInput, match=r"register\.merge_comment"):
        merge(services, account, order(services, one, other, comment="x" * 501))
    with pytest.raises(NotFound):
        merge(services, account, MergeOrder(good.survivor_key, 10**9, 1, 1))
    assert [action for action, _ in batches_of(services, one)] == ["create"]
    done = merged(services, account, one, other)
    with pytest.raises(Conflict, match=r"register\.merge_gone"):
        merged(services, account, one, other)
    undo_merge(services, account, done.batch_id)
    with pytest.raises(Conflict, match=r"register\.undo_done"):
        undo_merge(services, account, done.batch_id)
    with pytest.raises(NotFound):
        undo_merge(services, account, 10**9)


def test_two_officers_at_once_merge_once_and_undo_once(field, services, account):
    one, other = registered(field), registered(field)
    wanted = order(services, one, other)

    def outcome(act):
        try:
            return act().batch_id
        except DomainError as refused:
            return refused.code

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(outcome, [lambda: merge(services, account, wanted)] * 4))
    (batch_id,) = [one for one in done if isinstance(one, int)]
    with ThreadPoolExecutor(4) as pool:
        undone = list(pool.map(outcome, [lambda: undo_merge(services, account, batch_id)] * 4))
    assert len([one for one in undone if isinstance(one, int)]) == 1
    assert set(on_phone(field)) == {one, other}
