"""Marks of writing direction go from what a page says and stay in what somebody is to change."""

from __future__ import annotations

import pytest

from server.web.console.direction import straightened

TURN, ISOLATE, END = "\u202e", "\u2067", "\u2069"


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (f"<p>Y Mẫu{TURN}fdp, Thôn 1</p>", "<p>Y Mẫufdp, Thôn 1</p>"),
        (f"<b>{ISOLATE}anh.jpg{END}</b> · 3 < 4 phiếu{TURN}", "<b>anh.jpg</b> · 3 < 4 phiếu"),
        (f'<input value="a{TURN}b"> c{TURN}', f'<input value="a{TURN}b"> c'),
        (f'<a title="&gt;{TURN}">{TURN}x</a>', f'<a title="&gt;{TURN}">x</a>'),
        (f"<textarea name=x>{TURN}<i>\n{TURN}</textarea>{TURN}z", f"<textarea name=x>{TURN}<i>\n{TURN}</textarea>z"),
        ("", ""),
        ("<p>Thôn Đăk Kđem – “mẫu” …</p>", "<p>Thôn Đăk Kđem – “mẫu” …</p>"),
    ],
)
def test_texts_are_straight_and_fields_are_as_they_were(page, said):
    assert straightened(page) == said
