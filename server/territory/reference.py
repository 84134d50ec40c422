"""How a person names a unit: a code, or a code and a day (``23302``, ``23302@2025-06-30``).

A code alone means the unit that carries it today, because 26 commune codes mean another place since 1 July 2025.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from server.errors import InvalidInput

CODE: Final = re.compile(r"[0-9]{2}|[0-9]{3}|[0-9]{5}(?:-[0-9]{2,3})?")
"""2 digits: province; 3: district; 5: commune; 5, a hyphen and 2 or 3: village."""


@dataclass(frozen=True, slots=True)
class UnitReference:
    """A code and the day on which it is meant; no day: today."""

    code: str
    on: date | None


def parse_reference(text: str) -> UnitReference:
    """Return the reference written in *text*; raises InvalidInput ``territory.bad_reference``."""
    code, at, day = text.strip().partition("@")
    if not CODE.fullmatch(code):
        raise InvalidInput("territory.bad_reference", reference=text)
    return UnitReference(code, _day(day, text) if at else None)


def _day(written: str, text: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as wrong:
        raise InvalidInput("territory.bad_reference", reference=text) from wrong
