"""The sheets of a form workbook as rows of text, whatever kind of file it is.

pyxform reads the sheets it knows by itself and drops the others (``measures``); this reader gives all of them, with
the row numbers pyxform's messages use. It judges no content. It may be given hostile files, so a workbook is only read
in the child process of `server.forms.convert`; plain CSV is safe anywhere.
Source: XLSForm reference (https://xlsform.org), tables in Markdown and CSV as pyxform takes them.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO, StringIO
from pathlib import PurePath
from typing import TYPE_CHECKING
from zipfile import ZipFile

from server.errors import InvalidInput, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    _Tables = Iterator[tuple[str, Iterable[Sequence[str]]]]

MAX_ENTRIES = 500
MAX_UNCOMPRESSED_BYTES = 50 * 1024 * 1024
MAX_RATIO = 200
MAX_CELLS = 1_000_000

_BLANK_ROWS_AT_END = 60
_MD_ROW = re.compile(r"\s*\|(.*)\|")
_MD_RULE = re.compile(r"[|\-]+")
_MD_PIPE = re.compile(r"(?<!\\)\|")


class SourceKind(StrEnum):
    """The kinds of file a form can be published from."""

    XLSX = ".xlsx"
    XLS = ".xls"
    MARKDOWN = ".md"
    CSV = ".csv"
    XFORM = ".xml"


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header: its number as a spreadsheet shows it, and its filled cells by column name."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; *header* names its columns in order, blank rows are left out but counted."""

    name: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]


def kind_of(filename: str) -> SourceKind:
    """Return the kind a file name says; raises InvalidInput ``form.unknown_kind``."""
    suffix = PurePath(filename).suffix.lower()
    if suffix not in set(SourceKind):
        raise InvalidInput("form.unknown_kind", filename=filename, allowed=", ".join(SourceKind))
    return SourceKind(suffix)


def read_sheets(source: bytes, kind: SourceKind) -> tuple[Sheet, ...]:
    """Return every sheet of a workbook, none for a ready XForm.

    Raises what the library of that kind raises on a broken file, and TooLarge ``form.too_large``.
    """
    tables: _Tables
    match kind:
        case SourceKind.XLSX:
            tables = _xlsx_tables(source)
        case SourceKind.XLS:
            tables = _xls_tables(source)
        case SourceKind.MARKDOWN:
            tables = _stacked_tables(_md_lines(source.decode("utf-8-sig")))
        case SourceKind.CSV:
            tables = _stacked_tables(csv.reader(StringIO(source.decode("utf-8-sig"), newline="")))
        case SourceKind.XFORM:
            return ()
    return tuple(_sheet(name, rows) for name, rows in tables)


def read_csv_sheet(name: str, source: bytes) -> Sheet:
    """Return the one sheet of a plain CSV file (UTF-8, header first), such as ``measures.csv`` beside a ready XForm.

    Raises InvalidInput ``form.not_utf8``.
    """
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("form.not_utf8", filename=f"{name}.csv") from error
    return _sheet(name, csv.reader(StringIO(text, newline="")))


def check_archive(source: bytes) -> None:
    """Refuse a zip that would unpack into too much, by its directory alone.

    zipfile never unpacks more of an entry than the directory declares, so a lying directory gains nothing.
    Raises TooLarge ``form.zip_bomb`` and zipfile.BadZipFile.
    """
    with ZipFile(BytesIO(source)) as archive:
        entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > min(MAX_UNCOMPRESSED_BYTES, MAX_RATIO * max(packed, 64 * 1024)):
        raise TooLarge("form.zip_bomb", entries=len(entries), limit_megabytes=MAX_UNCOMPRESSED_BYTES // 1024**2)


def _sheet(name: str, rows: Iterable[Sequence[str]]) -> Sheet:
    table = iter(rows)
    columns = [" ".join(cell.split()) for cell in next(table, ())]
    kept: list[Row] = []
    blank = cells = 0
    for number, row in enumerate(table, start=2):
        filled = {column: cell.strip() for column, cell in zip(columns, row, strict=False) if column and cell.strip()}
        blank = 0 if filled else blank + 1
        cells += len(filled)
        if blank > _BLANK_ROWS_AT_END:
            break
        if cells > MAX_CELLS:
            raise TooLarge("form.too_large", limit_cells=MAX_CELLS)
        if filled:
            kept.append(Row(number, filled))
    return Sheet(name, tuple(column for column in columns if column), tuple(kept))


def _xlsx_tables(source: bytes) -> _Tables:
    from openpyxl import load_workbook

    workbook = load_workbook(BytesIO(source), read_only=True, data_only=True)
    for sheet in workbook.worksheets:
        yield sheet.title, (tuple(map(_cell_text, row)) for row in sheet.iter_rows(values_only=True))
    workbook.close()


def _xls_tables(source: bytes) -> _Tables:
    import xlrd  # type: ignore[import-untyped]  # it ships no types

    workbook = xlrd.open_workbook(file_contents=source)
    for sheet in workbook.sheets():
        yield sheet.name, (tuple(map(_xls_text, sheet.row(index))) for index in range(sheet.nrows))


def _cell_text(value: object) -> str:
    """Return a cell as a designer sees it: whole numbers without ``.0``, no-break spaces as spaces."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\u00a0", " ")


def _xls_text(cell: object) -> str:
    from xlrd import XL_CELL_BOOLEAN

    value, kind = getattr(cell, "value", None), getattr(cell, "ctype", None)
    return _cell_text(bool(value) if kind == XL_CELL_BOOLEAN else value)


def _md_lines(text: str) -> Iterator[list[str]]:
    """Yield the cells of every table row of a Markdown text; rules and comments are left out, as pyxform does."""
    for line in text.splitlines():
        row = _MD_ROW.match(line)
        if row and not line.lstrip().startswith("#") and not _MD_RULE.fullmatch(row.group(1)):
            yield [cell.strip().replace(r"\|", "|") for cell in _MD_PIPE.split(row.group(1))]


def _stacked_tables(lines: Iterable[Sequence[str]]) -> _Tables:
    """Yield the tables of a file in which the first cell names the sheet and the others hold its rows."""
    tables: dict[str, list[Sequence[str]]] = {}
    current: list[Sequence[str]] = []
    for line in lines:
        name, cells = (line[0].strip() if line else ""), line[1:]
        if name:
            current = tables.setdefault(name, [])
        if any(cell.strip() for cell in cells):
            current.append(cells)
    yield from tables.items()
