"""A report workbook as it is read: what it says of itself, and what each of its cells asks for.

The workbook is the official layout; one sheet called ``settings`` (a header and one row) is the server's and is not
part of what is printed:

    title::vi, title::en   what the report is called
    level                  whose report it is: commune | district | province
    status                 official | unchecked (compare it with the law's annex first) | archive
    source                 the text of law the layout comes from
    note                   what a reader should know

Every fault is found in one go, with sheet, row and column. Whether the measures are published is checked by the
operation that publishes the workbook; reading and writing the file is for `server.operations.report_workbook`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from server.errors import InvalidInput
from server.forms.faults import Fault
from server.indicators.cells import missing_columns, rows_of
from server.indicators.report_cells import Counted, Each, FromPaper, OfIndicator, Slot, Words, parse_slot
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from server.forms.sheets import Sheet
    from server.indicators.report_cells import Number

SETTINGS: Final = "settings"
_COLUMNS: Final = ("title::vi", "level")
_LONGEST: Final = {"title::vi": 300, "title::en": 300}
"""In characters, as they are kept."""
_LEVELS: Final = {one.value: one for one in (Level.COMMUNE, Level.DISTRICT, Level.PROVINCE)}
_CHILD: Final = Words("{{child}}", ("child",))
"""What the cell that marks a repeated row says in each of its rows."""
_DEPTH: Final = {Level.PROVINCE: 0, Level.DISTRICT: 1, Level.COMMUNE: 2, Level.VILLAGE: 3}


class Status(StrEnum):
    """How far the layout can be trusted (``report.status.<value>`` in the catalogue)."""

    OFFICIAL = "official"
    UNCHECKED = "unchecked"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """What a report says of itself."""

    title_vi: str
    title_en: str
    level: Level
    status: Status
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class TemplateCell:
    """A cell of the workbook that holds a text: *column* is its letters, *label* what stands before it in its row."""

    sheet: str
    row: int
    column: str
    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class TallMerge:
    """Merged cells over several rows."""

    sheet: str
    first_row: int
    last_row: int


@dataclass(frozen=True, slots=True)
class PlacedSlot:
    """What a cell asks for, and where it stands; *label* is what stands before it in its row."""

    sheet: str
    row: int
    column: str
    slot: Number | Words
    label: str = ""


@dataclass(frozen=True, slots=True)
class ReportTemplate:
    """A whole report; *repeats* are the rows that stand for every unit of a level below it."""

    settings: ReportSettings
    slots: tuple[PlacedSlot, ...]
    repeats: Mapping[tuple[str, int], Level]

    def numbers(self) -> Iterable[tuple[Number, Level | None]]:
        """Yield every number asked for, with the level of the units it is asked of; None: of the report's own unit."""
        for one in self.slots:
            if not isinstance(one.slot, Words):
                yield one.slot, self.repeats.get((one.sheet, one.row))


class ReportRefused(InvalidInput):
    """A report workbook that cannot be published, with every fault found (code ``report.refused``)."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep *faults*; the parameters name their number and the codes, for logs."""
        super().__init__("report.refused", count=len(faults), codes=[fault.code for fault in faults])
        self.faults = tuple(faults)


def read_report(settings: Sheet | None, cells: Iterable[TemplateCell], merges: Iterable[TallMerge]) -> ReportTemplate:
    """Return the report the workbook says; raises `ReportRefused` with every fault of it.

    Fault codes: those of `parse_slot`, ``report.no_settings``, ``.no_column``, ``.empty_cell``, ``.unknown_setting``,
    ``.one_row``, ``.nothing_asked``, ``.each_twice``, ``.each_too_high``, ``.each_merged``, ``.no_child``,
    ``.row_twice``, ``.several_splits_in_pool``.
    """
    read, faults = _settings(settings)
    found = [(cell, slot) for cell in cells if (slot := _slot(cell, faults)) is not None]
    repeats = _repeats(found, read, faults)
    slots = tuple(
        PlacedSlot(cell.sheet, cell.row, cell.column, _CHILD if isinstance(slot, Each) else slot, cell.label)
        for cell, slot in found
    )
    faults += [fault for one in slots for fault in _misplaced(one, repeats)]
    faults += _named_twice(slots)
    faults += [
        Fault("report.each_merged", {}, sheet=one.sheet, row=row)
        for one in merges
        for sheet, row in repeats
        if sheet == one.sheet and one.first_row <= row <= one.last_row
    ]
    if not slots:
        faults.append(Fault("report.nothing_asked"))
    if faults or read is None:
        raise ReportRefused(faults)
    return ReportTemplate(read, slots, repeats)


def _settings(sheet: Sheet | None) -> tuple[ReportSettings | None, list[Fault]]:
    if sheet is None:
        return None, [Fault("report.no_settings", {"name": SETTINGS})]
    faults = missing_columns(sheet, _COLUMNS, "report.no_column")
    if faults:
        return None, faults
    if len(sheet.rows) != 1:
        return None, [Fault("report.one_row", {}, sheet=sheet.name)]
    (cells,) = rows_of(sheet)
    title = cells.required("title::vi", "report.empty_cell")
    cells.keep_within(_LONGEST, "report.too_long")
    level = cells.choice("level", _LEVELS, "report.unknown_setting")
    status = cells.choice("status", {one.value: one for one in Status}, "report.unknown_setting", Status.UNCHECKED)
    if cells.faults or level is None or status is None:
        return None, cells.faults
    named = cells.text("title::en", title)
    return ReportSettings(title, named, level, status, cells.text("source"), cells.text("note")), []


def _slot(cell: TemplateCell, faults: list[Fault]) -> Slot | None:
    try:
        return parse_slot(cell.text)
    except InvalidInput as wrong:
        said = {name: value for name, value in wrong.params.items() if isinstance(value, str | int)}
        faults.append(Fault(wrong.code, said, sheet=cell.sheet, row=cell.row, column=cell.column))
        return None


def _repeats(
    found: Iterable[tuple[TemplateCell, Slot]], settings: ReportSettings | None, faults: list[Fault]
) -> dict[tuple[str, int], Level]:
    repeats: dict[tuple[str, int], Level] = {}
    for cell, slot in found:
        if not isinstance(slot, Each):
            continue
        if (cell.sheet, cell.row) in repeats:
            faults.append(_at(cell, "report.each_twice"))
        if settings is not None and _DEPTH[slot.level] <= _DEPTH[settings.level]:
            faults.append(_at(cell, "report.each_too_high", given=slot.level.value, level=settings.level.value))
        repeats[cell.sheet, cell.row] = slot.level
    return repeats


def _misplaced(one: PlacedSlot, repeats: Mapping[tuple[str, int], Level]) -> Iterable[Fault]:
    """Yield what is wrong with a cell where it stands."""
    match one.slot:
        case Words() if one.slot.is_of_child and (one.sheet, one.row) not in repeats:
            yield _at(one, "report.no_child")
        case Counted() if len(one.slot.splits) > 1 and one.slot.measure.measure.startswith("pool."):
            yield _at(one, "report.several_splits_in_pool")
        case _:
            return


def _named_twice(slots: Iterable[PlacedSlot]) -> Iterable[Fault]:
    """Yield a fault for each cell whose row and column another cell has, for they would get one figure from paper."""
    first: dict[str, PlacedSlot] = {}
    for one in slots:
        if isinstance(one.slot, Counted | OfIndicator | FromPaper) and one.slot.paper.row:
            key = one.slot.paper.key
            above = first.setdefault(key, one)
            if (above.sheet, above.row, above.column) != (one.sheet, one.row, one.column):
                where = f"{above.sheet}!{above.column}{above.row}"
                yield _at(one, "report.row_twice", given=key.removeprefix("report:"), above=where)


def _at(place: TemplateCell | PlacedSlot, code: str, **params: str | int) -> Fault:
    return Fault(code, params, sheet=place.sheet, row=place.row, column=place.column)
