"""The kinds of value an expression has, and JavaRosa's conversions between them.

A value is a number (always float), a text, a boolean, a moment (aware datetime in the context's zone; a date is local
midnight) or a node-set (a list). These are not XPath 1.0's rules: a number is read with a comma too but never with an
exponent, a moment counts as whole days, and a node-set of several nodes has no single value.
Source: ODK XForms specification, https://getodk.github.io/xforms-spec/#xpath-concepts, and JavaRosa 5.1's behaviour.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from server.forms.definition import Datatype
from server.forms.logic.errors import LogicError
from server.forms.logic.tree import InstanceNode

if TYPE_CHECKING:
    from server.forms.logic.context import Context

NodeSet: TypeAlias = list[InstanceNode]
Scalar: TypeAlias = float | str | bool | datetime
Value: TypeAlias = Scalar | NodeSet

NAN = math.nan
TOLERANCE = 1e-12
INTEGER_LIMIT = 2**31
_PLAIN_FROM, _PLAIN_TO = 1e-3, 1e7
_EPOCH_ORDINAL = 719_163  # date(1970, 1, 1).toordinal()
_SECONDS_A_DAY = 86_400
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLACE_NUMBERS = 4
"""Latitude, longitude, altitude, accuracy."""
_NOWHERE = "0.0 0.0 0.0 0.0"
"""A place that was never found; the device takes it for no answer."""
_JAVA_SPACE = "".join(map(chr, range(33)))
_NUMERIC = re.compile(r"-?(?:\d+\.?\d*|\.\d+)\Z", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,10}\Z", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
_JAVA_DOUBLE = re.compile(
    r"([+-]?)(?:(NaN|Infinity)"
    r"|((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[fFdD]?"
    r"|(0[xX](?:[\da-fA-F]+\.?[\da-fA-F]*|\.[\da-fA-F]+)[pP][+-]?\d+)[fFdD]?)\Z",
    re.ASCII,
)
_DATE = re.compile(r"\+?(\d{1,4})-\+?(\d{1,2})-\+?(\d{1,2})\Z", re.ASCII)
_TIME = re.compile(
    r"(\d{1,2}):(\d{1,2})(?::(\d{1,2}(?:\.\d*)?)[^Z+\-]*)?(?:(Z)|([+-])(\d{1,2})(?::(\d{1,2}))?(?:\d{2})?)?\Z", re.ASCII
)


def text_of_number(number: float) -> str:
    """Return what string() gives for *number*: no ``.0``, Java's scientific form from ten million and below 1/1000."""
    if number != number:  # noqa: PLR0124 - the cheapest test for NaN
        return "NaN"
    if -TOLERANCE < number < TOLERANCE:
        return "0"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if -INTEGER_LIMIT <= number < INTEGER_LIMIT and abs(number - int(number)) < TOLERANCE:
        return str(int(number))
    return java_double(number)


def java_double(number: float) -> str:
    """Return *number* (finite) as Java writes a double: ``5.0``, ``1.0E7``, ``1.0E-4``."""
    size = abs(number)
    if size == 0 or _PLAIN_FROM <= size < _PLAIN_TO:
        plain = repr(number)
        return plain if "e" not in plain else f"{number:f}"
    mantissa, _, exponent = f"{number!r}".partition("e")
    if not exponent:
        sign, digits, point = mantissa.startswith("-"), mantissa.lstrip("-"), mantissa.lstrip("-").find(".")
        significant = digits.replace(".", "").lstrip("0")
        power = point - 1 if size >= 1 else point - (len(digits.replace(".", "")) - len(significant)) - 1
        significant = significant.rstrip("0") or "0"
        return f"{'-' if sign else ''}{significant[0]}.{significant[1:] or '0'}E{power}"
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(exponent)}"


def number_of_text(text: str) -> float:
    """Return what number() gives for *text*; NaN unless it is digits with at most one point or comma."""
    try:
        return float(text) if text.isascii() and text.isdigit() else _odd_number(text)
    except ValueError:
        return NAN


def _odd_number(text: str) -> float:
    stripped = text.replace(",", ".").strip(_JAVA_SPACE)
    return float(stripped) if _NUMERIC.match(stripped) else NAN


def java_double_of_text(text: str) -> float:
    """Return the double Java reads in *text*, which has no space around it; raises ValueError where it is none."""
    found = _JAVA_DOUBLE.match(text)
    if found is None:
        raise ValueError(text)
    sign, named, decimal, binary = found.groups()
    try:
        size = float.fromhex(binary) if binary else float(named or decimal)
    except OverflowError:
        size = math.inf
    return -size if sign == "-" else size


def days_of(moment: datetime) -> float:
    """Return the whole local days from 1970-01-01 to *moment*, its time of day left out."""
    return float(moment.toordinal() - _EPOCH_ORDINAL)


def exact_days_of(moment: datetime, start: datetime = _UNIX_EPOCH) -> float:
    """Return the days and fractions from *start* (in UTC) to *moment*."""
    return (moment - start).total_seconds() / _SECONDS_A_DAY


def moment_of_days(days: float, zone: tzinfo, *, keep_time: bool) -> datetime:
    """Return the moment *days* after the epoch; without time: local midnight of that day.

    Raises LogicError ``logic.out_of_range`` outside the years 1 to 9999.
    """
    try:
        if keep_time:
            millis = int(days * _SECONDS_A_DAY * 1000)
            return datetime.fromtimestamp(millis / 1000, UTC).astimezone(zone)
        return datetime.fromordinal(int(days) + _EPOCH_ORDINAL).replace(tzinfo=zone)
    except (ValueError, OverflowError, OSError) as error:
        raise LogicError("logic.out_of_range") from error


@lru_cache(maxsize=4096)
def moment_of_text(text: str, zone: tzinfo) -> datetime | None:
    """Return the moment *text* (ISO 8601 date or dateTime) stands for in *zone*; None if it is none.

    Remembered, for a record's few moments and days are asked for many times while it is looked at.
    """
    day, mark, time = text.partition("T")
    found = _DATE.match(day)
    if found is None:
        return None
    year, month, date = int(found[1]), int(found[2]), int(found[3])
    try:
        if not mark:
            return datetime(year, month, date, tzinfo=zone)
        return _with_time((year, month, date), time, zone)
    except (ValueError, OverflowError):
        return None


def time_of_text(text: str, today: datetime) -> datetime | None:
    """Return the time *text* (``08:30:00.000+07:00``) on the day of *today*, as the device does; None if it is none."""
    try:
        return _with_time((today.year, today.month, today.day), text, today.tzinfo or UTC)
    except (ValueError, OverflowError):
        return None


def _with_time(day: tuple[int, int, int], text: str, zone: tzinfo) -> datetime | None:
    found = _TIME.match(text)
    if found is None:
        return None
    hour, minute, seconds, utc, sign, offset_hours, offset_minutes = found.groups()
    exact = float(seconds or 0)
    second = int(exact)
    micros = int(1000.0 * exact - 1000.0 * second) * 1000
    if not utc and not sign:
        return datetime(*day, int(hour), int(minute), second, micros, tzinfo=zone)
    moment = datetime(*day, int(hour), int(minute), second, micros, tzinfo=UTC)
    if sign:
        minutes = int(offset_hours) * 60 + int(offset_minutes or 0)
        shift = -minutes if sign == "+" else minutes
        moment = datetime.fromtimestamp(moment.timestamp() + shift * 60, UTC)
    return moment.astimezone(zone)


def scalar_of_node(node: InstanceNode, context: Context) -> Scalar:
    """Return the node's value, typed by its bind; empty and not relevant nodes are ``""``.

    So is text that is not of the bound type: that it is wrong is a finding, not a failure here.
    """
    text = node.text
    datatype = node.shape.datatype
    if node.computed is not None and node.relevant:
        return node.computed
    if datatype is Datatype.STRING or not text:
        return text if node.relevant else ""
    if not node.relevant:
        return ""
    return typed(text, datatype, context)


def typed(text: str, datatype: Datatype, context: Context) -> Scalar:
    """Return *text*, which is not empty, as a value of *datatype*; ``""`` where it is none, as the device drops it."""
    match datatype:
        case Datatype.INTEGER:
            return _typed_integer(text)
        case Datatype.DECIMAL:
            return _typed_decimal(text)
        case Datatype.DATE:
            return ("" if "T" in text else moment_of_text(text.strip(), context.timezone)) or ""
        case Datatype.DATETIME:
            return moment_of_text(text.strip(), context.timezone) or ""
        case Datatype.TIME:
            return time_of_text(text.strip(), context.now.astimezone(context.timezone)) or ""
        case Datatype.BOOLEAN:
            return {"1": True, "true": True, "0": False, "false": False}.get(text.strip(), "")
        case Datatype.GEOPOINT | Datatype.GEOTRACE | Datatype.GEOSHAPE:
            return _typed_places([text] if datatype is Datatype.GEOPOINT else text.split(";"))
        case _:
            return text


def _typed_places(texts: list[str]) -> str:
    """Return points as JavaRosa shows them: four Java doubles each, 0.0 where a number is unknown."""
    try:
        points = [_typed_place(point) for point in texts if point.strip()]
    except (ValueError, OverflowError):
        return ""
    return "" if points == [_NOWHERE] else "; ".join(points)


def _typed_place(text: str) -> str:
    numbers = [java_double_of_text(part) for part in text.split()]
    if len(numbers) > PLACE_NUMBERS:
        raise ValueError(text)
    return " ".join(java_double(number) for number in [*numbers, 0.0, 0.0, 0.0][:PLACE_NUMBERS])


def _typed_integer(text: str) -> Scalar:
    found = _INTEGER.match(text.strip())
    number = float(found[0]) if found else NAN
    return number if -INTEGER_LIMIT <= number < INTEGER_LIMIT else ""


def _typed_decimal(text: str) -> Scalar:
    found = _DECIMAL.match(text.strip())
    return float(found[0]) if found else ""


def scalar(value: Value, context: Context) -> Scalar:
    """Return the single value *value* stands for; raises LogicError ``logic.repeated`` for several nodes."""
    if type(value) is not list:
        return value  # type: ignore[return-value]  # every Value but a list is a Scalar
    if not value:
        return ""
    if len(value) > 1:
        raise LogicError("logic.repeated", name=value[0].name)
    return scalar_of_node(value[0], context)


def to_number(value: Scalar) -> float:
    """Return number(*value*)."""
    kind = type(value)
    if kind is float:
        return value  # type: ignore[return-value]
    if kind is str:
        return number_of_text(value)  # type: ignore[arg-type]
    if kind is bool:
        return 1.0 if value else 0.0
    return days_of(value)  # type: ignore[arg-type]


def to_text(value: Scalar) -> str:
    """Return string(*value*); a moment loses its time of day."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[return-value]
    if kind is float:
        return text_of_number(value)  # type: ignore[arg-type]
    if kind is bool:
        return "true" if value else "false"
    return f"{value.year}-{value.month:02}-{value.day:02}"  # type: ignore[union-attr]


def to_boolean(value: Scalar) -> bool:
    """Return boolean(*value*); the texts ``0`` and ``false`` are true, as any text that is not empty."""
    kind = type(value)
    if kind is bool:
        return value  # type: ignore[return-value]
    if kind is str:
        return value != ""
    if kind is float:
        return value == value and not -TOLERANCE <= value <= TOLERANCE  # type: ignore[operator]  # noqa: PLR0124
    return True


def is_equal(left: Scalar, right: Scalar) -> bool:
    """Return *left* = *right*: as booleans if one is, else as numbers if one is, else as texts."""
    left_kind, right_kind = type(left), type(right)
    if left_kind is str and right_kind is str:
        return left == right
    if left_kind is bool or right_kind is bool:
        return to_boolean(left) is to_boolean(right)
    if left_kind is float or right_kind is float:
        return abs(to_number(left) - to_number(right)) < TOLERANCE
    return to_text(left) == to_text(right)


def is_empty(value: Scalar) -> bool:
    """Return whether *value* counts as no answer: empty text or NaN."""
    return value == "" or value != value  # noqa: PLR0124
