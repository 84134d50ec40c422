"""How a figure moved since the year before, and whether that is good."""

from __future__ import annotations

from decimal import Decimal

import pytest

from server.indicators.figures import Amounts, Course, Receipts, figure_of
from server.indicators.periods import PeriodKind
from server.indicators.plan import Direction, Indicator, IndicatorUnit
from server.indicators.sources import parse_source
from server.indicators.trends import with_trend
from server.territory.units import Level


def indicator(direction=Direction.UP):
    return Indicator(
        code="X", label_vi="Mẫu", label_en="Sample", definition_vi="", definition_en="", source="",
        numerator=parse_source("visit.a"), denominator=parse_source("visit.b"), unit=IndicatorUnit.PERCENT,
        direction=direction, level=Level.COMMUNE, period=PeriodKind.YEAR, note="",
    )  # fmt: skip


def moved(now, before, direction=Direction.UP):
    one = indicator(direction)
    amounts, earlier = (Amounts(top * 1000, top, bottom * 1000, bottom) for top, bottom in (now, before))
    return with_trend(figure_of(one, amounts, None, Receipts()), one, earlier, 2025).trend


@pytest.mark.parametrize(
    ("now", "before", "direction", "course", "is_better", "change"),
    [
        ((3, 4), (1, 2), Direction.UP, Course.RISING, True, Decimal(25)),
        ((1, 2), (3, 4), Direction.UP, Course.FALLING, False, Decimal(-25)),
        ((3, 4), (1, 2), Direction.DOWN, Course.RISING, False, Decimal(25)),
        ((1, 2), (3, 4), Direction.DOWN, Course.FALLING, True, Decimal(-25)),
        ((1, 2), (2, 4), Direction.UP, Course.STEADY, None, Decimal(0)),
        ((1, 2), (0, 0), Direction.UP, Course.UNKNOWN, None, None),
        ((0, 0), (1, 2), Direction.UP, Course.UNKNOWN, None, None),
    ],
)
def test_a_move_is_named_by_its_way_and_by_the_indicators_direction(now, before, direction, course, is_better, change):
    trend = moved(now, before, direction)
    assert (trend.course, trend.is_better, trend.change, trend.since) == (course, is_better, change, 2025)


def test_what_is_printed_alike_is_steady():
    before = (5000, 10_000)
    assert moved((5001, 10_000), before).course is Course.STEADY
    assert moved((5010, 10_000), before).course is Course.RISING
