"""What lies in an outline, how far outside a place is, and outlines as text."""

from __future__ import annotations

import pytest
from outline_squares import square, square_outline

from server.territory.outlines import Box, Outline, read_outline, written

HOLED = Outline.of([(square(108.0, 14.0, 0.1), square(108.0, 14.0, 0.02)), (square(109.0, 15.0, 0.01),)])


@pytest.mark.parametrize(
    ("longitude", "latitude", "is_inside"),
    [
        (108.05, 14.05, True),
        (108.0, 14.0, False),  # in the hole
        (108.03, 14.0, True),  # between hole and edge
        (109.0, 15.0, True),  # the second polygon
        (108.5, 14.5, False),  # in the box around both
        (107.89, 14.0, False),
        (108.0, 14.1001, False),
    ],
)
def test_a_place_lies_in_a_polygon_and_in_none_of_its_holes(longitude, latitude, is_inside):
    assert HOLED.covers(longitude, latitude) is is_inside
    assert (HOLED.metres_outside(longitude, latitude) == 0) is is_inside


@pytest.mark.parametrize(
    ("longitude", "latitude", "metres"),
    [
        (108.0, 14.11, 1112),  # a hundredth of a degree of latitude
        (108.11, 14.0, 1079),  # of longitude, at that latitude
        (108.11, 14.11, 1549),  # from the corner
        (108.0, 14.0, 2157),  # from the middle of the hole to its side
    ],
)
def test_how_far_outside_a_place_lies_is_told_in_metres(longitude, latitude, metres):
    assert HOLED.metres_outside(longitude, latitude) == pytest.approx(metres, rel=0.01)


def test_a_corner_on_the_line_eastwards_is_crossed_once():
    diamond = Outline.of([(((108.0, 13.9), (108.1, 14.0), (108.0, 14.1), (107.9, 14.0), (108.0, 13.9)),)])
    assert diamond.covers(108.0, 14.0)
    assert not diamond.covers(107.85, 14.0)
    assert not diamond.covers(108.15, 14.0)


def test_an_outline_is_written_to_the_metre_and_read_again():
    odd = Outline.of([(((108.1234567, 14.0), (108.2, 14.0), (108.2, 14.1), (108.1234567, 14.0)),)])
    text = written(odd)
    assert text == "[[[[108.12346,14.0],[108.2,14.0],[108.2,14.1],[108.12346,14.0]]]]"
    assert written(read_outline(text)) == text
    assert read_outline(written(HOLED)).box == HOLED.box


def test_boxes_join():
    joined = square_outline(108.0, 14.0, 0.5).box.joined(square_outline(109.0, 13.0, 0.5).box)
    assert joined == Box(107.5, 12.5, 109.5, 14.5)
