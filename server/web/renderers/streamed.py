"""Tables of any length as a workbook or CSV, and files as a ZIP, sent while they are made: memory never holds it all.

Rows of several tables may come in any order: those of the first are sent at once, the others wait on the disk. Every
text is a text, whatever it begins with; no cell of ours is a formula.
Source: ECMA-376 part 1, 18.3 (cells with inline strings); RFC 4180; OWASP, CSV Injection.
"""

from __future__ import annotations

import csv
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from server.web.renderers.csv_file import csv_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from server.web.renderers.grids import Value

_MARK: Final = "\ufeff"
_PIECE_BYTES: Final = 64 * 1024
_LONGEST_NAME: Final = 31
_LONGEST_TEXT: Final = 32_767
_NOT_IN_SHEET_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", "-"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: what it is called, and its headings."""

    name: str
    headings: tuple[str, ...]


Row = tuple[int, "Sequence[Value]"]
"""The number of a table, and a row of it."""


class _Pieces:
    """A file that is only written to, from which what was written is taken away piece by piece."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, some: bytes) -> int:
        self._written += some
        return len(some)

    def flush(self) -> None:
        """Do nothing: it is all in memory, for a moment."""

    def __len__(self) -> int:
        return len(self._written)

    def taken(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


def workbook_pieces(sheets: Sequence[Sheet], rows: Iterator[Row]) -> Iterator[bytes]:
    """Yield a workbook with a sheet for each table."""
    named = _apart([one.name for one in sheets])
    frame = {
        "[Content_Types].xml": _types(len(sheets)),
        "_rels/.rels": _RELATIONS.format(_relation(1, "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": _workbook(named),
        "xl/_rels/workbook.xml.rels": _RELATIONS.format(
            "".join(_relation(one, "worksheet", f"worksheets/sheet{one}.xml") for one in range(1, len(sheets) + 1))
        ),
    }
    names = [f"xl/worksheets/sheet{one}.xml" for one in range(1, len(sheets) + 1)]
    tables = list(zip(names, (_head(one) for one in sheets), strict=True))
    yield from _zipped(frame, tables, rows, written=_xml_row, end=b"</sheetData></worksheet>")


def zip_pieces(sheets: Sequence[Sheet], rows: Iterator[Row]) -> Iterator[bytes]:
    """Yield a ZIP with a CSV for each table."""
    names = [f"{one}.csv" for one in _apart([one.name for one in sheets])]
    heads = [_MARK.encode() + _csv_row(one.headings) for one in sheets]
    yield from _zipped({}, list(zip(names, heads, strict=True)), rows, written=_csv_row, end=b"")


def archive_pieces(files: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """Yield a ZIP of files under their names, packed no tighter than they are: photos are already."""
    pieces = _Pieces()
    with ZipFile(pieces, "w", ZIP_STORED) as archive:  # type: ignore[call-overload]  # it writes
        for name, chunks in files:
            with archive.open(name, "w", force_zip64=True) as entry:
                for chunk in chunks:
                    entry.write(chunk)
                    yield pieces.taken()
    yield pieces.taken()


def csv_pieces(sheet: Sheet, rows: Iterator[Row]) -> Iterator[bytes]:
    """Yield one table as CSV."""
    pieces = _Pieces()
    pieces.write(_MARK.encode() + _csv_row(sheet.headings))
    for _, row in rows:
        pieces.write(_csv_row(row))
        if len(pieces) > _PIECE_BYTES:
            yield pieces.taken()
    yield pieces.taken()


def _zipped(
    frame: dict[str, str],
    tables: Sequence[tuple[str, bytes]],
    rows: Iterator[Row],
    *,
    written: Callable[[Sequence[Value]], bytes],
    end: bytes,
) -> Iterator[bytes]:
    """Yield a ZIP of the frame and the *tables*, of each its name and beginning; *written* makes a row."""
    names, heads = [name for name, _ in tables], [head for _, head in tables]
    pieces = _Pieces()
    with ExitStack() as stack, ZipFile(pieces, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload]  # it writes
        for name, text in frame.items():
            archive.writestr(name, text)
        waiting = {number: stack.enter_context(TemporaryFile()) for number in range(1, len(names))}
        with archive.open(names[0], "w") as first:
            first.write(heads[0])
            for number, row in rows:
                (first if number == 0 else waiting[number]).write(written(row))
                if len(pieces) > _PIECE_BYTES:
                    yield pieces.taken()
            first.write(end)
        for number, spooled in waiting.items():
            with archive.open(names[number], "w") as other:
                other.write(heads[number])
                spooled.seek(0)
                while some := spooled.read(_PIECE_BYTES):
                    other.write(some)
                    yield pieces.taken()
                other.write(end)
    yield pieces.taken()


def _csv_row(row: Sequence[Value]) -> bytes:
    written = StringIO()
    csv.writer(written).writerow([csv_cell(one) for one in row])
    return written.getvalue().encode()


def _xml_row(row: Sequence[Value]) -> bytes:
    return f"<row>{''.join(_xml_cell(one) for one in row)}</row>".encode()


def _xml_cell(value: Value) -> str:
    match value:
        case None | "":
            return "<c/>"
        case str():
            text = escape(ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_TEXT])
            return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
        case _:
            return f"<c><v>{value:f}</v></c>" if isinstance(value, Decimal) else f"<c><v>{value}</v></c>"


_NAMESPACE: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_RELATIONS: Final = f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{{}}</Relationships>'
_OF_SHEETS: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def _head(sheet: Sheet) -> bytes:
    """Return the beginning of a sheet, its headings kept in view."""
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    views = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    begun = f'{_XML}<worksheet xmlns="{_NAMESPACE}">{views}<sheetData>'
    return begun.encode() + _xml_row(sheet.headings)


def _relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _workbook(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    return f'{_XML}<workbook xmlns="{_NAMESPACE}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _types(sheets: int) -> str:
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{one}.xml" ContentType="{_OF_SHEETS}.worksheet+xml"/>'
        for one in range(1, sheets + 1)
    )
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
    )
    book = f'<Override PartName="/xl/workbook.xml" ContentType="{_OF_SHEETS}.sheet.main+xml"/>'
    return f'{_XML}<Types xmlns="{_PACKAGE}/content-types">{defaults}{book}{parts}</Types>'


def _apart(names: Sequence[str]) -> list[str]:
    """Return the names as sheets and files may bear them, no two alike."""
    found: dict[str, str] = {}
    for name in names:
        plain = ILLEGAL_CHARACTERS_RE.sub("", name).translate(_NOT_IN_SHEET_NAMES)[:_LONGEST_NAME] or "-"
        number = 2
        while plain.casefold() in found:
            plain = f"{plain[: _LONGEST_NAME - 4]} {number}"
            number += 1
        found[plain.casefold()] = plain
    return list(found.values())
