"""A sensitive form tells nothing: every telltale trait is refused, and a plain list of ticks is not."""

import pytest

from server.forms.check import Surroundings, faults
from server.forms.sensitive import sensitive_faults
from server.forms.survey_rows import survey_rows
from server.forms.xform import read_form

CHOICES = "| choices | | | |\n| | list_name | name | label |\n| | yn | y | Có |\n| | yn | n | Không |\n"
HEAD = "| survey | | | | |\n| | type | name | label | default |\n"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("| | note | a | A | |", []),
        ("| | integer | a | A | |", []),
        ("| | date | a | A | |", []),
        ("| | select_one yn | a | A | |", []),
        ("| | select_one_from_file units.csv | a | A | |", []),
        ("| | start | s | | |\n| | deviceid | d | | |", []),
        ("| | text | a | A | |", ["form.sensitive.free_text"]),
        ("| | barcode | a | A | |", ["form.sensitive.free_text"]),
        ("| | geopoint | a | A | |", ["form.sensitive.place"]),
        ("| | start-geopoint | a | | |", ["form.sensitive.place", "form.sensitive.place"]),
        ("| | image | a | A | |", ["form.sensitive.media"]),
        ("| | audit | audit | | |", ["form.sensitive.media"]),
        ("| | phonenumber | a | | |", ["form.sensitive.phone_property"]),
        ("| | email | a | | |", ["form.sensitive.phone_property"]),
        ("| | integer | a | A | ${last-saved#a} |", ["form.sensitive.last_saved"]),
        ("| | select_one_from_file households.csv | a | A | |", ["form.sensitive.list"]),
    ],
)
def test_each_trait_is_judged(form, rows: str, expected: list):
    definition = form(HEAD + rows + "\n| | select_one yn | z | Z | |\n" + CHOICES)
    assert [fault.code for fault in sensitive_faults(definition, survey_rows(()))] == expected


def test_editing_after_sending_is_refused(form):
    definition = form(
        HEAD
        + "| | integer | a | A | |\n| settings | | |\n| | form_id | version | client_editable |\n| | s | 1 | yes |\n"
    )
    assert [fault.code for fault in sensitive_faults(definition, survey_rows(()))] == ["form.sensitive.client_editable"]


def test_a_trait_points_at_its_row(converted):
    outcome = converted(HEAD + "| | integer | a | A | |\n| | text | b | B | |\n")
    (fault,) = sensitive_faults(read_form(outcome.xform), survey_rows(outcome.sheets))
    assert (fault.sheet, fault.row, fault.column) == ("survey", 3, "type")


@pytest.mark.parametrize(("said", "is_sensitive", "expected"), [
    ("yes", False, ["form.says_sensitive"]), ("YES", False, ["form.says_sensitive"]), ("yes", True, []),
    ("no", False, []), ("", False, []),
])  # fmt: skip
def test_a_workbook_that_says_it_is_sensitive_is_never_published_as_another(converted, said, is_sensitive, expected):
    table = (
        f"{HEAD}| | integer | a | A | |\n| settings | | | |\n| | form_id | form_title | version | sensitive |\n"
        f"| | thu | Thử | 1 | {said} |\n"
    )
    outcome = converted(table)
    here = Surroundings(frozenset(), frozenset(), frozenset(), frozenset(), is_sensitive=is_sensitive)
    found = [one for one in faults(read_form(outcome.xform), here, sheets=outcome.sheets) if one.is_error]
    assert [(one.code, one.sheet, one.row, one.column) for one in found] == [
        (code, "settings", 2, "sensitive") for code in expected
    ]
