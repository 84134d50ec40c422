"""A series as a line: everything lies in the picture, a year without a value breaks the line."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.indicators.figures import Figure, Standing
from server.indicators.plan import IndicatorUnit
from server.web.renderers.line_chart import line_chart


def figure(value, target=None, unit=IndicatorUnit.PERCENT):
    standing = Standing.MET if value is not None and target is not None and value >= target else Standing.NOT_MET
    numbers = [None if one is None else Decimal(one) for one in (value, target)]
    return Figure(unit, Decimal(0), None, numbers[0], numbers[1], False, None, standing, 0, 0)


def test_a_year_without_a_value_breaks_the_line_and_is_no_zero():
    chart = line_chart(list(enumerate([figure(10), figure(20), figure(None, 70), figure(40, 30)], start=2023)))
    assert [len(one.split()) for one in chart.lines] == [2, 1]
    assert [dot.text for dot in chart.dots] == ["10,0%", "20,0%", "40,0%"]
    assert [dot.is_met for dot in chart.dots] == [False, False, True]
    assert [one.text for one in chart.years] == ["2023", "2024", "2025", "2026"]
    assert len(chart.targets) == 2


def test_a_long_series_names_every_second_year_and_always_the_last():
    chart = line_chart(list(enumerate([figure(1)] * 8, start=2019)))
    assert [one.text for one in chart.years] == ["", "2020", "", "2022", "", "2024", "", "2026"]


def test_nothing_counted_and_nothing_planned_is_no_chart():
    assert line_chart([(2026, figure(None))]) is None
    assert line_chart([]) is None


@given(
    st.lists(
        st.tuples(
            st.none() | st.decimals(-(10**9), 10**9, places=2),
            st.none() | st.decimals(-1000, 10**6, places=1),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_everything_drawn_lies_within_the_picture_in_the_order_of_its_size(pairs):
    points = list(enumerate((figure(*pair) for pair in pairs), start=2020))
    chart = line_chart(points)
    if chart is None:
        assert all(pair == (None, None) for pair in pairs)
        return
    heights = [dot.y for dot in chart.dots] + [one.y for one in chart.targets] + [one.at for one in chart.grid]
    assert all(0 <= one <= chart.height - 20 for one in heights)
    assert all(0 <= dot.x <= chart.width for dot in chart.dots)
    assert all(chart.left <= one.left < one.right <= chart.width for one in chart.targets)
    values = [value for value, _ in pairs if value is not None]
    for one, dot in zip(values, chart.dots, strict=True):
        assert all(dot.y <= other.y for value, other in zip(values, chart.dots, strict=True) if value < one)


@pytest.mark.parametrize(("low", "high"), [(0, 0), (-10, 0), (3, 7), (-250, 990)])
def test_the_grid_has_round_numbers_that_hold_every_value(low, high):
    chart = line_chart([(2025, figure(low, unit=IndicatorUnit.COUNT)), (2026, figure(high, unit=IndicatorUnit.COUNT))])
    marks = [Decimal(one.text.replace(".", "").replace(",", ".")) for one in chart.grid]
    assert len(set(marks)) == len(marks) == 5
    assert (marks[0] <= min(low, 0), marks[-1] >= high) == (True, True)
