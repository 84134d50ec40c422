"""Days, times and figures as they are written in Vietnam: 05/07/2025, 1.234,5 and 70,5%.

For what people read only; files for machines keep ISO 8601 and plain numbers.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

_MOST_DECIMALS: Final = 2
_ISO_DAY: Final = re.compile(r"(?<![\w-])(\d{4})-(0[1-9]|1[0-2])-([0-2]\d|3[01])(?![\w-])", re.ASCII)
_TO_VIETNAMESE: Final = str.maketrans(",.", ".,")


LONGEST_SHOWN: Final = 20_000
"""Characters of one answer; exports hold the whole of it."""


def shown_text(text: str) -> str:
    """Return *text* as far as a page shows it: phones keep what is typed, and megabytes of it open no more."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def display_date(day: date) -> str:
    """Return the day as dd/mm/yyyy; of a datetime, the day in its own zone."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def display_datetime(instant: datetime, zone: ZoneInfo) -> str:
    """Return an aware instant as dd/mm/yyyy HH:MM in *zone*; raises ValueError for one without a zone.

    At either end of the calendar it may have no day there; then it is told in its own zone.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone cannot be shown in another")
    try:
        local = instant.astimezone(zone)
    except OverflowError:
        local = instant
    return f"{display_date(local)} {local.hour:02}:{local.minute:02}"


def with_days(text: str) -> str:
    """Return a text that a phone put together with the days in it as people write them (``Họp thôn · 14/05/2026``)."""
    return _ISO_DAY.sub(r"\3/\2/\1", text)


def number(value: float | Decimal, *, decimals: int | None = None) -> str:
    """Return *value* with dots between thousands and a decimal comma.

    Rounded half up to *decimals*; with None, to two, without zeros at the end (``1.234,5``, ``12``).
    """
    places = _MOST_DECIMALS if decimals is None else decimals
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    if rounded.is_zero():
        rounded = abs(rounded)  # what rounds to nothing has no sign
    text = f"{rounded:,f}"
    if decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(_TO_VIETNAMESE)


def percent(ratio: float | Decimal, *, decimals: int | None = 1) -> str:
    """Return a ratio (0.705) as per cent (``70,5%``)."""
    return f"{number(Decimal(str(ratio)) * 100, decimals=decimals)}%"
