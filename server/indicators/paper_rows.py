"""A row of figures typed from paper: period, unit, what it counts, the number, and the document it stands in.

A unit is meant as of the last day of the period unless it names a day (``23425@2021-12-31``), so a code of 2021 is the
commune that had it then. Counts are whole; per cents may have a comma or a dot before their decimals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from server.errors import InvalidInput
from server.indicators.paper_figures import PaperPlace, PaperSource
from server.indicators.periods import Period
from server.indicators.plan import IndicatorUnit
from server.registers.headings import Column, heading_key
from server.territory.reference import parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from server.indicators.paper_keys import PaperKey, PaperKeys
    from server.registers.places import Places
    from server.registers.row_cells import RowCells

FIGURES: Final = "figures"
"""Everyday figures, as files call their kind."""
CASES: Final = "cases"
"""Figures about incidents: another kind, typed and read by incident officers alone."""
FIRST_YEAR: Final = 2000
_MOST: Final = 100_000_000_000
_LONGEST_DOCUMENT: Final = 500
_LONGEST_NUMBER: Final = 100
_LONGEST_BODY: Final = 200
_ALL: Final = 100
_FEWEST_THOUSANDTHS: Final = Decimal("0.001")

COLUMNS: Final = (
    Column("", "STT", "số thứ tự | TT"),
    Column("year", "Năm", "year | năm số liệu", "Ví dụ: 2021."),
    Column(
        "period",
        "Kỳ",
        "period | kỳ số liệu",
        "Để trống: cả năm. Hoặc: Quý 1 … Quý 4, 6 tháng đầu năm, 6 tháng cuối năm.",
    ),
    Column(
        "unit",
        "Đơn vị",
        "unit | mã đơn vị | xã | xã/phường | huyện | tên xã | mã xã | địa bàn | xã, phường, thị trấn",
        "Mã của năm đó (23425, 23425@2021-12-31), hoặc tên nếu chỉ một nơi mang tên ấy.",
    ),
    Column(
        "key",
        "Mã số liệu",
        "key | measure | indicator | row | chỉ tiêu | chỉ số | dòng | số đo | nội dung",
        "Một mã ở trang “Mã số liệu”, hoặc đúng tên của nó.",
    ),
    Column("value", "Số liệu", "value | giá trị | số | số lượng", "Số nguyên; tỷ lệ ghi 71,5."),
    Column(
        "document",
        "Văn bản nguồn",
        "source | document | nguồn | nguồn số liệu | văn bản | sổ",
        "Ví dụ: Báo cáo công tác gia đình năm 2021.",
    ),
    Column("number", "Số, ký hiệu", "document number | số văn bản | số ký hiệu", "Ví dụ: 125/BC-UBND."),
    Column("day", "Ngày văn bản", "document date | ngày ban hành | ngày", "Ví dụ: 05/12/2021."),
    Column("body", "Cơ quan cung cấp", "body | cơ quan | nơi cung cấp | đơn vị cung cấp", "Tòa án, tư pháp, công an …"),
    Column("note", "Ghi chú", "note"),
)
_ROMAN: Final = ("I", "II", "III", "IV")
_PERIODS: Final[Mapping[str, str]] = {
    heading_key(text): part
    for part, texts in {
        "": ("", "năm", "cả năm", "year"),
        "-H1": ("H1", "6 tháng đầu năm", "6 tháng", "nửa đầu năm"),
        "-H2": ("H2", "6 tháng cuối năm", "nửa cuối năm"),
        **{f"-Q{one}": (f"Q{one}", f"Quý {one}", f"Quý {roman}") for one, roman in enumerate(_ROMAN, start=1)},
    }.items()
    for text in texts
}
_DECIMAL: Final = re.compile(r"-?\d{1,12}(?:[.,]\d{1,6})?")


@dataclass(frozen=True, slots=True)
class PaperWish:
    """The figure a row gives, None to take it back; *frame_day* is the day on which its unit was meant."""

    sheet: str
    row: int
    headings: Mapping[str, str]
    place: PaperPlace
    key: PaperKey
    frame_day: date
    thousandths: int | None
    source: PaperSource


@dataclass(frozen=True, slots=True)
class PaperRules:
    """What rows are read by: the units as of a day, what may be typed, the last year, the document if none is named."""

    places_on: Callable[[date], Places]
    keys: PaperKeys
    today: date
    document: str


def paper_wish(cells: RowCells, rules: PaperRules) -> PaperWish | None:
    """Return what a row gives, None where something is wrong with it."""
    period = _period(cells, rules.today)
    key = _key(cells, rules.keys)
    place = _place(cells, rules, period, key=key) if period and key else None
    thousandths = _value(cells, key.unit) if key else None
    source = _source(cells, rules.document)
    if cells.faults or place is None or key is None or thousandths is None:
        return None
    row = cells.row
    return PaperWish(
        row.sheet, row.number, row.headings, place[0], key, frame_day=place[1], thousandths=thousandths, source=source
    )


def _period(cells: RowCells, today: date) -> Period | None:
    year = cells.whole("year", FIRST_YEAR, today.year)
    if year is None:
        if not cells.text("year"):
            cells.refuse("register.row.no_year", "year")
        return None
    part = _PERIODS.get(heading_key(cells.text("period")))
    if part is None:
        cells.refuse("paper.row.unknown_period", "period", given=cells.text("period")[:40])
        return None
    period = Period.parse(f"{year}{part}")
    if period.first_day > today:
        cells.refuse("paper.row.period_ahead", "period", given=period.label)
        return None
    return period


def _key(cells: RowCells, keys: PaperKeys) -> PaperKey | None:
    text = cells.text("key")
    if not text:
        cells.refuse("paper.row.no_key", "key")
        return None
    found = keys.find(text)
    if found is None:
        cells.refuse("paper.row.unknown_key", "key", given=text[:80])
    return found


def _place(cells: RowCells, rules: PaperRules, period: Period, *, key: PaperKey) -> tuple[PaperPlace, date] | None:
    text = cells.text("unit")
    if not text:
        cells.refuse("register.row.no_unit", "unit")
        return None
    day = min(period.last_day, rules.today)
    unit_id = rules.places_on(day).unit(cells, "unit", set(key.levels))
    if unit_id is None:
        return None
    return PaperPlace(period, unit_id, key.key), _named_day(text) or day


def _named_day(text: str) -> date | None:
    try:
        return parse_reference(text).on
    except InvalidInput:
        return None


def _value(cells: RowCells, unit: IndicatorUnit) -> int | None:
    text = cells.text("value")
    if not text:
        cells.refuse("paper.row.no_value", "value")
        return None
    if unit is IndicatorUnit.COUNT:
        count = cells.whole("value", 0, _MOST)
        return None if count is None else count * 1000
    sign = "‰" if unit is IndicatorUnit.PERMILLE else "%"
    bare = text.removesuffix(sign).strip()
    value = _decimal(bare)
    least, most = (-_ALL, _MOST) if unit is IndicatorUnit.CHANGE else (0, unit.scale)
    if value is None or not least <= value <= most:
        cells.refuse("paper.row.not_a_share", "value", given=text[:40], least=least, most=most)
        return None
    if bare == text and 0 < value < 1 and unit is IndicatorUnit.PERCENT:
        # A cell of Excel's that is shown as 71,5% holds 0.715.
        cells.refuse("paper.row.fraction", "value", given=text[:40])
        return None
    return int((value / _FEWEST_THOUSANDTHS).to_integral_value())


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", ".")) if _DECIMAL.fullmatch(text) else None
    except InvalidOperation:
        return None


def _source(cells: RowCells, document: str) -> PaperSource:
    named = cells.text("document", _LONGEST_DOCUMENT)
    numbered = cells.text("number", _LONGEST_NUMBER)
    found = PaperSource(
        named or ("" if numbered else document),
        numbered,
        cells.day("day"),
        cells.text("body", _LONGEST_BODY),
    )
    if not found.document and not found.number:
        cells.refuse("register.row.no_source", "document")
    return found
