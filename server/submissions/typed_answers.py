"""Answers as a person types them into a page, and as a phone writes them into a record.

A page shows days, hours and numbers as people here write them; what nobody touched stays as it was, to the byte, and
what cannot be read stays as it was typed. Whether an answer is right is for the form's rules to say.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from server.forms.definition import Datatype
from server.language.display import display_date
from server.language.reading import read_day, read_month, read_time, read_year

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from server.forms.definition import Node

LONGEST_ANSWER: Final = 10_000
_DECIMAL: Final = re.compile(r"[+-]?[0-9]+,[0-9]+", re.ASCII)
_DATED: Final = 10
"""Letters of a day as phones write it; some write an hour behind."""
_DIGITS: Final = 12
"""Of a day and an hour typed without anything between them."""
_SHOWN_FROM: Final = {"day": 0, "month": 3, "year": 6}
"""Where what a question asks for begins in dd/mm/yyyy."""


def field_text(text: str, node: Node, zone: tzinfo) -> str:
    """Return what the field of an answer holds when the page is opened."""
    match node.datatype:
        case Datatype.DATE:
            return day_text(text, node)
        case Datatype.TIME:
            return text[:5]
        case Datatype.DATETIME:
            moment = _moment(text, zone)
            return text if moment is None else f"{display_date(moment)} {moment:%H:%M}"
        case Datatype.DECIMAL:
            return text.replace(".", ",")
        case _:
            return text


def answer_text(typed: Sequence[str], node: Node, zone: tzinfo, *, before: str) -> str:
    """Return what the record says of what was *typed*, in one field or several boxes; *before* where it is the same."""
    text = " ".join(part for one in typed if (part := one.replace("\r\n", "\n").strip()))[:LONGEST_ANSWER]
    if text == field_text(before, node, zone).strip():
        return before
    match node.datatype:
        case Datatype.DECIMAL | Datatype.INTEGER:
            return text.replace(",", ".") if _DECIMAL.fullmatch(text) else text
        case Datatype.DATE:
            day = _read_part(text, node)
            return text if day is None else day.isoformat()
        case Datatype.TIME:
            hour = read_time(text)
            return text if hour is None else f"{hour:%H:%M}:00.000{_offset(datetime(2000, 1, 1, tzinfo=zone))}"
        case Datatype.DATETIME:
            typed_moment = _typed_moment(text, zone)
            return text if typed_moment is None else f"{typed_moment:%Y-%m-%dT%H:%M}:00.000{_offset(typed_moment)}"
        case _:
            return text


def typed_part(node: Node) -> str:
    """Return what a question asks for: ``day``, ``month``, ``year``, ``time``, or the whole ``moment``."""
    match node.datatype:
        case Datatype.TIME:
            return "time"
        case Datatype.DATETIME:
            return "moment"
        case _:
            appearance = node.control.appearance.split()
            return "year" if "year" in appearance else "month" if "month-year" in appearance else "day"


def day_text(text: str, node: Node) -> str:
    """Return a day as people write it, as much of it as the question asks for; what is no day as it is."""
    try:
        shown = display_date(date.fromisoformat(text[:_DATED]))
    except ValueError:
        return text
    return shown[_SHOWN_FROM[typed_part(node)] :]


def _read_part(text: str, node: Node) -> date | None:
    match typed_part(node):
        case "year":
            return read_year(text)
        case "month":
            return read_month(text)
        case _:
            return read_day(text)


def _typed_moment(text: str, zone: tzinfo) -> datetime | None:
    """Return a day with an hour behind it; as browsers and phones write it, too."""
    day, _, hour = text.rpartition(" ") if len(text) != _DIGITS else (text[:-4], "", text[-4:])
    read = read_day(day), read_time(hour)
    if read[0] is None or read[1] is None:
        return _moment(text, zone)
    return datetime.combine(read[0], read[1], zone)


def _moment(text: str, zone: tzinfo) -> datetime | None:
    """Return the moment in the zone, None where it is none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return None


def _offset(moment: datetime) -> str:
    written = f"{moment:%z}"
    return f"{written[:3]}:{written[3:5]}"
