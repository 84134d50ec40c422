"""The cells of one row of a list, read one by one so that everything wrong with the row is told in one go.

A cell that cannot be read notes a fault that names sheet, row and column as the file has them, and gives None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from server.forms.faults import Fault
from server.language.reading import read_day
from server.registers.headings import heading_key
from server.registers.table_files import LONGEST_CELL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from server.errors import InvalidInput
    from server.registers.headings import FileRow

_EXCEL_FAULTS: Final = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
_GROUPED: Final = re.compile(r"\d{1,3}(?:[., ]\d{3})+")
_BETWEEN_WORDS: Final = re.compile(r"[,;/\n]+")
_SHOWN: Final = 40


@dataclass(slots=True)
class RowCells:
    """One row and the faults found in it so far."""

    row: FileRow
    faults: list[Fault] = field(default_factory=list)

    def has(self, column: str) -> bool:
        """Tell whether the file has that column at all."""
        return column in self.row.headings

    def text(self, column: str, longest: int = LONGEST_CELL) -> str:
        """Return the cell's text, empty where there is none; one too long is a fault."""
        found = self.row.cells.get(column, "")
        if found in _EXCEL_FAULTS:
            self.refuse("register.row.excel_fault", column, given=found)
            return ""
        if len(found) > longest:
            self.refuse("register.row.too_long", column, given=found[:_SHOWN], most=longest)
            return ""
        return found

    def refuse(self, code: str, column: str, **params: str | int) -> None:
        """Note a fault in a cell of this row; a column the file does not have is no place to point at."""
        where = self.row.headings.get(column, "")
        self.faults.append(Fault(code, params, sheet=self.row.sheet, row=self.row.number, column=where))

    def whole(self, column: str, least: int, most: int) -> int | None:
        """Return the number the cell holds, None where there is none; one out of bounds is a fault."""
        text = self.text(column)
        if not text:
            return None
        plain = re.sub(r"[., ]", "", text) if _GROUPED.fullmatch(text) else text.removesuffix(".0")
        if not plain.isascii() or not plain.isdigit() or not least <= int(plain[:12]) <= most:
            self.refuse("register.row.not_a_number", column, given=text[:_SHOWN], least=least, most=most)
            return None
        return int(plain)

    def word(self, column: str, among: Mapping[str, str]) -> str:
        """Return what the cell's word stands for, empty where there is none; one not *among* them is a fault."""
        text = self.text(column)
        if not text:
            return ""
        found = among.get(heading_key(text))
        if found is None:
            self.refuse("register.row.unknown_word", column, given=text[:_SHOWN])
            return ""
        return found

    def words(self, column: str, among: Mapping[str, str]) -> tuple[str, ...]:
        """Return what the cell's words, with commas or semicolons between them, stand for, each once."""
        found: list[str] = []
        for one in _BETWEEN_WORDS.split(self.text(column)):
            if not one.strip():
                continue
            meaning = among.get(heading_key(one))
            if meaning is None:
                self.refuse("register.row.unknown_word", column, given=one.strip()[:_SHOWN])
            elif meaning not in found:
                found.append(meaning)
        return tuple(found)

    def day(self, column: str) -> date | None:
        """Return the day the cell holds: dd/mm/yyyy, yyyy-mm-dd or a date of Excel's."""
        text = self.text(column)
        if not text:
            return None
        day = read_day(text)
        if day is None:
            self.refuse("register.row.not_a_day", column, given=text[:_SHOWN])
        return day

    def take(self, refusal: InvalidInput, column: str) -> None:
        """Note a refusal of the territory's as a fault in this cell."""
        params = {name: _plain(value) for name, value in refusal.params.items()}
        self.refuse(refusal.code, column, **params)


def _plain(value: object) -> str | int:
    match value:
        case int() | str():
            return value
        case tuple() | list():
            return "; ".join(str(one) for one in value) or "–"
        case _:
            return str(value)
