"""Days and hours as people here type them: 05/07/2025, 05072025, 7/2025, 8h30; the other way round is `display`.

A day is never read in the American order, and never guessed: a year has four digits.
"""

from __future__ import annotations

import re
from datetime import date, time
from typing import Final

_BETWEEN: Final = r"\s*[/.\-\s]\s*"
_DAY: Final = re.compile(rf"(\d{{1,2}}){_BETWEEN}(\d{{1,2}}){_BETWEEN}(\d{{4}})", re.ASCII)
_DIGITS: Final = re.compile(r"(\d{2})(\d{2})((?:19|20)\d{2})", re.ASCII)
_MONTH: Final = re.compile(rf"(\d{{1,2}})(?:{_BETWEEN})?(\d{{4}})", re.ASCII)
_YEAR: Final = re.compile(r"\d{4}", re.ASCII)
_TIME: Final = re.compile(r"(\d{1,2})\s*[:hg.]?\s*(\d{2})(?::\d{2})?", re.ASCII | re.IGNORECASE)


def read_day(text: str) -> date | None:
    """Return the day, None where there is none: dd/mm/yyyy, ddmmyyyy or yyyy-mm-dd."""
    text = text.strip()
    found = _DAY.fullmatch(text) or _DIGITS.fullmatch(text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError:
        return None


def read_month(text: str) -> date | None:
    """Return the first day of the month, None where there is none: mm/yyyy, mmyyyy, or a day of it."""
    found = _MONTH.fullmatch(text.strip())
    day = read_day(f"1/{found[1]}/{found[2]}") if found else read_day(text)
    return None if day is None else day.replace(day=1)


def read_year(text: str) -> date | None:
    """Return the first day of the year, None where there is none: yyyy, or a day of it."""
    found = _YEAR.fullmatch(text.strip())
    day = read_day(f"1/1/{found[0]}") if found else read_day(text)
    return None if day is None else day.replace(month=1, day=1)


def read_time(text: str) -> time | None:
    """Return the hour and minute, None where there are none: 8:30, 08:30, 0830 or 8h30."""
    found = _TIME.fullmatch(text.strip())
    try:
        return time(int(found[1]), int(found[2])) if found else None
    except ValueError:
        return None
