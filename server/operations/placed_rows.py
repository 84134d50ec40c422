"""Read the rows of a file of numbers, some thousand at a time: each says one thing, and a second row on it is wrong.

Household totals and figures typed from paper are read so; entities, which are told by likeness, are for `read_rows`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from server.forms.faults import Fault
from server.operations.read_rows import ROWS_AT_ONCE, is_sample
from server.registers.headings import HeadingsFound, file_rows
from server.registers.row_cells import RowCells

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping
    from typing import BinaryIO

    from server.operations.import_order import Load
    from server.operations.import_report import ImportReport
    from server.operations.services import Services
    from server.registers.headings import Column, FileRow


class PlacedWish(Protocol):
    """What a row gives, and where it stands in the file."""

    @property
    def sheet(self) -> str: ...
    @property
    def row(self) -> int: ...
    @property
    def headings(self) -> Mapping[str, str]: ...


Key = TypeVar("Key", bound="Hashable")
Given = TypeVar("Given", bound=PlacedWish)


@dataclass(frozen=True, slots=True)
class LoadReading:
    """One reading of one file: who loads what, and what was found so far."""

    services: Services
    load: Load
    report: ImportReport


@dataclass(frozen=True, slots=True)
class RowsOf(Generic[Key, Given]):
    """How rows of a kind are read: what their cells give (None: wrong), what that is about, the column to blame."""

    columns: tuple[Column, ...]
    read: Callable[[RowCells], Given | None]
    key: Callable[[Given], Key]
    key_column: str

    def chunks(self, content: BinaryIO, report: ImportReport) -> Iterator[dict[Key, Given]]:
        """Yield what the rows give, by what they are about; wrong rows are counted and left out."""
        found = HeadingsFound()
        first: dict[Key, int] = {}
        rows = file_rows(content, self.columns, found)
        while chunk := list(islice(rows, ROWS_AT_ONCE)):
            report.rows += len(chunk)
            report.samples += sum(is_sample(row) for row in chunk)
            given = (self._given(row, report) for row in chunk if not is_sample(row))
            yield {self.key(one): one for one in given if one is not None and self._is_first(one, first, report)}
        report.unknown, report.passed_over = found.unknown, found.passed_over

    def _given(self, row: FileRow, report: ImportReport) -> Given | None:
        cells = RowCells(row)
        given = self.read(cells)
        if given is None:
            report.refuse(cells.faults)
        return given

    def _is_first(self, given: Given, first: dict[Key, int], report: ImportReport) -> bool:
        above = first.setdefault(self.key(given), given.row)
        if above == given.row:
            return True
        where = given.headings.get(self.key_column, "")
        report.refuse([Fault("register.row.twice", {"first": above}, sheet=given.sheet, row=given.row, column=where)])
        return False
