"""The page of a report says what its file says: the same layout, with the same put into it."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Border, Font, Side

from server.indicators.report_fill import Amount, FilledCell, FillPlan, Mark, Place, Repeat
from server.operations.report_grids import grids_of
from server.operations.report_workbook import laid_out, saved

SHEET, OTHER = "Biểu", "Phụ lục"
MARKS = {Mark.HIDDEN: "ẩn", Mark.NOT_REPORTED: "chưa báo cáo", Mark.NOT_RELEASED: "chưa công bố"}
TIMES = 3
REPEATS = (Repeat(SHEET, 3, TIMES),)


@pytest.fixture(scope="module")
def layout():
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    for ref, text in {
        "A1": "{{title}}", "A2": "Xã", "B2": "Hộ", "C2": 12.5, "D2": True, "A3": "{{each:village}}",
        "B3": "{{register:households}}", "C3": "=B3*2", "D3": "Trăm", "A4": "Cộng", "B4": "=SUM(B3:B3)",
        "C4": "=VLOOKUP(A1,B2:C3,2)", "D4": "=B4/0", "A5": "{{paper | row=1}}", "B5": "{{register:clubs}}",
    }.items():  # fmt: skip
        sheet[ref] = text
    sheet.merge_cells("A1:D1")
    sheet["A1"].font = Font(bold=True, size=16)
    sheet["A2"].alignment = Alignment(horizontal="center")
    sheet["B3"].border = Border(left=Side("thin"))
    sheet["B3"].number_format = "0%"
    sheet["C2"].number_format = '0.0"*"'
    sheet["D3"].font = Font(italic=True)
    sheet.column_dimensions["A"].width = 40
    sheet.page_setup.orientation = "landscape"
    kept = book.create_sheet(OTHER)
    kept["A1"], kept["B2"] = "Giữ nguyên", "ngoài vùng in"
    kept.print_area = "A1:A1"
    written = BytesIO()
    book.save(written)
    return laid_out(written.getvalue(), REPEATS)


def number(row, column, value, mark=Mark.COUNTED, **said):
    amount = Amount(mark, None if value is None else Decimal(value), **said)
    return FilledCell(SHEET, row, column, amount=amount, place=Place(1, "Xã Mẫu"))


PLAN = FillPlan(
    REPEATS,
    (
        FilledCell(SHEET, 1, "A", text="=1+1 hai\n\n dòng "),
        FilledCell(SHEET, 3, "A", text="Thôn Mẫu 1"),
        FilledCell(SHEET, 4, "A", text=""),
        FilledCell(SHEET, 5, "A", text="Thôn Mẫu 3"),
        number(3, "B", "0.5"),
        number(4, "B", None, Mark.EMPTY),
        number(5, "B", "1.25", Mark.TYPED, document="Sổ hộ 12"),
        number(7, "A", "1234", Mark.TYPED, document="Sổ hộ 13", aside="(thiếu 2 xã)", lacking=2),
        number(7, "B", None, Mark.HIDDEN),
    ),
)


def text_of(cell):
    """Return what a reader of the file sees in a cell without a formula, numbers in full."""
    value, shown = cell.value, cell.number_format
    if isinstance(value, bool):
        return str(value).upper()
    if not isinstance(value, int | float):
        return "\n".join(line.strip() for line in (value or "").splitlines() if line.strip())
    words = [one for one in shown.split('"')[1::2] if one != "*"]
    sign = "%" if "%" in shown else ""
    plain = f"{value * 100 if sign else value:,.4f}".rstrip("0").rstrip(".")
    swapped = plain.translate(str.maketrans(",.", ".,"))
    return "".join((swapped, sign, "*" if '"*"' in shown else "", *words))


def test_every_cell_of_the_page_says_what_the_file_says(layout):
    plan = layout.plan(PLAN)
    book = load_workbook(BytesIO(saved(layout.filled(plan, MARKS), ("Nguồn", ()))))
    for grid in grids_of(layout.looks, plan, MARKS):
        for row, cells in enumerate(grid.rows, start=1):
            column = 1
            for one in cells:
                cell = book[grid.title].cell(row, column)
                if cell.data_type != "f":
                    assert one.text == text_of(cell), cell.coordinate
                look = (bool(cell.font.b), bool(cell.font.i), bool(cell.border.left.style), (cell.font.sz or 0) > 13)
                assert (one.is_bold, one.is_italic, one.is_framed, one.is_large) == look, cell.coordinate
                column += one.columns


def test_formulas_are_worked_out_over_what_was_put_in(layout):
    grid, other = grids_of(layout.looks, layout.plan(PLAN), MARKS)
    said = [[cell.text for cell in row] for row in grid.rows]
    assert said == [
        ["=1+1 hai\ndòng"],
        ["Xã", "Hộ", "12,5*", "TRUE"],
        ["Thôn Mẫu 1", "50%", "1", "Trăm"],
        ["", "", "0", "Trăm"],
        ["Thôn Mẫu 3", "125%*", "2,5", "Trăm"],
        ["Cộng", "1,75", "", ""],
        ["1.234* (thiếu 2 xã)", "ẩn", "", ""],
    ]
    assert [[cell.text for cell in row] for row in other.rows] == [["Giữ nguyên"]], "the rest is not printed"


def test_a_cell_is_marked_by_what_kind_of_number_it_holds(layout):
    grid, _ = grids_of(layout.looks, layout.plan(PLAN), MARKS)
    marked = [(cell.mark, cell.remark, cell.align) for row in grid.rows for cell in row if cell.mark]
    assert marked == [
        ("counted", "", "right"), ("empty", "", "left"), ("typed", "Sổ hộ 12", "right"), ("typed", "Sổ hộ 13", "right"),
        ("hidden", "", "left"),
    ]  # fmt: skip


def test_the_same_layout_is_filled_again_and_again(layout):
    empty = grids_of(layout.looks, FillPlan(REPEATS, ()), MARKS)
    grids_of(layout.looks, PLAN, MARKS)
    assert grids_of(layout.looks, FillPlan(REPEATS, ()), MARKS) == empty
