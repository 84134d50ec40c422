"""What stands in each cell of a filled report: worked out here, written into the workbook elsewhere.

A number is counted, typed from paper, or not there; a sensitive one may be hidden. Where there is nothing the cell
stays empty and never says 0. Rows that are repeated push what lies below them down, so every cell comes with the row
it has in the filled workbook.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from server.indicators.report_cells import Words, paper_keys
from server.indicators.report_words import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from server.indicators.report import PlacedSlot, ReportTemplate
    from server.indicators.report_cells import Number
    from server.territory.units import Level, UnitId


class Copy(StrEnum):
    """Which of a report's two copies (``report.copy.<value>`` in the catalogue)."""

    PUBLIC = "public"
    """What release tables show of sensitive measures; for everyone."""
    OFFICIAL = "official"
    """Exact counts, as the law wants them; for the incident officer of the unit."""


class Mark(StrEnum):
    """What kind of number a cell holds (``report.mark.<value>`` in the catalogue)."""

    COUNTED = "counted"
    TYPED = "typed"
    EMPTY = "empty"
    HIDDEN = "hidden"
    NOT_REPORTED = "not_reported"
    NOT_RELEASED = "not_released"

    @property
    def is_number(self) -> bool:
        """Tell whether there is a number to show."""
        return self in {Mark.COUNTED, Mark.TYPED}


@dataclass(frozen=True, slots=True)
class Amount:
    """One number; *document* is the paper it was typed from, *counted* what was counted beside a typed one.

    *lacking* are communes that belong to it and are not in it; *aside* says so, in the words that stand beside it.
    """

    mark: Mark
    value: Decimal | None = None
    document: str = ""
    counted: Decimal | None = None
    lacking: int = 0
    aside: str = ""


NOTHING = Amount(Mark.EMPTY)


@dataclass(frozen=True, slots=True)
class Place:
    """A unit a report has cells of."""

    unit_id: UnitId
    name: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row of the workbook, and how often it stands in the filled one."""

    sheet: str
    row: int
    times: int


@dataclass(frozen=True, slots=True)
class FilledCell:
    """A cell of the filled workbook: a *text*, or an *amount* of what a *slot* asks of a place.

    *label* is what its row is called: what stands before it, or the unit a repeated row is of.
    """

    sheet: str
    row: int
    column: str
    text: str = ""
    amount: Amount | None = None
    slot: Number | None = None
    place: Place | None = None
    label: str = ""

    @property
    def asked(self) -> str:
        """Return what the cell asks for, as a person would write it."""
        return "" if self.slot is None else str(self.slot)

    @property
    def key(self) -> str:
        """Return the key under which its number is typed from paper, empty if there is none."""
        return next(iter(paper_keys(self.slot)), "") if self.slot is not None else ""


def content_of(cell: FilledCell, marks: Mapping[Mark, str]) -> str | int | float | None:
    """Return what a cell says: its text, its number, or the words of *marks* for what is none; None for nothing."""
    amount = cell.amount
    if amount is None:
        return printable(cell.text) or None
    if amount.value is None or not amount.mark.is_number:
        return marks.get(amount.mark) or None
    whole = int(amount.value)
    return whole if amount.value == whole else float(amount.value)


@dataclass(frozen=True, slots=True)
class FillPlan:
    """Everything that is written into the workbook; repeated rows come first."""

    repeats: tuple[Repeat, ...]
    cells: tuple[FilledCell, ...]

    def count(self, mark: Mark) -> int:
        """Return how many numbers are of that kind."""
        return sum(one.amount is not None and one.amount.mark is mark for one in self.cells)

    def rows_with(self, mark: Mark) -> tuple[str, ...]:
        """Return what the rows are called that have a number of that kind, each once, in their order."""
        cells = (one for one in self.cells if one.amount is not None and one.amount.mark is mark)
        return tuple(dict.fromkeys(one.label or f"{one.column}{one.row}" for one in cells))


@dataclass(frozen=True, slots=True)
class Filling:
    """What a report is filled with: its unit, the units below it by level, words, and every number it asks for."""

    unit: Place
    children: Mapping[Level, Sequence[Place]]
    said: Mapping[str, str]
    amounts: Mapping[tuple[Number, UnitId], Amount]


def fill_plan(template: ReportTemplate, filling: Filling) -> FillPlan:
    """Return what stands in each cell of *template* once it is filled."""
    repeats = tuple(
        Repeat(sheet, row, max(1, len(filling.children[level])))
        for (sheet, row), level in sorted(template.repeats.items())
    )
    cells = tuple(cell for one in template.slots for cell in _cells(one, template, filling, repeats))
    return FillPlan(repeats, cells)


def _cells(
    one: PlacedSlot, template: ReportTemplate, filling: Filling, repeats: Sequence[Repeat]
) -> Iterator[FilledCell]:
    row = one.row + sum(each.times - 1 for each in repeats if each.sheet == one.sheet and each.row < one.row)
    level = template.repeats.get((one.sheet, one.row))
    if level is None:
        yield _cell(one, row, filling, place=filling.unit, said={})
        return
    places = filling.children[level]
    for order, place in enumerate(places):
        said = {"child": place.name, "order": str(order + 1)}
        yield _cell(one, row + order, filling, place=place, said=said)
    if not places:
        yield FilledCell(one.sheet, row, one.column)


def _cell(one: PlacedSlot, row: int, filling: Filling, *, place: Place, said: Mapping[str, str]) -> FilledCell:
    if isinstance(one.slot, Words):
        return FilledCell(one.sheet, row, one.column, text=one.slot.filled({**filling.said, **said}))
    return FilledCell(
        one.sheet,
        row,
        one.column,
        amount=filling.amounts.get((one.slot, place.unit_id), NOTHING),
        slot=one.slot,
        place=place,
        label=said.get("child", one.label),
    )
