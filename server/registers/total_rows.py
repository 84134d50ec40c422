"""A row of household totals (R2): how many households a unit had in a year, counted by somebody else, with the source.

Such figures are never added to counted ones. A unit is meant as of the end of the year unless it names a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from server.registers.headings import Column
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from server.registers.places import Places
    from server.registers.row_cells import RowCells
    from server.territory.units import UnitId

TOTALS: Final = "totals"
FIRST_YEAR: Final = 2010
_MOST: Final = 10_000_000
_LONGEST_SOURCE: Final = 500

COLUMNS: Final = (
    Column("", "STT", "số thứ tự | TT"),
    Column("year", "Năm", "year | năm số liệu", "Ví dụ: 2021."),
    Column(
        "unit",
        "Đơn vị",
        "mã đơn vị | xã | xã/phường | huyện | tên xã | mã xã | địa bàn | xã, phường, thị trấn",
        "Mã (23500, 23503@2021-12-31) hoặc tên xã, phường.",
    ),
    Column("total", "Tổng số hộ", "số hộ | tổng hộ | tổng số | số hộ dân", "Số hộ."),
    Column(
        "minority",
        "Hộ dân tộc thiểu số",
        "số hộ dân tộc thiểu số | hộ dtts | hộ đồng bào dân tộc thiểu số | dtts | số hộ dtts",
    ),
    Column("poor", "Hộ nghèo", "số hộ nghèo | nghèo"),
    Column("near_poor", "Hộ cận nghèo", "số hộ cận nghèo | cận nghèo"),
    Column("source", "Nguồn", "nguồn số liệu | văn bản | theo văn bản | căn cứ", "Ví dụ: Quyết định số …"),
    Column("note", "Ghi chú"),
)
COUNTS: Final = ("total", "minority", "poor", "near_poor")


@dataclass(frozen=True, slots=True)
class TotalWish:
    """The figures of one unit and year as a row gives them; None where a cell is empty."""

    sheet: str
    row: int
    headings: Mapping[str, str]
    year: int
    unit_id: UnitId
    counts: Mapping[str, int | None]
    source: str


def total_wish(
    cells: RowCells, places_on: Callable[[date], Places], *, last_year: int, source: str
) -> TotalWish | None:
    """Return what a row gives, None where something is wrong with it; *source* stands where the row names none."""
    year = cells.whole("year", FIRST_YEAR, last_year)
    if year is None and not cells.text("year"):
        cells.refuse("register.row.no_year", "year")
    unit = _unit(cells, places_on(date(year, 12, 31))) if year is not None else None
    counts = {name: cells.whole(name, 0, _MOST) for name in COUNTS}
    _check(cells, counts)
    said = cells.text("source", _LONGEST_SOURCE) or source
    if not said:
        cells.refuse("register.row.no_source", "source")
    if cells.faults or unit is None or year is None:
        return None
    row = cells.row
    return TotalWish(row.sheet, row.number, row.headings, year, unit, counts, said)


def carried_on(
    versions: Iterable[tuple[Mapping[str, int | None], Collection[str]]],
) -> Iterator[Mapping[str, int | None]]:
    """Yield the counts of each of a unit's *versions*, oldest first; each comes with the names its own file gave.

    What a file did not give is what the version before it says.
    """
    before: Mapping[str, int | None] = dict.fromkeys(COUNTS)
    for counts, given in versions:
        before = {name: counts[name] if name in given else before[name] for name in COUNTS}
        yield before


def _unit(cells: RowCells, places: Places) -> UnitId | None:
    if not cells.text("unit"):
        cells.refuse("register.row.no_unit", "unit")
        return None
    return places.unit(cells, "unit", set(Level))


def _check(cells: RowCells, counts: Mapping[str, int | None]) -> None:
    total = counts["total"]
    if total is None:
        if not cells.text("total"):
            cells.refuse("register.row.no_total", "total")
        return
    for name in ("minority", "poor", "near_poor"):
        if (part := counts[name]) is not None and part > total:
            cells.refuse("register.row.part_exceeds", name, total=total, part=part)
    both = (counts["poor"] or 0) + (counts["near_poor"] or 0)
    if both > total and not cells.faults:
        cells.refuse("register.row.part_exceeds", "near_poor", total=total, part=both)
