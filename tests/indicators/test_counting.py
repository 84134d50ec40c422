"""Who counts: latest, any and sum, in whatever order the versions are given."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from server.indicators.contribution import Combine
from server.indicators.counting import Candidate, counted_of

LATEST, ANY, SUM = Combine.LATEST, Combine.ANY, Combine.SUM


def candidate(version_id, day, *, position=0, combine=LATEST, thousandths=1000):
    return Candidate(version_id, position, date(2026, 1, day), combine, thousandths)


@pytest.mark.parametrize(
    ("candidates", "winners"),
    [
        ([], set()),
        ([candidate(1, 9), candidate(2, 3)], {(1, 0)}),
        ([candidate(1, 3), candidate(2, 3)], {(2, 0)}),
        ([candidate(1, 3, position=0), candidate(1, 3, position=4)], {(1, 4)}),
        ([candidate(1, 3), candidate(2, 9, thousandths=0)], {(2, 0)}),
        ([candidate(1, 9, combine=ANY), candidate(2, 3, combine=ANY)], {(2, 0)}),
        ([candidate(1, 9, combine=ANY), candidate(2, 3, combine=ANY, thousandths=0)], {(1, 0)}),
        ([candidate(2, 3, combine=ANY, thousandths=0)], {(2, 0)}),
        ([candidate(2, 3, combine=ANY), candidate(1, 3, combine=ANY)], {(1, 0)}),
        ([candidate(1, 9, combine=SUM), candidate(2, 3, combine=SUM)], {(1, 0), (2, 0)}),
        ([candidate(1, 9, combine=SUM), candidate(2, 3, combine=LATEST)], {(1, 0)}),
        ([candidate(1, 3, combine=ANY), candidate(2, 9, combine=SUM)], {(2, 0)}),
    ],
)
def test_the_same_candidates_give_the_same_winners_in_every_order(candidates, winners):
    for order in permutations(candidates):
        assert counted_of(order) == winners
