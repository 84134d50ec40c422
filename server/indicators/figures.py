"""One figure: the value of an indicator in one place and year, beside its target and what it was made from.

Numbers are Decimals in the indicator's own unit (70.5 for 70,5 %). Where nothing was counted there is no value, never
zero. Adding contributions up is for the storage; this room only divides and compares, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from server.indicators.contribution import amount_of
from server.indicators.plan import Direction, IndicatorUnit
from server.indicators.sources import Basis
from server.language.display import number

if TYPE_CHECKING:
    from server.indicators.plan import Indicator


FEW: Final = 20_000
"""Thousandths of the year before under which a change is one of few cases: twenty."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """What was added up for one place: numerator and denominator in thousandths, and how many contributions made each.

    The denominator of a plain count is not looked at. One that *is_typed* was taken from paper, for want of a register.
    What *is_withheld* is known and may not be shown: it has no number here. *left_out* units lie there only in part.
    """

    numerator: int = 0
    numerator_rows: int = 0
    denominator: int = 0
    denominator_rows: int = 0
    is_typed: bool = False
    numerator_is_typed: bool = False
    is_withheld: bool = False
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Receipts:
    """How many records bear on a figure (*received*), and how many of them are approved."""

    received: int = 0
    approved: int = 0


@dataclass(frozen=True, slots=True)
class Goal:
    """A target in the indicator's own unit, and whether it is only a draft."""

    value: Decimal
    is_draft: bool


class Standing(StrEnum):
    """How a figure stands to its target, in words (``figures.standing.<value>`` in the catalogue)."""

    NO_FIGURE = "no_figure"
    NO_TARGET = "no_target"
    MET = "met"
    NOT_MET = "not_met"


class Course(StrEnum):
    """Which way a figure went, in words (``figures.course.<value>`` in the catalogue)."""

    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Trend:
    """The move since the year *since*; *before* and *change* are in the indicator's unit.

    Both are None where one of the two years has no value. *is_better* is None where nothing moved.
    """

    since: int
    before: Decimal | None
    change: Decimal | None
    course: Course
    is_better: bool | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it is shown.

    *value*, *target* and *gap* (value minus target) are in *unit*; *value* is None where nothing was counted (say
    *Chưa có số liệu*). *denominator* is None for a plain count. *received* and *approved* print as
    *đã nhận N · đã duyệt M*.
    """

    unit: IndicatorUnit
    numerator: Decimal
    denominator: Decimal | None
    value: Decimal | None
    target: Decimal | None
    target_is_draft: bool
    gap: Decimal | None
    standing: Standing
    received: int
    approved: int
    denominator_is_typed: bool = False
    """Whether the denominator was typed from paper (*nhập từ sổ*) and not counted."""
    is_of_few: bool = False
    """A change of so few cases that its per cent says little: show the counts beside it and grey it."""
    numerator_is_typed: bool = False
    """Whether the numerator was typed from paper (*nhập từ sổ*) and not counted."""
    is_withheld: bool = False
    """Whether a count it is made of is hidden, so that nobody is recognised: its numbers say nothing."""
    is_known: bool = True
    """Whether numerator and denominator are numbers at all: a count of a release table or from paper may be missing."""
    left_out: int = 0
    """How many communes lie in the unit only in part, and are in none of its numbers: their counts are not divided."""
    trend: Trend | None = None
    """The move since the year before, where it was asked for."""

    @property
    def shown_numerator(self) -> Decimal | None:
        """Return the numerator, None where it is no number to show."""
        return self.numerator if self.is_known and not self.is_withheld else None

    @property
    def shown_denominator(self) -> Decimal | None:
        """Return the denominator, None where there is none or it is no number to show."""
        return self.denominator if self.is_known and not self.is_withheld else None


def figure_of(indicator: Indicator, amounts: Amounts, goal: Goal | None, receipts: Receipts) -> Figure:
    """Return the figure of *indicator* made from *amounts*, held against *goal* (None where there is no target)."""
    is_known = _is_known(indicator, amounts)
    ratio = _ratio(indicator, amounts) if is_known and not amounts.is_withheld else None
    value = None if ratio is None else _decimal(ratio)
    target = None if goal is None else _exact(goal.value)
    return Figure(
        unit=indicator.unit,
        numerator=amount_of(amounts.numerator),
        denominator=None if indicator.denominator is None else amount_of(amounts.denominator),
        value=value,
        target=None if goal is None else goal.value,
        target_is_draft=goal is not None and goal.is_draft,
        gap=None if ratio is None or target is None else _decimal(ratio - target),
        standing=_standing(ratio, target, indicator.direction),
        received=receipts.received,
        approved=receipts.approved,
        denominator_is_typed=indicator.denominator is not None and amounts.is_typed,
        numerator_is_typed=amounts.numerator_is_typed,
        is_withheld=amounts.is_withheld,
        is_known=is_known,
        left_out=amounts.left_out,
        is_of_few=indicator.unit is IndicatorUnit.CHANGE and 0 < amounts.denominator < FEW,
    )


def written(value: Decimal | None, unit: IndicatorUnit) -> str:
    """Return a value as people write it: ``70,5%``, ``3,2‰``, ``1.234``; empty for no value."""
    if value is None:
        return ""
    match unit:
        case IndicatorUnit.PERCENT | IndicatorUnit.CHANGE:
            return f"{number(value, decimals=1)}%"
        case IndicatorUnit.PERMILLE:
            return f"{number(value, decimals=1)}‰"
        case IndicatorUnit.COUNT:
            return number(value)


def _is_known(indicator: Indicator, amounts: Amounts) -> bool:
    """Tell whether there is a number to show: nothing counted is zero, nothing published or typed is not."""
    if indicator.numerator.basis not in {Basis.RELEASE, Basis.IMPORT}:
        return True
    is_numerator = bool(amounts.numerator_rows or amounts.numerator_is_typed)
    return is_numerator and (indicator.denominator is None or amounts.denominator > 0)


def _ratio(indicator: Indicator, amounts: Amounts) -> Fraction | None:
    """Return the exact value; None for an empty denominator, and for a count to which nothing was ever added."""
    if indicator.denominator is None:
        is_there = amounts.numerator_rows or amounts.numerator_is_typed
        return Fraction(amounts.numerator, 1000) if is_there else None
    if amounts.denominator <= 0:
        return None
    if indicator.unit is IndicatorUnit.CHANGE:
        return Fraction((amounts.numerator - amounts.denominator) * indicator.unit.scale, amounts.denominator)
    return Fraction(amounts.numerator * indicator.unit.scale, amounts.denominator)


def _decimal(exact: Fraction) -> Decimal:
    return Decimal(exact.numerator) / Decimal(exact.denominator)


@lru_cache(maxsize=256)
def _exact(value: Decimal) -> Fraction:
    """Return a target as it is compared; a table holds the same few against every row."""
    return Fraction(value)


def _standing(ratio: Fraction | None, target: Fraction | None, direction: Direction) -> Standing:
    if ratio is None:
        return Standing.NO_FIGURE
    if target is None:
        return Standing.NO_TARGET
    is_met = ratio >= target if direction is Direction.UP else ratio <= target
    return Standing.MET if is_met else Standing.NOT_MET
