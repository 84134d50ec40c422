"""A row of a household list: what officers call its columns, what it wants of the register, how the label is made.

The properties and their values are those of the form *1 Hộ gia đình*. A household that asked not to be named stays
without a name whatever a list says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.language.folding import fold
from server.registers.headings import Column
from server.registers.house_numbers import read_house_number
from server.registers.household_words import (
    GROUPS,
    HOUSEHOLD_TYPES,
    PEOPLES,
    POVERTY,
    RELATIONS,
    SEXES,
    STATUSES,
    TICKS,
    said,
)
from server.registers.lists import VILLAGE
from server.registers.reach import HOUSEHOLDS
from server.registers.wishes import ID, Identity, Wish, read_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.registers.places import Places
    from server.registers.row_cells import RowCells

COLUMNS: Final = (
    Column(ID, "Mã hộ trên hệ thống", "uuid | mã định danh", "Để trống với hộ mới; có khi tải sổ hộ từ hệ thống."),
    Column("", "STT", "số thứ tự | TT | stt"),
    Column(
        "village_code",
        "Mã thôn",
        "mã làng | mã tổ dân phố | mã thôn, làng | mã thôn, tổ dân phố | mã địa bàn | mã thôn, làng, tổ dân phố",
        "Mã như 23500-01. Có mã thôn thì không cần cột Thôn, Xã.",
    ),
    Column(
        "village_name",
        "Thôn",
        "village | làng | tên thôn | thôn, làng | làng, thôn | thôn, làng, tổ dân phố | thôn, tổ dân phố | tổ dân phố"
        " | TDP | thôn, TDP | khu phố | địa bàn",
        "Tên thôn, làng, tổ dân phố; bỏ dấu cũng được.",
    ),
    Column(
        "commune",
        "Xã/phường",
        "xã | phường | tên xã | mã xã | xã, phường, thị trấn",
        "Cần khi hai xã có thôn trùng tên.",
    ),
    Column("house_no", "Số hộ", "hộ số | số hộ trong sổ | số sổ hộ", "Số trong sổ của thôn, ví dụ 37."),
    Column(
        "head_name",
        "Họ tên chủ hộ",
        "họ và tên chủ hộ | chủ hộ | tên chủ hộ | họ tên | họ và tên | họ và tên chủ hộ gia đình",
        "Như trong giấy tờ, ví dụ A Tik.",
    ),
    Column("head_sex", "Giới tính chủ hộ", "giới tính | nam/nữ", "Nam hoặc nữ."),
    Column(
        "spouse_name",
        "Họ tên vợ hoặc chồng",
        "họ và tên vợ hoặc chồng | vợ (chồng) | họ tên vợ (chồng) | vợ hoặc chồng | tên vợ (chồng)"
        " | họ và tên vợ (chồng) | vợ (chồng) chủ hộ | họ tên vợ hoặc chồng chủ hộ",
        "Không có thì bỏ trống.",
    ),
    Column("wife_name", "Họ tên vợ", "vợ | tên vợ | họ và tên vợ"),
    Column("husband_name", "Họ tên chồng", "chồng | tên chồng | họ và tên chồng"),
    Column("address", "Địa chỉ", "tổ, cụm, số nhà | số nhà | địa chỉ nhà | nơi ở | cụm"),
    Column(
        "size",
        "Số khẩu",
        "số nhân khẩu | nhân khẩu | khẩu | số người | tổng số khẩu | tổng số nhân khẩu | số người trong hộ",
        "Từ 1 đến 30.",
    ),
    Column(
        "u16",
        "Số người dưới 16 tuổi",
        "dưới 16 tuổi | trẻ em dưới 16 tuổi | số trẻ em dưới 16 tuổi | trẻ em | số trẻ em | u16",
    ),
    Column(
        "n60",
        "Số người từ 60 tuổi",
        "từ 60 tuổi | người cao tuổi | số người cao tuổi | từ 60 tuổi trở lên | số người từ 60 tuổi trở lên",
    ),
    Column("hh_type", "Loại gia đình", "loại hình gia đình | loại hộ gia đình | số thế hệ", "Ví dụ: 2 thế hệ."),
    Column("relations", "Những ai sống cùng", "quan hệ | quan hệ trong hộ | những người sống cùng nhau"),
    Column("ethnic", "Dân tộc", "dân tộc chủ hộ | dân tộc của chủ hộ | thành phần dân tộc", "Ví dụ: Xơ Đăng."),
    Column(
        "poverty",
        "Diện hộ",
        "diện | hộ thuộc diện | loại diện | phân loại hộ | hộ nghèo, cận nghèo | hộ nghèo/cận nghèo | mức sống",
        "Nghèo, cận nghèo hoặc không.",
    ),
    Column("poor_tick", "Hộ nghèo", "nghèo", "Đánh dấu x."),
    Column("near_poor_tick", "Hộ cận nghèo", "cận nghèo", "Đánh dấu x."),
    Column("groups", "Nhóm", "đối tượng | nhóm hộ | nhóm đối tượng", "Chính sách; khuyết tật; khó khăn."),
    Column("status", "Tình trạng", "tình trạng hộ | tình trạng cư trú", "Đang ở, đã chuyển đi, không còn hộ."),
    Column("note", "Ghi chú", "ghi chu | chú thích"),
)

_WORDS: Final = {"hh_type": HOUSEHOLD_TYPES, "ethnic": PEOPLES, "status": STATUSES}
_NUMBERS: Final = {"size": (1, 30), "u16": (0, 30), "n60": (0, 30)}
_PERSONAL: Final = frozenset({"head_name", "spouse_name", "address", "ethnic", "groups"})
"""What is not kept of a household that declined."""
_MALE_FEMALE: Final = {"a": "wife", "y": "husband"}
"""The first word of a name in Xơ Đăng, Ba Na and their neighbours: *A* of a man, *Y* of a woman."""
_SPOUSE_WORD: Final = {"wife": "vợ", "husband": "chồng", "": "vợ/chồng"}
_SAID_BEFORE: Final = {" – vợ ": "wife", " – chồng ": "husband"}
_LONGEST_NAME: Final = 80
_LONGEST_ADDRESS: Final = 120
_LONGEST_LABEL: Final = 300
_LONGEST_HOUSE_NO: Final = 20


class Households:
    """The list of households as files fill it."""

    name: Final = HOUSEHOLDS
    columns: Final = COLUMNS
    properties: Final = (
        VILLAGE, "house_no", "head_name", "spouse_name", "address", "size", "u16", "n60", "hh_type", "relations",
        "ethnic", "poverty", "groups", "status",
    )  # fmt: skip
    named_by: Final = frozenset({"house_no", "head_name", "spouse_name"})

    def wish(self, cells: RowCells, places: Places) -> Wish | None:
        """Return what a row wants, None where something is wrong with it."""
        village = places.village(cells, ("village_code", "village_name"), "commune")
        hints: dict[str, str] = {}
        values = {"house_no": _house_no(cells), "head_name": cells.text("head_name", _LONGEST_NAME)}
        values["spouse_name"] = _spouse(cells, hints)
        values["address"] = cells.text("address", _LONGEST_ADDRESS)
        values |= _counts(cells)
        values |= {name: cells.word(name, words) for name, words in _WORDS.items()}
        values["relations"] = " ".join(cells.words("relations", RELATIONS))
        values["groups"] = " ".join(cells.words("groups", GROUPS))
        values["poverty"] = _poverty(cells)
        hints["sex"] = cells.word("head_sex", SEXES)
        entity_id = read_id(cells)
        if not (entity_id or values["house_no"] or values["head_name"]):
            cells.refuse("register.row.no_head", "head_name")
        if cells.faults or village is None:
            return None
        filled = {name: text for name, text in values.items() if text} | {VILLAGE: places.code_of(village)}
        row = cells.row
        return Wish(row.sheet, row.number, row.headings, village, entity_id, self.identity_of(filled), filled, hints)

    def identity_of(self, values: Mapping[str, str]) -> Identity:
        """Return what tells a household apart: its number in the village, else its head and the head's spouse."""
        head, spouse = (fold(values.get(name, "")) for name in ("head_name", "spouse_name"))
        number = read_house_number(values.get("house_no", ""))
        return Identity("" if number.is_missing else str(number), head, spouse)

    def allowed(self, wish: Wish, before: Mapping[str, str]) -> Mapping[str, str]:
        """Return what may be written: nothing personal to a household that declined to be named."""
        if before.get("named") != "no":
            return wish.values
        return {name: text for name, text in wish.values.items() if name not in _PERSONAL}

    def label(self, wish: Wish, values: Mapping[str, str], before: str) -> str:
        """Return the label as the form makes it: ``A Tik – vợ Y Bét – hộ 37``."""
        number, head = values.get("house_no", ""), values.get("head_name", "")
        if values.get("named") == "no" or not head:
            return before or f"Hộ số {number}"
        spouse = values.get("spouse_name", "")
        parts = [head]
        if spouse:
            parts.append(f"{_SPOUSE_WORD[_spouse_kind(wish, head, before)]} {spouse}")
        if number:
            parts.append(f"hộ {number}")
        return " – ".join(parts)[:_LONGEST_LABEL]

    def said(self, name: str, value: str) -> str:
        """Return the value of a property as lists say it: a word for a code."""
        return said(name, value)

    def lacks(self, wish: Wish) -> str:
        """Return what a new household cannot do without: the name of its head."""
        return "" if wish.values.get("head_name") else "head_name"


def _house_no(cells: RowCells) -> str:
    """Return the number as one writes it, without *hộ số* and zeros in front: 37, 37A, 37/2."""
    text = cells.text("house_no")
    if not text:
        return ""
    number = read_house_number(text)
    if number.is_missing or len(text) > _LONGEST_HOUSE_NO:
        cells.refuse("register.row.bad_house_no", "house_no", given=text[:40])
        return ""
    return str(number)


def _spouse(cells: RowCells, hints: dict[str, str]) -> str:
    """Return the spouse's name, and note in *hints* whether the column says wife or husband."""
    for column, kind in (("wife_name", "wife"), ("husband_name", "husband"), ("spouse_name", "")):
        if name := cells.text(column, _LONGEST_NAME):
            hints["spouse"] = kind
            # Lists with a column for each name the head in one of them again.
            if fold(name) != fold(cells.text("head_name")):
                return name
    return ""


def _counts(cells: RowCells) -> dict[str, str]:
    found = {name: cells.whole(name, *bounds) for name, bounds in _NUMBERS.items()}
    parts = [one for name in ("u16", "n60") if (one := found[name]) is not None]
    if found["size"] is not None and sum(parts) > found["size"]:
        cells.refuse("register.row.parts_exceed", "size", total=found["size"], parts=sum(parts))
    return {name: "" if number is None else str(number) for name, number in found.items()}


def _poverty(cells: RowCells) -> str:
    said = cells.word("poverty", POVERTY)
    ticked = [
        meaning
        for column, meaning in (("poor_tick", "poor"), ("near_poor_tick", "near_poor"))
        if cells.word(column, TICKS | {word: "yes" for word, value in POVERTY.items() if value == meaning}) == "yes"
    ]
    if len(ticked) > 1:
        cells.refuse("register.row.both_ticked", "near_poor_tick")
    if said or ticked:
        return said or ticked[0]
    # With a column to tick for the poor, an empty one says that the household is not.
    return "none" if cells.has("poor_tick") and cells.has("near_poor_tick") else ""


def _spouse_kind(wish: Wish, head: str, before: str) -> str:
    """Return whether the spouse is wife or husband: by the column, the names' custom, the head's sex, the old label."""
    if wish.hints.get("spouse"):
        return wish.hints["spouse"]
    first = fold(head).partition(" ")[0]
    by_custom = _MALE_FEMALE.get(first, "")
    by_sex = {"male": "wife", "female": "husband"}.get(wish.hints.get("sex", ""), "")
    by_label = next((kind for words, kind in _SAID_BEFORE.items() if words in before), "")
    return by_custom or by_sex or by_label
