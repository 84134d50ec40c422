"""Reading a units file: what may stand in it, and every fault named with its place."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from server.errors import InvalidInput
from server.language.catalogue import load_catalogue
from server.territory.units import UnitKind
from server.territory.units_csv import read_units_csv

HEADER = "code,name,kind,parent_code,valid_from,valid_to,successor_code,urban_rural,area_class,specially_hard,border"
PROVINCE = "51,Tỉnh Quảng Ngãi,province,,2025-07-01,,,,,,"


def faults_in(*lines, header=HEADER):
    with pytest.raises(InvalidInput) as refused:
        read_units_csv("\n".join([header, *lines]))
    assert refused.value.code == "territory.csv_faults"
    assert refused.value.params["count"] == len(refused.value.params["faults"])
    return refused.value.params["faults"]


def test_a_line_is_read_cell_by_cell():
    [unit] = read_units_csv(f"{HEADER}\n23302, Phường  Lê Lợi ,phuong,608,,30/06/2025,23302 23326,urban,,no,\n")
    assert (unit.line, unit.code, unit.name, unit.kind) == (2, "23302", "Phường Lê Lợi", UnitKind.PHUONG)
    assert (unit.parent_code, unit.valid_from, unit.valid_to) == ("608", None, date(2025, 6, 30))
    assert unit.successor_codes == ("23302", "23326")
    assert unit.attributes == {"urban_rural": "urban", "specially_hard": "no"}


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeff{HEADER}\n{PROVINCE}\n",
        f"{HEADER}\r\n{PROVINCE}\r\n",
        f"{HEADER}\n\n{PROVINCE}\n,,,,,,,,,,\n",
        f"{HEADER}\n{PROVINCE}\n".replace(",", ";"),
        unicodedata.normalize("NFD", f"{HEADER}\n{PROVINCE}\n"),
    ],
    ids=["byte order mark", "CRLF", "blank lines", "semicolons", "decomposed accents"],
)
def test_a_file_is_read_as_spreadsheets_write_it(text):
    assert [unit.name for unit in read_units_csv(text)] == ["Tỉnh Quảng Ngãi"]


def test_a_name_is_read_without_what_cannot_be_seen_in_it():
    """No database holds the first sign, no workbook the second; the third turns what follows it around."""
    [unit] = read_units_csv(f"{HEADER}\n{PROVINCE}\n".replace("Quảng", "Q\0u\x01ả\u202eng\u200b"))
    assert unit.name == "Tỉnh Quảng Ngãi"


@pytest.mark.parametrize(
    ("line", "life"),
    [
        ("51,Tỉnh A,province,,0001-01-01,9999-12-31,", (None, None)),
        ("51,Tỉnh A,province,,1/1/0001,31/12/9999,", (None, None)),
        ("51,Tỉnh A,province,,0001-01-02,9999-12-30,", (date(1, 1, 2), date(9999, 12, 30))),
    ],
)
def test_the_first_and_last_day_of_the_calendar_are_open_ends(line, life):
    """Other programs write them for want of a better day; no day follows the last, on which something else began."""
    [unit] = read_units_csv(f"code,name,kind,parent_code,valid_from,valid_to,successor_code\n{line}\n")
    assert (unit.valid_from, unit.valid_to) == life


def test_a_unit_that_never_ends_has_no_successor():
    (fault,) = faults_in("51,Tỉnh A,province,,,9999-12-31,52,,,,")
    assert (fault.column, fault.code) == ("successor_code", "territory.csv_successor_without_end")


def test_attribute_columns_may_be_left_out():
    [unit] = read_units_csv("code,name,kind,parent_code,valid_from,valid_to,successor_code\n51,Tỉnh A,province,,,,\n")
    assert unit.attributes == {}


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("2330,Xã A,xa,51,,,,,,,", "code", "territory.csv_code"),
        ("023,Xã A,xa,51,,,,,,,", "code", "territory.csv_code"),
        ("23302,Thôn A,village,23302,,,,,,,", "code", "territory.csv_code"),
        ("23302,,xa,51,,,,,,,", "name", "territory.csv_name"),
        ("23302,\u200b\0,xa,51,,,,,,,", "name", "territory.csv_name"),
        (f"23302,{'A' * 121},xa,51,,,,,,,", "name", "territory.csv_name_too_long"),
        ("23302,Xã A,commune,51,,,,,,,", "kind", "territory.csv_kind"),
        ("23302,Xã A,xa,,,,,,,,", "parent_code", "territory.csv_parent_missing"),
        ("51,Tỉnh A,province,62,,,,,,,", "parent_code", "territory.csv_parent_of_province"),
        ("23302,Xã A,xa,51,7/2025,,,,,,", "valid_from", "territory.csv_day"),
        ("23302,Xã A,xa,51,,31/06/2025,,,,,", "valid_to", "territory.csv_day"),
        ("23302,Xã A,xa,51,2025-07-01,2025-06-30,,,,,", "valid_to", "territory.csv_ends_before_start"),
        ("23302,Xã A,xa,51,,,23326,,,,", "successor_code", "territory.csv_successor_without_end"),
        ("23302,Xã A,xa,51,,,,thành thị,,,", "urban_rural", "territory.csv_attribute"),
        ("23302,Xã A,xa,51,,,,,3,,", "area_class", "territory.csv_attribute"),
        ("23302,Xã A,xa,51,,,,,,x,", "specially_hard", "territory.csv_attribute"),
        ("23302,Xã A,xa,51,,,,,,,co", "border", "territory.csv_attribute"),
        ("23302,Xã A,xa,51,,,,,,,,,", "border", "territory.csv_too_many_cells"),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column(line, column, code):
    [fault] = faults_in(PROVINCE, line)
    assert (fault.line, fault.column, fault.code) == (3, column, code)


def test_every_fault_of_a_file_is_told_at_once():
    faults = faults_in("2330,,town,,x,,,,,,", PROVINCE, "23302,Xã A,xa,51,,,23326,city,,,")
    assert [(fault.line, fault.column) for fault in faults] == [
        (2, "kind"),
        (2, "code"),
        (2, "name"),
        (2, "valid_from"),
        (4, "successor_code"),
        (4, "urban_rural"),
    ]


def test_a_line_break_in_a_cell_does_not_shift_the_line_numbers():
    [fault] = faults_in('23302,"Xã\nA",xa,51,,,,,,,', "23305,Xã B,town,51,,,,,,,")
    assert fault.line == 4


def test_one_code_has_one_meaning_a_day():
    old, new = "23302,Xã A,xa,51,,2025-07-01,,,,,", "23302,Xã B,xa,51,2025-07-01,,,,,,"
    [fault] = faults_in(new, old)
    assert (fault.line, fault.column, fault.code) == (2, "valid_from", "territory.csv_overlap")
    assert fault.params == {"unit_code": "23302", "other": "Xã A", "other_line": 3}


@pytest.mark.parametrize(
    ("header", "column", "code"),
    [
        (HEADER.replace("kind", "level"), "kind", "territory.csv_column_missing"),
        (HEADER + ",ghi chú", "ghi chú", "territory.csv_column_unknown"),
        (HEADER + ",border", "border", "territory.csv_column_twice"),
        ("", "code", "territory.csv_column_missing"),
    ],
)
def test_a_wrong_header_is_told_before_anything_else(header, column, code):
    faults = faults_in(PROVINCE.replace("Tỉnh", ""), header=header)
    assert (1, column, code) in [(fault.line, fault.column, fault.code) for fault in faults]


def test_a_file_without_lines_is_refused():
    assert [fault.code for fault in faults_in()] == ["territory.csv_empty"]


def test_an_open_quote_is_told_and_not_guessed():
    [fault] = faults_in('23302,"Xã A,xa,51,,,,,,,')
    assert fault.code == "territory.csv_unreadable"


def test_every_fault_has_a_sentence_with_its_cure():
    catalogue = load_catalogue().strict()
    faults = [
        *faults_in("2330,,town,,x,,,,,,", "23302,Xã A,xa,,2025-07-01,2025-06-30,23326,city,,,,"),
        *faults_in("51,Tỉnh A,province,62,,,,,,,", "51,Tỉnh B,province,,,,23,,,,"),
        *faults_in(header=HEADER + ",ghi chú,border"),
        *faults_in('51,"'),
    ]
    for fault in faults:
        assert "hãy" in catalogue.sentence(fault.code, fault.params).casefold(), fault.code
