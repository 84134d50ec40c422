"""What may come of reading a workbook: what is raised for a broken one, and what a small one may cost.

A few hundred bytes may stand for millions of cells. The library makes an object of every format, and, when it keeps a
whole workbook, of every cell of a merged area or of one under a link. Both are counted here first, without keeping
anything. What is broken is passed over: whoever reads it next says so.
Source: openpyxl, `styles/stylesheet.py` and `worksheet/_reader.py` (bind_merged_cells, bind_hyperlinks).
"""

from __future__ import annotations

from itertools import count
from struct import error as StructError  # noqa: N812 a class, named like a module's
from typing import TYPE_CHECKING, BinaryIO, Final
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812 likewise

from server.errors import TooLarge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    _Seen = Callable[[str, dict[str, str]], None]

BROKEN: Final = (
    ArithmeticError, AssertionError, AttributeError, BadZipFile, EOFError, LookupError, OSError, RuntimeError,
    StructError, SyntaxError, TypeError, ValueError, ZlibError,
)  # fmt: skip
"""What the library of workbooks and those below it raise for files that are none, or only half one."""
STYLES: Final = "xl/styles.xml"
MOST_STYLES: Final = 300_000
"""Elements: Excel itself keeps at most some 65 000 formats, each of one to three."""
MOST_SPANNED: Final = 200_000
"""Cells of merged areas and under links, all sheets together; a report's layout has no more altogether."""
_SPANNING: Final = ("mergeCell", "hyperlink")
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


def check_styles(content: BinaryIO) -> None:
    """Refuse a workbook with far more formats than any program writes; raises TooLarge ``form.costly_workbook``."""
    made = count(1)

    def seen(_name: str, _attributes: dict[str, str]) -> None:
        if next(made) > MOST_STYLES:
            raise TooLarge("form.costly_workbook")

    with ZipFile(content) as archive:
        if STYLES in archive.namelist():
            _read(archive, STYLES, seen)
    content.seek(0)


def check_spans(content: BinaryIO) -> None:
    """Refuse a workbook whose merged areas or links cover too many cells; raises TooLarge ``form.costly_workbook``."""
    spanned = 0

    def seen(name: str, attributes: dict[str, str]) -> None:
        nonlocal spanned
        if name.rpartition(" ")[2] in _SPANNING:
            spanned += sum(_cells(attributes.get("ref", "")))
            if spanned > MOST_SPANNED:
                raise TooLarge("form.costly_workbook")

    with ZipFile(content) as archive:
        for name in archive.namelist():  # a sheet may be called anything
            _read(archive, name, seen)
    content.seek(0)


def _read(archive: ZipFile, name: str, seen: _Seen) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = seen
    try:
        with archive.open(name) as part:
            parser.ParseFile(part)
    except expat.ExpatError:
        return


def _cells(references: str) -> Iterator[int]:
    """Yield how many cells each of the references, parted by spaces, covers; those that are none cover nothing."""
    from openpyxl.utils import range_boundaries

    for one in references.split():
        try:
            left, top, right, bottom = range_boundaries(one)
        except (ValueError, TypeError):
            continue
        rows, columns = (bottom or _LAST_ROW) - (top or 1) + 1, (right or _LAST_COLUMN) - (left or 1) + 1
        yield max(rows, 0) * max(columns, 0)
