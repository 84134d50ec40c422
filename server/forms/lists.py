"""Choice lists that live outside the form: rows of text by column, read from CSV exactly as the device reads it.

It reads bytes it is given; where they come from is not its business.
Source: JavaRosa's CsvExternalInstance as described by https://docs.getodk.org/form-datasets/.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from server.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Made = TypeVar("Made")

_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """A list of choices by name; *key* is the column that holds the value a form stores."""

    name: str
    rows: tuple[Mapping[str, str], ...]
    key: str = "name"
    path: tuple[str, str] = ("root", "item")
    """The names an expression reaches the rows by: of the root, of a row."""
    _made: dict[object, object] = field(default_factory=dict, init=False, repr=False, compare=False)
    _indexes: dict[str, dict[str, tuple[int, ...]]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def where(self, column: str, value: str) -> tuple[int, ...]:
        """Return the 0-based numbers of the rows whose *column* is *value*; a missing column reads as empty."""
        index = self._indexes.get(column)
        if index is None:
            self._indexes[column] = index = self._index(column)
        return index.get(value, ())

    def once(self, make: Callable[[ChoiceList], Made]) -> Made:
        """Return what *make* made of the list the first time, for what is dear to make and never changes."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(Made, self._made[make])

    def _index(self, column: str) -> dict[str, tuple[int, ...]]:
        found: dict[str, list[int]] = {}
        for number, row in enumerate(self.rows):
            found.setdefault(row.get(column, ""), []).append(number)
        return {value: tuple(numbers) for value, numbers in found.items()}


def read_csv(name: str, source: bytes, *, key: str = "name") -> ChoiceList:
    """Return the list in *source* (UTF-8, with or without a byte order mark; the first row names the columns).

    The device takes ``;`` for the delimiter as soon as the header row holds one, even inside quotes; so do we, or a
    list would have other columns here than there. Rows shorter than the header are filled with empty cells, cells
    beyond it are dropped. Raises InvalidInput ``list.not_utf8``, ``list.empty`` or ``list.malformed`` (name).
    """
    try:
        text = source.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        raise InvalidInput("list.not_utf8", name=name, position=error.start) from error
    header_line = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in header_line else ",", strict=False)
    try:
        table = [row for row in reader if row]
    except csv.Error as error:
        raise InvalidInput("list.malformed", name=name, line=reader.line_num) from error
    if not table:
        raise InvalidInput("list.empty", name=name)
    header = table[0]
    return ChoiceList(name, tuple(_row(header, cells) for cells in table[1:]), key)


def _row(header: list[str], cells: list[str]) -> dict[str, str]:
    filled = cells + [""] * (len(header) - len(cells))
    return {column: cell for column, cell in zip(header, filled, strict=False) if column}
