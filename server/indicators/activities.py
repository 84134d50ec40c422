"""The activities of a year: how many there were and how many attended, by type, topic, campaign, organiser and level.

An activity with two topics stands under both, so the lines of topics and organisers come to more than the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """One answer with its activities and attendances."""

    answer: str
    label_vi: str
    label_en: str
    events: Decimal
    attendees: Decimal

    def label(self, language: str) -> str:
        """Return what the answer is called."""
        return self.label_en if language == "en" and self.label_en else self.label_vi


@dataclass(frozen=True, slots=True)
class ActivitySum:
    """One number of all activities together, such as the women among those who attended."""

    name: str
    label_vi: str
    label_en: str
    amount: Decimal

    def label(self, language: str) -> str:
        """Return what it is called."""
        return self.label_en if language == "en" and self.label_en else self.label_vi


@dataclass(frozen=True, slots=True)
class ActivityGroup:
    """The answers to one question, in the order of the form; *is_several*: an activity may stand under several."""

    question: str
    is_several: bool
    lines: tuple[ActivityLine, ...]


@dataclass(frozen=True, slots=True)
class ActivityTable:
    """The activities of a unit (empty *unit_name*: of everything) in a year, on the boundaries *frame*.

    *beside* are sums that are not broken down: women among those who attended, inspections, booklets. *received* and
    *approved* print as *đã nhận N · đã duyệt M*.
    """

    year: int
    frame: str
    unit_name: str
    events: Decimal
    attendees: Decimal
    beside: tuple[ActivitySum, ...]
    groups: tuple[ActivityGroup, ...]
    received: int
    approved: int
