"""Rows of a list that an office keeps: an .xlsx workbook or a CSV file, read row by row and never held whole.

It judges no content. A file may be hostile or merely odd: what it unpacks to, its rows, columns and cells are bounded,
declarations of entities are refused, formulas are never worked out (the value Excel kept counts), and a file in another
encoding than UTF-8 is refused with what to do instead of being read wrong. Hidden sheets are passed over.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from datetime import date, datetime
from io import TextIOWrapper
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Final
from zipfile import ZipFile

from server.errors import InvalidInput, TooLarge
from server.forms.workbook_dangers import BROKEN, check_styles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_ROWS: Final = 300_000
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 1_000
MOST_UNPACKED_BYTES: Final = 300 * 1024 * 1024
MOST_ENTRIES: Final = 2_000
MOST_RATIO: Final = 200
_LAST_ROW_OF_EXCEL: Final = 1_048_576
_LARGEST_CSV_CELL: Final = 131_072
_PROLOG_BYTES: Final = 64 * 1024
_SMALL_BYTES: Final = 64 * 1024

_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\ufeff]+")
_CSV_LINES_LOOKED_AT: Final = 20
_DELIMITERS: Final = ("\t", ";", ",")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: the sheet it stands on (empty in a CSV file), its number as Excel shows it, its cells as texts."""

    sheet: str
    number: int
    cells: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing is written in it."""
        return not any(self.cells)


def table_rows(content: BinaryIO) -> Iterator[TableRow]:
    """Yield the rows of the file that *content* (seekable) holds, sheet by sheet; rows without any cell are left out.

    Raises InvalidInput ``register.not_a_table``, ``register.old_excel``, ``register.encoding``,
    ``register.encoding_utf16``, ``register.csv_broken``, TooLarge ``register.unpacks_too_large``,
    ``form.costly_workbook``, ``register.too_many_rows`` or ``register.too_many_columns``, some of them only when that
    row is reached.
    """
    content.seek(0)
    first = content.read(4096)
    content.seek(0)
    if first.startswith(_OLD_EXCEL):
        raise InvalidInput("register.old_excel")
    rows = _workbook_rows(content) if first.startswith(_ZIP) else _csv_rows(content, first)
    filled = 0
    for row in rows:
        filled += not row.is_blank
        if filled > MOST_ROWS:
            raise TooLarge("register.too_many_rows", most=MOST_ROWS)
        yield row


def _workbook_rows(content: BinaryIO) -> Iterator[TableRow]:
    try:
        _check_archive(content)
        check_styles(content)
        yield from _sheets(content)
    except BROKEN as broken:
        raise InvalidInput("register.not_a_table") from broken


def _sheets(content: BinaryIO) -> Iterator[TableRow]:
    from openpyxl import load_workbook

    workbook = load_workbook(content, read_only=True, data_only=True)
    try:
        for sheet in workbook.worksheets:
            if sheet.sheet_state != "visible":
                continue
            # The size a sheet claims for itself is not believed.
            sheet.reset_dimensions()
            rows = sheet.iter_rows(max_row=_LAST_ROW_OF_EXCEL, values_only=True)
            for number, cells in enumerate(rows, start=1):
                if cells.count(None) < len(cells):
                    yield TableRow(sheet.title, number, _texts(cells))
    finally:
        workbook.close()


def _check_archive(content: BinaryIO) -> None:
    """Refuse what would unpack into too much, by the archive's directory, and whatever declares entities."""
    with ZipFile(content) as archive:
        entries = archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        packed = max(sum(entry.compress_size for entry in entries), _SMALL_BYTES)
        if len(entries) > MOST_ENTRIES or unpacked > min(MOST_UNPACKED_BYTES, MOST_RATIO * packed):
            raise TooLarge("register.unpacks_too_large", megabytes=MOST_UNPACKED_BYTES // 1024**2)
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels")):
                with archive.open(entry) as part:
                    prolog = part.read(_PROLOG_BYTES)
                if b"<!DOCTYPE" in prolog or b"<!ENTITY" in prolog:
                    raise InvalidInput("register.not_a_table")


def _csv_rows(content: BinaryIO, first: bytes) -> Iterator[TableRow]:
    if first.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or b"\0" in first:
        raise InvalidInput("register.encoding_utf16")
    delimiter = _delimiter(content)
    text = TextIOWrapper(content, encoding="utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=delimiter)
    try:
        for cells in reader:
            # As many rows as lines were read, unless a quoted cell holds line ends: then its last line is named.
            yield TableRow("", reader.line_num, tuple(clean(cell) for cell in islice(cells, MOST_COLUMNS + 1)))
    except UnicodeDecodeError as wrong:
        raise InvalidInput("register.encoding") from wrong
    except csv.Error as broken:
        raise InvalidInput("register.csv_broken", row=reader.line_num) from broken
    finally:
        if not content.closed:
            text.detach()  # whoever opened the file closes it


def _delimiter(content: BinaryIO) -> str:
    """Return the sign that stands between cells: the most frequent one in the first lines."""
    lines = b"".join(content.readline(_LARGEST_CSV_CELL) for _ in range(_CSV_LINES_LOOKED_AT))
    content.seek(0)
    text = lines.removeprefix(BOM_UTF8).decode("utf-8", errors="ignore")
    return max(_DELIMITERS, key=text.count)


def _texts(cells: Sequence[object]) -> tuple[str, ...]:
    """Return the cells of a row as texts, cut where columns no longer count."""
    return tuple("" if cell is None else _cell_text(cell) for cell in islice(cells, MOST_COLUMNS + 1))


def _cell_text(value: object) -> str:
    """Return a cell as it is read: whole numbers without a point, days as yyyy-mm-dd, a ticked box as ``x``."""
    match value:
        case None | False:
            return ""
        case True:
            return "x"
        case str():
            return clean(value)
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return clean(str(value))


def clean(text: str) -> str:
    """Return *text* composed (NFC), in one line, with single spaces and nothing invisible in it.

    A cell far too long is cut just over `LONGEST_CELL`, so that whoever reads it can still tell.
    """
    return " ".join(_CONTROLS.sub(" ", unicodedata.normalize("NFC", text[: 4 * LONGEST_CELL])).split())


def is_too_wide(cells: Sequence[str]) -> bool:
    """Tell whether a row of headings goes on where columns are no longer read."""
    return len(cells) > MOST_COLUMNS and bool(cells[MOST_COLUMNS])
