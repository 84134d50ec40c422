"""Put the numbers of a report into its layout as it is printed: the cells of its print areas, as people write them.

How the layout looks is read once; a page is that with what was filled in. Formulas are worked out as far as
`report_formulas` can; what it cannot stays empty on the page and is counted by whoever opens the file.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.indicators.report_fill import Mark, content_of
from server.indicators.report_formulas import is_formula, worked_out
from server.indicators.report_grid import GridCell, GridSheet
from server.indicators.report_words import paragraphs
from server.language.display import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

    from server.indicators.report_fill import Amount, FilledCell, FillPlan
    from server.indicators.report_formulas import Value

_USUAL_WIDTH: Final = 8.43
_LARGE: Final = 13
_MOST_ROWS: Final = 2_000
TYPED: Final = '"*"'
"""Stands behind a number typed from paper, in its number format, so that it stays a number."""


@dataclass(frozen=True, slots=True)
class SheetLook:
    """A sheet of a layout as it is printed, nothing filled in; *values* are what its cells say, formulas as such."""

    title: str
    widths: tuple[int, ...]
    is_wide: bool
    rows: tuple[tuple[CellLook, ...], ...]
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CellLook:
    """A cell of a layout: *empty* is how it looks, with what stands in it already; *align* is what its style asks."""

    ref: str
    empty: GridCell
    align: str
    shown_as: str
    is_formula: bool


def looks_of(book: Workbook) -> tuple[SheetLook, ...]:
    """Return how the sheets of a workbook with all its rows look before anything is filled in."""
    return tuple(map(_look, book.worksheets))


def grids_of(looks: Iterable[SheetLook], plan: FillPlan, marks: Mapping[Mark, str]) -> tuple[GridSheet, ...]:
    """Return the sheets with what *plan* puts into them; *marks* are the words for what is no number."""
    filled: dict[str, dict[str, FilledCell]] = defaultdict(dict)
    for one in plan.cells:
        filled[one.sheet][f"{one.column}{one.row}"] = one
    return tuple(_grid(look, filled[look.title], marks) for look in looks)


def _grid(look: SheetLook, filled: Mapping[str, FilledCell], marks: Mapping[Mark, str]) -> GridSheet:
    put = {ref: content_of(one, marks) for ref, one in filled.items()}
    values = {**look.values, **put}

    def cell(one: CellLook) -> GridCell:
        if one.ref in put:
            return _filled(one, put[one.ref], filled[one.ref].amount)
        return _filled(one, worked_out(values, one.ref), None) if one.is_formula else one.empty

    return GridSheet(look.title, look.widths, look.is_wide, tuple(tuple(map(cell, row)) for row in look.rows))


def _look(sheet: Worksheet) -> SheetLook:
    from openpyxl.utils import get_column_letter

    columns, last = _extent(sheet)
    letters = [get_column_letter(one) for one in range(1, columns + 1)]
    widths = [sheet.column_dimensions[one].width if one in sheet.column_dimensions else _USUAL_WIDTH for one in letters]
    spans, covered = _spans(sheet)
    values = {
        f"{letter}{row}": sheet.cell(row, at).value
        for row in range(1, last + 1)
        for at, letter in enumerate(letters, start=1)
    }
    rows = (
        tuple(
            _looked(sheet.cell(row, at), spans.get((row, at), (1, 1)), values)
            for at in range(1, columns + 1)
            if (row, at) not in covered
        )
        for row in range(1, last + 1)
    )
    whole = sum(widths)
    return SheetLook(
        sheet.title,
        tuple(round(1000 * one / whole) for one in widths),
        sheet.page_setup.orientation == "landscape",
        tuple(rows),
        values,
    )


def _extent(sheet: Worksheet) -> tuple[int, int]:
    """Return the last column and row that are printed."""
    from openpyxl.utils import range_boundaries

    columns, rows = sheet.max_column, sheet.max_row
    if sheet.print_area:
        _, _, right, bottom = range_boundaries(str(sheet.print_area).rpartition("!")[2].replace("$", ""))
        columns, rows = right or columns, bottom or rows
    return columns, min(rows, _MOST_ROWS)


def _spans(sheet: Worksheet) -> tuple[dict[tuple[int, int], tuple[int, int]], set[tuple[int, int]]]:
    """Return how many columns and rows a merged cell takes, and the cells it covers."""
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for one in sheet.merged_cells.ranges:
        spans[one.min_row, one.min_col] = (one.max_col - one.min_col + 1, one.max_row - one.min_row + 1)
        within = {
            (row, at) for row in range(one.min_row, one.max_row + 1) for at in range(one.min_col, one.max_col + 1)
        }
        covered |= within - {(one.min_row, one.min_col)}
    return spans, covered


def _looked(cell: Cell | MergedCell, span: tuple[int, int], values: Mapping[str, object]) -> CellLook:
    asks_first = is_formula(cell.value)
    align, shown_as = cell.alignment.horizontal or "", cell.number_format
    said = None if asks_first else worked_out(values, cell.coordinate)
    empty = GridCell(
        text=_text(said, shown_as, None),
        columns=span[0],
        rows=span[1],
        align=_align(align, said),
        is_bold=bool(cell.font.b),
        is_italic=bool(cell.font.i),
        is_framed=bool(cell.border.left.style or cell.border.top.style),
        is_large=(cell.font.sz or 0) > _LARGE,
    )
    return CellLook(cell.coordinate, empty, align, shown_as, asks_first)


def _filled(look: CellLook, said: Value, amount: Amount | None) -> GridCell:
    """Return a cell as printed once it says *said*, which is *amount* if it is a number somebody asked for."""
    empty = look.empty
    return GridCell(
        text=_text(said, look.shown_as, amount),
        columns=empty.columns,
        rows=empty.rows,
        align=_align(look.align, said),
        is_bold=empty.is_bold,
        is_italic=empty.is_italic,
        is_framed=empty.is_framed,
        is_large=empty.is_large,
        mark="" if amount is None else amount.mark.value,
        remark="" if amount is None else amount.document,
    )


def _text(said: Value, shown_as: str, amount: Amount | None) -> str:
    if said is None:
        return ""
    if isinstance(said, str):
        return "\n".join(paragraphs(said))
    is_starred = TYPED in shown_as or (amount is not None and amount.mark is Mark.TYPED)
    sign = "%" if "%" in shown_as.replace('"', "") else ""
    aside = f" {amount.aside}" if amount is not None and amount.aside else ""
    return f"{number(said * 100 if sign else said)}{sign}{'*' if is_starred else ''}{aside}"


def _align(asked: str, said: Value) -> str:
    if asked in {"left", "center", "right"}:
        return asked
    return "right" if isinstance(said, int | float) else "left"


def rows_of_grid(sheet: GridSheet) -> Iterator[tuple[GridCell, ...]]:
    """Yield the rows of a sheet that say anything."""
    return (row for row in sheet.rows if any(one.text for one in row))
