"""The outline of a unit on the ground: polygons with holes, what lies in them and how far from them a place is.

Positions are longitude and latitude in degrees (WGS84), as GeoJSON writes them (RFC 7946); a ring ends where it began.
Distances are those of a plane laid at the place asked about: right to a metre within a commune, which is what they are
for. Nothing here reads files or knows of units.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import cos, hypot, radians
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Position = tuple[float, float]
"""Longitude, then latitude."""
Ring = tuple[Position, ...]
"""Closed: the last position is the first again."""
Polygon = tuple[Ring, ...]
"""The ring around it, then those around its holes."""

METRES_A_DEGREE: Final = 111_195.0
"""Of latitude, on a sphere of 6371 km."""
_DECIMALS: Final = 5
"""About a metre."""


@dataclass(frozen=True, slots=True)
class Box:
    """The smallest rectangle of degrees around something."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, longitude: float, latitude: float) -> bool:
        """Return whether the place lies in it."""
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north

    def joined(self, other: Box) -> Box:
        """Return the smallest box around both."""
        return Box(
            min(self.west, other.west),
            min(self.south, other.south),
            max(self.east, other.east),
            max(self.north, other.north),
        )


@dataclass(frozen=True, slots=True)
class Outline:
    """Where a unit lies: one polygon or several, none of them empty."""

    polygons: tuple[Polygon, ...]
    box: Box

    @staticmethod
    def of(polygons: Iterable[Polygon]) -> Outline:
        """Return the outline of at least one polygon."""
        kept = tuple(polygons)
        outer = [position for polygon in kept for position in polygon[0]]
        longitudes, latitudes = [one[0] for one in outer], [one[1] for one in outer]
        return Outline(kept, Box(min(longitudes), min(latitudes), max(longitudes), max(latitudes)))

    @property
    def positions(self) -> int:
        """Return of how many positions it is made."""
        return sum(len(ring) for ring in self.rings())

    def rings(self) -> Iterator[Ring]:
        """Yield every ring, around polygons and around holes."""
        for polygon in self.polygons:
            yield from polygon

    def covers(self, longitude: float, latitude: float) -> bool:
        """Return whether the place lies in one of the polygons and in none of its holes."""
        if not self.box.holds(longitude, latitude):
            return False
        return any(
            lies_in(polygon[0], longitude, latitude)
            and not any(lies_in(hole, longitude, latitude) for hole in polygon[1:])
            for polygon in self.polygons
        )

    def metres_outside(self, longitude: float, latitude: float) -> float:
        """Return how far outside the place lies; 0 for one inside."""
        if self.covers(longitude, latitude):
            return 0.0
        return min(_metres_to_ring(ring, longitude, latitude) for ring in self.rings())


def lies_in(ring: Ring, longitude: float, latitude: float) -> bool:
    """Return whether the place lies within the ring, by how often a line eastwards crosses it."""
    inside = False
    west, south = ring[0]
    for east, north in ring[1:]:
        if (south > latitude) != (north > latitude) and longitude < west + (latitude - south) * (east - west) / (
            north - south
        ):
            inside = not inside
        west, south = east, north
    return inside


def written(outline: Outline) -> str:
    """Return the outline as text, to the metre: GeoJSON's coordinates of a MultiPolygon."""
    rounded = [[[_rounded(position) for position in ring] for ring in polygon] for polygon in outline.polygons]
    return json.dumps(rounded, separators=(",", ":"))


def read_outline(text: str) -> Outline:
    """Return the outline that `written` wrote."""
    return Outline.of(
        tuple(tuple((longitude, latitude) for longitude, latitude in ring) for ring in polygon)
        for polygon in json.loads(text)
    )


def _rounded(position: Position) -> tuple[float, float]:
    return round(position[0], _DECIMALS), round(position[1], _DECIMALS)


def _metres_to_ring(ring: Ring, longitude: float, latitude: float) -> float:
    scale = METRES_A_DEGREE * cos(radians(latitude))
    plane = [((east - longitude) * scale, (north - latitude) * METRES_A_DEGREE) for east, north in ring]
    return min(distance_to_segment((0.0, 0.0), plane[at], plane[at + 1]) for at in range(len(plane) - 1))


def distance_to_segment(place: Position, start: Position, end: Position) -> float:
    """Return the distance of a place of a plane from the line between two others."""
    across, up = end[0] - start[0], end[1] - start[1]
    length = across * across + up * up
    along = ((place[0] - start[0]) * across + (place[1] - start[1]) * up) / length if length else 0.0
    along = min(1.0, max(0.0, along))
    return hypot(start[0] + along * across - place[0], start[1] + along * up - place[1])
