"""Functions on places, on the sphere ODK takes for the earth (radius 6 378 100 m).

Source: https://getodk.github.io/xforms-spec/#fn:area, #fn:distance, #fn:geofence; formulas: spherical law of cosines,
signed triangle areas, even-odd rule.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from server.forms.logic.code import Kind
from server.forms.logic.errors import LogicError
from server.forms.logic.function import Function, contextual
from server.forms.logic.functions_logic import flattened
from server.forms.logic.values import PLACE_NUMBERS, NodeSet, Value, java_double_of_text, to_text

if TYPE_CHECKING:
    from server.forms.logic.context import Context

Point: TypeAlias = tuple[float, float]
_RADIUS = 6_378_100.0
_METRES_A_DEGREE = 2 * math.pi * _RADIUS / 360.0


def point_of(text: str) -> Point:
    """Return latitude and longitude of ``lat lon [alt [acc]]``; raises LogicError ``logic.not_a_place``.

    To JavaRosa a number that is not there is 0, so no place at all lies off Africa.
    """
    parts = text.split()
    if len(parts) > PLACE_NUMBERS:
        raise LogicError("logic.not_a_place")
    try:
        latitude, longitude, *_ = [*map(java_double_of_text, parts), 0.0, 0.0]
    except ValueError as error:
        raise LogicError("logic.not_a_place") from error
    return latitude, longitude


def points_of(text: str) -> list[Point]:
    """Return the points of a trace or shape (``p1; p2; …``)."""
    parts = text.split(";")
    while parts and not parts[-1]:
        parts.pop()
    return [point_of(part) for part in parts]


def _given(context: Context, values: tuple[Value, ...]) -> list[Point]:
    """Return the points: of a trace or shape where there is one value, else of one place each.

    A lone node-set stands for its nodes; among others one without a node is no place, which lies off Africa.
    """
    if len(values) == 1 and type(values[0]) not in (list, str):
        raise LogicError("logic.not_a_place")
    texts = [to_text(value) for value in flattened(context, values)]
    points = points_of(texts[0]) if len(texts) == 1 else [point_of(text) for text in texts]
    context.steps.spend(len(points))
    return points


def _distance(context: Context, *values: Value) -> float:
    return sum((_between(first, second) for first, second in pairwise(_given(context, values))), 0.0)


def _between(first: Point, second: Point) -> float:
    turn = math.radians(first[1] - second[1])
    south, north = math.radians(first[0]), math.radians(second[0])
    if not math.isfinite(turn + south + north):
        return math.nan
    cosine = math.sin(south) * math.sin(north) + math.cos(south) * math.cos(north) * math.cos(turn)
    # Of one place twice the cosine may come out a trifle over 1; to JavaRosa that is no distance at all.
    return math.acos(cosine) * _RADIUS if -1.0 <= cosine <= 1.0 else math.nan


def _area(context: Context, nodes: NodeSet) -> float:
    points = _given(context, (nodes,))
    if len(points) < 3:  # noqa: PLR2004 - fewer enclose nothing
        return 0.0
    flat = [_flat(points[0], point) for point in points[1:]]
    return abs(sum((y1 * x2 - x1 * y2) / 2 for (x1, y1), (x2, y2) in pairwise(flat)))


def _flat(origin: Point, point: Point) -> tuple[float, float]:
    if not math.isfinite(point[0]):
        return math.nan, math.nan
    x = (point[1] - origin[1]) * _METRES_A_DEGREE * math.cos(math.radians(point[0]))
    return x, (point[0] - origin[0]) * _METRES_A_DEGREE


def _geofence(context: Context, point: str, shape: NodeSet) -> bool:
    if not point.strip():
        return False
    y, x = point_of(point)
    inside = False
    for (previous_y, previous_x), (next_y, next_x) in pairwise(_given(context, (shape,))):
        if (next_y > y) == (previous_y > y):
            continue
        if x < (previous_x - next_x) * (y - next_y) / (previous_y - next_y) + next_x:
            inside = not inside
    return inside


def _intersects(context: Context, trace: str) -> bool:
    """Return whether two segments of *trace* that are not neighbours cross or touch."""
    points = points_of(trace)
    segments = [pair for pair in pairwise(points) if pair[0] != pair[1]]
    context.steps.spend(len(segments) * len(segments) // 2)
    last, is_closed = len(segments) - 1, bool(points) and points[0] == points[-1]
    for place, one in enumerate(segments):
        for other_place in range(place + 2, len(segments)):
            if is_closed and place == 0 and other_place == last:
                continue
            if _cross(one, segments[other_place]):
                return True
    return False


def _cross(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    turns = [_turn(*one, other[0]), _turn(*one, other[1]), _turn(*other, one[0]), _turn(*other, one[1])]
    if turns[0] != turns[1] and turns[2] != turns[3]:
        return True
    ends = ((one, other[0]), (one, other[1]), (other, one[0]), (other, one[1]))
    return any(turn == 0 and _is_within(*end) for turn, end in zip(turns, ends, strict=True))


def _turn(start: Point, middle: Point, end: Point) -> int:
    size = (middle[0] - start[0]) * (end[1] - middle[1]) - (middle[1] - start[1]) * (end[0] - middle[0])
    return (size > 0) - (size < 0)


def _is_within(segment: tuple[Point, Point], point: Point) -> bool:
    (y1, x1), (y2, x2) = segment
    return min(y1, y2) <= point[0] <= max(y1, y2) and min(x1, x2) <= point[1] <= max(x1, x2)


GEO_FUNCTIONS = (
    Function("distance", "vv*", "The length in metres along points, a trace or a shape.",
             "distance('0 0; 0 1')", contextual("vv*", Kind.NUMBER, _distance)),
    Function("area", "N", "The enclosed area in square metres.", "area(/data/field)",
             contextual("N", Kind.NUMBER, _area)),
    Function("enclosed-area", "N", "The same as area.", "enclosed-area(/data/field)",
             contextual("N", Kind.NUMBER, _area)),
    Function("geofence", "tN", "Whether a point lies within the shape of a question.", "geofence('1 1', /data/field)",
             contextual("tN", Kind.BOOLEAN, _geofence)),
    Function("intersects", "t", "Whether a trace crosses itself.", "intersects('0 0; 2 2; 2 0; 0 2')",
             contextual("t", Kind.BOOLEAN, _intersects)),
)  # fmt: skip
