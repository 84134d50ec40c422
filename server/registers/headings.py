"""The row of headings of a list and the rows below it, by what each column means.

Officers write headings in their own way: with or without accents, in capitals, with a remark in brackets. A list may
begin with a title; each sheet has headings of its own. What is not understood is told, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING, Final

from server.errors import InvalidInput, TooLarge
from server.language.folding import fold
from server.registers.table_files import MOST_COLUMNS, is_too_wide, table_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import BinaryIO

    from server.registers.table_files import TableRow

_ROWS_LOOKED_AT: Final = 30
_FEWEST_KNOWN: Final = 2
_SIGNS: Final = re.compile(r"[^0-9a-z]+")
_BRACKETS: Final = re.compile(r"\([^)]*\)")
_COLUMN_NUMBER: Final = re.compile(r"\(?(?:\d{1,2}|[A-Za-z])\)?")
_MOST_UNKNOWN_TOLD: Final = 20
_HINTS: Final = frozenset({"huong dan", "hints"})
"""The template's own page of hints."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column a list may have.

    *title* is the heading we write ourselves, *others* (with bars between them) are those we understand as well.
    """

    name: str
    title: str
    others: str = ""
    hint: str = ""
    """What to write in it, for the template."""

    @property
    def is_passed_over(self) -> bool:
        """Tell whether officers keep it for themselves (a running number): known and not read."""
        return not self.name


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row below headings: its filled cells by column name, and how its columns are headed in the file."""

    sheet: str
    number: int
    cells: Mapping[str, str]
    headings: Mapping[str, str]


@dataclass(slots=True)
class HeadingsFound:
    """What was seen of the sheets' headings while the rows were read."""

    sheets: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    """Sheets with something in them and no headings we know."""
    unknown: list[str] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)

    def note(self, sheet: str, known: _Known) -> None:
        """Remember one sheet's headings."""
        self.sheets.append(sheet)
        self.columns.update(known.places)
        for one in known.unknown:
            if one not in self.unknown and len(self.unknown) < _MOST_UNKNOWN_TOLD:
                self.unknown.append(one)


@dataclass(frozen=True, slots=True)
class _Known:
    places: Mapping[str, int]
    headings: Mapping[str, str]
    unknown: tuple[str, ...]


def file_rows(content: BinaryIO, columns: tuple[Column, ...], found: HeadingsFound) -> Iterator[FileRow]:
    """Yield the filled rows below the headings of every sheet that has them, noting in *found* what was seen.

    Raises InvalidInput ``register.no_headings`` at the end if no sheet has them, ``register.no_rows``, and what
    `table_rows` raises.
    """
    understood, rows = _understood(columns), 0
    for sheet, of_sheet in groupby(table_rows(content), key=lambda row: row.sheet):
        for row in _rows_of_sheet(sheet, (row for row in of_sheet if not row.is_blank), understood, found):
            rows += 1
            yield row
    if not found.sheets:
        raise InvalidInput("register.no_headings", wanted=[one.title for one in columns if one.name != "id"][1:6])
    if not rows:
        raise InvalidInput("register.no_rows")


def _rows_of_sheet(
    sheet: str, rows: Iterator[TableRow], understood: Mapping[str, str], found: HeadingsFound
) -> Iterator[FileRow]:
    """Yield what stands below the sheet's headings; a sheet without any is passed over."""
    first = list(islice(rows, _ROWS_LOOKED_AT))
    known = next(((place, one) for place, row in enumerate(first) if (one := _headings(row, understood))), None)
    if known is None:
        if first and fold(sheet) not in _HINTS:
            found.passed_over.append(sheet)
        return
    place, headings = known
    found.note(sheet, headings)
    below = chain(first[place + 1 :], rows)
    for number, row in enumerate(below):
        if number or not _is_row_of_numbers(row):
            yield _file_row(row, headings)


def heading_key(text: str) -> str:
    """Return a heading without accents, capitals and signs."""
    return _SIGNS.sub(" ", fold(text)).strip()


def _understood(columns: Iterable[Column]) -> dict[str, str]:
    """Return what each heading we understand means, by its key."""
    found: dict[str, str] = {}
    for one in columns:
        for text in (one.title, one.name, *one.others.split("|")):
            if key := heading_key(text):
                found[key] = one.name
    return found


def _headings(row: TableRow, understood: Mapping[str, str]) -> _Known | None:
    """Return what the row says if it is one of headings: two of them known at least."""
    places: dict[str, int] = {}
    headings: dict[str, str] = {}
    unknown: list[str] = []
    for place, text in enumerate(row.cells[:MOST_COLUMNS]):
        if not text:
            continue
        name = understood.get(heading_key(text), understood.get(heading_key(_BRACKETS.sub(" ", text))))
        if name is None or name in places:
            unknown.append(text[:60])
        elif name:
            places[name], headings[name] = place, text[:60]
    if len(places) < _FEWEST_KNOWN:
        return None
    if is_too_wide(row.cells):
        raise TooLarge("register.too_many_columns", most=MOST_COLUMNS)
    return _Known(places, headings, tuple(unknown))


def _file_row(row: TableRow, known: _Known) -> FileRow:
    width = len(row.cells)
    cells = {name: row.cells[place] for name, place in known.places.items() if place < width and row.cells[place]}
    return FileRow(row.sheet, row.number, cells, known.headings)


def _is_row_of_numbers(row: TableRow) -> bool:
    """Tell whether the row only numbers the columns, as forms of the state do below their headings."""
    return all(_COLUMN_NUMBER.fullmatch(one) for one in row.cells if one)
