"""Report workbooks as files: read what their cells ask for, write what stands in them, keep every other cell as it is.

Styles, merges, widths, heights, print settings and formulas stay. A row that is repeated is a copy of the first one;
what lies below moves down with its merges and heights, and formulas are made to mean the same cells again, a range
over the repeated row all of its copies.
"""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import lru_cache
from io import BytesIO
from struct import error as StructError  # noqa: N812 a class, named like a module's
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile
from zlib import error as ZlibError  # noqa: N812 likewise

from server.errors import InvalidInput
from server.forms.faults import Fault
from server.forms.sheets import Row, Sheet, check_archive
from server.indicators.report import SETTINGS, ReportRefused, TallMerge, TemplateCell, read_report
from server.indicators.report_cells import has_slot
from server.indicators.report_fill import FillPlan, Mark
from server.indicators.report_words import printable
from server.operations.report_rows import repeat_row
from server.operations.report_totals import withheld_totals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from server.indicators.report import ReportTemplate
    from server.indicators.report_fill import Amount, FilledCell, Repeat

MOST_BYTES: Final = 5 * 1024 * 1024
_MOST_CELLS: Final = 200_000
BROKEN: Final = (
    ArithmeticError, AssertionError, AttributeError, BadZipFile, EOFError, LookupError, OSError, RuntimeError,
    StructError, SyntaxError, TypeError, ValueError, ZlibError,
)  # fmt: skip
"""What the library of workbooks and those below it raise for files that are none, or only half one."""
_SOURCE_WIDTHS: Final = (18, 22, 48, 24, 14, 20, 60)
_TYPED: Final = '"*"'
"""Stands behind a number typed from paper, in its number format, so that it stays a number."""


@lru_cache(maxsize=16)
def published_layout(workbook: bytes) -> ReportTemplate:
    """Return a layout that was published: its bytes never change, and reading them takes a while."""
    return read_report_workbook(workbook)


def read_report_workbook(workbook: bytes) -> ReportTemplate:
    """Return the report in the bytes of a workbook.

    Raises `ReportRefused`, InvalidInput ``report.not_a_workbook``, TooLarge ``form.zip_bomb``.
    """
    book = _opened(workbook)
    settings = _settings(book[SETTINGS]) if SETTINGS in book.sheetnames else None
    printed = [one for one in book.worksheets if one.title != SETTINGS]
    merges = [
        TallMerge(sheet.title, one.min_row, one.max_row)
        for sheet in printed
        for one in sheet.merged_cells.ranges
        if one.max_row > one.min_row
    ]
    return read_report(settings, [cell for sheet in printed for cell in _cells(sheet)], merges)


def formula_faults(workbook: bytes) -> Iterator[Fault]:
    """Yield a fault for each formula of a layout that holds a slot: it would never be filled in.

    Only whoever publishes asks: what stands already is filled as it was. Fault code: ``report.slot_in_formula``.
    """
    from openpyxl.utils import get_column_letter

    for sheet in _opened(workbook).worksheets:
        for row, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            for at, text in enumerate(cells, start=1):
                if isinstance(text, str) and text.startswith("=") and has_slot(text):
                    where = get_column_letter(at)
                    yield Fault("report.slot_in_formula", {}, sheet=sheet.title, row=row, column=where)


def fill_workbook(book: Workbook, plan: FillPlan, marks: Mapping[Mark, str]) -> FillPlan:
    """Put everything of *plan* in its place in a workbook of `laid_out`; *marks* are the words for what is no number.

    Return the plan of what was written: formulas that add up what is withheld are cells of it too.
    """
    written = replace(plan, cells=(*plan.cells, *withheld_totals(book, plan)))
    for cell in written.cells:
        _write(book[cell.sheet][f"{cell.column}{cell.row}"], cell, marks)
    book.calculation.fullCalcOnLoad = True
    return written


def laid_out(workbook: bytes, plan: FillPlan) -> Workbook:
    """Return a workbook with the rows of *plan*, nothing in them yet."""
    book = _opened(workbook)
    if SETTINGS in book.sheetnames:
        book.remove(book[SETTINGS])
    for one in sorted(plan.repeats, key=lambda each: (each.sheet, -each.row)):
        repeat_row(book[one.sheet], one.row, one.times)
    return book


def published_rows(workbook: bytes, plan: FillPlan) -> Workbook:
    """Return what `laid_out` does of a layout that was published, each time another copy of what was read once."""
    copied: Workbook = pickle.loads(_kept(workbook, plan.repeats))  # noqa: S301 our own, kept in this process
    return copied


@lru_cache(maxsize=16)
def _kept(workbook: bytes, repeats: tuple[Repeat, ...]) -> bytes:
    """Return a workbook as it can be copied: that takes a tenth of the time of reading it, and of repeating rows."""
    return pickle.dumps(laid_out(workbook, FillPlan(repeats, ())), pickle.HIGHEST_PROTOCOL)


def saved(book: Workbook, sources: tuple[str, Sequence[Sequence[str]]]) -> bytes:
    """Return a workbook's bytes; *sources* are the title and the rows of a sheet that is put behind the others."""
    added, written = _add_sources(book, *sources), BytesIO()
    book.save(written)
    book.remove(added)
    return written.getvalue()


def _opened(workbook: bytes) -> Workbook:
    from openpyxl import load_workbook

    if len(workbook) > MOST_BYTES:
        raise InvalidInput("report.not_a_workbook")
    try:
        check_archive(workbook)
        book = load_workbook(BytesIO(workbook))
    except BROKEN as broken:
        raise InvalidInput("report.not_a_workbook") from broken
    if not book.worksheets:
        raise InvalidInput("report.not_a_workbook")
    if sum(one.max_row * one.max_column for one in book.worksheets) > _MOST_CELLS:
        raise ReportRefused([_too_large(book)])
    return book


def _too_large(book: Workbook) -> Fault:
    """Return a fault that names the last cell of the largest sheet: most often something was left there."""
    from openpyxl.utils import get_column_letter

    sheet = max(book.worksheets, key=lambda one: one.max_row * one.max_column)
    said: dict[str, str | int] = {"most": _MOST_CELLS}
    last = get_column_letter(sheet.max_column)
    return Fault("report.too_large", said, sheet=sheet.title, row=sheet.max_row, column=last)


def _settings(sheet: Worksheet) -> Sheet:
    header, *rows = [["" if cell is None else str(cell).strip() for cell in row] for row in sheet.values] or [[]]
    return Sheet(
        SETTINGS,
        tuple(one for one in header if one),
        tuple(
            Row(number, {column: cell for column, cell in zip(header, row, strict=False) if column and cell})
            for number, row in enumerate(rows, start=2)
            if any(row)
        ),
    )


def _cells(sheet: Worksheet) -> Iterator[TemplateCell]:
    from openpyxl.utils import get_column_letter

    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        before: list[str] = []
        for at, text in enumerate(row, start=1):
            if not isinstance(text, str) or text.startswith("="):
                continue
            if has_slot(text):
                yield TemplateCell(sheet.title, number, get_column_letter(at), text, " ".join(before))
            else:
                before.append(text.strip())


def _write(target: Cell, cell: FilledCell, marks: Mapping[Mark, str]) -> None:
    """Write a text as a text, never as a formula, and a number as a number."""
    if cell.amount is None:
        target.value = printable(cell.text) or None
        if cell.text:
            target.data_type = "s"
        return
    target.value = _content(cell.amount, marks)
    if cell.amount.mark is Mark.TYPED:
        target.number_format = _typed_format(target.number_format, target.value)
    if cell.amount.aside:
        _set_aside(target, cell.amount.aside)


def _content(amount: Amount, marks: Mapping[Mark, str]) -> str | int | float | None:
    if amount.value is None or not amount.mark.is_number:
        return marks.get(amount.mark) or None
    whole = int(amount.value)
    return whole if amount.value == whole else float(amount.value)


def _add_sources(book: Workbook, title: str, rows: Sequence[Sequence[str]]) -> Worksheet:
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet: Worksheet = book.create_sheet(title)
    for row in rows:
        sheet.append([_as_text(sheet, printable(text)) for text in row])
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for letter, width in zip("ABCDEFG", _SOURCE_WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    return sheet


def _as_text(sheet: Worksheet, text: str) -> Cell | None:
    """Return a cell that says *text*, also where that begins with a sign and would be a formula; none for no text."""
    from openpyxl.cell import Cell as NewCell

    if not text:
        return None
    cell = NewCell(sheet, 1, 1, text)  # its place is where it is appended
    cell.data_type = "s"
    return cell


def _set_aside(target: Cell, words: str) -> None:
    """Let *words* stand behind a number that stays one; a cell too narrow for both shows them smaller, and not ####."""
    from openpyxl.styles import Alignment

    before = target.number_format
    usual = "#,##0" if isinstance(target.value, int) else "#,##0.0"
    target.number_format = f'{usual if before == "General" else before}" {words}"'
    across, down = target.alignment.horizontal, target.alignment.vertical
    target.alignment = Alignment(horizontal=across, vertical=down, shrink_to_fit=True)


def _typed_format(before: str, value: object) -> str:
    shown = before
    if before == "General":
        shown = "#,##0" if isinstance(value, int) else "#,##0.0"
    return shown if shown.endswith(_TYPED) else f"{shown}{_TYPED}"
