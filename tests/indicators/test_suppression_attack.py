"""An attacker with an integer programming solver pins no hidden cell to fewer than k values, revisions included."""

from __future__ import annotations

import random

import pytest
from suppression_attacker import patterns_of, pinned
from suppression_tables_sample import MEASURE, SampleLayout, cell, random_cases, random_layout

from server.errors import Conflict
from server.indicators.suppression import suppress
from server.indicators.suppression_reader import Step, step_between
from server.indicators.suppression_tables import Published, counts_of

RUNS = [
    pytest.param(range(200), id="200"),
    pytest.param(range(200, 10_200), id="10000", marks=pytest.mark.full),
]
REVISIONS = [
    pytest.param(range(60), id="60"),
    pytest.param(range(60, 2_060), id="2000", marks=pytest.mark.full),
]


@pytest.mark.parametrize("seeds", RUNS)
def test_no_hidden_cell_of_random_tables_can_be_pinned(seeds):
    for seed in seeds:
        rng = random.Random(seed)
        layout = random_layout(rng)
        released = suppress(layout, random_cases(rng, layout))
        assert pinned([released]) == {}, seed


@pytest.mark.parametrize("seeds", REVISIONS)
def test_no_hidden_cell_of_revised_tables_can_be_pinned(seeds):
    revised = 0
    for seed in seeds:
        rng = random.Random(seed)
        layout = random_layout(rng)
        releases, steps = [suppress(layout, random_cases(rng, layout))], []
        for _ in range(rng.randint(1, 3)):
            cases = _after(rng, layout, releases[-1].cases)
            try:
                releases.append(suppress(layout, cases, releases))
            except Conflict:
                break
            step = step_between(releases[-2].cases, cases)
            steps = [] if step is Step.CHANGED else [*steps, step.value]
            assert pinned(releases[-len(steps) - 1 :], patterns_of(steps)) == {}, seed
            assert releases[-2].unseen <= releases[-1].unseen, seed
            revised += 1
    assert revised > len(seeds), "most revisions can be released"


def _after(rng, layout, cases):
    """Return what cases there are later: some more, some fewer, the same, or some that were put right."""
    match rng.choice(("grew", "grew", "shrank", "same", "changed")):
        case "grew":
            return [*cases, *random_cases(rng, layout, mean=1.5)]
        case "shrank":
            return [case for case in cases if rng.random() < 0.7]
        case "changed":
            return [case for case in cases if rng.random() < 0.8] + random_cases(rng, layout, mean=1.5)
    return list(cases)


def test_the_attacker_finds_what_is_left_open():
    """Hiding the small cells alone leaves one that total and rest give away."""
    layout = SampleLayout(3, quarters=1)
    cases = [(1, 1)] * 7 + [(2, 1)] * 9 + [(3, 1)] * 2
    careless = Published(layout, tuple(cases), frozenset([cell(3)]), frozenset())
    assert pinned([careless]) == {(0, cell(3)): [2]}
    assert pinned([suppress(layout, cases)]) == {}


def test_the_attacker_finds_what_two_releases_together_give_away():
    """One case more, all of it in the commune that was hidden before and is shown now."""
    layout = SampleLayout(3, quarters=1)
    before = [(1, 1)] * 4 + [(2, 1)] * 9 + [(3, 1)] * 12
    first = suppress(layout, before)
    assert cell(1) in first.small
    after = (*before, (1, 1))
    hasty = Published(layout, after, frozenset(), frozenset())
    assert counts_of(layout, after)[cell(1)] == 5
    assert (0, cell(1)) in pinned([first, hasty], patterns_of(["grew"]))
    revised = suppress(layout, after, [first])
    assert first.unseen | {cell()} <= revised.unseen
    assert pinned([first, revised], patterns_of(["grew"])) == {}


def test_a_measure_is_named_in_every_cell():
    assert {key.measure for key in SampleLayout(2).cells} == {MEASURE}
