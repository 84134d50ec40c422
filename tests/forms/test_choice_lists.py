"""Choice lists read from CSV as the device reads them."""

from __future__ import annotations

import pytest

from server.errors import InvalidInput
from server.forms.lists import ChoiceList, read_csv


def rows(source: str) -> list[dict[str, str]]:
    return [dict(row) for row in read_csv("l", source.encode()).rows]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("name,label\na,Đăk Hà\n", [{"name": "a", "label": "Đăk Hà"}]),
        ("\ufeffname,label\na,A\n", [{"name": "a", "label": "A"}]),
        ("name;label\na;A, B\n", [{"name": "a", "label": "A, B"}]),
        ("name,la;bel\na,A;B\n", [{"name,la": "a,A", "bel": "B"}]),
        ('name,label\na,"A, ""B"""\n', [{"name": "a", "label": 'A, "B"'}]),
        ('name,label\na,"two\nlines"\n', [{"name": "a", "label": "two\nlines"}]),
        ("name,label\r\na,A\r\n\r\nb,B", [{"name": "a", "label": "A"}, {"name": "b", "label": "B"}]),
        ("name,label\na\n", [{"name": "a", "label": ""}]),
        ("name,label\na,A,extra\n", [{"name": "a", "label": "A"}]),
        ("name, label\n a ,A\n", [{"name": " a ", " label": "A"}]),
        ("name,label\n", []),
    ],
)
def test_rows_are_those_the_device_sees(source: str, expected: list[dict[str, str]]) -> None:
    assert rows(source) == expected


@pytest.mark.parametrize(
    ("source", "code"), [(b"", "list.empty"), (b"\n\n", "list.empty"), (b"name\n\xff\xfe\n", "list.not_utf8")]
)
def test_what_is_no_list_is_refused(source: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_csv("units", source)
    assert refusal.value.code == code
    assert refusal.value.params["name"] == "units"


def test_rows_are_found_by_the_text_of_a_column() -> None:
    units = ChoiceList("units", ({"name": "1", "kind": "x"}, {"name": "2"}, {"name": "3", "kind": "x"}))
    assert units.where("kind", "x") == (0, 2)
    assert units.where("kind", "") == (1,)
    assert units.where("kind", "y") == ()
