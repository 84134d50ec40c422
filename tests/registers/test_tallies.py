"""What a change of an entity adds to the number of those its list holds."""

import pytest

from server.registers.reach import CLUBS, HOUSEHOLDS
from server.registers.tallies import Tallied, may_overlap, steps
from server.territory.units import UnitId

HERE, THERE = UnitId(1), UnitId(2)
NOWHERE = Tallied(is_live=False, unit_id=None, values={})


def listed(unit=HERE, **values) -> Tallied:
    return Tallied(is_live=True, unit_id=unit, values=values)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (NOWHERE, listed(poverty="poor"), {(HERE, ""): 1, (HERE, "poverty=poor"): 1}),
        (listed(poverty="poor"), listed(poverty="none"), {(HERE, "poverty=poor"): -1, (HERE, "poverty=none"): 1}),
        (listed(poverty="poor"), listed(poverty="poor"), {}),
        (listed(THERE), listed(HERE), {(THERE, ""): -1, (HERE, ""): 1}),
        (listed(), Tallied(is_live=False, unit_id=HERE, values={}), {(HERE, ""): -1}),
        (Tallied(is_live=True, unit_id=None, values={}), NOWHERE, {}),
        (
            listed(groups="policy disabled"),
            listed(groups="disabled hardship disabled"),
            {(HERE, "groups=policy"): -1, (HERE, "groups=hardship"): 1},
        ),
        (listed(groups=""), listed(groups="none"), {(HERE, "groups="): -1, (HERE, "groups=none"): 1}),
    ],
)
def test_a_change_adds_what_is_new_and_takes_what_is_gone(before, after, expected):
    found = steps(HOUSEHOLDS, before, after)
    unasked = {f"{question}=" for question in ("poverty", "hh_type", "ethnic", "groups")}
    if before is not NOWHERE and before.is_live and after.is_live and before.unit_id == after.unit_id:
        unasked = set()
    assert {key: amount for key, amount in found.items() if key[1] not in unasked} == expected


def test_the_answers_of_a_question_add_up_to_the_whole():
    found = steps(HOUSEHOLDS, NOWHERE, listed(poverty="poor", hh_type="gen2"))
    for question in ("poverty", "hh_type", "ethnic"):
        assert sum(amount for (_, category), amount in found.items() if category.startswith(f"{question}=")) == 1


@pytest.mark.parametrize(
    ("list_name", "wanted", "expected"),
    [
        (HOUSEHOLDS, ("groups=policy", "groups=disabled"), True),
        (HOUSEHOLDS, ("groups=policy",), False),
        (HOUSEHOLDS, ("poverty=poor", "poverty=near_poor"), False),
        (CLUBS, ("kind=a", "kind=b"), False),
    ],
)
def test_only_answers_that_go_together_may_overlap(list_name, wanted, expected):
    assert may_overlap(list_name, wanted) is expected
