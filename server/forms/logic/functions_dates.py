"""Functions on dates and times. The clock and the zone come from the context, never from the machine."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from server.forms.logic.code import Kind
from server.forms.logic.errors import LogicError
from server.forms.logic.function import Function, contextual
from server.forms.logic.values import INTEGER_LIMIT, Scalar, exact_days_of, moment_of_days, moment_of_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.forms.logic.context import Context

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_A_DAY = 86_400
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _today(context: Context) -> datetime:
    return context.now.astimezone(context.timezone).replace(hour=0, minute=0, second=0, microsecond=0)


def _now(context: Context) -> datetime:
    return context.now.astimezone(context.timezone)


def _date(context: Context, value: Scalar) -> Scalar:
    """Return a date; a text with a time keeps it, a number or a moment loses it."""
    moment = _moment(context, value, keep_time=False)
    if type(value) is str or not isinstance(moment, datetime):
        return moment
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _date_time(context: Context, value: Scalar) -> Scalar:
    return _moment(context, value, keep_time=True)


def _moment(context: Context, value: Scalar, *, keep_time: bool) -> Scalar:
    """Return *value* as a moment; the empty text and NaN stay as they are."""
    if type(value) is float:
        if math.isnan(value):
            return value
        _check_range(value)
        return moment_of_days(value, context.timezone, keep_time=keep_time)
    if type(value) is str:
        return _parsed(context, value) if value else value
    if type(value) is bool:
        raise LogicError("logic.not_a_date")
    return value


def _parsed(context: Context, text: str) -> datetime:
    moment = moment_of_text(text, context.timezone)
    if moment is None:
        raise LogicError("logic.not_a_date")
    return moment


def _check_range(days: float) -> None:
    if math.isinf(days) or not -INTEGER_LIMIT <= days < INTEGER_LIMIT:
        raise LogicError("logic.out_of_range")


def _decimal_date_time(context: Context, value: Scalar) -> Scalar:
    if type(value) is float:
        if not math.isnan(value):
            _check_range(value)
        return value
    moment = _moment(context, value, keep_time=True)
    return exact_days_of(moment) if isinstance(moment, datetime) else moment


def _decimal_time(context: Context, value: Scalar) -> Scalar:
    if type(value) is float:
        if math.isnan(value):
            return value
        _check_range(value)
        return value - math.floor(value)
    moment = _moment(context, value, keep_time=True)
    return _fraction_of_day(moment, context) if isinstance(moment, datetime) else moment


def _fraction_of_day(moment: datetime, context: Context) -> float:
    """Return the fraction as JavaRosa has it: by the zone's offset of now, with the rounding of days since 1970."""
    offset = _now(context).utcoffset() or timedelta(0)
    days = (moment - _EPOCH + offset).total_seconds() / _SECONDS_A_DAY
    return days - math.floor(days)


def _week(moment: datetime) -> int:
    """Return the week as Java's calendar counts it in English: from Sunday on, week 1 is the one with 1 January."""
    day = moment.date().replace(year=2000 + moment.year % 400)  # the same weekdays, far from the calendar's ends
    next_year = date(day.year + 1, 1, 1)
    if day >= next_year - timedelta(days=next_year.isoweekday() % 7):
        return 1
    first = date(day.year, 1, 1)
    return ((day - first).days + first.isoweekday() % 7) // 7 + 1


_FORMATS: dict[str, Callable[[datetime], str]] = {
    "Y": lambda moment: f"{moment.year:04}",
    "y": lambda moment: f"{moment.year:04}"[2:],
    "m": lambda moment: f"{moment.month:02}",
    "n": lambda moment: str(moment.month),
    "b": lambda moment: _MONTHS[moment.month - 1],
    "d": lambda moment: f"{moment.day:02}",
    "e": lambda moment: str(moment.day),
    "H": lambda moment: f"{moment.hour:02}",
    "h": lambda moment: str(moment.hour),
    "M": lambda moment: f"{moment.minute:02}",
    "S": lambda moment: f"{moment.second:02}",
    "3": lambda moment: f"{moment.microsecond // 1000:03}",
    "a": lambda moment: _DAYS[moment.weekday()],
    "W": lambda moment: str(_week(moment)),
    "%": lambda _: "%",
}


def _format_date(context: Context, value: Scalar, layout: str) -> str:
    moment = _moment(context, value, keep_time=True)
    return _formatted(moment, layout) if isinstance(moment, datetime) else ""


def _formatted(moment: datetime, layout: str) -> str:
    """Return *moment* as *layout* says; raises LogicError ``logic.date_format`` for a letter it does not know."""
    written, letters = [], iter(layout)
    for letter in letters:
        if letter != "%":
            written.append(letter)
            continue
        code = next(letters, "")
        if code not in _FORMATS:
            raise LogicError("logic.date_format", letter=code)
        written.append(_FORMATS[code](moment))
    return "".join(written)


DATE_FUNCTIONS = (
    Function("today", "", "Today's date on the device.", "today() > date('2024-01-01')",
             contextual("", Kind.SCALAR, _today), is_repeatable=False),
    Function("now", "", "The moment on the device.", "now() > date('2024-01-01')",
             contextual("", Kind.SCALAR, _now), is_repeatable=False),
    Function("date", "s", "A text or a number of days as a date.", "date('2024-05-01')",
             contextual("s", Kind.SCALAR, _date)),
    Function("date-time", "s", "A text or a number of days as a moment.", "date-time('2024-05-01T08:00:00')",
             contextual("s", Kind.SCALAR, _date_time)),
    Function("decimal-date-time", "s", "Days and fractions since 1970 in UTC.",
             "decimal-date-time('1970-01-02T00:00:00Z')", contextual("s", Kind.SCALAR, _decimal_date_time)),
    Function("decimal-time", "s", "The fraction of the local day.", "decimal-time('2024-05-01T12:00:00')",
             contextual("s", Kind.SCALAR, _decimal_time)),
    Function("format-date", "st", "A date written out.", "format-date('2024-05-01', '%d/%m/%Y')",
             contextual("st", Kind.TEXT, _format_date)),
    Function("format-date-time", "st", "A moment written out.", "format-date-time('2024-05-01T08:05:00', '%H:%M')",
             contextual("st", Kind.TEXT, _format_date)),
)  # fmt: skip
