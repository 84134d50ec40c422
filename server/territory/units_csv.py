"""Reading a units file: the columns, what may stand in them, and every fault with its place and cure.

One line is one unit in one period of its life. What can be known from the file alone is checked here, all of it at
once; whether parents and successors exist is checked by `merging`, which also knows the units already kept.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import date
from io import StringIO
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from server.errors import InvalidInput
from server.language.names import tidy_name
from server.territory.reference import CODE
from server.territory.units import LEVEL_OF, Level, UnitKind
from server.territory.validity import first_day, last_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

COLUMNS: Final = ("code", "name", "kind", "parent_code", "valid_from", "valid_to", "successor_code")

ATTRIBUTE_VALUES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "urban_rural": ("urban", "rural"),
        "area_class": ("I", "II", "III"),
        "specially_hard": ("yes", "no"),
        "border": ("yes", "no"),
    }
)
"""The columns a file may have beside COLUMNS, and what may stand in them; area_class is khu vực I, II, III."""

MOST_NAME_LETTERS: Final = 120

_LEVEL_OF_LENGTH: Final[Mapping[int, Level]] = MappingProxyType(
    {2: Level.PROVINCE, 3: Level.DISTRICT, 5: Level.COMMUNE}
)
_OPEN_ENDS: Final[Mapping[str, date]] = MappingProxyType({"valid_from": date.min, "valid_to": date.max})
"""What other programs write for want of a better day: nothing comes before the first, nothing follows the last."""

_DAY_AS_WRITTEN: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file: where (the header is line 1), and the message code and params that name the cure."""

    line: int
    column: str
    code: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CsvUnit:
    """One line of a units file, each cell read; several successors are a split."""

    line: int
    code: str
    name: str
    kind: UnitKind
    parent_code: str | None
    valid_from: date | None
    valid_to: date | None
    successor_codes: tuple[str, ...]
    attributes: Mapping[str, str]


def read_units_csv(text: str) -> tuple[CsvUnit, ...]:
    """Return the lines of a units file, comma or semicolon separated, with or without a byte order mark.

    Days are ``2025-07-01`` or ``01/07/2025``, the calendar's first and last an open end; several successor codes are
    separated by spaces. Raises InvalidInput ``territory.csv_faults`` with ``count`` and ``faults``, a tuple of every
    Fault in the order of lines.
    """
    header, lines = _table(unicodedata.normalize("NFC", text.removeprefix("\ufeff")))
    refuse([*_header_faults(header), *_emptiness(lines)])
    readings = [_Reading(number, dict(zip(header, cells, strict=False)), []) for number, cells in lines]
    units = [_unit(reading) for reading in readings]
    crowded = [Fault(n, header[-1], "territory.csv_too_many_cells", {}) for n, row in lines if len(row) > len(header)]
    read = [fault for reading in readings for fault in reading.faults]
    whole = [unit for unit in units if unit is not None]
    refuse(sorted([*crowded, *read, *_overlaps(whole)], key=lambda fault: fault.line))
    return tuple(whole)


def refuse(faults: Sequence[Fault]) -> None:
    """Raise InvalidInput ``territory.csv_faults`` unless there are none."""
    if faults:
        raise InvalidInput("territory.csv_faults", count=len(faults), faults=tuple(faults))


def _table(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header and the lines that are not blank, each with its number in the file."""
    first_line = text.partition("\n")[0]
    separator = ";" if ";" in first_line and "," not in first_line else ","  # Excel's CSV on a Vietnamese Windows
    sheet = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [(sheet.line_num, [cell.strip() for cell in cells]) for cells in sheet]
    except csv.Error:
        refuse([Fault(sheet.line_num, COLUMNS[0], "territory.csv_unreadable", {})])
    filled = [(number, cells) for number, cells in rows if any(cells)]
    return (filled[0][1], filled[1:]) if filled else ([], [])


def _header_faults(header: Sequence[str]) -> Iterator[Fault]:
    known = (*COLUMNS, *ATTRIBUTE_VALUES)
    for column in COLUMNS:
        if column not in header:
            yield Fault(1, column, "territory.csv_column_missing", {})
    for column, times in Counter(header).items():
        if column not in known:
            yield Fault(1, column, "territory.csv_column_unknown", {"expected": known})
        elif times > 1:
            yield Fault(1, column, "territory.csv_column_twice", {})


def _emptiness(lines: Sequence[object]) -> Iterator[Fault]:
    if not lines:
        yield Fault(2, COLUMNS[0], "territory.csv_empty", {})


@dataclass(frozen=True, slots=True)
class _Reading:
    """The cells of one line, and the faults found while reading them."""

    line: int
    cells: Mapping[str, str]
    faults: list[Fault]

    def cell(self, column: str) -> str:
        return self.cells.get(column, "")

    def refuse(self, column: str, code: str, **params: object) -> None:
        self.faults.append(Fault(self.line, column, code, params))

    def kind(self) -> UnitKind | None:
        value = self.cell("kind")
        if value in tuple(UnitKind):
            return UnitKind(value)
        self.refuse("kind", "territory.csv_kind", value=value, expected=tuple(UnitKind))
        return None

    def code(self, level: Level | None) -> str:
        code = self.cell("code")
        if not CODE.fullmatch(code) or level not in (None, level_of_code(code)):
            self.refuse("code", "territory.csv_code", value=code)
        return code

    def name(self) -> str:
        name = tidy_name(self.cell("name"))
        if not name:
            self.refuse("name", "territory.csv_name")
        elif len(name) > MOST_NAME_LETTERS:
            self.refuse("name", "territory.csv_name_too_long", limit=MOST_NAME_LETTERS)
        return name

    def day(self, column: str) -> date | None:
        value = self.cell(column)
        try:
            day = _day(value) if value else None
        except ValueError:
            self.refuse(column, "territory.csv_day", value=value)
            return None
        return None if day == _OPEN_ENDS[column] else day

    def parent_code(self, level: Level | None) -> str | None:
        code = self.cell("parent_code")
        if level is Level.PROVINCE and code:
            self.refuse("parent_code", "territory.csv_parent_of_province")
        if level not in (None, Level.PROVINCE) and not code:
            self.refuse("parent_code", "territory.csv_parent_missing")
        return code or None

    def successor_codes(self, valid_to: date | None) -> tuple[str, ...]:
        codes = tuple(dict.fromkeys(self.cell("successor_code").split()))
        is_open = valid_to is None and not any(fault.column == "valid_to" for fault in self.faults)
        if codes and is_open:
            self.refuse("successor_code", "territory.csv_successor_without_end")
        return codes

    def attributes(self) -> dict[str, str]:
        held = {name: self.cell(name) for name in ATTRIBUTE_VALUES if self.cell(name)}
        for name, value in held.items():
            if value not in ATTRIBUTE_VALUES[name]:
                self.refuse(name, "territory.csv_attribute", value=value, expected=ATTRIBUTE_VALUES[name])
        return held


def level_of_code(code: str) -> Level:
    """Return the level that a well-formed code belongs to, which its length tells."""
    return _LEVEL_OF_LENGTH.get(len(code), Level.VILLAGE)


def _unit(reading: _Reading) -> CsvUnit | None:
    """Return the line as a value, or None if there is a fault in it; every cell is read either way."""
    kind = reading.kind()
    level = None if kind is None else LEVEL_OF[kind]
    code, name, parent_code = reading.code(level), reading.name(), reading.parent_code(level)
    valid_from, valid_to = reading.day("valid_from"), reading.day("valid_to")
    if valid_from and valid_to and valid_to < valid_from:
        reading.refuse("valid_to", "territory.csv_ends_before_start")
    successors, attributes = reading.successor_codes(valid_to), reading.attributes()
    if kind is None or reading.faults:
        return None
    return CsvUnit(reading.line, code, name, kind, parent_code, valid_from, valid_to, successors, attributes)


def _day(value: str) -> date:
    """Return the day; raises ValueError for what is none."""
    local = _DAY_AS_WRITTEN.fullmatch(value)
    return date(int(local[3]), int(local[2]), int(local[1])) if local else date.fromisoformat(value)


def _overlaps(units: Sequence[CsvUnit]) -> Iterator[Fault]:
    """Yield a fault for each line whose code is in use by the line before it in time."""
    ordered = sorted(units, key=lambda unit: (unit.code, first_day(unit.valid_from), unit.line))
    for before, after in pairwise(ordered):
        if before.code == after.code and first_day(after.valid_from) <= last_day(before.valid_to):
            params = {"unit_code": after.code, "other": before.name, "other_line": before.line}
            yield Fault(after.line, "valid_from", "territory.csv_overlap", params)
