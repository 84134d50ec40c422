"""Units that were silent and then reported: that they had nothing was known, and whoever knows it pins nothing more."""

from __future__ import annotations

import random
from itertools import product

import pytest
from suppression_attacker import patterns_of, pinned

from server.errors import Conflict
from server.indicators.releases import Release, ReleasePeriod, Rows
from server.indicators.releases_layout import Extent, Family, ReleaseLayout
from server.indicators.suppression import suppress
from server.indicators.suppression_reader import step_between
from server.indicators.suppression_tables import Published
from server.operations.release_basis import FamilyBasis, as_known

MEASURE = "phieu_b.cases"
TABLES = tuple(
    Release(name, name, name, MEASURE, rows, period, question="", k=5, note="", row=row)
    for row, (name, rows, period) in enumerate(
        [("xa", Rows.COMMUNE, ReleasePeriod.YEAR), ("quy", Rows.PROVINCE, ReleasePeriod.QUARTER)], 2
    )
)
FAMILY = Family((MEASURE,), TABLES, (), (MEASURE,))
PROVINCE = 100
SEEDS = range(40)


class Laid(ReleaseLayout):
    """A layout as the attacker asks about it."""

    def every_case(self):
        return product(*self.aspects)


def laid(communes, quarters):
    return Laid(FAMILY, Extent(dict.fromkeys(communes, PROVINCE), tuple(quarters), {}))


def some_cases(rng, communes, quarters, most):
    return [
        (commune, rng.choice(quarters), MEASURE)
        for commune in communes
        for _ in range(rng.choice((0, 0, 1, 3, 6, rng.randint(0, most))))
    ]


def two_releases(seed):
    """Return the layouts and cases of a release and of a later one in which more communes and quarters report."""
    rng = random.Random(seed)
    every = list(range(1, rng.choice((4, 6, 9)) + 1))
    before, quarters = every[: rng.randint(1, len(every) - 1)], [1, 2, 3, 4][: rng.randint(1, 4)]
    old = some_cases(rng, before, quarters, 15)
    new = some_cases(rng, every, [1, 2, 3, 4], 12)
    return (laid(before, quarters), old), (laid(every, [1, 2, 3, 4]), old + new)


def known(published, layout):
    """Return an earlier release as its reader knows it by now, with the cells the attacker asks about."""
    wide = as_known(published, FamilyBasis(layout, ()))
    extent = wide.layout.extent
    return Published(laid(extent.province_of, extent.quarters), wide.cases, wide.small, wide.hidden)


def revised(seed):
    """Return both releases as a reader knows them, and in which a case may be; None where the later one waits."""
    (layout, cases), (later_layout, later_cases) = two_releases(seed)
    first = suppress(layout, cases)
    try:
        second = suppress(later_layout, later_cases, [known(first, later_layout)])
    except Conflict:
        return None
    step = step_between(first.cases, second.cases)
    return [known(first, later_layout), second], patterns_of([step.value])


@pytest.mark.parametrize("seed", SEEDS)
def test_who_knows_that_the_silent_had_nothing_pins_no_hidden_count(seed):
    found = revised(seed)
    assert found is None or pinned(*found) == {}


def test_most_revisions_need_not_wait():
    waiting = [seed for seed in SEEDS if revised(seed) is None]
    assert len(waiting) < len(SEEDS) // 2, waiting
