"""Whether the text of an answer is of the type its bind names, and what text a computed value is stored as.

The forms of text are those Collect writes; where it reads more than it writes (old records), that is allowed too.
Source: https://getodk.github.io/xforms-spec/#data-types.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from server.forms.definition import Datatype
from server.forms.logic.values import (
    INTEGER_LIMIT,
    Scalar,
    is_empty,
    java_double,
    moment_of_text,
    time_of_text,
    to_boolean,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

_INTEGER = re.compile(r"[+-]?\d{1,10}\Z", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}\Z", re.ASCII)
_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_MIDNIGHT = time()
_CLOSE = 1e-9
_LONG_LIMIT = 2**63
_LEAST_COORDINATES, _MOST_COORDINATES = 2, 4
_NORTH, _EAST = 90.0, 180.0
_SHAPE_POINTS, _TRACE_POINTS = 3, 2


def is_of_type(text: str, datatype: Datatype) -> bool:
    """Return whether *text*, which is not empty, can be an answer of *datatype*."""
    check = _CHECKS.get(datatype)
    return check is None or check(text.strip())


def _is_integer(text: str) -> bool:
    return _INTEGER.match(text) is not None and -INTEGER_LIMIT <= int(text) < INTEGER_LIMIT


def _is_decimal(text: str) -> bool:
    return _DECIMAL.match(text) is not None and math.isfinite(float(text))


def _is_date(text: str) -> bool:
    return _DATE.match(text) is not None and moment_of_text(text, UTC) is not None


def _is_datetime(text: str) -> bool:
    return moment_of_text(text, UTC) is not None


def _is_time(text: str) -> bool:
    return time_of_text(text, _SOME_DAY) is not None


def _is_boolean(text: str) -> bool:
    return text in ("1", "0", "true", "false")


def _is_point(text: str) -> bool:
    parts = text.split()
    if not _LEAST_COORDINATES <= len(parts) <= _MOST_COORDINATES or not all(map(_is_decimal, parts)):
        return False
    return abs(float(parts[0])) <= _NORTH and abs(float(parts[1])) <= _EAST


def _is_line(text: str) -> bool:
    points = _points(text)
    return len(points) >= _TRACE_POINTS and all(map(_is_point, points))


def _is_shape(text: str) -> bool:
    points = _points(text)
    return len(points) >= _SHAPE_POINTS and all(map(_is_point, points))


def _points(text: str) -> list[str]:
    return [point for point in text.split(";") if point.strip()]


_CHECKS: dict[Datatype, Callable[[str], bool]] = {
    Datatype.INTEGER: _is_integer,
    Datatype.DECIMAL: _is_decimal,
    Datatype.DATE: _is_date,
    Datatype.DATETIME: _is_datetime,
    Datatype.TIME: _is_time,
    Datatype.BOOLEAN: _is_boolean,
    Datatype.GEOPOINT: _is_point,
    Datatype.GEOTRACE: _is_line,
    Datatype.GEOSHAPE: _is_shape,
}


def is_in_range(text: str, start: str, end: str, step: str) -> bool:
    """Return whether *text* is one of the numbers a range control offers; limits that are no numbers do not bind."""
    numbers = [_number(part) for part in (text, start, end, step)]
    value, low, high, stride = numbers
    if value is None or low is None or high is None:
        return True
    if not min(low, high) - _CLOSE <= value <= max(low, high) + _CLOSE:
        return False
    if not stride:
        return True
    strides = (value - low) / stride
    return abs(strides - round(strides)) < 1e-6  # noqa: PLR2004 - a tenth is no exact number


def _number(text: str) -> float | None:
    return float(text) if _is_decimal(text.strip()) else None


def stored_text(value: Scalar, datatype: Datatype) -> str:
    """Return what Collect writes into the record for the value of a calculate bound as *datatype*."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return _stored_number(value, datatype)
    if isinstance(value, datetime):
        return _stored_moment(value, datatype)
    return ("1" if value else "") if datatype is Datatype.BOOLEAN else value


def held_value(value: Scalar, datatype: Datatype) -> Scalar:
    """Return what the device keeps in memory for the value of a calculate, and other rules read."""
    if datatype is Datatype.BOOLEAN and not isinstance(value, datetime):
        return "" if is_empty(value) else to_boolean(value)
    if isinstance(value, float) and datatype is Datatype.INTEGER and not math.isnan(value):
        return float(_stored_number(value, datatype))
    return "" if is_empty(value) else value


def _stored_number(value: float, datatype: Datatype) -> str:
    if math.isnan(value):
        return ""
    if datatype is Datatype.BOOLEAN:
        return "1" if value else "0"
    if datatype is Datatype.INTEGER:
        return str(int(max(-INTEGER_LIMIT, min(INTEGER_LIMIT - 1, value))))
    if abs(value) < _LONG_LIMIT and abs(value - int(value)) < _CLOSE:
        return str(int(value))
    return java_double(value) if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")


def _stored_moment(value: datetime, datatype: Datatype) -> str:
    offset = value.strftime("%z")
    zone = "Z" if offset == "+0000" else f"{offset[:3]}:{offset[3:5]}"
    time = f"{value:%H:%M:%S}.{value.microsecond // 1000:03}{zone}"
    if datatype is Datatype.TIME:
        return time
    day = f"{value.year:04}-{value.month:02}-{value.day:02}"
    return day if datatype is Datatype.DATE else f"{day}T{time}"


def is_same_answer(submitted: str, computed: str, zone: tzinfo) -> bool:
    """Return whether two texts are one answer: equal, or numbers or moments written in two ways.

    So are a moment and its day: date() drops the time of a moment the device holds, and keeps that of one it read back.
    """
    if submitted == computed or submitted.strip() == computed.strip():
        return True
    first, second = _number(submitted), _number(computed)
    if first is not None and second is not None:
        return math.isclose(first, second, rel_tol=_CLOSE, abs_tol=_CLOSE)
    moment, other = moment_of_text(submitted, zone), moment_of_text(computed, zone)
    if moment is None or other is None or "T" not in submitted:
        return False
    return moment == other or (moment.date() == other.date() and _MIDNIGHT in (moment.time(), other.time()))
