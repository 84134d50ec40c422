"""Rings that cross themselves are found; those that only touch themselves are not."""

from __future__ import annotations

import math

import pytest
from outline_squares import square

from server.territory.crossings import TooIntricate, self_crossing


def test_a_bow_tie_crosses_itself():
    assert self_crossing(((108.0, 14.0), (108.1, 14.1), (108.1, 14.0), (108.0, 14.1), (108.0, 14.0))) is not None


@pytest.mark.parametrize(
    "ring",
    [
        square(108.0, 14.0, 0.1),
        # Two squares that touch in a corner, drawn in one line.
        ((0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (1, 2), (1, 1), (0, 1), (0, 0)),
        # There and back on one line.
        ((0, 0), (1, 0), (2, 0), (1, 0), (1, 1), (0, 0)),
    ],
)
def test_touching_is_not_crossing(ring):
    assert self_crossing(ring) is None


def test_one_crossing_among_thousands_of_segments_is_found():
    ring = [(math.cos(2 * math.pi * at / 5000), math.sin(2 * math.pi * at / 5000)) for at in range(5000)]
    assert self_crossing((*ring, ring[0])) is None
    ring[1000], ring[1002] = ring[1002], ring[1000]
    assert self_crossing((*ring, ring[0])) is not None


def test_a_tangle_made_to_cost_is_called_too_intricate():
    comb = [(at * 1e-6, float(at % 2)) for at in range(20_000)]
    with pytest.raises(TooIntricate):
        self_crossing((*comb, (0.02, -1.0), comb[0]))
