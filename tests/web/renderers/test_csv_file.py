"""A CSV that opens right in Excel and in which nothing is a formula."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import StringIO

import pytest

from server.web.renderers.csv_file import csv_chunks, safe_text
from server.web.renderers.grids import Grid

DANGEROUS = ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\tx", "\rx", "\nx", "|x", "%x", "＝1", "＋1x", "－x", "＠x"]


def read(grid):
    written = b"".join(csv_chunks(grid))
    assert written.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(written.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_a_spreadsheet_takes_for_a_formula_is_text_wherever_it_stands(text):
    rows = read(Grid("mau", (text,), (text, "b"), ((text, None),)))
    assert rows == [[f"'{text}"], [], [f"'{text}", "b"], [f"'{text}", ""]]


@pytest.mark.parametrize("text", ["-5", "+84 912 345 678", "-1.234,5", "Xã Đăk Hà", "1-2", ""])
def test_numbers_telephones_and_words_stay_as_they_are(text):
    assert safe_text(text) == text


def test_numbers_are_written_for_machines_and_accents_are_kept():
    grid = Grid("mau", ("Chỉ tiêu",), ("Xã", "%"), (("Ngọk Tụ", Decimal("70.5")), ("Đăk", Decimal("1E+3")), ("Y", 12)))
    assert read(grid)[3:] == [["Ngọk Tụ", "70.5"], ["Đăk", "1000"], ["Y", "12"]]


def test_a_long_table_comes_piece_by_piece():
    grid = Grid("mau", (), ("a",), tuple((number,) for number in range(1200)))
    assert len(list(csv_chunks(grid))) == 3
    assert [row[0] for row in read(grid)[2:]] == [str(number) for number in range(1200)]
