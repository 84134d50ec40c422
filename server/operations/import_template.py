"""An empty workbook for a list: headings, a page of hints, and sample rows marked so that they are never loaded."""

from __future__ import annotations

from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from server.indicators.paper_rows import CASES, FIGURES
from server.operations.import_order import PAPER_KINDS, columns_of
from server.operations.import_paper import KEYS_SHEET
from server.registers.household_words import WORDS_OF
from server.registers.reach import HOUSEHOLDS, STAFF
from server.registers.total_rows import TOTALS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from openpyxl.worksheet.worksheet import Worksheet

    from server.indicators.paper_keys import PaperKey
    from server.language.catalogue import Catalogue, Language

_SAMPLE: Final = "Mẫu – xóa dòng này"
_PAPER: Final[Mapping[str, str | int]] = MappingProxyType(
    {
        "": 1, "year": 2021, "unit": "23500@2021-12-31", "key": "I6", "value": "71,5", "document": "Báo cáo mẫu",
        "number": "00/BC-UBND", "day": "05/12/2021", "body": "UBND xã (mẫu)", "note": _SAMPLE,
    }
)  # fmt: skip
_SAMPLES: Final[Mapping[str, tuple[Mapping[str, str | int], ...]]] = MappingProxyType(
    {
        HOUSEHOLDS: (
            {
                "": 1, "village_code": "23500-01", "village_name": "Thôn 1 (mẫu)", "commune": "Xã Đăk Hà",
                "house_no": 37, "head_name": "A Mẫu", "head_sex": "Nam", "spouse_name": "Y Mẫu", "size": 5,
                "u16": 2, "n60": 0, "hh_type": "2 thế hệ", "relations": "Vợ chồng; cha mẹ và con", "ethnic": "Xơ Đăng",
                "poverty": "Cận nghèo", "groups": "Chính sách", "note": _SAMPLE,
            },
            {
                "": 2, "village_code": "23500-01", "house_no": 38, "head_name": "Nguyễn Thị Mẫu", "head_sex": "Nữ",
                "size": 1, "n60": 1, "hh_type": "Loại khác", "relations": "Sống một mình", "ethnic": "Kinh",
                "poverty": "Không", "note": _SAMPLE,
            },
        ),
        STAFF: (
            {
                "": 1, "full_name": "Y Mẫu", "post": "Công chức văn hóa – xã hội", "unit": "23500",
                "valid_from": "01/07/2025", "note": _SAMPLE,
            },
        ),
        TOTALS: (
            {
                "": 1, "year": 2021, "unit": "23500@2021-12-31", "total": 1000, "minority": 600, "poor": 80,
                "near_poor": 60, "source": "Văn bản mẫu", "note": _SAMPLE,
            },
        ),
        FIGURES: (_PAPER,),
        CASES: (MappingProxyType({**_PAPER, "key": "phieu_b.cases", "value": 0}),),
    }
)  # fmt: skip
_SPARED: Final = frozenset({"wife_name", "husband_name", "poor_tick", "near_poor_tick"})
"""Columns of other people's lists; ours has one for each thing."""
_WIDTH: Final = 22


def import_template(catalogue: Catalogue, kind: str, language: Language, *, keys: Iterable[PaperKey] = ()) -> bytes:
    """Return the workbook for lists of that kind; raises NotFound ``register.unknown_kind``.

    Headings are Vietnamese, as lists of offices are. *keys* is what can be typed, on a page of its own.
    """
    from openpyxl import Workbook

    workbook = Workbook()
    listing = workbook.worksheets[0]
    listing.title = catalogue.sentence("register.template.list", {}, language)
    columns = [one for one in columns_of(kind) if one.name not in _SPARED]
    listing.append([one.title for one in columns])
    for sample in _SAMPLES[kind]:
        listing.append([sample.get(one.name, "") for one in columns])
    _dress(listing)
    hints = workbook.create_sheet(catalogue.sentence("register.template.hints", {}, language))
    hints.append([catalogue.sentence(f"register.template.{one}", {}, language) for one in ("column", "how", "words")])
    for one in columns:
        words = WORDS_OF.get(one.name, {}) if kind == HOUSEHOLDS else {}
        hints.append([one.title, one.hint, "; ".join(said.partition(",")[0] for said in words.values())])
    hints.append([catalogue.sentence("register.template.blank", {}, language)])
    _dress(hints)
    if kind in PAPER_KINDS:
        _add_keys(workbook.create_sheet(KEYS_SHEET), keys)
    written = BytesIO()
    workbook.save(written)
    return written.getvalue()


def _add_keys(sheet: Worksheet, keys: Iterable[PaperKey]) -> None:
    """Write what can be typed: nothing there is read again."""
    sheet.append(["Mã", "Tên", "Name"])
    for one in keys:
        sheet.append([one.key, one.label_vi, one.label_en])
    _dress(sheet)


def _dress(sheet: Worksheet) -> None:
    """Let headings stand out and stay in view."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for number, cell in enumerate(sheet[1], start=1):
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTH
    sheet.freeze_panes = "A2"
