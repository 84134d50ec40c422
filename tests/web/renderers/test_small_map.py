"""The small map of a record: the place within the outline, to scale, and alone where no outline is known."""

from __future__ import annotations

import re

import pytest

from server.submissions.fixes import Fix
from server.territory.outlines import Outline
from server.web.renderers.small_map import HEIGHT, WIDTH, small_map

SQUARE = Outline.of([(((107.9, 14.3), (108.0, 14.3), (108.0, 14.4), (107.9, 14.4), (107.9, 14.3)),)])


def corners(path):
    return [tuple(map(int, one)) for one in re.findall(r"(-?\d+) (-?\d+)", path)]


def test_the_place_stands_in_the_outline_as_on_the_ground():
    drawn = small_map(Fix(14.35, 107.95, 12.0), SQUARE)
    left, right = min(x for x, _ in corners(drawn.outline)), max(x for x, _ in corners(drawn.outline))
    above, below = min(y for _, y in corners(drawn.outline)), max(y for _, y in corners(drawn.outline))
    assert (drawn.x, drawn.y) == pytest.approx(((left + right) / 2, (above + below) / 2), abs=1)
    assert 0.93 < (right - left) / (below - above) < 1.0, "a degree across is shorter than one up"
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in corners(drawn.outline))
    metres_a_pixel = drawn.scale_m / drawn.scale_length
    assert (below - above) * metres_a_pixel == pytest.approx(11_120, rel=0.02)


def test_a_place_far_outside_is_drawn_with_the_outline():
    drawn = small_map(Fix(14.9, 108.6, 5.0), SQUARE)
    assert drawn.x > max(x for x, _ in corners(drawn.outline))
    assert drawn.y < min(y for _, y in corners(drawn.outline))
    assert (0 < drawn.x < WIDTH, 0 < drawn.y < HEIGHT) == (True, True)


@pytest.mark.parametrize("accuracy", [0.0, 8.0, 3000.0])
def test_a_place_alone_stands_in_the_middle_with_what_the_phone_claims(accuracy):
    drawn = small_map(Fix(14.35, 107.95, accuracy), None)
    assert (drawn.outline, drawn.x, drawn.y) == ("", WIDTH / 2, HEIGHT / 2)
    assert drawn.radius == pytest.approx(accuracy * drawn.scale_length / drawn.scale_m, abs=0.1)
    assert drawn.radius < HEIGHT / 2


def test_the_ends_of_the_earth_are_drawn_too():
    assert small_map(Fix(90.0, 180.0, 0.0), None).scale_m > 0
    assert small_map(Fix(-90.0, -180.0, 0.0), SQUARE).outline
