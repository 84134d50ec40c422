"""Figures typed from paper: which number of which place and period, what it says, the document it was taken from.

A figure is named by its period, the unit and a key: a measure (``form.measure``, with ``[question=value]`` a part of
it), an indicator (``I6``) or a cell of the yearly report (``report:ROW.COLUMN``). It is never added to what was
counted: whoever shows it marks it *nhập từ sổ*. A figure that was put right stands beside the one before, never in its
place; one that was withdrawn has no amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.indicators.contribution import amount_of
from server.language.display import display_date

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from server.indicators.periods import Period
    from server.territory.units import UnitId

REPORT: Final = "report:"
"""What the key of a cell of the yearly report begins with."""
LONGEST_KEY: Final = 300


@dataclass(frozen=True, slots=True, order=True)
class PaperPlace:
    """Which number."""

    period: Period
    unit_id: UnitId
    key: str


@dataclass(frozen=True, slots=True)
class PaperSource:
    """The document a figure was taken from; *body* is who counted it (a court, the police)."""

    document: str
    number: str = ""
    day: date | None = None
    body: str = ""

    def __str__(self) -> str:
        """Return it as one line: ``Báo cáo năm 2021, số 12/BC-UBND, ngày 05/12/2021 (Tòa án nhân dân tỉnh)``."""
        dated = f"ngày {display_date(self.day)}" if self.day else ""
        numbered = f"số {self.number}" if self.number else ""
        line = ", ".join(filter(None, (self.document, numbered, dated)))
        return f"{line} ({self.body})" if self.body else line


@dataclass(frozen=True, slots=True)
class PaperFigure:
    """One version of a figure. *frame_day* is the day on which the unit was meant; *import_id* the batch it came in."""

    figure_id: int
    place: PaperPlace
    version: int
    thousandths: int | None
    source: PaperSource
    author: str
    frame_day: date
    is_sensitive: bool
    is_current: bool
    is_undone: bool
    import_id: int
    recorded_at: datetime

    @property
    def value(self) -> Decimal | None:
        """Return what it says, None if it was withdrawn."""
        return None if self.thousandths is None else amount_of(self.thousandths)


def shown_of(versions: Sequence[PaperFigure], k: int) -> int | None:
    """Return the count a typed figure of cases may be published with, in thousandths; None if it stays hidden.

    The reader we hide from knows every count this figure ever had on a page, as of a release table that is revised:
    a count below *k* is hidden, and so is one that differs by less than *k* from another that was shown, for that
    difference is a count itself. *versions* are all there ever were, those that were undone too.
    """
    return next((one.thousandths for one in reversed(_shown(versions, k)) if one.is_current), None)


def ever_shown(versions: Sequence[PaperFigure], k: int) -> frozenset[int]:
    """Return every count a typed figure of cases was ever published with, as a reader remembers them."""
    return frozenset(one.thousandths // 1000 for one in _shown(versions, k) if one.thousandths is not None)


def _shown(versions: Sequence[PaperFigure], k: int) -> list[PaperFigure]:
    """Return the versions that might be shown as they came, oldest first."""
    shown: list[PaperFigure] = []
    for one in sorted(versions, key=lambda each: each.version):
        count = one.thousandths
        if count is None or count < k * 1000:
            continue
        others = {known.thousandths for known in shown if known.thousandths is not None}
        if all(abs(count - other) >= k * 1000 or count == other for other in others):
            shown.append(one)
    return shown
