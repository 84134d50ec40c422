"""Locks as bytes: the same for the same tables, and read back as what was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from server.indicators.figures import Amounts, Goal, Receipts, figure_of
from server.indicators.lock_format import read_lock, written_lock
from server.indicators.locks import LockedPeriod, LockedPlan, LockedTable, LockedUnit, restated
from server.indicators.periods import Period, PeriodKind
from server.indicators.plan import Direction, Indicator, IndicatorUnit
from server.indicators.sources import parse_source
from server.indicators.tables import IndicatorTable, ListedUnit, TableRow
from server.territory.units import Level, UnitId

RATIO = Indicator(
    code="I6",
    label_vi="Tỷ lệ hộ “thực hiện”",
    label_en="Households",
    definition_vi="Đủ nhóm áp dụng",
    definition_en="",
    source="Kế hoạch (mẫu)",
    numerator=parse_source("survey.implementing"),
    denominator=parse_source("register:households[poverty=poor|near_poor]"),
    unit=IndicatorUnit.PERCENT,
    direction=Direction.UP,
    level=Level.COMMUNE,
    period=PeriodKind.YEAR,
    note="",
)
COUNT = replace(RATIO, code="C1", denominator=None, unit=IndicatorUnit.COUNT)


def table(indicator, *thousandths):
    """Return a table of the units 1, 2, …, each with so much of three, and nothing in the last."""
    figures = [
        figure_of(indicator, Amounts(one, 1, 3000, 3), Goal(Decimal(70), is_draft=True), Receipts(3, 2))
        for one in thousandths
    ]
    empty = figure_of(indicator, Amounts(), None, Receipts())
    units = [ListedUnit(UnitId(at), f"Thôn {at}", "") for at in range(1, len(figures) + 2)]
    rows = tuple(TableRow(unit, figure) for unit, figure in zip(units, [*figures, empty], strict=True))
    return IndicatorTable(indicator, 2026, "from-2025-07-01", rows, None, figures[0])


def lock(*tables):
    plan = LockedPlan(7, "plan (mẫu)", "ab" * 32)
    return LockedPeriod(
        project_id=1,
        project_name="Gia đình (mẫu)",
        unit=LockedUnit(UnitId(9), "23500", "Xã Đăk Hà", Level.COMMUNE, "Tỉnh Quảng Ngãi"),
        period=Period(2026),
        frame="from-2025-07-01",
        revision=2,
        reason="Bổ sung “phiếu muộn”",
        author="Người chốt (mẫu)",
        locked_at=datetime(2026, 11, 25, 8, 30, 0, 123456, tzinfo=UTC),
        tables=tuple(LockedTable(plan, one) for one in tables),
    )


@pytest.mark.parametrize("thousandths", [(1000,), (1000, 2000), (0, 10**12, 1)])
def test_what_is_read_back_is_what_was_written_and_is_written_as_the_same_bytes(thousandths):
    made = lock(table(RATIO, *thousandths), table(COUNT, *thousandths))
    content = written_lock(made)
    assert read_lock(content) == made
    assert written_lock(read_lock(content)) == content
    assert written_lock(lock(table(RATIO, *thousandths), table(COUNT, *thousandths))) == content


def test_numbers_are_decimal_text_and_an_empty_figure_has_no_value():
    text = written_lock(lock(table(RATIO, 1000))).decode()
    assert '"value": "33.33333333333333333333333333"' in text
    assert '"value": null' in text
    assert '"numerator": "1"' in text
    assert "E+" not in written_lock(lock(table(COUNT, 10**15))).decode()


def test_tables_made_again_are_held_against_the_frozen_ones_cell_by_cell():
    then, now = table(RATIO, 1000, 2000), table(RATIO, 2000, 2000)
    (found,) = restated(lock(then).tables, [now])
    assert [one.differs for one in found.rows] == [True, False, False]
    assert (found.total.numerator, found.total.denominator, found.differs) == (1, 0, True)
    assert not restated(lock(then).tables, [then])[0].differs


def test_what_is_from_paper_withheld_or_unknown_is_kept_and_written_only_where_it_holds():
    published = replace(COUNT, numerator=parse_source("release:quy"))
    withheld = figure_of(published, Amounts(is_withheld=True), None, Receipts())
    typed = figure_of(RATIO, Amounts(1000, 0, 3000, 0, is_typed=True, numerator_is_typed=True), None, Receipts())
    for indicator, figure in ((published, withheld), (RATIO, typed)):
        one = replace(table(indicator, 1000), total=figure)
        assert read_lock(written_lock(lock(one))).tables[0].table.total == figure
    plain = written_lock(lock(table(RATIO, 1000))).decode()
    assert not any(word in plain for word in ("numerator_is_typed", "is_withheld", "is_known"))
