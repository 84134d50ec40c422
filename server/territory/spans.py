"""Spans: periods on their way from a file to the kept rows, before every one has a unit id.

They answer which code means which unit when. For `merging` only; everybody else asks the finished territory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from server.territory.units import LEVEL_OF, Level, UnitKind, UnitPeriod
from server.territory.validity import ONE_DAY, first_day, is_within, last_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from server.territory.units_csv import CsvUnit

_FROM_THE_TOP = tuple(Level)


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """A period with the line it was read from, if any, and the kept period it stands for, if any."""

    code: str
    name: str
    kind: UnitKind
    valid_from: date | None
    valid_to: date | None
    line: CsvUnit | None
    kept: UnitPeriod | None

    @property
    def level(self) -> Level:
        """Return the storey of this kind of unit."""
        return LEVEL_OF[self.kind]

    def is_above(self, other: Span) -> bool:
        """Return whether a unit of this level may be the parent of one of the other's."""
        return _FROM_THE_TOP.index(self.level) < _FROM_THE_TOP.index(other.level)

    def overlaps(self, other: Span) -> bool:
        """Return whether the two have a day in common."""
        starts_in_time = first_day(self.valid_from) <= last_day(other.valid_to)
        return starts_in_time and first_day(other.valid_from) <= last_day(self.valid_to)

    def lies_within(self, others: Sequence[Span]) -> bool:
        """Return whether *others*, in the order of time, cover every day of this one without a gap."""
        if not others:
            return False
        has_gap = any(_next_day(a.valid_to) != b.valid_from for a, b in pairwise(others))
        starts_in_time = first_day(others[0].valid_from) <= first_day(self.valid_from)
        return not has_gap and starts_in_time and last_day(self.valid_to) <= last_day(others[-1].valid_to)


@dataclass(frozen=True, slots=True)
class Timeline:
    """All spans in the order of time, found by the code they carry."""

    spans: tuple[Span, ...]
    _by_code: dict[str, list[Span]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay out the spans by code."""
        by_code: dict[str, list[Span]] = {}
        for span in self.spans:
            by_code.setdefault(span.code, []).append(span)
        object.__setattr__(self, "_by_code", by_code)

    def find(self, code: str, on: date) -> Span | None:
        """Return the span that carries *code* on that day."""
        carried = self._by_code.get(code, ())
        return next((span for span in carried if is_within(on, span.valid_from, span.valid_to)), None)

    def carriers(self, code: str, during: Span) -> list[Span]:
        """Return the spans that carry *code* on any day of *during*, in the order of time."""
        return [span for span in self._by_code.get(code, ()) if span.overlaps(during)]

    def overlaps(self) -> Iterator[tuple[Span, Span]]:
        """Yield each two neighbours in time that carry one code on the same day."""
        for carried in self._by_code.values():
            yield from ((before, after) for before, after in pairwise(carried) if before.overlaps(after))


def span_of_line(line: CsvUnit, kept: UnitPeriod | None) -> Span:
    """Return the span of a line, which replaces *kept*."""
    return Span(line.code, line.name, line.kind, line.valid_from, line.valid_to, line=line, kept=kept)


def span_of_period(kept: UnitPeriod) -> Span:
    """Return the span of a kept period of which the file says nothing."""
    return Span(kept.code, kept.name, kept.kind, kept.valid_from, kept.valid_to, line=None, kept=kept)


def _next_day(valid_to: date | None) -> date | None:
    return None if valid_to is None else valid_to + ONE_DAY
