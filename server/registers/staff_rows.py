"""A row of the staff roster (R1): who does family work, in which post of which unit, from when to when.

Names are never split. The roster is loaded from files alone and goes to commune and province posts only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.language.folding import fold
from server.registers.headings import Column
from server.registers.lists import COMMUNE
from server.registers.reach import STAFF
from server.registers.wishes import ID, Identity, Wish, read_id
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.registers.places import Places
    from server.registers.row_cells import RowCells

COLUMNS: Final = (
    Column(ID, "Mã trên hệ thống", "uuid | mã định danh", "Để trống với người mới."),
    Column("", "STT", "số thứ tự | TT"),
    Column("staff_no", "Mã cán bộ", "staff_id | mã nhân viên | số hiệu", "Nếu cơ quan có đánh số cán bộ."),
    Column("full_name", "Họ tên", "name | họ và tên | họ tên cán bộ | tên cán bộ", "Ví dụ: Y Bét."),
    Column("post", "Chức vụ", "chức danh | nhiệm vụ | vị trí | chức vụ, chức danh", "Ví dụ: Công chức văn hóa."),
    Column(
        "unit",
        "Đơn vị",
        "mã đơn vị | xã | xã/phường | xã phường | phường | đơn vị công tác | địa bàn | tỉnh",
        "Tên hoặc mã xã, phường, tỉnh.",
    ),
    Column("valid_from", "Từ ngày", "from | ngày bắt đầu | từ", "Ngày/tháng/năm."),
    Column("valid_to", "Đến ngày", "to | ngày kết thúc | đến", "Để trống khi còn làm."),
    Column("note", "Ghi chú"),
)
_LEVELS: Final = {Level.PROVINCE, Level.DISTRICT, Level.COMMUNE}
_LONGEST_NAME: Final = 120


class Staff:
    """The staff roster as files fill it."""

    name: Final = STAFF
    columns: Final = COLUMNS
    properties: Final = (COMMUNE, "full_name", "post", "staff_no", "valid_from", "valid_to")
    named_by: Final = frozenset({"full_name", "post"})

    def wish(self, cells: RowCells, places: Places) -> Wish | None:
        """Return what a row wants, None where something is wrong with it."""
        if not cells.text("unit"):
            cells.refuse("register.row.no_unit", "unit")
        unit = places.unit(cells, "unit", _LEVELS) if cells.text("unit") else None
        values = {
            "full_name": cells.text("full_name", _LONGEST_NAME),
            "post": cells.text("post", _LONGEST_NAME),
            "staff_no": cells.text("staff_no", 40),
        }
        first, last = cells.day("valid_from"), cells.day("valid_to")
        if first and last and last < first:
            cells.refuse("register.row.ends_before", "valid_to", given=last.isoformat())
        values |= {name: day.isoformat() for name, day in (("valid_from", first), ("valid_to", last)) if day}
        entity_id = read_id(cells)
        if not (entity_id or values["full_name"]):
            cells.refuse("register.row.no_name", "full_name")
        if cells.faults or unit is None:
            return None
        filled = {name: text for name, text in values.items() if text}
        if places.territory.period(unit, places.today).level is Level.COMMUNE:
            filled[COMMUNE] = places.code_of(unit)
        row = cells.row
        return Wish(row.sheet, row.number, row.headings, unit, entity_id, self.identity_of(filled), filled, {})

    def identity_of(self, values: Mapping[str, str]) -> Identity:
        """Return what tells a person apart in a unit: the office's number, else the name."""
        return Identity(fold(values.get("staff_no", "")), fold(values.get("full_name", "")))

    def allowed(self, wish: Wish, before: Mapping[str, str]) -> Mapping[str, str]:  # noqa: ARG002 nothing is withheld
        """Return all that is filled in."""
        return wish.values

    def label(self, wish: Wish, values: Mapping[str, str], before: str) -> str:  # noqa: ARG002 made anew each time
        """Return name and post: ``Y Bét – Công chức văn hóa``."""
        return " – ".join(one for one in (values.get("full_name", ""), values.get("post", "")) if one)

    def said(self, name: str, value: str) -> str:  # noqa: ARG002 no property of theirs is a code
        """Return the value as it is."""
        return value

    def lacks(self, wish: Wish) -> str:
        """Return what a new person cannot do without: a name."""
        return "" if wish.values.get("full_name") else "full_name"
