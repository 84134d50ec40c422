"""The plan workbook: its grammar, and every fault of it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.forms.sheets import Row, Sheet, SourceKind, read_sheets
from server.indicators.plan import Direction, IndicatorUnit, PlanRefused, read_plan
from server.indicators.sources import Source, parse_source
from server.territory.units import Level

SHIPPED = Path(__file__).parent.parent.parent / "xlsforms" / "plans" / "plan-4002.xlsx"
INDICATOR = {
    "code": "I6",
    "label::vi": "Tỷ lệ (mẫu)",
    "numerator": "visit.implementing",
    "denominator": "visit.visited",
    "unit": "%",
    "direction": "up",
    "level": "commune",
    "period": "year",
    "states": "approved",
}
COUNT = {**INDICATOR, "code": "C1", "unit": "count", "denominator": ""}
TARGET = {"indicator": "I6", "unit": "commune", "year": "2026", "value": "70", "status": "draft"}


def sheet(name, rows):
    header = tuple(dict.fromkeys(column for row in rows for column in row))
    return Sheet(name, header, tuple(Row(number, row) for number, row in enumerate(rows, start=2)))


def plan_of(indicators=(INDICATOR,), targets=(TARGET,)):
    return read_plan([sheet("indicators", indicators), sheet("targets", targets)])


def faults(**sheets):
    with pytest.raises(PlanRefused) as refused:
        plan_of(**sheets)
    return [(one.code, one.sheet, one.row, one.column) for one in refused.value.faults]


def test_a_plan_says_what_is_divided_by_what_and_what_it_should_reach():
    plan = plan_of((INDICATOR, COUNT), (TARGET, {**TARGET, "unit": "23500", "value": "72,5", "status": ""}))
    ratio, count = plan.indicators
    assert (ratio.numerator, ratio.denominator) == (Source("visit.implementing"), Source("visit.visited"))
    assert (ratio.unit, ratio.direction, ratio.level) == (IndicatorUnit.PERCENT, Direction.UP, Level.COMMUNE)
    assert count.denominator is None
    everywhere, one = plan.targets
    assert (everywhere.level, everywhere.thousandths, everywhere.is_draft) == (Level.COMMUNE, 70000, True)
    assert (one.level, one.unit, one.thousandths, one.is_draft) == (None, "23500", 72500, False)


def test_the_plan_that_comes_with_the_project_can_be_read():
    plan = read_plan(read_sheets(SHIPPED.read_bytes(), SourceKind.XLSX))
    assert {"I6", "I6a", "I6b"} <= {one.code for one in plan.indicators}
    assert all(one.is_draft for one in plan.targets if one.year > 2025)


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"code": ""}, "plan.empty_cell", "code"),
        ({"code": "I 6"}, "plan.bad_code", "code"),
        ({"code": ".."}, "plan.bad_code", "code"),
        ({"label::vi": ""}, "plan.empty_cell", "label::vi"),
        ({"label::vi": "x" * 301}, "plan.too_long", "label::vi"),
        ({"label::en": "x" * 301}, "plan.too_long", "label::en"),
        ({"numerator": f"a.b[c={'d|' * 240}e]"}, "plan.too_long", "numerator"),
        ({"numerator": ""}, "plan.empty_cell", "numerator"),
        ({"numerator": "implementing"}, "plan.bad_measure", "numerator"),
        ({"denominator": ""}, "plan.empty_cell", "denominator"),
        ({"unit": "phần trăm"}, "plan.unknown_word", "unit"),
        ({"direction": "better"}, "plan.unknown_word", "direction"),
        ({"level": "region"}, "plan.unknown_word", "level"),
        ({"period": "month"}, "plan.unknown_word", "period"),
        ({"states": "received"}, "plan.unknown_word", "states"),
    ],
)
def test_an_indicator_that_cannot_be_read_is_named_by_its_cell(cells, code, column):
    targets = ({**TARGET, "indicator": "C1"},)
    assert faults(indicators=(COUNT, {**INDICATOR, **cells}), targets=targets) == [(code, "indicators", 3, column)]


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"indicator": "I9"}, "plan.unknown_indicator", "indicator"),
        ({"unit": ""}, "plan.empty_cell", "unit"),
        ({"year": "26"}, "plan.bad_year", "year"),
        ({"value": ""}, "plan.empty_cell", "value"),
        ({"value": "nhiều"}, "plan.not_a_number", "value"),
        ({"value": "0.7"}, "plan.fraction_for_percent", "value"),
        ({"status": "maybe"}, "plan.unknown_word", "status"),
    ],
)
def test_a_target_that_cannot_be_read_is_named_by_its_cell(cells, code, column):
    assert faults(targets=({**TARGET, **cells},)) == [(code, "targets", 2, column)]


def test_repeated_rows_counts_with_a_denominator_and_missing_sheets_are_faults():
    assert faults(indicators=(INDICATOR, INDICATOR)) == [("plan.repeated_indicator", "indicators", 3, "code")]
    assert faults(targets=(TARGET, TARGET)) == [("plan.repeated_target", "targets", 3, "unit")]
    assert faults(indicators=(INDICATOR, {**COUNT, "denominator": "a.b"})) == [
        ("plan.count_has_denominator", "indicators", 3, "denominator")
    ]
    with pytest.raises(PlanRefused) as refused:
        read_plan([sheet("targets", (TARGET,))])
    assert [one.code for one in refused.value.faults] == ["plan.no_sheet"]


def test_a_source_may_name_one_category_and_is_written_back_the_same():
    source = parse_source("visit.households[hh_poverty=poor]")
    assert source == Source("visit.households", "hh_poverty=poor")
    assert parse_source(str(source)) == source
