"""Files of any length: read back as they were written, no live formula, and only a few rows held at a time."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import chain
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from server.web.renderers.streamed import Sheet, csv_pieces, workbook_pieces, zip_pieces

SHEETS = (Sheet("Phiếu [1/2]", ("=mã", "tên")), Sheet("Phiếu -1-2-", ("thuộc", "số")))
LIVE = ["=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "|x", "%x", "＝1+1"]
ROWS = [(0, (live, "A Tik & <b>")) for live in LIVE] + [(1, ("1", Decimal("2.5"))), (0, (None, 7)), (1, ("2\x01", ""))]


def test_a_workbook_holds_every_table_and_texts_only():
    book = load_workbook(BytesIO(b"".join(workbook_pieces(SHEETS, iter(ROWS)))))
    assert book.sheetnames == ["Phiếu -1-2-", "Phiếu -1-2- 2"]
    first, second = book.worksheets
    assert [cell.value for cell in first[1]] == ["=mã", "tên"]
    assert [row[0].value for row in first.iter_rows(min_row=2, max_row=len(LIVE) + 1)] == [
        one.replace("\r", "\n") for one in LIVE
    ]
    assert {cell.data_type for row in first.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    assert [[cell.value for cell in row] for row in second.iter_rows(min_row=2)] == [["1", 2.5], ["2", None]]


def test_csv_opens_right_and_runs_nothing():
    with ZipFile(BytesIO(b"".join(zip_pieces(SHEETS, iter(ROWS))))) as archive:
        assert archive.namelist() == ["Phiếu -1-2-.csv", "Phiếu -1-2- 2.csv"]
        text = archive.read("Phiếu -1-2-.csv").decode()
    alone = b"".join(csv_pieces(SHEETS[0], (row for row in ROWS if row[0] == 0))).decode()
    assert text == alone
    assert text.startswith("\ufeff'=mã,tên\r\n")
    cells = [row[0] for row in csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""))]
    assert all(cell.startswith("'") for cell in cells if cell)


@pytest.mark.parametrize("made", [workbook_pieces, zip_pieces, lambda sheets, rows: csv_pieces(sheets[0], rows)])
def test_the_first_piece_is_sent_long_before_the_last_row_is_read(made):
    read = []

    def rows():
        for number in range(100_000):
            read.append(number)
            yield 0, (f"Hộ {number * 7919 % 99991}", number * 7919 % 99991)

    pieces = made(SHEETS, rows())
    held = len(next(pieces))
    assert 0 < len(read) < 50_000
    assert held < 200_000
    assert all(len(piece) < 200_000 for piece in chain((next(pieces),), pieces))
