"""Answers as a person types them into a page, and as a phone writes them into a record.

A page shows days and moments as browsers take them and numbers with a comma; what nobody touched stays as it was, to
the byte. Whether an answer is right is for the form's rules to say.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from server.forms.definition import Datatype

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

LONGEST_ANSWER: Final = 10_000
_DECIMAL: Final = re.compile(r"[+-]?[0-9]+,[0-9]+", re.ASCII)
_TIME: Final = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?", re.ASCII)


def field_text(text: str, datatype: Datatype, zone: tzinfo) -> str:
    """Return what the field of an answer holds when the page is opened."""
    match datatype:
        case Datatype.DATE:
            return text[:10]
        case Datatype.TIME:
            return text[:5]
        case Datatype.DATETIME:
            moment = _moment(text, zone)
            return text if moment is None else f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}"
        case Datatype.DECIMAL:
            return text.replace(".", ",")
        case _:
            return text


def answer_text(typed: Sequence[str], datatype: Datatype, zone: tzinfo, *, before: str) -> str:
    """Return what the record says of what was *typed*, in one field or several boxes; *before* where it is the same."""
    text = " ".join(part for one in typed if (part := one.replace("\r\n", "\n").strip()))[:LONGEST_ANSWER]
    if text == field_text(before, datatype, zone).strip():
        return before
    match datatype:
        case Datatype.DECIMAL | Datatype.INTEGER:
            return text.replace(",", ".") if _DECIMAL.fullmatch(text) else text
        case Datatype.TIME:
            return f"{text[:5]}:00.000{_offset(datetime(2000, 1, 1, tzinfo=zone))}" if _TIME.fullmatch(text) else text
        case Datatype.DATETIME:
            moment = _moment(text, zone)
            return text if moment is None else f"{moment:%Y-%m-%dT%H:%M}:00.000{_offset(moment)}"
        case _:
            return text


def _moment(text: str, zone: tzinfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _offset(moment: datetime) -> str:
    written = f"{moment:%z}"
    return f"{written[:3]}:{written[3:5]}"
