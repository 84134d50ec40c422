"""A report workbook is read whole or refused with every fault, and filled to the row."""

from __future__ import annotations

from decimal import Decimal

import pytest

from server.forms.sheets import Row, Sheet
from server.indicators.report import ReportRefused, Status, TallMerge, TemplateCell, read_report
from server.indicators.report_cells import parse_slot
from server.indicators.report_fill import Amount, FilledCell, Filling, Mark, Place, Repeat, fill_plan
from server.territory.units import Level

COLUMNS = ("title::vi", "level", "status")
COMMUNE, VILLAGE_A, VILLAGE_B = Place(1, "Xã Mẫu"), Place(2, "Thôn 1"), Place(3, "Thôn 2")
HOUSEHOLDS = parse_slot("{{register:households}}")


def settings(**cells):
    return Sheet("settings", COLUMNS, (Row(2, {"title::vi": "Báo cáo", "level": "commune"} | cells),))


def cells(**texts):
    return [TemplateCell("Biểu", int(ref[1:]), ref[0], text) for ref, text in texts.items()]


def faults(*given):
    with pytest.raises(ReportRefused) as refused:
        read_report(*given)
    return [(one.code, one.row, one.column) for one in refused.value.faults]


def test_a_layout_nobody_vouches_for_is_to_be_compared_with_the_law():
    read = read_report(settings(), cells(A1="{{unit}}"), ())
    assert (read.settings.status, read.settings.level) == (Status.UNCHECKED, Level.COMMUNE)


def test_every_fault_is_told_with_its_cell():
    asked = cells(
        A1="{{unit", B2="{{child}}", A3="{{each:village}}", C3="{{each:village}}", A4="{{paper}}",
        A5="{{each:commune}}",
        A6="{{pool.knowledge | a=b | c=d}}", A7="{{paper | row=1}}", A8="{{paper | row=1}}",
    )  # fmt: skip
    assert sorted(faults(settings(), asked, [TallMerge("Biểu", 2, 3)]), key=str) == sorted(
        [
            ("report.open_braces", 1, "A"),
            ("report.paper_needs_row", 4, "A"),
            ("report.each_twice", 3, "C"),
            ("report.each_too_high", 5, "A"),
            ("report.no_child", 2, "B"),
            ("report.several_splits_in_pool", 6, "A"),
            ("report.row_twice", 8, "A"),
            ("report.each_merged", 3, ""),
        ],
        key=str,
    )


def test_what_the_report_says_of_itself_is_needed():
    asked = cells(A1="{{unit}}")
    assert faults(None, asked, ()) == [("report.no_settings", None, "")]
    assert faults(Sheet("settings", ("level",), ()), asked, ()) == [("report.no_column", 1, "title::vi")]
    assert faults(Sheet("settings", COLUMNS, ()), asked, ()) == [("report.one_row", None, "")]
    assert faults(settings(**{"title::vi": "x" * 301}), asked, ()) == [("report.too_long", 2, "title::vi")]
    assert faults(settings(level="village", status="?"), asked, ()) == [
        ("report.unknown_setting", 2, "level"),
        ("report.unknown_setting", 2, "status"),
    ]
    assert faults(settings(), [], ()) == [("report.nothing_asked", None, "")]


def filled(asked, amounts=None, villages=(VILLAGE_A, VILLAGE_B)):
    template = read_report(settings(), asked, ())
    return fill_plan(template, Filling(COMMUNE, {Level.VILLAGE: villages}, {"unit": "Xã Mẫu"}, amounts or {}))


def test_a_repeated_row_pushes_down_what_lies_below_it():
    asked = cells(A1="{{unit}}", A3="{{each:village}}", B3="{{order}}", A5="{{unit}}")
    plan = filled(asked)
    assert plan.repeats == (Repeat("Biểu", 3, 2),)
    assert [(one.row, one.column, one.text) for one in plan.cells] == [
        (1, "A", "Xã Mẫu"),
        (3, "A", "Thôn 1"),
        (4, "A", "Thôn 2"),
        (3, "B", "1"),
        (4, "B", "2"),
        (6, "A", "Xã Mẫu"),
    ]


def test_a_row_for_units_that_are_not_there_stays_once_and_is_empty():
    plan = filled(cells(A3="{{each:village}}", B3="{{register:households}}", A5="{{unit}}"), villages=())
    assert plan.repeats == (Repeat("Biểu", 3, 1),)
    assert plan.cells[:2] == (FilledCell("Biểu", 3, "A"), FilledCell("Biểu", 3, "B"))
    assert plan.cells[2].row == 5


def test_a_number_that_is_not_there_is_empty_and_never_nought():
    amounts = {(HOUSEHOLDS, 2): Amount(Mark.COUNTED, Decimal(7))}
    plan = filled(cells(A3="{{each:village}}", B3="{{register:households}}"), amounts)
    found = {one.place.name: one.amount for one in plan.cells if one.amount}
    assert found == {"Thôn 1": Amount(Mark.COUNTED, Decimal(7)), "Thôn 2": Amount(Mark.EMPTY)}
    assert (plan.count(Mark.COUNTED), plan.count(Mark.EMPTY)) == (1, 1)
