"""A grid as CSV that opens right: UTF-8 with its mark, so that Excel keeps accents, and nothing that is a formula.

Source: RFC 4180; OWASP, CSV Injection.
"""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.web.renderers.grids import Grid, Value

TYPE: Final = "text/csv; charset=utf-8"
_MARK: Final = "\ufeff"
_DANGEROUS: Final = tuple("=+-@|%\t\r\n＝＋－＠")
_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9 .,]*")
_ROWS_AT_ONCE: Final = 500


def csv_chunks(grid: Grid) -> Iterator[bytes]:
    """Yield the file piece by piece: the notes, a blank line, the headings, the rows."""
    written = StringIO()
    writer = csv.writer(written)
    written.write(_MARK)
    writer.writerows([safe_text(one)] for one in grid.notes)
    writer.writerow([])
    writer.writerow([safe_text(one) for one in grid.columns])
    for number, row in enumerate(grid.rows, start=1):
        writer.writerow([csv_cell(one) for one in row])
        if number % _ROWS_AT_ONCE == 0:
            yield written.getvalue().encode()
            written.seek(0)
            written.truncate()
    yield written.getvalue().encode()


def safe_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; numbers and telephone numbers stay as they are."""
    if text.startswith(_DANGEROUS) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def csv_cell(value: Value) -> str:
    """Return what stands in the cell: numbers written out, texts safe, nothing for what was not answered."""
    match value:
        case None:
            return ""
        case str():
            return safe_text(value)
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)
