"""A grid as a workbook: text stays text, whatever it begins with, numbers are numbers, headings stay in view.

Source: ECMA-376, cell types; no cell of ours is a formula.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from decimal import Decimal

    from openpyxl.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    from server.web.renderers.grids import Grid

TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NARROW, _WIDE = 13, 34
_LONGEST_NAME: Final = 31
_LONGEST_TEXT: Final = 32_767


def workbook_of(grid: Grid) -> bytes:
    """Return the grid as the bytes of a workbook with one sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(grid.name[:_LONGEST_NAME])
    for number in range(1, len(grid.columns) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDE if number == 1 else _NARROW
    sheet.freeze_panes = f"B{len(grid.notes) + 2}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for note in grid.notes:
        sheet.append([_cell(sheet, note)])
    headings = [_cell(sheet, one) for one in grid.columns]
    for cell in headings:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.append(headings)
    for row in grid.rows:
        sheet.append([None if one is None else _cell(sheet, one) for one in row])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _cell(sheet: WriteOnlyWorksheet, value: str | int | Decimal) -> Cell:
    if not isinstance(value, str):
        cell: Cell = WriteOnlyCell(sheet, float(value))
        cell.number_format = "#,##0" if value == int(value) else "0.0"
        return cell
    text: Cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_TEXT])
    text.data_type = "s"  # openpyxl takes what begins with an equals sign for a formula
    return text
