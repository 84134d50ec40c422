"""Outlines with fewer positions, for keeping and for drawing: no corner moves by more than was allowed.

Source: D. Douglas, T. Peucker, "Algorithms for the reduction of the number of points required to represent a digitized
line or its caricature", The Canadian Cartographer 10 (1973).
"""

from __future__ import annotations

from math import cos, radians
from typing import TYPE_CHECKING, Final

from server.territory.outlines import METRES_A_DEGREE, Outline, distance_to_segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.territory.outlines import Box, Polygon, Position, Ring

_LEAST_POSITIONS: Final = 4
"""A triangle, closed."""
_GROWTH: Final = 2


def simplified(outline: Outline, metres: float) -> Outline:
    """Return the outline without the corners that lie within *metres* of the line without them.

    Islets and holes smaller than that are left out, the largest polygon never.
    """
    polygons = tuple(_polygons(outline, metres))
    return Outline.of(polygons) if polygons else Outline.of([_largest(outline)])


def thinned(outline: Outline, *, most: int, metres: float) -> tuple[Outline, float]:
    """Return the outline with *most* positions at the most, and within how many metres it is right.

    The first try is *metres*; each further one allows twice as much. What no try makes small enough (thousands of
    islets) ends as its largest polygon.
    """
    allowed, found = metres, simplified(outline, metres)
    while found.positions > most and allowed < METRES_A_DEGREE:
        allowed *= _GROWTH
        found = simplified(outline, allowed)
    return found, allowed


def _polygons(outline: Outline, metres: float) -> Iterator[Polygon]:
    for polygon in outline.polygons:
        rings = [_ring(ring, metres) for ring in polygon]
        if len(rings[0]) >= _LEAST_POSITIONS:
            yield (rings[0], *(ring for ring in rings[1:] if len(ring) >= _LEAST_POSITIONS))


def _largest(outline: Outline) -> Polygon:
    """Return the box of the polygon with the widest one: all that is left of it at this scale."""
    box = max((Outline.of([polygon]).box for polygon in outline.polygons), key=_extent)
    west, south, east, north = box.west, box.south, box.east, box.north
    return (((west, south), (east, south), (east, north), (west, north), (west, south)),)


def _extent(box: Box) -> float:
    return (box.east - box.west) * (box.north - box.south)


def _ring(ring: Ring, metres: float) -> Ring:
    """Return the ring with fewer positions; it is cut in two at the corner farthest from its beginning."""
    scale = METRES_A_DEGREE * cos(radians(ring[0][1]))
    plane = [(longitude * scale, latitude * METRES_A_DEGREE) for longitude, latitude in ring]
    farthest = _farthest(plane, 0, len(plane) - 1)[0]
    keep = {0, farthest, len(plane) - 1}
    waiting = [(0, farthest), (farthest, len(plane) - 1)]
    while waiting:
        start, end = waiting.pop()
        if end - start > 1:
            at, distance = _farthest(plane, start, end)
            if distance > metres:
                keep.add(at)
                waiting += [(start, at), (at, end)]
    return tuple(ring[at] for at in sorted(keep))


def _farthest(plane: list[Position], start: int, end: int) -> tuple[int, float]:
    """Return the place between two others that lies farthest from the line between them, and how far."""
    first, last = plane[start], plane[end]
    distances = ((distance_to_segment(plane[at], first, last), at) for at in range(start + 1, end))
    distance, at = max(distances, default=(0.0, start))
    return at, distance
