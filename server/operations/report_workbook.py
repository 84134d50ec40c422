"""Report workbooks as files: read what their cells ask for, write what stands in them, keep every other cell as it is.

Styles, merges, widths, heights, print settings and formulas stay. A row that is repeated is a copy of the first one;
what lies below moves down with its merges and heights, and formulas are made to mean the same cells again, a range
over the repeated row all of its copies.
"""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import cached_property, lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Final

from server.errors import InvalidInput
from server.forms.faults import Fault
from server.forms.sheets import Row, Sheet, check_archive
from server.forms.workbook_dangers import BROKEN, check_spans, check_styles
from server.indicators.report import SETTINGS, ReportRefused, TallMerge, TemplateCell, read_report
from server.indicators.report_cells import has_slot
from server.indicators.report_fill import Mark, content_of
from server.indicators.report_words import printable
from server.operations.report_grids import TYPED, looks_of
from server.operations.report_rows import repeat_row
from server.operations.report_totals import formulas_of, withheld_totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from server.indicators.report import ReportTemplate
    from server.indicators.report_fill import FilledCell, FillPlan, Repeat
    from server.operations.report_totals import Formulas

MOST_BYTES: Final = 5 * 1024 * 1024
_MOST_CELLS: Final = 200_000
_SOURCE_WIDTHS: Final = (18, 22, 48, 24, 14, 20, 60)


@lru_cache(maxsize=16)
def published_layout(workbook: bytes) -> ReportTemplate:
    """Return a layout that was published: its bytes never change, and reading them takes a while."""
    return read_report_workbook(workbook)


def read_report_workbook(workbook: bytes) -> ReportTemplate:
    """Return the report in the bytes of a workbook.

    Raises `ReportRefused`, InvalidInput ``report.not_a_workbook``, TooLarge ``form.zip_bomb``,
    ``form.costly_workbook``.
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


class LaidOut:
    """A layout with all its rows and nothing in them yet; every report is filled into another copy of it."""

    def __init__(self, book: Workbook) -> None:
        self._kept = pickle.dumps(book, pickle.HIGHEST_PROTOCOL)
        self.looks = looks_of(book)
        """How its sheets are printed."""

    @cached_property
    def formulas(self) -> Formulas:
        """Return what its formulas name."""
        return formulas_of(self.copy())

    def copy(self) -> Workbook:
        """Return it as a workbook: that takes a tenth of the time of reading one, and of repeating rows."""
        copied: Workbook = pickle.loads(self._kept)  # noqa: S301 our own, kept in this process
        return copied

    def plan(self, plan: FillPlan) -> FillPlan:
        """Return *plan* with the formulas that add up what it withholds: they are cells of it too."""
        return replace(plan, cells=(*plan.cells, *withheld_totals(plan, lambda: self.formulas)))

    def filled(self, plan: FillPlan, marks: Mapping[Mark, str]) -> Workbook:
        """Return a copy with everything of *plan* in its place; *marks* are the words for what is no number."""
        book = self.copy()
        for cell in plan.cells:
            _write(book[cell.sheet][f"{cell.column}{cell.row}"], cell, marks)
        book.calculation.fullCalcOnLoad = True
        return book


def laid_out(workbook: bytes, repeats: Iterable[Repeat]) -> LaidOut:
    """Return a layout with *repeats* of its rows; raises what `read_report_workbook` raises."""
    book = _opened(workbook)
    if SETTINGS in book.sheetnames:
        book.remove(book[SETTINGS])
    for one in sorted(repeats, key=lambda each: (each.sheet, -each.row)):
        repeat_row(book[one.sheet], one.row, one.times)
    return LaidOut(book)


@lru_cache(maxsize=16)
def published_rows(workbook: bytes, repeats: tuple[Repeat, ...]) -> LaidOut:
    """Return what `laid_out` does of a layout that was published, which never changes."""
    return laid_out(workbook, repeats)


def saved(book: Workbook, sources: tuple[str, Sequence[Sequence[str]]]) -> bytes:
    """Return the bytes of a filled workbook; *sources* are title and rows of a sheet that is put behind the others."""
    _add_sources(book, *sources)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _opened(workbook: bytes) -> Workbook:
    from openpyxl import load_workbook

    if len(workbook) > MOST_BYTES:
        raise InvalidInput("report.not_a_workbook")
    try:
        check_archive(workbook)
        check_styles(BytesIO(workbook))
        check_spans(BytesIO(workbook))
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
    target.value = content_of(cell, marks)
    if cell.amount is None:
        if cell.text:
            target.data_type = "s"
        return
    if cell.amount.mark is Mark.TYPED:
        target.number_format = _typed_format(target.number_format, target.value)
    if cell.amount.aside:
        _set_aside(target, cell.amount.aside)


def _add_sources(book: Workbook, title: str, rows: Sequence[Sequence[str]]) -> None:
    from openpyxl.cell import Cell as NewCell
    from openpyxl.worksheet.properties import PageSetupProperties

    def said(text: str) -> Cell | None:
        """Return a cell that says *text*, also where that begins with a sign and would be a formula."""
        if not text:
            return None
        cell: Cell = NewCell(sheet, 1, 1, printable(text))  # its place is where it is appended
        cell.data_type = "s"
        return cell

    sheet: Worksheet = book.create_sheet(title)
    for row in rows:
        sheet.append(list(map(said, row)))
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for letter, width in zip("ABCDEFG", _SOURCE_WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width


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
    return shown if shown.endswith(TYPED) else f"{shown}{TYPED}"
