"""A row of a household list is understood as officers write it, and what is wrong with it is told with its cell."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest

from server.errors import InvalidInput, TooLarge
from server.operations.load_units import SAMPLE_FILE, SEED_FILE, seed_text
from server.registers.headings import HeadingsFound, file_rows
from server.registers.household_rows import COLUMNS, Households
from server.registers.places import Places
from server.registers.row_cells import RowCells
from server.territory.collection import Territory
from server.territory.merging import merge
from server.territory.units import TerritoryRows
from server.territory.units_csv import read_units_csv
from tests.import_field import csv_file

TODAY = date(2026, 10, 5)


@pytest.fixture(scope="module")
def territory():
    rows = TerritoryRows()
    for name in (SEED_FILE, SAMPLE_FILE):
        rows = merge(rows, read_units_csv(seed_text(name))).rows
    return Territory.from_rows(rows)


def read(territory, headings, *rows, as_of=TODAY, reach=None):
    """Return (wish, faults) of each row."""
    places = Places(territory, as_of, TODAY, reach)
    found = []
    for row in file_rows(csv_file(*rows, headings=headings), COLUMNS, HeadingsFound()):
        cells = RowCells(row)
        found.append(
            (Households().wish(cells, places), [(one.code.split(".")[-1], one.column) for one in cells.faults])
        )
    return found


def values_of(territory, headings, *row):
    wish, faults = read(territory, headings, row)[0]
    assert faults == []
    return dict(wish.values)


def test_headings_are_known_without_accents_in_capitals_and_with_remarks(territory):
    values = values_of(
        territory,
        ("STT", "MA THON", "HO VA TEN CHU HO (chữ in hoa)", "so nhan khau", "Dân tộc", "Diện hộ", "Vợ (chồng)"),
        1, "23500-01", "A Tik", "4", "xo dang", "Cận nghèo", "Y Bét",
    )  # fmt: skip
    assert values == {
        "village": "23500-01",
        "head_name": "A Tik",
        "size": "4",
        "ethnic": "16",
        "poverty": "near_poor",
        "spouse_name": "Y Bét",
    }


def test_titles_above_and_numbers_below_the_headings_are_no_rows(territory):
    content = "DANH SÁCH HỘ GIA ĐÌNH;;\nXã Đăk Hà;;\nMã thôn;Số hộ;Chủ hộ\n(1);(2);(3)\n23500-01;37;A Tik\n"
    found = HeadingsFound()
    rows = list(file_rows(BytesIO(content.encode()), COLUMNS, found))
    assert [(row.number, row.cells["head_name"]) for row in rows] == [(5, "A Tik")]


def test_unknown_columns_are_named_and_known_ones_of_no_use_are_not(territory):
    found = HeadingsFound()
    content = csv_file((1, "23500-01", "A Tik", "x"), headings=("STT", "Mã thôn", "Chủ hộ", "Nhóm máu"))
    list(file_rows(content, COLUMNS, found))
    assert found.unknown == ["Nhóm máu"]


@pytest.mark.parametrize(
    ("content", "code"),
    [("a;b\nc;d\n", "register.no_headings"), ("Mã thôn;Chủ hộ\n", "register.no_rows"), ("", "register.no_headings")],
)
def test_a_file_without_headings_or_rows_is_refused(content, code):
    with pytest.raises(InvalidInput) as refused:
        list(file_rows(BytesIO(content.encode()), COLUMNS, HeadingsFound()))
    assert refused.value.code == code


def test_ten_thousand_headings_are_refused():
    headings = ("Mã thôn", "Chủ hộ", *[f"Cột {number}" for number in range(10_000)])
    with pytest.raises(TooLarge):
        list(file_rows(csv_file(("23500-01",), headings=headings), COLUMNS, HeadingsFound()))


@pytest.mark.parametrize(
    ("said", "kept"),
    [("37", "37"), ("037", "37"), ("Hộ số 37", "37"), ("37a", "37A"), ("37/2", "37/2"), ("37.0", "37")],
)
def test_house_numbers_are_kept_as_one_writes_them(territory, said, kept):
    assert values_of(territory, ("Mã thôn", "Số hộ"), "23500-01", said)["house_no"] == kept


@pytest.mark.parametrize(
    ("headings", "row", "name", "value"),
    [
        (("Hộ nghèo", "Hộ cận nghèo"), ("x", ""), "poverty", "poor"),
        (("Hộ nghèo", "Hộ cận nghèo"), ("", "X"), "poverty", "near_poor"),
        (("Hộ nghèo", "Hộ cận nghèo"), ("", ""), "poverty", "none"),
        (("Nhóm", "Loại gia đình"), ("Chính sách, khuyết tật", "3 thế hệ"), "groups", "policy disabled"),
        (("Nhóm", "Loại gia đình"), ("", "3 thế hệ"), "hh_type", "gen3"),
        (("Những ai sống cùng", "Số hộ"), ("Vợ chồng; cha mẹ và con", "3"), "relations", "couple parent_child"),
        (("Tình trạng", "Số hộ"), ("Đã chuyển đi", "3"), "status", "moved_out"),
        (("Họ tên vợ", "Họ tên chồng"), ("Y Bét", "A Tik"), "spouse_name", "Y Bét"),
        (("Họ tên vợ", "Họ tên chồng"), ("", "A Lun"), "spouse_name", "A Lun"),
        (("Dân tộc", "Số hộ"), ("Gia-rai", "3"), "ethnic", "10"),
        (("Dân tộc", "Số hộ"), ("Tày", "3"), "ethnic", "99"),
    ],
)
def test_words_of_lists_become_the_values_of_the_forms(territory, headings, row, name, value):
    values = values_of(territory, ("Mã thôn", "Chủ hộ", *headings), "23500-01", "A Tik", *row)
    assert values[name] == value


@pytest.mark.parametrize(
    ("row", "faults"),
    [
        (("23500-01", "", "", "4"), [("no_head", "Chủ hộ")]),
        (("", "1", "A Tik", "4"), [("no_village", "Mã thôn")]),
        (("23500-99", "1", "A Tik", "4"), [("unknown_code", "Mã thôn")]),
        (("23500-1", "1", "A Tik", "4"), [("bad_reference", "Mã thôn")]),
        (("23500", "1", "A Tik", "4"), [("wrong_level", "Mã thôn")]),
        (("23500-01", "không có", "A Tik", "4"), [("bad_house_no", "Số hộ")]),
        (("23500-01", "1", "A Tik", "31"), [("not_a_number", "Số khẩu")]),
        (("23500-01", "1", "A Tik", "bốn"), [("not_a_number", "Số khẩu")]),
        (("23500-01", "1", "#REF!", "4"), [("excel_fault", "Chủ hộ")]),
        (("23500-01", "1", "A" * 81, "4"), [("too_long", "Chủ hộ")]),
        (("", "1", "A Tik", "0"), [("no_village", "Mã thôn"), ("not_a_number", "Số khẩu")]),
    ],
)
def test_everything_wrong_with_a_row_is_told_with_its_cell(territory, row, faults):
    wish, found = read(territory, ("Mã thôn", "Số hộ", "Chủ hộ", "Số khẩu"), row)[0]
    assert wish is None
    assert found == faults


@pytest.mark.parametrize("named", ["Thôn Đăk La (mẫu)", "thon dak la", "Đăk La", "DAK  LA"])
def test_a_village_is_known_by_its_name_without_accents_and_kind(territory, named):
    assert values_of(territory, ("Thôn", "Chủ hộ"), named, "A Tik")["village"] == "23500-03"


def test_a_name_that_several_villages_bear_is_told_with_the_candidates(territory):
    wish, faults = read(territory, ("Thôn", "Chủ hộ"), ("Thôn 1", "A Tik"))[0]
    assert (wish, faults) == (None, [("several_units", "Thôn")])
    assert values_of(territory, ("Thôn", "Xã", "Chủ hộ"), "thon 1", "xa dak ha", "A Tik")["village"] == "23500-01"


def test_a_code_means_what_it_meant_on_the_day_of_the_list(territory):
    before = read(territory, ("Mã thôn", "Chủ hộ"), ("23521-01", "A Tik"), as_of=date(2025, 6, 1))[0][0]
    after = read(territory, ("Mã thôn", "Chủ hộ"), ("23521-01@2025-06-01", "A Tik"))[0][0]
    assert before.unit_id == after.unit_id
    assert before.values["village"] == "23521-01"


def test_a_village_out_of_reach_is_told_and_nothing_else_of_it(territory):
    here = territory.find("23500-01", TODAY).unit_id
    wish, faults = read(territory, ("Mã thôn", "Chủ hộ"), ("23425-01", "A Tik"), reach=frozenset({here}))[0]
    assert (wish, faults) == (None, [("elsewhere", "Mã thôn")])


@pytest.mark.parametrize(
    ("head", "spouse", "sex", "label"),
    [
        ("A Tik", "Y Bét", "", "A Tik – vợ Y Bét – hộ 37"),
        ("Y Bét", "A Tik", "", "Y Bét – chồng A Tik – hộ 37"),
        ("Nguyễn Văn Mẫu", "Trần Thị Mẫu", "Nam", "Nguyễn Văn Mẫu – vợ Trần Thị Mẫu – hộ 37"),
        ("Trần Thị Mẫu", "Nguyễn Văn Mẫu", "nữ", "Trần Thị Mẫu – chồng Nguyễn Văn Mẫu – hộ 37"),
        ("Nguyễn Văn Mẫu", "Trần Thị Mẫu", "", "Nguyễn Văn Mẫu – vợ/chồng Trần Thị Mẫu – hộ 37"),
        ("A Tik", "", "", "A Tik – hộ 37"),
    ],
)
def test_labels_are_made_as_the_form_makes_them(territory, head, spouse, sex, label):
    headings = ("Mã thôn", "Số hộ", "Chủ hộ", "Vợ/chồng", "Giới tính")
    wish, _ = read(territory, headings, ("23500-01", 37, head, spouse, sex))[0]
    assert Households().label(wish, wish.values, "") == label
