"""Whether a ring crosses itself: then nobody can say what lies in it.

Segments are laid into a grid and compared within its cells. Rings of land touch a few cells a segment; one made to cost
more than `MOST_COMPARED` is called too intricate instead of being gone through.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.territory.outlines import Position, Ring

MOST_COMPARED: Final = 4_000_000


class TooIntricate(Exception):
    """The ring costs more to look through than any outline of land does."""


def self_crossing(ring: Ring) -> Position | None:
    """Return where a segment begins that crosses another, None for a ring that does not cross itself.

    Touching itself is not crossing. Raises `TooIntricate`.
    """
    compared = 0
    for cell in _cells(ring).values():
        compared += len(cell) ** 2 // 2
        if compared > MOST_COMPARED:
            raise TooIntricate
        for at, one in enumerate(cell):
            for other in cell[at + 1 :]:
                if _cross(ring[one], ring[one + 1], ring[other], ring[other + 1]):
                    return ring[one]
    return None


def _cells(ring: Ring) -> dict[tuple[int, int], list[int]]:
    """Return the segments by the cells their boxes touch."""
    longitudes, latitudes = [one[0] for one in ring], [one[1] for one in ring]
    west, south = min(longitudes), min(latitudes)
    across = max(max(longitudes) - west, max(latitudes) - south) / (isqrt(len(ring)) + 1) or 1.0
    cells: dict[tuple[int, int], list[int]] = {}
    laid = 0
    for at in range(len(ring) - 1):
        for cell in _touched(ring[at], ring[at + 1], (west, south), across):
            cells.setdefault(cell, []).append(at)
            laid += 1
        if laid > MOST_COMPARED:
            raise TooIntricate
    return cells


def _touched(start: Position, end: Position, origin: Position, across: float) -> Iterator[tuple[int, int]]:
    columns = sorted((int((start[0] - origin[0]) / across), int((end[0] - origin[0]) / across)))
    rows = sorted((int((start[1] - origin[1]) / across), int((end[1] - origin[1]) / across)))
    for column in range(columns[0], columns[1] + 1):
        for row in range(rows[0], rows[1] + 1):
            yield column, row


def _cross(start: Position, end: Position, other_start: Position, other_end: Position) -> bool:
    """Return whether two segments cross between their ends."""
    return (
        _side(start, end, other_start) * _side(start, end, other_end) < 0
        and _side(other_start, other_end, start) * _side(other_start, other_end, end) < 0
    )


def _side(start: Position, end: Position, place: Position) -> float:
    return (end[0] - start[0]) * (place[1] - start[1]) - (end[1] - start[1]) * (place[0] - start[0])
