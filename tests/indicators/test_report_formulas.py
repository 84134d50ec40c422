"""Formulas of a report are worked out for the page as a spreadsheet does, or not at all."""

from __future__ import annotations

import pytest

from server.indicators.report_formulas import worked_out

CELLS = {
    "A1": 2,
    "A2": 3.5,
    "A3": None,
    "A4": "ẩn",
    "B1": "=A1*2",
    "B2": "=B1+A2",
    "AA10": 7,
    "D1": True,
    "C1": "=C2",
    "C2": "=C1",
}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=1+2*3", 7),
        ("=(1+2)*3", 9),
        ("=-A1+10", 8),
        ("=A1/A2", 2 / 3.5),
        ("=SUM(A1:A4)", 5.5),
        ("=SUM(A1:A2,AA10;1)", 13.5),
        ("=COUNT(A1:A4)", 2),
        ("=B2", 7.5),
        ("=SUM(A1:B2)", 17),
        ('=IF(COUNT(A3:A3)=0,"",SUM(A3:A3))', ""),
        ('=IF(A1>=2,"đủ","thiếu")', "đủ"),
        ("=IF(A1<>2,1,$A$2)", 3.5),
        ("=A3+1", 1),
        ("=SUM(A1:B1048576)", 17),
        ("=SUM(XA1:XFD99999999999999999999)", 0),
        ("=SUM(D1:D2)+COUNT(D1:D2)", 0),
    ],
)
def test_what_is_understood_is_worked_out(formula, value):
    assert worked_out({**CELLS, "Z9": formula}, "Z9") == value


@pytest.mark.parametrize(
    "formula",
    [
        "=A4+1", "=A1/0", "=VLOOKUP(A1,A1:A2,1)", "=1+", "=(1", "=SUM(A1:A2", "=A1 A2", "='Trang 2'!A1+1", "=C1",
        "=IF(A1>1,2)", "=A1:A2", '="a"&"b"', "=@", "=",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_nothing_and_never_a_guess(formula):
    assert worked_out({**CELLS, "Z9": formula}, "Z9") is None


def test_texts_and_numbers_are_themselves():
    assert [worked_out(CELLS, one) for one in ("A1", "A4", "A3", "nowhere")] == [2, "ẩn", None, None]


def test_a_cell_that_many_others_name_is_worked_out_once():
    """Forty rows, each twice the next: a million million additions, were each cell worked out wherever it is named."""
    cells = {f"A{row}": f"=A{row + 1}+A{row + 1}" for row in range(1, 41)} | {"A41": 1}
    assert worked_out(cells, "A1") == 2**40


def test_a_cell_that_says_yes_or_no_is_shown_as_a_spreadsheet_shows_it():
    assert [worked_out({"A1": said}, "A1") for said in (True, False)] == ["TRUE", "FALSE"]
