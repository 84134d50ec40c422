"""A pilot list is refused unless a register can adopt every row of it."""

from pathlib import Path

import pytest

from server.registers.pilot_lists import is_pilot_list, pilot_list_faults

ONE = "0b0f3a9e-6c1d-4f2a-9d3e-5a7b8c9d0e1f"
TWO = "7d2c1b0a-9e8f-4a6b-8c5d-4e3f2a1b0c9d"
XLSFORMS = Path(__file__).parents[2] / "xlsforms"


def faults(text: str) -> list[tuple[str, int | None, str]]:
    return [(one.code, one.row, one.column) for one in pilot_list_faults("households_pilot.csv", text.encode())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"name,label\n{ONE},Hộ 1\n{TWO},Hộ 2\n", []),
        (f"\ufeffname,label,village\r\n{ONE},Hộ 1,23500-01\r\n", []),
        ("name,label\n", []),
        ("name,label\nho-1,Hộ 1\n", [("register.not_a_uuid", 2, "name")]),
        ("name,label\n6ba7b810-9dad-11d1-80b4-00c04fd430c8,Hộ\n", [("register.not_a_uuid", 2, "name")]),
        (f"name,label\n{ONE},Hộ 1\n{ONE.upper()},Hộ 2\n", [("register.repeated_id", 3, "name")]),
        (f"name,label\n{ONE},\n", [("register.blank_label", 2, "label")]),
        (f"label\n{ONE}\n", [("register.no_column", 1, "name")]),
        (
            f"name;label\n{ONE};Hộ 1\n",
            [("register.no_column", 1, "name"), ("register.no_column", 1, "label"), ("register.semicolon", 1, "")],
        ),
        ("", [("register.unreadable", None, "")]),
    ],
)
def test_every_row_must_be_one_a_register_can_adopt(text, expected):
    assert faults(text) == expected


def test_bytes_that_are_not_utf8_are_named():
    found = pilot_list_faults("households_pilot.csv", "name,label\nx,Hộ".encode("utf-16"))
    assert [one.code for one in found] == ["register.unreadable"]


@pytest.mark.parametrize("path", sorted(XLSFORMS.glob("*/media/*_pilot.csv")), ids=lambda path: path.name)
def test_the_shipped_lists_are_adoptable(path):
    assert is_pilot_list(path.name)
    assert pilot_list_faults(path.name, path.read_bytes()) == ()
