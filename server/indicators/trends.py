"""How a figure moved since the year before, in a number and in words.

What is told apart no further than it is printed is called steady. Whether a move is good is the indicator's direction.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from server.indicators.figures import Course, Figure, Receipts, Trend, figure_of, written
from server.indicators.plan import Direction

if TYPE_CHECKING:
    from server.indicators.figures import Amounts
    from server.indicators.plan import Indicator


def trend_of(indicator: Indicator, now: Figure, before: Figure, since: int) -> Trend:
    """Return how *now* stands to *before*, the figure of the year *since*."""
    if now.value is None or before.value is None:
        return Trend(since, before.value, None, Course.UNKNOWN, None)
    change = now.value - before.value
    if written(now.value, now.unit) == written(before.value, now.unit):
        return Trend(since, before.value, change, Course.STEADY, None)
    is_rising = change > 0
    course = Course.RISING if is_rising else Course.FALLING
    return Trend(since, before.value, change, course, is_rising is (indicator.direction is Direction.UP))


def with_trend(figure: Figure, indicator: Indicator, before: Amounts, since: int) -> Figure:
    """Return *figure* with its trend since the year *since*, which *before* was added up for."""
    return replace(figure, trend=trend_of(indicator, figure, figure_of(indicator, before, None, Receipts()), since))
