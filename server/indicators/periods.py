"""Periods of reporting: a year, a half of one, a quarter. The day on which something happened decides its period.

A period is written as people and addresses write it: ``2026``, ``2026-H1``, ``2026-Q3``. What a form was sent on has no
bearing on it. Source: Circular 07/2017/TT-BVHTTDL (yearly), Circular 23/2011/TT-BVHTTDL (half-yearly); quarters are
those in which no case is confirmed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

_YEARS: Final = range(2000, 2101)
_HALVES: Final = range(3)
_QUARTERS: Final = range(5)
_WRITTEN: Final = re.compile(r"(?P<year>\d{4})(?:-(?:H(?P<half>[12])|Q(?P<quarter>[1-4])))?")


class PeriodKind(StrEnum):
    """How long a period is."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A *half* (1, 2) or a *quarter* (1 … 4) of *year*, 0 for neither: the whole year.

    In order, a year comes before its parts. Raises InvalidInput ``periods.unknown`` (given) for what is no period.
    """

    year: int
    half: int = 0
    quarter: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no period."""
        is_known = self.year in _YEARS and self.half in _HALVES and self.quarter in _QUARTERS
        if not is_known or (self.half and self.quarter):
            raise InvalidInput("periods.unknown", given=self.label)

    @classmethod
    def of(cls, day: date, kind: PeriodKind) -> Period:
        """Return the period of that kind *day* lies in."""
        match kind:
            case PeriodKind.YEAR:
                return cls(day.year)
            case PeriodKind.HALF:
                return cls(day.year, half=(day.month + 5) // 6)
            case PeriodKind.QUARTER:
                return cls(day.year, quarter=(day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> Period:
        """Return the period *text* writes; raises InvalidInput ``periods.unknown`` (given)."""
        found = _WRITTEN.fullmatch(text.strip().upper())
        if found is None:
            raise InvalidInput("periods.unknown", given=text.strip()[:20])
        return cls(int(found["year"]), int(found["half"] or 0), int(found["quarter"] or 0))

    @property
    def kind(self) -> PeriodKind:
        """Return how long it is."""
        if self.half:
            return PeriodKind.HALF
        return PeriodKind.QUARTER if self.quarter else PeriodKind.YEAR

    @property
    def label(self) -> str:
        """Return it as it is written in addresses and files."""
        if self.half:
            return f"{self.year}-H{self.half}"
        return f"{self.year}-Q{self.quarter}" if self.quarter else str(self.year)

    @property
    def words(self) -> tuple[str, Mapping[str, int]]:
        """Return the code and the parameters of what people call it."""
        part = self.half or self.quarter
        code = f"periods.{self.kind.value}{part or ''}"
        return code, {"year": self.year}

    @property
    def first_day(self) -> date:
        """Return its first day."""
        return date(self.year, self._months[0], 1)

    @property
    def last_day(self) -> date:
        """Return its last day."""
        month = self._months[1]
        return date(self.year, month, monthrange(self.year, month)[1])

    @property
    def quarters(self) -> tuple[Period, ...]:
        """Return the quarters it is made of, in order; itself, if it is one."""
        first, last = self._months
        return tuple(Period(self.year, quarter=(month + 2) // 3) for month in range(first, last + 1, 3))

    def holds(self, day: date) -> bool:
        """Tell whether *day* lies in it."""
        return self.first_day <= day <= self.last_day

    def __str__(self) -> str:
        """Return its label."""
        return self.label

    @property
    def _months(self) -> tuple[int, int]:
        if self.half:
            return self.half * 6 - 5, self.half * 6
        return (self.quarter * 3 - 2, self.quarter * 3) if self.quarter else (1, 12)
