"""A list beside a form that cannot be read, or lacks a column, is told at the cell that asks for it."""

from __future__ import annotations

import pytest

from server.forms.check import Surroundings, faults
from server.forms.check_lists import list_faults
from server.forms.faults import Severity
from server.forms.xform import read_form

FORM = """
| survey | | | | | |
| | type | name | label | choice_filter | calculation |
| | text | up | Trên | | |
| | select_one_from_file units.csv | unit | Thôn | up = ${up} | |
| | csv-external | people | | | |
| | calculate | name | | | pulldata('people', 'full', 'id', ${up}) |
| | select_one_from_file homes.geojson | home | Nhà | | |
| | select_one_from_file models.xml | model | Mô hình | | |
| | calculate | motto | | | instance('models')/root/item[name = ${model}]/motto |
"""
GOOD = {
    "units.csv": b"name,label,up\na,A,x\n",
    "people.csv": b"id,full\n1,M\n",
    "homes.geojson": b'{"type": "FeatureCollection", "features": [{"type": "Feature", "id": "h1", "properties":'
    b' {"title": "H"}, "geometry": {"type": "Point", "coordinates": [108, 14]}}]}',
    "models.xml": b"<root><item><name>m</name><label>M</label><motto>x</motto></item></root>",
}
MANY = b"<root>" + b"<item><name>m</name></item>" * 60_000 + b"</root>"


@pytest.fixture(scope="module")
def checked(converted):
    outcome = converted(FORM)
    definition = read_form(outcome.xform)

    def check(files: dict[str, bytes], *, with_sheets: bool = True):
        return list_faults(definition, files, sheets=outcome.sheets if with_sheets else ())

    return check


def test_lists_that_can_be_read_and_hold_what_is_asked_for_are_no_fault(checked) -> None:
    assert checked(GOOD) == ()


@pytest.mark.parametrize(
    ("filename", "content", "code", "severity", "row", "column"),
    [
        ("units.csv", "name,label,up\nđ,Đ,x\n".encode("cp1258"), "form.list_not_utf8", "error", 3, "type"),
        ("units.csv", b"", "form.list_empty", "error", 3, "type"),
        ("units.csv", b"\n\n", "form.list_empty", "error", 3, "type"),
        ("units.csv", b"name,label,up\n", "form.list_no_rows", "warning", 3, "type"),
        ("units.csv", b"label,up\nA,x\n", "form.list_no_column", "error", 3, "type"),
        ("units.csv", b"name,label\na,A\n", "form.list_no_column", "error", 3, "choice_filter"),
        ("people.csv", b"\xff\xfe", "form.list_not_utf8", "error", 4, "type"),
        ("people.csv", b"id\n1\n", "form.list_no_column", "error", 5, "calculation"),
        ("homes.geojson", b"{", "form.list_malformed", "error", 6, "type"),
        ("homes.geojson", b'{"type": "FeatureCollection"}', "form.list_malformed", "error", 6, "type"),
        ("homes.geojson", b'{"features": []}', "form.list_no_rows", "warning", 6, "type"),
        ("models.xml", b"<root><item>", "form.list_malformed", "error", 7, "type"),
        ("models.xml", b'<!DOCTYPE root [<!ENTITY a "b">]><root/>', "form.list_malformed", "error", 7, "type"),
        ("models.xml", MANY, "form.list_too_large", "error", 7, "type"),
        ("models.xml", b"<root><item><name>m</name><label>M</label></item></root>", "form.list_no_column", "warning",
         8, "calculation"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_list_is_told_where_it_is_asked_for(
    checked, filename: str, content: bytes, code: str, severity: str, row: int, column: str
) -> None:
    (fault,) = checked({**GOOD, filename: content})
    assert (fault.code, fault.severity, fault.sheet, fault.row) == (code, Severity(severity), "survey", row)
    assert (fault.params["filename"], fault.column) == (filename, column)


def test_a_ready_form_has_no_cells_to_point_at(checked) -> None:
    (fault,) = checked({**GOOD, "units.csv": b""}, with_sheets=False)
    assert (fault.code, fault.sheet, fault.row) == ("form.list_empty", "", None)


def test_a_list_that_is_not_there_is_told_at_its_question(converted) -> None:
    outcome = converted(FORM)
    nothing = Surroundings(frozenset(), frozenset(), frozenset(), frozenset(), is_sensitive=False)
    found = faults(read_form(outcome.xform), nothing, sheets=outcome.sheets)
    missing = {one.params["filename"]: (one.sheet, one.row) for one in found if one.code == "form.media_missing"}
    assert missing == {
        "units.csv": ("survey", 3),
        "people.csv": ("survey", 4),
        "homes.geojson": ("survey", 6),
        "models.xml": ("survey", 7),
    }
