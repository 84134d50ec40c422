"""The attacker reads every table that plans can declare at once: communes, provinces, quarters, questions, parts.

`test_suppression_attack` attacks what hides cells on tables of one measure. Here the tables lie as plans declare them:
several provinces with totals of their own, quarters, more than one question, and measures that are parts of others, so
that what one table shows bounds the others; and two years are read together, with how much the second differs.
"""

from __future__ import annotations

import random
from itertools import product

import pytest
from suppression_attacker import Attacker, patterns_of

from server.errors import Conflict
from server.indicators.releases import Release, ReleasePeriod, Rows
from server.indicators.releases_layout import Extent, Family, ReleaseLayout, categories_of
from server.indicators.suppression import suppress
from server.indicators.suppression_reader import Step, step_between
from server.indicators.suppression_tables import counts_of

WHOLE, PART, OTHER = "f.cases", "f.told", "f.supported"
MEMBERSHIPS = {
    (WHOLE,): (WHOLE,),
    (WHOLE, PART): (WHOLE, f"{WHOLE} {PART}"),
    (WHOLE, PART, OTHER): (WHOLE, f"{WHOLE} {PART}", f"{WHOLE} {OTHER}", f"{WHOLE} {PART} {OTHER}"),
}
RUNS = [
    pytest.param(range(30), id="30"),
    pytest.param(range(30, 2_030), id="2000", marks=pytest.mark.full),
]


class DeclaredLayout:
    """A layout as plans declare it, whose possible cases can be gone through."""

    def __init__(self, family, extent):
        self._laid_out = ReleaseLayout(family, extent)
        self.cells, self.aspects = self._laid_out.cells, self._laid_out.aspects
        self.keys_of, self.needs_of = self._laid_out.keys_of, self._laid_out.needs_of

    def every_case(self):
        return product(*self.aspects)


@pytest.mark.parametrize("seeds", RUNS)
def test_no_hidden_cell_of_all_declared_tables_together_can_be_pinned(seeds):
    several = 0
    for seed in seeds:
        dice = random.Random(seed)
        layout = declared(dice)
        released = suppress(layout, cases_of(dice, layout))
        assert pinned([released]) == {}, seed
        several += len({key.measure for key in layout.cells}) > 1
    assert several > len(seeds) // 4


@pytest.mark.parametrize("seeds", RUNS)
def test_no_hidden_cell_of_declared_tables_and_their_revision_can_be_pinned(seeds):
    revised = 0
    for seed in seeds:
        dice = random.Random(seed + 100_000)
        layout = declared(dice)
        first = suppress(layout, cases_of(dice, layout))
        later = [*first.cases, *cases_of(dice, layout)[:8]]
        try:
            second = suppress(layout, later, [first])
        except Conflict:
            continue
        step = step_between(first.cases, later)
        assert step is not Step.CHANGED
        assert pinned([first, second], patterns_of([step.value])) == {}, seed
        revised += 1
    assert revised > len(seeds) // 3


@pytest.mark.parametrize("seeds", RUNS)
def test_the_change_between_two_years_tells_no_more_than_their_tables(seeds):
    """A change is told where both totals are shown; then it is worked out from them and holds nothing of its own."""
    told = 0
    for seed in seeds:
        dice = random.Random(seed + 200_000)
        layout = declared(dice)
        years = [suppress(layout, cases_of(dice, layout)) for _ in range(2)]
        total = next(key for key in layout.cells if (key.unit_id, key.quarter, key.category) == (0, 0, ""))
        is_told = all(total not in one.unseen for one in years)
        for year in years:
            attacker = Attacker([year])
            if is_told:
                attacker.know([(0, total)], counts_of(layout, year.cases)[total])
            assert pinned_by(attacker, [year]) == {}, seed
        told += is_told
    assert told > 0


def pinned(releases, patterns=((1,),)):
    return pinned_by(Attacker(releases, patterns), releases)


def pinned_by(attacker, releases):
    """Return the small cells that can have fewer values than their k."""
    return {
        (at, key): sorted(values)
        for (at, key), values in attacker.possible().items()
        if len(values) < releases[at].layout.cells[key].k
    }


def declared(dice):
    """Return tables as a plan may declare them, over one or two provinces of a few communes."""
    measures = dice.choice(list(MEMBERSHIPS))
    k = dice.choice((3, 5))
    questions = {f"q{number}": [f"a{one}" for one in range(dice.randint(1, 2))] for number in range(dice.randint(0, 2))}
    releases = [table(dice, measure, k, question) for measure in measures for question in ("", *questions)]
    releases += [table(dice, WHOLE, k, "")]
    asked = tuple(dict.fromkeys(one.question for one in releases if one.question))
    family = Family(measures, tuple(releases), asked, MEMBERSHIPS[measures])
    provinces = dice.choice(((90,), (90, 91)))
    communes = {number: dice.choice(provinces) for number in range(1, dice.choice((2, 3, 4)) + 1)}
    quarters = tuple(range(1, dice.choice((1, 2, 3)) + 1))
    return DeclaredLayout(
        family, Extent(communes, quarters, {one: categories_of(one, questions[one]) for one in asked})
    )


def table(dice, measure, k, question):
    rows = dice.choice(list(Rows))
    period = ReleasePeriod.YEAR if rows is Rows.COMMUNE else dice.choice(list(ReleasePeriod))
    return Release(f"t{dice.random()}", "Bảng (mẫu)", "Table", measure, rows, period, question, k, "", 2)


def cases_of(dice, layout):
    """Return cases scattered unevenly over everything a case can be."""
    mean = dice.choice((1, 4, 9))
    communes, *others = layout.aspects
    found = []
    for commune in communes:
        for _ in range(int(dice.expovariate(1 / mean))):
            rest = (values[min(int(dice.expovariate(0.9)), len(values) - 1)] for values in others)
            found.append((commune, *rest))
    return found
