"""Formulas of a filled report that add up something hidden: they say that it is, instead of a sum of what is left.

A sum passes over words, so a spreadsheet would print the total of the cells that happen to be shown as if it were the
total. What is hidden itself never stands in the workbook; this is about what a reader takes a number for.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from openpyxl.formula.tokenizer import Token, Tokenizer
from openpyxl.utils import get_column_letter, range_boundaries

from server.indicators.report_fill import Amount, FilledCell, Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from openpyxl import Workbook

    from server.indicators.report_fill import FillPlan

    Ref = tuple[str, int, int]
    """Sheet, row and column."""
    Formulas = Mapping[Ref, frozenset[Ref]]
    """Every cell with a formula, with the cells it names."""

_WITHHELD: Final = (Mark.HIDDEN, Mark.NOT_RELEASED)
"""What is kept from a reader; what is hidden before what is not published yet."""


def withheld_totals(plan: FillPlan, formulas_of_layout: Callable[[], Formulas]) -> tuple[FilledCell, ...]:
    """Return the cells whose formulas reach, through whatever others, a cell of *plan* that is withheld."""
    withheld = {
        (one.sheet, one.row, _index(one.column)): one.amount.mark
        for one in plan.cells
        if one.amount is not None and one.amount.mark in _WITHHELD
    }
    if not withheld:
        return ()
    formulas = formulas_of_layout()
    found: dict[Ref, Mark] = {}
    while True:
        reached = {ref: _first(withheld | found, named) for ref, named in formulas.items() if ref not in found}
        new = {ref: mark for ref, mark in reached.items() if mark is not None}
        if not new:
            break
        found |= new
    return tuple(
        FilledCell(sheet, row, get_column_letter(column), amount=Amount(mark))
        for (sheet, row, column), mark in sorted(found.items())
    )


def _first(marks: dict[Ref, Mark], named: frozenset[Ref]) -> Mark | None:
    reached = {marks[one] for one in named if one in marks}
    return next((one for one in _WITHHELD if one in reached), None)


def formulas_of(book: Workbook) -> Formulas:
    """Return every cell with a formula, with the cells it names."""
    return {
        (sheet.title, row, column): frozenset(_named(book, sheet.title, formula))
        for sheet in book.worksheets
        for row, cells in enumerate(sheet.iter_rows(), start=1)
        for column, cell in enumerate(cells, start=1)
        if cell.data_type == "f" and isinstance(formula := getattr(cell.value, "text", cell.value), str)
    }


def _named(book: Workbook, at: str, formula: str) -> Iterator[Ref]:
    for token in Tokenizer(formula).items:
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            before, _, area = token.value.rpartition("!")
            yield from _area(book, before.removeprefix("'").removesuffix("'").replace("''", "'") or at, area)


def _area(book: Workbook, title: str, area: str) -> Iterator[Ref]:
    """Yield the cells of an area of a sheet that there are; it may be called by a name of the book or the sheet."""
    if title not in book.sheetnames:
        return
    sheet = book[title]
    called = sheet.defined_names.get(area) or book.defined_names.get(area)
    if called is not None:
        for named, where in called.destinations:
            yield from _area(book, named, where.replace("$", ""))
        return
    with suppress(ValueError):
        left, top, right, bottom = range_boundaries(area)
        last, columns = min(bottom or sheet.max_row, sheet.max_row), min(right or sheet.max_column, sheet.max_column)
        for row in range(top or 1, last + 1):
            yield from ((title, row, column) for column in range(left or 1, columns + 1))


def _index(letters: str) -> int:
    return int(range_boundaries(f"{letters}1")[0] or 0)
