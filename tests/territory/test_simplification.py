"""Outlines with fewer corners stay where they were."""

from __future__ import annotations

import math
import random

import pytest
from outline_squares import square

from server.territory.outlines import Outline
from server.territory.simplification import simplified, thinned


def coast(corners, seed):
    """Return a ragged round outline of about 11 km around."""
    chance = random.Random(seed)
    ring = [
        (
            108 + (0.1 + chance.uniform(-0.002, 0.002)) * math.cos(2 * math.pi * at / corners),
            14 + (0.1 + chance.uniform(-0.002, 0.002)) * math.sin(2 * math.pi * at / corners),
        )
        for at in range(corners)
    ]
    return Outline.of([((*ring, ring[0]),)])


@pytest.mark.parametrize("metres", [5.0, 50.0, 200.0])
def test_no_corner_left_out_lies_farther_than_allowed_from_what_is_kept(metres):
    before = coast(400, seed=7)
    after = simplified(before, metres)
    assert after.positions < before.positions
    kept = set(after.polygons[0][0])
    assert kept <= set(before.polygons[0][0])
    line = Outline.of([(after.polygons[0][0], after.polygons[0][0])])  # a hole of the same shape: only the line is left
    left = [one for one in before.polygons[0][0] if one not in kept]
    assert max(line.metres_outside(*one) for one in left) <= metres * 1.01


def test_straight_sides_lose_all_but_their_corners():
    sides = [(108 + step / 100, 14.0) for step in range(10)]
    ring = (*sides, (108.09, 14.05), (108.0, 14.05), sides[0])
    assert simplified(Outline.of([(ring,)]), 1.0).positions == 5


def test_thinning_allows_more_until_few_enough_are_left_and_says_how_much():
    before = coast(3000, seed=1)
    after, allowed = thinned(before, most=100, metres=3.0)
    assert after.positions <= 100
    assert allowed > 3.0
    assert thinned(before, most=5000, metres=3.0)[1] == 3.0


def test_small_islets_and_holes_go_and_the_largest_polygon_stays():
    large, islets = square(108.0, 14.0, 0.1), [square(109 + at / 100, 15.0, 0.0005) for at in range(50)]
    hole = square(108.0, 14.0, 0.0005)
    outline = Outline.of([(islet,) for islet in islets] + [(large, hole)])
    after, _ = thinned(outline, most=20, metres=3.0)
    assert after.polygons == ((large,),)


def test_what_is_smaller_than_a_corner_may_move_ends_as_a_box_of_corners():
    tiny = Outline.of([(square(108.0, 14.0, 0.0001),), (square(108.1, 14.0, 0.0002),)])
    after = simplified(tiny, 500.0)
    assert after.positions == 5
    assert after.covers(108.1, 14.0)
