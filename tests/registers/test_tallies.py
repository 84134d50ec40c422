"""What a change of an entity adds to the number of those its list holds."""

import pytest

from server.registers.reach import HOUSEHOLDS
from server.registers.tallies import Tallied, steps
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
    ],
)
def test_a_change_adds_what_is_new_and_takes_what_is_gone(before, after, expected):
    found = steps(HOUSEHOLDS, before, after)
    known = {key: amount for key, amount in found.items() if "hh_type" not in key[1] and "ethnic" not in key[1]}
    assert {key: amount for key, amount in known.items() if key[1] != "poverty="} == expected


def test_the_answers_of_a_question_add_up_to_the_whole():
    found = steps(HOUSEHOLDS, NOWHERE, listed(poverty="poor", hh_type="gen2"))
    for question in ("poverty", "hh_type", "ethnic"):
        assert sum(amount for (_, category), amount in found.items() if category.startswith(f"{question}=")) == 1
