"""Repeat one row of a worksheet: copy it, move what lies below, and let formulas mean the same cells as before.

openpyxl's own `insert_rows` moves neither merges, heights, print areas nor what formulas refer to.
Source: ECMA-376 part 1 §18.17 (cell references in formulas).
"""

from __future__ import annotations

import re
from copy import copy
from typing import TYPE_CHECKING, Final

from openpyxl.formula.tokenizer import Token, Tokenizer
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

_REFERENCE: Final = re.compile(
    r"(?P<sheet>(?:'[^']+'|[^'!:]+)!)?(?P<left>\$?[A-Z]{1,3}\$?)(?P<top>\d+)"
    r"(?::(?P<right>\$?[A-Z]{1,3}\$?)(?P<bottom>\d+))?"
)
_AREA: Final = re.compile(r"\$?[A-Z]{1,3}\$?\d+:\$?[A-Z]{1,3}\$?\d+")


def repeat_row(sheet: Worksheet, row: int, times: int) -> None:
    """Let *row* stand *times* times, one below the other; the copies hold the same texts and styles."""
    more = times - 1
    if more < 1:
        return
    merges = [one.coord for one in sheet.merged_cells.ranges]
    for one in merges:
        sheet.unmerge_cells(one)
    _move_down(sheet, row, more)
    book = sheet.parent
    assert book is not None, "a sheet is read with its workbook"
    for other in book.worksheets:
        _mend_formulas(other, sheet.title, row, more=more)
    for copied in range(row + 1, row + more + 1):
        _copy_row(sheet, row, copied)
    for one in merges:
        for moved in _merges_after(one, row, more):
            sheet.merge_cells(moved)
    _move_print_area(sheet, row, more)


def moved_reference(text: str, row: int, more: int) -> str:
    """Return an A1 reference once *row* was repeated by *more* rows: a range over it grows, what is below moves."""
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return text
    top = int(found["top"])
    moved = f"{found['sheet'] or ''}{found['left']}{top + more if top > row else top}"
    if found["bottom"] is None:
        return moved
    bottom = int(found["bottom"])
    return f"{moved}:{found['right']}{bottom + more if bottom >= row else bottom}"


def dress(source: Cell | MergedCell, target: Cell | MergedCell) -> None:
    """Let *target* look like *source*; openpyxl has no public way to copy a whole style."""
    target._style = copy(source._style)  # type: ignore[union-attr]  # noqa: SLF001  # the stubs do not know it


def _move_down(sheet: Worksheet, row: int, more: int) -> None:
    """Move every cell below *row*, from the last one up, with its style and the height of its row."""
    for number in range(sheet.max_row, row, -1):
        for column in range(1, sheet.max_column + 1):
            source, target = sheet.cell(number, column), sheet.cell(number + more, column)
            target.value, source.value = source.value, None
            dress(source, target)
        height = sheet.row_dimensions[number].height
        sheet.row_dimensions[number + more].height = height
        if number <= row + more:
            sheet.row_dimensions[number].height = None


def _copy_row(sheet: Worksheet, row: int, copied: int) -> None:
    for column in range(1, sheet.max_column + 1):
        source, target = sheet.cell(row, column), sheet.cell(copied, column)
        value = source.value
        if isinstance(value, str) and value.startswith("="):
            letter = get_column_letter(column)
            value = Translator(value, f"{letter}{row}").translate_formula(f"{letter}{copied}")
        target.value = value
        dress(source, target)
    sheet.row_dimensions[copied].height = sheet.row_dimensions[row].height


def _merges_after(merge: str, row: int, more: int) -> list[str]:
    """Return the merge where it lies now; one within the repeated row stands in every copy."""
    found = _REFERENCE.fullmatch(merge)
    assert found is not None, "openpyxl writes merges as ranges"
    if int(found["top"]) == int(found["bottom"]) == row:
        return [f"{found['left']}{one}:{found['right']}{one}" for one in range(row, row + more + 1)]
    return [moved_reference(merge, row, more)]


def _move_print_area(sheet: Worksheet, row: int, more: int) -> None:
    if not sheet.print_area:
        return
    areas = _AREA.findall(str(sheet.print_area))
    sheet.print_area = ",".join(moved_reference(one.replace("$", ""), row, more) for one in areas)


def _mend_formulas(sheet: Worksheet, changed: str, row: int, *, more: int) -> None:
    """Let formulas of *sheet* mean the cells of the sheet called *changed* that they meant before."""
    for cells in sheet.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str) and cell.value.startswith("="):
                is_of_row = sheet.title == changed and cell.row == row
                tokens = Tokenizer(cell.value)
                for token in _references(tokens, sheet.title, changed):
                    if not (is_of_row and _is_across(token.value, row)):
                        token.value = moved_reference(token.value, row, more)
                cell.value = "=" + "".join(token.value for token in tokens.items)


def _references(tokens: Tokenizer, at: str, changed: str) -> Iterator[Token]:
    """Yield what in a formula of the sheet *at* refers to cells of the sheet *changed*."""
    for token in tokens.items:
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            named = token.value.rpartition("!")[0].strip("'") or at
            if named == changed:
                yield token


def _is_across(text: str, row: int) -> bool:
    """Tell whether a range lies in one row, such as the sum of a repeated row's own cells."""
    found = _REFERENCE.fullmatch(text)
    return found is not None and int(found["top"]) == row and int(found["bottom"] or 0) == row
