"""Which contributions count: one rule, used when a review changes something and when everything is rebuilt.

Given every contribution of approved versions to one measure, for one subject in one period. It knows no database and
no order of arrival but the version's number, so that the same approvals give the same figure in whatever order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.indicators.contribution import Combine

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


@dataclass(frozen=True, slots=True)
class Candidate:
    """The total row of one version at one position; its category rows share its fate."""

    version_id: int
    position: int
    event_date: date
    combine: Combine
    thousandths: int

    @property
    def key(self) -> tuple[int, int]:
        """Return version and position, which name the rows."""
        return self.version_id, self.position


def counted_of(candidates: Iterable[Candidate]) -> frozenset[tuple[int, int]]:
    """Return version and position of the candidates that count.

    *latest*: the latest event date; on one day the version that arrived last, in it the last position. *any*: the
    first that is not 0, else the first. *sum*: all. Where form versions disagree on the measure's combine, there is one
    winner by *latest*: a household counted twice is worse than one counted by the newer rule.
    """
    every = tuple(candidates)
    if not every:
        return frozenset()
    match _rule(every):
        case Combine.SUM:
            return frozenset(one.key for one in every)
        case Combine.ANY:
            return frozenset({min(every, key=_first_that_is_not_nothing).key})
        case Combine.LATEST:
            return frozenset({max(every, key=lambda one: (one.event_date, *one.key)).key})


def _rule(candidates: tuple[Candidate, ...]) -> Combine:
    rules = {one.combine for one in candidates}
    return rules.pop() if len(rules) == 1 else Combine.LATEST


def _first_that_is_not_nothing(one: Candidate) -> tuple[bool, date, int, int]:
    return one.thousandths == 0, one.event_date, one.version_id, one.position
