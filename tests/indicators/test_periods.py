"""Years, halves and quarters: written, read, and which day lies in which."""

from datetime import date, timedelta

import pytest

from server.errors import InvalidInput
from server.indicators.periods import Period, PeriodKind


@pytest.mark.parametrize(
    ("text", "period", "first", "last", "code"),
    [
        ("2026", Period(2026), date(2026, 1, 1), date(2026, 12, 31), "periods.year"),
        ("2026-H1", Period(2026, half=1), date(2026, 1, 1), date(2026, 6, 30), "periods.half1"),
        ("2026-H2", Period(2026, half=2), date(2026, 7, 1), date(2026, 12, 31), "periods.half2"),
        ("2024-Q1", Period(2024, quarter=1), date(2024, 1, 1), date(2024, 3, 31), "periods.quarter1"),
        ("2026-q4", Period(2026, quarter=4), date(2026, 10, 1), date(2026, 12, 31), "periods.quarter4"),
    ],
)
def test_a_period_is_read_and_written_alike(text, period, first, last, code):
    assert Period.parse(text) == period
    assert Period.parse(period.label) == period
    assert (period.first_day, period.last_day) == (first, last)
    assert period.words == (code, {"year": period.year})


@pytest.mark.parametrize("text", ["", "26", "2026-Q5", "2026-H3", "2026Q1", "2026-H1-Q1", "1999", "2101", "2026-13"])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(InvalidInput) as refusal:
        Period.parse(text)
    assert refusal.value.code == "periods.unknown"


def test_half_and_quarter_at_once_are_no_period():
    with pytest.raises(InvalidInput):
        Period(2026, half=1, quarter=1)


@pytest.mark.parametrize("kind", list(PeriodKind))
def test_each_day_of_a_year_lies_in_just_one_period_of_a_kind(kind):
    days = [date(2024, 1, 1) + timedelta(days=at) for at in range(366)]
    periods = sorted({Period.of(day, kind) for day in days})
    assert len(periods) == {"year": 1, "half": 2, "quarter": 4}[kind.value]
    assert all(one.kind is kind for one in periods)
    assert [[one for one in periods if one.holds(day)] for day in days] == [[Period.of(day, kind)] for day in days]


def test_a_period_is_made_of_its_quarters():
    assert [one.label for one in Period(2026).quarters] == ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]
    assert [one.label for one in Period(2026, half=2).quarters] == ["2026-Q3", "2026-Q4"]
    assert Period(2026, quarter=2).quarters == (Period(2026, quarter=2),)
