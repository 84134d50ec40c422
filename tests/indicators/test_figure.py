"""A figure: exact division, no value where nothing was counted, and the target in words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from server.indicators.figures import Amounts, Goal, Receipts, Standing, figure_of, written
from server.indicators.periods import PeriodKind
from server.indicators.plan import Direction, Indicator, IndicatorUnit
from server.indicators.sources import Source
from server.indicators.tables import Counts, Goals, ListedUnit, Listing, table_of
from server.territory.units import Level, UnitId

I6 = Indicator(
    code="I6",
    label_vi="Tỷ lệ hộ (mẫu)",
    label_en="Households (sample)",
    definition_vi="",
    definition_en="",
    source="",
    numerator=Source("visit.implementing"),
    denominator=Source("visit.visited"),
    unit=IndicatorUnit.PERCENT,
    direction=Direction.UP,
    level=Level.COMMUNE,
    period=PeriodKind.YEAR,
    note="",
)
COUNT = replace(I6, denominator=None, unit=IndicatorUnit.COUNT, direction=Direction.DOWN)
SEVENTY = Goal(Decimal(70), is_draft=False)


def counts(numerator, denominator):
    return Amounts(numerator * 1000, 1, denominator * 1000, 1)


@pytest.mark.parametrize(
    ("amounts", "goal", "value", "standing"),
    [
        (counts(7, 10), SEVENTY, Decimal(70), Standing.MET),
        (counts(699, 1000), SEVENTY, Decimal("69.9"), Standing.NOT_MET),
        (counts(7, 10), None, Decimal(70), Standing.NO_TARGET),
        (counts(0, 10), SEVENTY, Decimal(0), Standing.NOT_MET),
        (counts(0, 0), SEVENTY, None, Standing.NO_FIGURE),
        (Amounts(), None, None, Standing.NO_FIGURE),
    ],
)
def test_a_ratio_is_met_or_not_and_an_empty_denominator_is_no_figure(amounts, goal, value, standing):
    figure = figure_of(I6, amounts, goal, Receipts(12, 10))
    assert (figure.value, figure.standing) == (value, standing)
    assert (figure.received, figure.approved) == (12, 10)
    assert (figure.gap is None) == (value is None or goal is None)


@pytest.mark.parametrize(("target", "standing"), [("66.666", Standing.MET), ("66.667", Standing.NOT_MET)])
def test_two_thirds_are_held_against_the_target_before_they_are_rounded(target, standing):
    figure = figure_of(I6, counts(2, 3), Goal(Decimal(target), is_draft=False), Receipts())
    assert figure.standing is standing
    assert written(figure.value, figure.unit) == "66,7%"


def test_a_count_to_which_nothing_was_added_is_no_figure_but_a_sum_of_zeros_is_zero():
    assert figure_of(COUNT, Amounts(), None, Receipts()).value is None
    assert figure_of(COUNT, Amounts(0, 3), None, Receipts()).value == 0


def test_less_is_better_where_the_direction_is_down():
    goal = Goal(Decimal(5), is_draft=True)
    assert figure_of(COUNT, Amounts(5000, 5), goal, Receipts()).standing is Standing.MET
    over = figure_of(COUNT, Amounts(6000, 6), goal, Receipts())
    assert (over.standing, over.gap, over.target_is_draft) == (Standing.NOT_MET, Decimal(1), True)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Decimal("70.45"), IndicatorUnit.PERCENT, "70,5%"),
        (Decimal("3.2"), IndicatorUnit.PERMILLE, "3,2‰"),
        (Decimal(1234), IndicatorUnit.COUNT, "1.234"),
        (None, IndicatorUnit.PERCENT, ""),
    ],
)
def test_values_are_written_as_people_here_write_them(value, unit, text):
    assert written(value, unit) == text


def test_a_table_lists_every_unit_and_shows_what_lies_in_none_of_them():
    first, second = UnitId(1), UnitId(2)
    listing = Listing(2026, "always", (ListedUnit(first, "Xã A (mẫu)", ""), ListedUnit(second, "Xã B (mẫu)", "")))
    everything = Counts({first: counts(1, 2)}, {first: Receipts(3, 2)}, counts(4, 6), Receipts(9, 6))
    table = table_of(I6, listing, everything, Goals({second: Goal(Decimal(50), is_draft=False)}, SEVENTY, SEVENTY))
    assert [row.figure.value for row in table.rows] == [Decimal(50), None]
    assert [row.figure.target for row in table.rows] == [Decimal(70), Decimal(50)]
    assert table.total.numerator == 4
    assert table.unplaced is not None
    assert (table.unplaced.numerator, table.unplaced.denominator, table.unplaced.received) == (3, 4, 6)


def test_a_table_whose_rows_hold_everything_has_no_unplaced_line():
    only = UnitId(1)
    listing = Listing(2026, "always", (ListedUnit(only, "Xã A (mẫu)", ""),))
    whole = Counts({only: counts(1, 2)}, {only: Receipts(3, 2)}, counts(1, 2), Receipts(3, 2))
    assert table_of(I6, listing, whole, Goals()).unplaced is None


def test_a_denominator_typed_from_paper_is_marked_and_is_never_taken_for_something_unplaced():
    here, there = UnitId(1), UnitId(2)
    typed = Amounts(7000, 7, 100_000, 0, is_typed=True)
    assert figure_of(I6, typed, None, Receipts()).denominator_is_typed
    assert not figure_of(I6, counts(7, 100), None, Receipts()).denominator_is_typed
    listing = Listing(2026, "frame", (ListedUnit(here, "A", ""), ListedUnit(there, "B", "")))
    for whole in (Amounts(7000, 7, 50_000, 1), Amounts(7000, 7, 900_000, 0, is_typed=True)):
        counted = Amounts(0, 0, whole.denominator, whole.denominator_rows) if not whole.is_typed else Amounts()
        amounts = {here: typed, there: counted}
        table = table_of(I6, listing, Counts(amounts, {}, whole, Receipts()), Goals())
        assert table.unplaced is None
        assert table.rows[0].figure.value == Decimal(7)
