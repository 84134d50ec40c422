"""A place within the outline of its commune, measured for drawing in a template: no tiles, no script, no request.

Where no outline is known the place stands alone beside a scale. North is up; a metre is as long across as up, which
within a commune a plane laid at its middle gives well enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians
from typing import TYPE_CHECKING, Final

from server.territory.outlines import METRES_A_DEGREE, Box

if TYPE_CHECKING:
    from server.submissions.fixes import Fix
    from server.territory.outlines import Outline, Ring

WIDTH, HEIGHT = 260, 200
_MARGIN: Final = 14
_ALONE_M: Final = 400.0
"""Half of what is shown around a place without an outline."""
_LEAST_M: Final = 60.0
_SCALES_M: Final = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
_LONGEST_SCALE: Final = 90


@dataclass(frozen=True, slots=True)
class SmallMap:
    """Everything to draw, in pixels; *outline* is the ``d`` of a path, empty where none is known."""

    width: int
    height: int
    outline: str
    x: float
    y: float
    radius: float
    """Of the circle the phone claims to be in."""
    scale_length: float
    scale_m: int


def small_map(fix: Fix, outline: Outline | None) -> SmallMap:
    """Return the map of a place, with the whole outline of its commune if there is one."""
    drawing = _Drawing.around(fix, outline)
    x, y = drawing.at(fix.longitude, fix.latitude)
    fitting = [one for one in _SCALES_M if one * drawing.pixels_a_metre <= _LONGEST_SCALE]
    scale = fitting[-1] if fitting else _SCALES_M[0]
    return SmallMap(
        WIDTH,
        HEIGHT,
        " ".join(drawing.path(ring) for ring in outline.rings()) if outline else "",
        round(x, 1),
        round(y, 1),
        round(fix.accuracy_m * drawing.pixels_a_metre, 1),
        round(scale * drawing.pixels_a_metre, 1),
        scale,
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Where on the map a place stands: *west* and *north* are its corner, in degrees."""

    west: float
    north: float
    narrowing: float
    """How much shorter a degree of longitude is than one of latitude."""
    pixels_a_metre: float

    @staticmethod
    def around(fix: Fix, outline: Outline | None) -> _Drawing:
        box = Box(fix.longitude, fix.latitude, fix.longitude, fix.latitude)
        least = max(_ALONE_M, fix.accuracy_m * 1.5)
        if outline is not None:
            box, least = box.joined(outline.box), _LEAST_M
        narrowing = max(0.01, cos(radians((box.north + box.south) / 2)))
        across = max((box.east - box.west) * METRES_A_DEGREE * narrowing, 2 * least)
        up = max((box.north - box.south) * METRES_A_DEGREE, 2 * least)
        scale = min((WIDTH - 2 * _MARGIN) / across, (HEIGHT - 2 * _MARGIN) / up)
        middle_x, middle_y = (box.west + box.east) / 2, (box.north + box.south) / 2
        return _Drawing(
            middle_x - WIDTH / 2 / scale / METRES_A_DEGREE / narrowing,
            middle_y + HEIGHT / 2 / scale / METRES_A_DEGREE,
            narrowing,
            scale,
        )

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        scale = METRES_A_DEGREE * self.pixels_a_metre
        return (longitude - self.west) * self.narrowing * scale, (self.north - latitude) * scale

    def path(self, ring: Ring) -> str:
        """Return a ring in whole pixels; corners that fall on one another are one."""
        corners = (self.at(*position) for position in ring)
        seen = list(dict.fromkeys((round(x), round(y)) for x, y in corners))
        return "M" + "L".join(f"{x} {y}" for x, y in seen) + "Z"
