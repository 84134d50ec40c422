"""What stands side by side, what the survivor then says, and what it says once the two are parted."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from server.registers.mergers import Said, carried_over, joined, parted, side_by_side
from server.registers.versions import LABEL, Action, Conflict, EntityState, amended

SURVIVOR = EntityState(3, "A Tik (mẫu)", {"head_name": "A Tik", "size": "5", "house_no": "37"})
OTHER = EntityState(2, "A Tík (mẫu)", {"head_name": "A Tík", "size": "6", "ethnic": "ba_na"})


def said(new, *, is_carried=False):
    return Said(new.version, new.changed, {**new.values, LABEL: new.label}, is_carried)


def after(state, new):
    return replace(state, version=new.version, label=new.label, values=new.values)


def test_fields_stand_side_by_side_and_what_is_empty_is_proposed_from_the_other():
    sides = {one.name: one for one in side_by_side(SURVIVOR.values | {"note": ""}, OTHER.values)}
    assert list(sides) == ["ethnic", "head_name", "house_no", "size"]
    assert [name for name, one in sides.items() if one.differs] == ["ethnic", "head_name", "house_no", "size"]
    assert [name for name, one in sides.items() if one.takes_other] == ["ethnic"]


def test_the_later_survey_is_proposed_with_its_outcome():
    one = {"last_survey_year": "2025", "visit_result": "met"}
    other = {"last_survey_year": "2026", "visit_result": "absent"}
    assert all(side.takes_other for side in side_by_side(one, other))
    assert not any(side.takes_other for side in side_by_side(other, one))


def test_the_survivor_takes_what_was_chosen_and_nothing_else():
    new = joined(SURVIVOR, OTHER, ["size", "ethnic", LABEL])
    assert new.values == {"head_name": "A Tik", "size": "6", "house_no": "37", "ethnic": "ba_na"}
    assert (new.label, new.version, new.action) == ("A Tík (mẫu)", 4, Action.MERGE)
    assert new.changed == {"size", "ethnic", LABEL}


def test_a_merge_that_takes_nothing_is_a_version_all_the_same():
    new = joined(SURVIVOR, OTHER, [])
    assert (new.version, new.changed, new.values) == (4, frozenset(), SURVIVOR.values)


def test_what_arrives_for_the_other_is_carried_over_with_its_conflict():
    change = amended(OTHER, {"size": "7"}, label="Khác", action=Action.UPDATE, since=1)
    assert change is not None
    carried = carried_over(replace(change, conflict=Conflict.HARD), SURVIVOR)
    assert carried is not None
    assert (carried.values["size"], carried.label, carried.conflict) == ("7", "A Tik (mẫu)", Conflict.HARD)
    assert carried_over(change, replace(SURVIVOR, values={"size": "7"})) is None


def test_parting_gives_back_what_each_said_and_keeps_what_named_the_survivor():
    before = {**SURVIVOR.values, LABEL: SURVIVOR.label}
    merge = joined(SURVIVOR, OTHER, ["size", LABEL])
    state = after(SURVIVOR, merge)
    own = amended(state, {"house_no": "38", "size": "8"}, label=None, action=Action.UPDATE)
    state = after(state, own)
    carried = amended(state, {"size": "9", "ethnic": "xo_dang"}, label=None, action=Action.UPDATE)
    state = after(state, carried)
    new = parted(state, before, [said(merge), said(own), said(carried, is_carried=True)])
    assert new.values == {"head_name": "A Tik", "size": "8", "house_no": "38", "ethnic": ""}
    assert (new.label, new.action, new.version) == ("A Tik (mẫu)", Action.UNDO, 7)


NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.dictionaries(NAMES, st.sampled_from(["", "1", "2", "3"]), max_size=3)


@settings(max_examples=150, deadline=None)
@given(VALUES, VALUES, st.sets(NAMES), st.lists(st.tuples(st.booleans(), VALUES), max_size=6))
def test_parted_the_survivor_says_what_it_would_without_the_other(one, other, chosen, changes):
    alone = EntityState(1, "Một", one)
    merge = joined(alone, EntityState(1, "Hai", other), chosen)
    together, since = after(alone, merge), [said(merge)]
    for is_carried, values in changes:
        new = amended(together, values, label=None, action=Action.UPDATE)
        if not is_carried:
            alone = replace(
                alone, values={**alone.values, **{n: t for n, t in values.items() if new and n in new.changed}}
            )
        if new is not None:
            together = after(together, new)
            since.append(said(new, is_carried=is_carried))
    new = parted(together, {**one, LABEL: "Một"}, since)
    said_alone = {name: text for name, text in alone.values.items() if text}
    assert {name: text for name, text in new.values.items() if text} == said_alone
    assert new.label == "Một"
