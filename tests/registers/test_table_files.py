"""A list is read row by row whatever office software wrote it, and no file can hurt the server or be read wrong."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO
from random import Random

import pytest
from openpyxl import Workbook

from server.errors import InvalidInput, TooLarge
from server.forms.workbook_dangers import MOST_STYLES, STYLES
from server.registers import table_files
from server.registers.table_files import LONGEST_CELL, table_rows
from tests.import_field import saved, xlsx_file

TEXT = "Họ tên chủ hộ{0}Số khẩu\nA Tik (mẫu){0}4\n"


def rows_of(content: bytes | BytesIO):
    return [row.cells for row in table_rows(BytesIO(content) if isinstance(content, bytes) else content)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_csv_is_read_with_each_delimiter_and_with_or_without_a_mark(delimiter, mark):
    content = (mark + TEXT.format(delimiter)).encode()
    assert rows_of(content) == [("Họ tên chủ hộ", "Số khẩu"), ("A Tik (mẫu)", "4")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (TEXT.format(",").encode("utf-16"), "register.encoding_utf16"),
        (TEXT.format(",").encode("utf-16-le"), "register.encoding_utf16"),
        ("Họ tên chủ hộ,Số khẩu\n".encode("cp1258", errors="replace") + b"\xd0\xe3\xf2,4\n", "register.encoding"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "register.old_excel"),
        (b"PK\x03\x04" + b"nothing of the kind" * 10, "register.not_a_table"),
        (('a,b\n"' + "x" * 200_000).encode(), "register.csv_broken"),
    ],
    ids=["utf-16 with mark", "utf-16 bare", "windows-1258", "old excel", "broken zip", "open quote"],
)
def test_a_file_that_would_be_read_wrong_is_refused_with_its_cure(content, code, catalogue):
    with pytest.raises(InvalidInput) as refused:
        rows_of(content)
    assert refused.value.code == code
    sentence = catalogue.sentence(code, refused.value.params)
    assert "Hãy" in sentence


def test_a_workbook_is_read_as_its_keeper_sees_it():
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["Thôn  1\n(mẫu)", 37.0, date(2025, 7, 1), True, None, "e\u0302"])
    sheet["A3"] = "cách một dòng"
    assert rows_of(saved(workbook)) == [
        ("Thôn 1 (mẫu)", "37", "2025-07-01", "x", "", "ê"),
        ("cách một dòng",),
    ]
    assert [row.number for row in table_rows(saved(workbook))] == [1, 3]


def test_a_formula_is_never_worked_out_and_its_kept_value_counts():
    workbook = Workbook()
    workbook.worksheets[0].append(["x", "=1+1"])
    plain = saved(workbook).getvalue()
    kept = BytesIO()
    with zipfile.ZipFile(BytesIO(plain)) as before, zipfile.ZipFile(kept, "w") as after:
        for entry in before.infolist():
            content = before.read(entry)
            after.writestr(entry, content.replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>"))
    assert rows_of(plain)[0][:2] == ("x", "")
    assert rows_of(kept)[0][:2] == ("x", "2")


def test_merged_cells_count_for_their_first_row():
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for number in range(1, 4):
        sheet.append(["Thôn 1", number])
    sheet.merge_cells("A1:A3")
    assert [row[:2] for row in rows_of(saved(workbook))] == [("Thôn 1", "1"), ("", "2"), ("", "3")]


def test_hidden_sheets_are_passed_over():
    workbook = Workbook()
    workbook.worksheets[0].append(["thấy"])
    hidden = workbook.create_sheet("Ẩn")
    hidden.append(["không thấy"])
    hidden.sheet_state = "hidden"
    assert [row[0] for row in rows_of(saved(workbook))] == ["thấy"]


def rewritten(content: BytesIO, name: str, change) -> BytesIO:
    """Return the archive with one entry changed."""
    out = BytesIO()
    with zipfile.ZipFile(content) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            after.writestr(entry.filename, change(before.read(entry)) if entry.filename == name else before.read(entry))
    return out


SHEET = "xl/worksheets/sheet1.xml"


def test_a_bomb_is_refused_by_its_directory():
    bomb = rewritten(xlsx_file(), SHEET, lambda xml: xml + b" " * (60 * 1024 * 1024))
    with pytest.raises(TooLarge) as refused:
        rows_of(bomb)
    assert refused.value.code == "register.unpacks_too_large"


def test_declared_entities_are_refused():
    bomb = rewritten(
        xlsx_file(), SHEET, lambda xml: b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + xml[xml.index(b"<worksheet") :]
    )
    with pytest.raises(InvalidInput) as refused:
        rows_of(bomb)
    assert refused.value.code == "register.not_a_table"


def test_a_sheet_that_lies_about_its_size_is_read_by_its_rows():
    def lie(xml: bytes) -> bytes:
        return xml.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>', 1)

    assert len(rows_of(rewritten(xlsx_file(("23500-01", 1)), SHEET, lie))) == 2


def test_a_row_far_below_the_last_possible_one_ends_the_sheet():
    def leap(xml: bytes) -> bytes:
        return xml.replace(b'<row r="2"', b'<row r="999999999"').replace(b'r="A2"', b'r="A999999999"')

    filled = [row for row in table_rows(rewritten(xlsx_file(("23500-01",)), SHEET, leap)) if not row.is_blank]
    assert len(filled) == 1


def test_more_rows_than_a_list_can_have_are_refused(monkeypatch):
    monkeypatch.setattr(table_files, "MOST_ROWS", 20)
    with pytest.raises(TooLarge) as refused:
        rows_of("".join(f"{number},x\n" for number in range(30)).encode())
    assert refused.value.code == "register.too_many_rows"


def test_columns_beyond_what_a_list_can_have_are_cut():
    assert len(rows_of((",".join(["x"] * 10_000) + "\n").encode())[0]) == 201
    assert len(rows_of(xlsx_file(headings=("x",) * 10_000))[0]) == 201


def test_an_endless_cell_is_cut_where_it_can_still_be_told():
    cell = rows_of(("x" * 100_000 + ",b\n").encode())[0][0]
    assert LONGEST_CELL < len(cell) <= 4 * LONGEST_CELL


def test_more_formats_than_any_program_writes_are_refused():
    """Twenty kilobytes of them took a minute and half a gigabyte."""
    formats = b"<cellXfs>" + b"<xf/>" * (MOST_STYLES + 1) + b"</cellXfs></styleSheet>"
    bomb = rewritten(xlsx_file(), STYLES, lambda xml: xml.replace(b"</styleSheet>", formats) + random_bytes_comment())
    with pytest.raises(TooLarge) as refused:
        rows_of(bomb)
    assert refused.value.code == "form.costly_workbook"


def random_bytes_comment():
    """Return a comment that packs badly, so that the directory alone gives nothing away."""
    return b"<!--" + Random(1).randbytes(30_000).hex().encode() + b"-->"
