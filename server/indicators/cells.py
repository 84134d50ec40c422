"""One row of a measures or plan sheet, read cell by cell so that every fault of the sheet is found in one go.

A cell that cannot be read notes its fault and gives None; the row is then left out by whoever reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from server.forms.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from server.forms.sheets import Row, Sheet

_T = TypeVar("_T")


@dataclass(slots=True)
class Cells:
    """The cells of *row* of the sheet called *sheet*, and the faults found in them so far."""

    sheet: str
    row: Row
    faults: list[Fault] = field(default_factory=list)

    def text(self, column: str, default: str = "") -> str:
        """Return the cell's text, *default* if it is empty."""
        return self.row.cells.get(column, default)

    def refuse(self, code: str, column: str, **params: str | int) -> None:
        """Note a fault of this row."""
        self.faults.append(Fault(code, params, sheet=self.sheet, row=self.row.number, column=column))

    def required(self, column: str, code: str) -> str:
        """Return the cell's text; an empty cell is a fault with *code*."""
        found = self.text(column)
        if not found:
            self.refuse(code, column)
        return found

    def keep_within(self, most: Mapping[str, int], code: str) -> None:
        """Note a fault with *code* for each column whose text is longer than *most* says."""
        for column, longest in most.items():
            if len(self.text(column)) > longest:
                self.refuse(code, column, most=longest)

    def choice(self, column: str, among: Mapping[str, _T], code: str, default: str = "") -> _T | None:
        """Return what the word stands for in *among*; another one is a fault with *code* that says what is allowed."""
        word = self.text(column, default).lower()
        found = among.get(word)
        if found is None:
            self.refuse(code, column, given=word, allowed=", ".join(among))
        return found


def rows_of(sheet: Sheet) -> Iterator[Cells]:
    """Yield the rows of *sheet*, ready to be read."""
    return (Cells(sheet.name, row) for row in sheet.rows)


def missing_columns(sheet: Sheet, columns: Iterable[str], code: str) -> list[Fault]:
    """Return a fault with *code* for each of *columns* that *sheet* does not have."""
    return [
        Fault(code, {"column": column}, sheet=sheet.name, row=1, column=column)
        for column in columns
        if column not in sheet.header
    ]


def repeated(rows: Iterable[tuple[Cells, str]], column: str, code: str) -> list[Fault]:
    """Return a fault with *code* for every row whose key another row above it has already."""
    first: dict[str, int] = {}
    faults = []
    for cells, key in rows:
        above = first.setdefault(key, cells.row.number)
        if key and above != cells.row.number:
            faults.append(
                Fault(code, {"key": key, "above": above}, sheet=cells.sheet, row=cells.row.number, column=column)
            )
    return faults
