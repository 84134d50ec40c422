"""Squares of the map."""

from __future__ import annotations

from server.territory.map_cells import cell_of, cells_in, steps_of
from server.territory.outlines import Box


def test_a_box_touches_the_squares_of_every_place_in_it():
    box = Box(107.97, 14.02, 108.12, 14.08)
    cells = cells_in(box)
    assert len(cells) == len(set(cells)) == 8
    places = [(107.97, 14.02), (108.12, 14.08), (108.0, 14.05), (108.06, 14.03)]
    assert {cell_of(*place) for place in places} <= set(cells)
    assert cell_of(107.94, 14.05) not in cells
    assert cell_of(-0.01, -0.01) != cell_of(0.01, 0.01)


def test_degrees_are_whole_steps_of_a_metre():
    assert steps_of(107.91663) == 10_791_663
