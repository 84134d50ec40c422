"""What is hidden, by hand and by rule: small cells always, others only where sums would give these away."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from suppression_attacker import pinned
from suppression_tables_sample import SampleLayout, cell, random_cases, random_layout

from server.indicators.suppression import suppress
from server.indicators.suppression_tables import counts_of

ONE_QUARTER = SampleLayout(4, quarters=1)


def cases_of(*counts, quarter=1):
    """Return so many cases in each commune, all in one quarter."""
    return [(commune, quarter) for commune, count in enumerate(counts, start=1) for _ in range(count)]


def hidden(layout, cases):
    released = suppress(layout, cases)
    return released.small, released.hidden


def test_nothing_is_hidden_where_nothing_is_small():
    assert hidden(ONE_QUARTER, cases_of(5, 6, 7, 30)) == (frozenset(), frozenset())


def test_one_small_commune_takes_another_with_it():
    small, others = hidden(ONE_QUARTER, cases_of(3, 8, 9, 20))
    assert small == {cell(1)}
    assert len(others) == 1
    assert others < {cell(2), cell(3), cell(4)}


def test_two_small_communes_hide_behind_each_other_unless_their_sum_gives_them_away():
    assert hidden(ONE_QUARTER, cases_of(2, 3, 9, 20))[0] == {cell(1), cell(2)}
    small, others = hidden(ONE_QUARTER, cases_of(0, 0, 9, 20))
    assert small == {cell(1), cell(2)}
    assert others, "two cells that are 0 together are both known to be"


def test_small_communes_of_a_small_province_hide_their_total_too():
    layout = SampleLayout(3, quarters=1)
    small, others = hidden(layout, cases_of(1, 2, 1))
    assert small == layout.cells.keys()
    assert others == frozenset()


def test_the_only_commune_of_a_province_is_shown_or_hidden_with_it():
    layout = SampleLayout(1, quarters=1)
    assert hidden(layout, cases_of(12)) == (frozenset(), frozenset())
    assert hidden(layout, cases_of(4))[0] == layout.cells.keys()


def test_where_there_is_no_case_at_all_everything_is_hidden():
    layout = SampleLayout(5, (3,), by_quarter=(0,))
    assert hidden(layout, []) == (layout.cells.keys(), frozenset())


def test_quarters_that_are_all_small_hide_the_year_which_would_say_they_are_at_their_most():
    layout = SampleLayout(1)
    cases = [(1, quarter) for quarter in layout.quarters for _ in range(4)]
    small, others = hidden(layout, cases)
    assert small == {cell(quarter=one) for one in layout.quarters}
    assert others == {cell(), cell(1)}


def test_a_unit_that_has_not_reported_is_no_place_to_hide():
    layout = SampleLayout(3, quarters=1, known={2})
    small, others = hidden(layout, [(1, 1)] * 2 + [(3, 1)] * 9)
    assert cell(2) not in layout.cells
    assert small == {cell(1)}
    assert others == {cell(3)}


def test_a_category_is_not_given_away_by_the_rest_of_its_row_and_column():
    layout = SampleLayout(3, (3,), by_quarter=(0,), quarters=2)
    cases = [(c, q, f"q0={a}") for c in layout.communes for q in (1, 2) for a in range(3) for _ in range(4)]
    cases.remove((1, 1, "q0=0"))
    cases = [one for one in cases if one != (2, 2, "q0=1")]
    released = suppress(layout, cases)
    assert cell(2, category="q0=1") in released.small
    assert any(key.unit_id == 2 and key.category for key in released.hidden), "in its row"
    assert any(key.unit_id in {1, 3} and key.category == "q0=1" for key in released.hidden), "in its column"
    assert pinned([released]) == {}


@pytest.mark.parametrize("seed", range(40))
def test_only_and_all_small_cells_are_small_and_the_same_cases_in_any_order_hide_the_same(seed):
    rng = random.Random(seed)
    layout = random_layout(rng)
    cases = random_cases(rng, layout)
    released = suppress(layout, cases)
    counts = counts_of(layout, cases)
    assert released.small == {key for key, count in counts.items() if count < layout.cells[key].k}
    assert not released.small & released.hidden
    assert released.unseen <= layout.cells.keys()
    rng.shuffle(cases)
    assert suppress(layout, cases) == released


@given(st.lists(st.integers(0, 12), min_size=1, max_size=6), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_one_more_question_shows_nothing_that_was_hidden_for_being_small(counts, answer):
    plain, split = SampleLayout(len(counts), quarters=1), SampleLayout(len(counts), (4,), quarters=1)
    before = suppress(plain, cases_of(*counts))
    after = suppress(split, [(*case, f"q0={(answer + at) % 4}") for at, case in enumerate(cases_of(*counts))])
    assert before.small <= after.small


def test_a_release_again_without_a_change_is_the_same():
    layout = SampleLayout(6, (2,), by_quarter=(0,))
    cases = random_cases(random.Random(7), layout, mean=6)
    first = suppress(layout, cases)
    again = suppress(layout, cases, [first])
    assert (again.small, again.hidden) == (first.small, first.hidden)


def test_what_was_hidden_once_stays_hidden_however_it_grows():
    first = suppress(ONE_QUARTER, cases_of(3, 8, 9, 20))
    second = suppress(ONE_QUARTER, cases_of(30, 8, 9, 20), [first])
    assert first.unseen <= second.unseen
    third = suppress(ONE_QUARTER, cases_of(60, 80, 9, 20), [first, second])
    assert second.unseen <= third.unseen


def test_a_change_smaller_than_k_of_what_was_shown_is_hidden_and_a_greater_one_is_not():
    first = suppress(ONE_QUARTER, cases_of(10, 20, 30, 40))
    assert not first.unseen
    assert not suppress(ONE_QUARTER, cases_of(15, 20, 30, 40), [first]).unseen
    revised = suppress(ONE_QUARTER, cases_of(12, 20, 30, 40), [first])
    assert {cell(1), cell()} <= revised.unseen


def test_a_whole_province_hides_its_few_and_with_them_its_total():
    layout = SampleLayout(102, (6,), by_quarter=(0,))
    cases = random_cases(random.Random(1), layout, mean=2)
    released = suppress(layout, cases)
    assert len(released.small) > 500
    assert cell() not in released.unseen
