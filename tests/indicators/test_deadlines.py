"""The days by which a period is locked: read from a plan's sheet, and which one holds."""

from datetime import date

import pytest

from server.forms.sheets import Row, Sheet
from server.indicators.deadlines import due_day, read_deadlines
from server.indicators.periods import Period
from server.territory.units import Level

COLUMNS = ("level", "period", "month", "day", "next_year", "from", "to", "source")
COMMUNE = ("commune", "year", "11", "25", "", "", "", "Kế hoạch (mẫu)")
DISTRICT = ("district", "year", "12", "5", "", "", "2024", "Kế hoạch (mẫu)")
HALF = ("commune", "h1", "7", "5")
LAST = ("province", "q4", "1", "10", "yes")


def read(*rows):
    cells = [{name: text for name, text in zip(COLUMNS, row, strict=False) if text} for row in rows]
    return read_deadlines(Sheet("deadlines", COLUMNS, tuple(Row(at, one) for at, one in enumerate(cells, 2))))


def faults(*rows):
    return [(one.code, one.row, one.column) for one in read(*rows).faults]


@pytest.mark.parametrize(
    ("level", "period", "day"),
    [
        (Level.COMMUNE, "2026", date(2026, 11, 25)),
        (Level.COMMUNE, "2024-H1", date(2024, 7, 5)),
        (Level.PROVINCE, "2025-Q4", date(2026, 1, 10)),
        (Level.DISTRICT, "2024", date(2024, 12, 5)),
        (Level.DISTRICT, "2025", None),
        (Level.PROVINCE, "2026", None),
        (Level.COMMUNE, "2024-H2", None),
    ],
)
def test_each_level_and_period_has_the_day_its_row_sets_in_the_years_it_holds_for(level, period, day):
    found = read(COMMUNE, DISTRICT, HALF, LAST)
    assert found.faults == ()
    assert due_day(found.deadlines, level, Period.parse(period)) == day


def test_one_row_may_follow_another_where_their_years_are_apart():
    until = ("commune", "year", "12", "1", "", "2021", "2025")
    after = ("commune", "year", "11", "25", "", "2026", "")
    found = read(until, after)
    assert found.faults == ()
    assert [due_day(found.deadlines, Level.COMMUNE, Period(year)).month for year in (2025, 2026)] == [12, 11]


def test_every_fault_is_told_with_its_row_and_column():
    assert faults(("thon", "year", "1", "1"), ("commune", "month", "13", "32", "maybe", "26", "x")) == [
        ("plan.unknown_word", 2, "level"),
        ("plan.unknown_word", 3, "period"),
        ("plan.unknown_word", 3, "month"),
        ("plan.unknown_word", 3, "day"),
        ("plan.unknown_word", 3, "next_year"),
        ("plan.bad_year", 3, "from"),
        ("plan.bad_year", 3, "to"),
    ]
    assert faults(("commune", "year", "2", "29")) == [("plan.bad_day", 2, "day")]
    assert faults(COMMUNE, ("commune", "year", "12", "1", "", "2026", "")) == [("plan.repeated_deadline", 3, "period")]
    assert read_deadlines(Sheet("deadlines", ("level",), (Row(2, {"level": "commune"}),))).faults[0].code == (
        "plan.no_column"
    )
    assert read().deadlines == ()
