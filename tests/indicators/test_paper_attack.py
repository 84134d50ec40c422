"""The attacker remembers the year's total from paper, which was on pages until the tables were frozen."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from suppression_attacker import Attacker, patterns_of
from suppression_tables_sample import MEASURE, cell, random_cases, random_layout
from test_release_attack import WHOLE, cases_of, declared, pinned_by

from server.errors import Conflict
from server.indicators.paper_figures import PaperFigure, PaperPlace, PaperSource, ever_shown
from server.indicators.periods import Period
from server.indicators.releases_paper import also_read
from server.indicators.suppression import suppress
from server.indicators.suppression_reader import Step, step_between
from server.indicators.suppression_tables import CellKey, counts_of

RUNS = [
    pytest.param(range(40), id="40"),
    pytest.param(range(40, 2_040), id="2000", marks=pytest.mark.full),
]
TOTAL = CellKey(WHOLE, 0, 0, "")


def after_paper(layout, cases, count, earlier=(), measure=WHOLE):
    return suppress(layout, cases, also_read(layout, cases, earlier, {measure: {count}}))


@pytest.mark.parametrize("seeds", RUNS)
def test_no_hidden_cell_can_be_pinned_by_whoever_remembers_the_total(seeds):
    released = 0
    for seed in seeds:
        dice = random.Random(seed + 300_000)
        layout = declared(dice)
        cases = cases_of(dice, layout)
        count = counts_of(layout, cases)[TOTAL]
        if count < layout.cells[TOTAL].k:
            continue
        try:
            first = after_paper(layout, cases, count)
        except Conflict:
            continue
        attacker = Attacker([first])
        attacker.know([(0, TOTAL)], count)
        assert pinned_by(attacker, [first]) == {}, seed
        released += 1
    assert released > len(seeds) // 4


@pytest.mark.parametrize("seeds", RUNS)
def test_no_total_is_shown_that_differs_by_a_small_count_from_one_on_paper(seeds):
    hidden = 0
    for seed in seeds:
        dice = random.Random(seed + 400_000)
        layout = declared(dice)
        cases = cases_of(dice, layout)
        count, k = counts_of(layout, cases)[TOTAL], layout.cells[TOTAL].k
        typed = count + dice.choice([one for one in range(-k - 1, k + 2) if one])
        if typed < k or not cases:
            continue
        try:
            released = after_paper(layout, cases, typed)
        except Conflict:
            continue
        is_near = abs(typed - count) < k
        for key in layout.cells:
            if key.measure == WHOLE and counts_of(layout, cases)[key] == count and not key.quarter and not key.category:
                assert key.unit_id or not is_near or key in released.unseen, (seed, key)
        attacker = Attacker([released])
        assert pinned_by(attacker, [released]) == {}, seed
        if is_near and count >= k:
            # Nor can the hidden total be worked out of what is shown.
            attacker.know([(0, TOTAL)], typed)
            assert attacker._solved() is not None, seed
            hidden += 1
    assert hidden > len(seeds) // 8


def test_the_attacker_does_pin_cells_where_paper_is_forgotten():
    """Else the tests above would ask for nothing."""
    pinned = 0
    for seed in range(40):
        dice = random.Random(seed + 300_000)
        layout = declared(dice)
        forgetful = suppress(layout, cases_of(dice, layout))
        attacker = Attacker([forgetful])
        attacker.know([(0, TOTAL)], counts_of(layout, forgetful.cases)[TOTAL])
        pinned += bool(pinned_by(attacker, [forgetful]))
    assert pinned


def test_what_is_remembered_holds_in_a_revision_too():
    """The count on paper is the total of the second release; then the first gives it away no longer by itself."""
    revised = 0
    for seed in range(30):
        dice = random.Random(seed + 500_000)
        layout = random_layout(dice)
        cases = random_cases(dice, layout)
        later = [*cases, *random_cases(dice, layout, mean=1.5)]
        total = counts_of(layout, later)[cell()]
        if total < layout.cells[cell()].k or step_between(cases, later) is Step.CHANGED:
            continue
        try:
            first = after_paper(layout, cases, total, measure=MEASURE)
            second = after_paper(layout, later, total, [first], measure=MEASURE)
        except Conflict:
            continue
        attacker = Attacker([first, second], patterns_of([step_between(cases, later).value]))
        attacker.know([(1, cell())], total)
        assert pinned_by(attacker, [first, second]) == {}, seed
        revised += 1
    assert revised > 5


def typed(version, count, **changed):
    made = PaperFigure(
        version, PaperPlace(Period(2025), 1, "phieu_b.cases"), version, count * 1000, PaperSource("Sổ mẫu"), "Mẫu",
        None, is_sensitive=True, is_current=False, is_undone=False, import_id=1, recorded_at=None,
    )  # fmt: skip
    return replace(made, **changed)


def test_what_was_ever_shown_is_remembered_and_what_was_hidden_is_not():
    versions = [typed(1, 30), typed(2, 32, is_undone=True), typed(3, 40), typed(4, 3), typed(5, 0, thousandths=None)]
    assert ever_shown(versions, 5) == {30, 40}
