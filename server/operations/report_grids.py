"""Read a filled workbook as what is printed of it: the cells of its print areas, numbers as people write them.

Formulas are worked out as far as `report_formulas` can; what it cannot stays empty on the page and is counted by
whoever opens the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.indicators.report_formulas import worked_out
from server.indicators.report_grid import GridCell, GridSheet
from server.indicators.report_words import paragraphs
from server.language.display import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

    from server.indicators.report_fill import FilledCell, FillPlan

_USUAL_WIDTH: Final = 8.43
_LARGE: Final = 13
_MOST_ROWS: Final = 2_000


def grids_of(book: Workbook, plan: FillPlan) -> tuple[GridSheet, ...]:
    """Return the sheets of a filled workbook that *plan* wrote into, or that were there before it."""
    filled = {(one.sheet, one.row, one.column): one for one in plan.cells}
    return tuple(_grid(sheet, filled) for sheet in book.worksheets)


def _grid(sheet: Worksheet, filled: Mapping[tuple[str, int, str], FilledCell]) -> GridSheet:
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
    rows = []
    styles: dict[int, _Style] = {}
    for row in range(1, last + 1):
        cells = [
            _cell(
                _styled(sheet.cell(row, at), styles),
                spans.get((row, at), (1, 1)),
                filled.get((sheet.title, row, letter)),
                said=worked_out(values, f"{letter}{row}"),
            )
            for at, letter in enumerate(letters, start=1)
            if (row, at) not in covered
        ]
        rows.append(tuple(cells))
    whole = sum(widths)
    return GridSheet(
        sheet.title,
        tuple(round(1000 * one / whole) for one in widths),
        sheet.page_setup.orientation == "landscape",
        tuple(rows),
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


@dataclass(frozen=True, slots=True)
class _Style:
    """How cells of one style look."""

    align: str
    is_bold: bool
    is_italic: bool
    is_framed: bool
    is_large: bool
    shown_as: str


def _styled(cell: Cell | MergedCell, styles: dict[int, _Style]) -> _Style:
    """Return how a cell looks; a workbook has a dozen styles for its thousand cells, and each takes long to read."""
    known = styles.get(cell.style_id)
    if known is None:
        known = styles[cell.style_id] = _Style(
            align=cell.alignment.horizontal or "",
            is_bold=bool(cell.font.b),
            is_italic=bool(cell.font.i),
            is_framed=bool(cell.border.left.style or cell.border.top.style),
            is_large=(cell.font.sz or 0) > _LARGE,
            shown_as=cell.number_format,
        )
    return known


def _cell(style: _Style, span: tuple[int, int], filled: FilledCell | None, *, said: str | float | None) -> GridCell:
    amount = None if filled is None else filled.amount
    return GridCell(
        text=_text(said, style.shown_as, "" if amount is None else amount.aside),
        columns=span[0],
        rows=span[1],
        align=_align(style, said),
        is_bold=style.is_bold,
        is_italic=style.is_italic,
        is_framed=style.is_framed,
        is_large=style.is_large,
        mark="" if amount is None else amount.mark.value,
        remark="" if amount is None else amount.document,
    )


def _text(said: str | float | None, shown_as: str, aside: str) -> str:
    if said is None:
        return ""
    if isinstance(said, str):
        return "\n".join(paragraphs(said))
    star = "*" if '"*"' in shown_as else ""
    sign = "%" if "%" in shown_as.replace('"', "") else ""
    return f"{number(said * 100 if sign else said)}{sign}{star}{f' {aside}' if aside else ''}"


def _align(style: _Style, said: object) -> str:
    if style.align in {"left", "center", "right"}:
        return style.align
    return "right" if isinstance(said, int | float) else "left"


def rows_of_grid(sheet: GridSheet) -> Iterator[tuple[GridCell, ...]]:
    """Yield the rows of a sheet that say anything."""
    return (row for row in sheet.rows if any(one.text for one in row))
