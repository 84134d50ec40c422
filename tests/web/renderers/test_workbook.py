"""A workbook in which text is text, whatever it begins with, and numbers are numbers."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from server.errors import NotFound
from server.web.renderers.files import grid_file
from server.web.renderers.grids import Grid, file_name
from server.web.renderers.workbook import workbook_of
from tests.web.renderers.test_csv_file import DANGEROUS


def cells(grid):
    book = load_workbook(BytesIO(workbook_of(grid)))
    (sheet,) = book.worksheets
    return sheet, [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("text", [*DANGEROUS, "-5", "+84", "007"])
def test_text_is_never_a_formula_or_a_number(text):
    _, rows = cells(Grid("mau", (text,), (text,), ((text,),)))
    kept = text.replace("\r", "\n")  # XML knows one end of a line
    assert [(str(row[0][0]).replace("\r", "\n"), row[0][1]) for row in rows] == [(kept, "s")] * 3


def test_numbers_are_numbers_and_headings_stay_in_view():
    grid = Grid("ten-tep-rat-dai-hon-ba-muoi-mot-chu", ("Ghi chú",), ("Xã", "%"), (("Đăk", Decimal("70.5")), ("Y", 12)))
    sheet, rows = cells(grid)
    assert rows[2:] == [[("Đăk", "s"), (70.5, "n")], [("Y", "s"), (12, "n")]]
    assert (sheet.freeze_panes, len(sheet.title)) == ("B3", 31)
    assert sheet["A2"].font.bold


def test_an_unknown_character_is_left_out_rather_than_refused():
    _, rows = cells(Grid("mau", (), ("a",), (("x\x00\x0by",),)))
    assert rows[1][0][0] == "xy"


def test_names_of_files_are_plain():
    assert file_name("I6-kv", 2026, 'Xã "Đăk Hà"/../', "") == "i6-kv-2026-xa-dak-ha"


def test_a_kind_of_file_there_is_not_is_not_there():
    with pytest.raises(NotFound):
        grid_file(Grid("mau", (), ("a",), ()), "pdf")
