"""Reading a file of boundaries: GeoJSON, one feature for each unit, every fault told with its feature and cure.

A feature is a Polygon or MultiPolygon in longitude and latitude (RFC 7946, WGS84) and names its unit in one property: a
code, or ``CODE@date``. What can be known from the file alone is checked here; whether there is such a unit is checked
by `boundaries_placing`, with the units at hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NoReturn

from server.territory.crossings import TooIntricate, self_crossing
from server.territory.outlines import Box, Outline, lies_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.territory.outlines import Polygon, Position, Ring

MOST_BYTES: Final = 10_000_000
MOST_FEATURES: Final = 5_000
MOST_RINGS: Final = 2_000
"""Of one feature: an archipelago."""
MOST_POSITIONS: Final = 50_000
"""Of one feature: a point every few metres around a large commune."""
CODE_PROPERTY: Final = "code"
LAND: Final = Box(102.0, 6.0, 118.0, 23.6)
"""Việt Nam with its islands, generously."""

_LONGEST_SHOWN: Final = 40
_LEAST_POSITIONS: Final = 4
_DEGREES: Final = 180.0
_LEAST_AREA: Final = 1e-7
"""Square degrees, some 1 000 square metres: no commune or village is a plot of land."""
_SAME_PLACE: Final = frozenset({"OGC:1.3:CRS84", "OGC::CRS84", "EPSG::4326", "EPSG:4326", "CRS84"})


@dataclass(frozen=True, slots=True)
class BoundaryFault:
    """One thing wrong: in which feature (from 1; 0: in the file as a whole), message code and params that name it."""

    feature: int
    code: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ReadFeature:
    """A feature as it was read: what it says its unit is, and the outline unless something is wrong with it."""

    number: int
    reference: str
    outline: Outline | None


class _Wrong(Exception):
    """Something is wrong with a feature; carries code and params of the fault."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def read_boundaries(
    content: bytes, *, code_property: str = CODE_PROPERTY
) -> tuple[tuple[ReadFeature, ...], tuple[BoundaryFault, ...]]:
    """Return the features of a file in their order, and all that is wrong with them."""
    try:
        features = _features(content)
    except _Wrong as wrong:
        return (), (BoundaryFault(0, wrong.code, wrong.params),)
    read, faults = [], []
    for number, feature in enumerate(features, start=1):
        reference, outline = "", None
        try:
            reference = _reference(feature, code_property)
        except _Wrong as wrong:
            faults.append(BoundaryFault(number, wrong.code, wrong.params))
        try:
            outline = _outline(feature)
        except _Wrong as wrong:
            faults.append(BoundaryFault(number, wrong.code, wrong.params))
        read.append(ReadFeature(number, reference, outline))
    return tuple(read), tuple(faults)


def _features(content: bytes) -> list[object]:
    if len(content) > MOST_BYTES:
        raise _Wrong("territory.geo_too_large", limit=MOST_BYTES // 1_000_000)
    whole = _parsed(content)
    if not isinstance(whole, dict) or whole.get("type") != "FeatureCollection":
        raise _Wrong("territory.geo_no_collection")
    features = whole.get("features")
    if not isinstance(features, list) or not features:
        raise _Wrong("territory.geo_no_features")
    if len(features) > MOST_FEATURES:
        raise _Wrong("territory.geo_too_many_features", limit=MOST_FEATURES)
    _check_reference_system(whole.get("crs"))
    return features


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):  # no UTF-8, no JSON, or brackets in brackets without an end
        raise _Wrong("territory.geo_unreadable") from None


def _no_number(constant: str) -> NoReturn:
    raise _Wrong("territory.geo_no_number", value=constant)


def _check_reference_system(said: object) -> None:
    """Refuse positions that are said to be of another system; files before RFC 7946 say so in ``crs``."""
    properties = said.get("properties") if isinstance(said, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str) and name.removeprefix("urn:ogc:def:crs:") not in _SAME_PLACE:
        raise _Wrong("territory.geo_other_system", value=name[:_LONGEST_SHOWN])


def _reference(feature: object, code_property: str) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    code = properties.get(code_property) if isinstance(properties, dict) else None
    if isinstance(code, int) and not isinstance(code, bool):
        code = str(code)
    if not isinstance(code, str) or not code.strip():
        raise _Wrong("territory.geo_no_code", property=code_property)
    return code.strip()[:_LONGEST_SHOWN]


def _outline(feature: object) -> Outline:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise _Wrong("territory.geo_no_polygon", value=str(kind)[:_LONGEST_SHOWN] if kind else "–")
    outline = Outline.of(_polygons([coordinates] if kind == "Polygon" else coordinates))
    _check_place(outline.box)
    for ring in outline.rings():
        _check_crossing(ring)
    _check_area(outline)
    return outline


def _polygons(coordinates: object) -> list[Polygon]:
    polygons = [_Rings(one).checked() for one in _list_of(coordinates)]
    if sum(map(len, polygons)) > MOST_RINGS:
        raise _Wrong("territory.geo_too_many_rings", limit=MOST_RINGS)
    if sum(len(ring) for polygon in polygons for ring in polygon) > MOST_POSITIONS:
        raise _Wrong("territory.geo_too_many_positions", limit=MOST_POSITIONS)
    return polygons


def _list_of(coordinates: object) -> list[object]:
    if not isinstance(coordinates, list) or not coordinates:
        raise _Wrong("territory.geo_bad_coordinates")
    return coordinates


@dataclass(frozen=True, slots=True)
class _Rings:
    """The rings of one polygon as the file has them."""

    coordinates: object

    def checked(self) -> Polygon:
        """Return the polygon; its holes lie in it."""
        outer, *holes = [_ring(one) for one in _list_of(self.coordinates)]
        for hole in holes:
            if not any(lies_in(outer, *position) for position in hole):
                raise _Wrong("territory.geo_hole_outside", place=_shown(hole[0]))
        return (outer, *holes)


def _ring(coordinates: object) -> Ring:
    positions = _list_of(coordinates)
    if len(positions) > MOST_POSITIONS:
        raise _Wrong("territory.geo_too_many_positions", limit=MOST_POSITIONS)
    ring = tuple(_position(one) for one in positions)
    if ring[0] != ring[-1]:
        raise _Wrong("territory.geo_open_ring", place=_shown(ring[0]))
    if len(ring) < _LEAST_POSITIONS or len(set(ring)) < _LEAST_POSITIONS - 1:
        raise _Wrong("territory.geo_short_ring", place=_shown(ring[0]))
    return ring


def _position(coordinates: object) -> Position:
    """Return longitude and latitude; a height beside them is passed over."""
    numbers = coordinates if isinstance(coordinates, list) else []
    if len(numbers) not in (2, 3) or any(isinstance(one, bool) or not isinstance(one, int | float) for one in numbers):
        raise _Wrong("territory.geo_bad_coordinates")
    longitude, latitude = numbers[0], numbers[1]
    if not (-_DEGREES <= longitude <= _DEGREES and -_DEGREES <= latitude <= _DEGREES):
        raise _Wrong("territory.geo_no_degrees", place=_written(longitude, latitude))
    return float(longitude), float(latitude)


def _check_place(box: Box) -> None:
    """Refuse what lies elsewhere; the commonest mistake is latitude before longitude."""
    if LAND.holds(box.west, box.south) and LAND.holds(box.east, box.north):
        return
    is_turned = LAND.holds(box.south, box.west) and LAND.holds(box.north, box.east)
    code = "territory.geo_turned" if is_turned else "territory.geo_elsewhere"
    raise _Wrong(code, place=_shown((box.west, box.south)))


def _check_area(outline: Outline) -> None:
    """Refuse what is a line or a dot: every record of the unit would lie outside it."""
    if sum(_twice_the_area(polygon[0]) for polygon in outline.polygons) < _LEAST_AREA:
        raise _Wrong("territory.geo_no_area", place=_shown((outline.box.west, outline.box.south)))


def _twice_the_area(ring: Ring) -> float:
    west, south = ring[0]  # measured from a corner: numbers as far from 0 as degrees would lose what is looked for
    moved = [(longitude - west, latitude - south) for longitude, latitude in ring]
    return abs(sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(moved)))


def _check_crossing(ring: Ring) -> None:
    try:
        where = self_crossing(ring)
    except TooIntricate:
        raise _Wrong("territory.geo_too_intricate") from None
    if where is not None:
        raise _Wrong("territory.geo_crossing", place=_shown(where))


def _shown(position: Position) -> str:
    return f"[{position[0]:.5f}, {position[1]:.5f}]"


def _written(*numbers: float) -> str:
    return "[" + ", ".join(str(one)[:_LONGEST_SHOWN] for one in numbers) + "]"
