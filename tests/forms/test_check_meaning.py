"""Logic that compiles and does something else than it seems to is told before publishing, with its cell and a cure."""

from __future__ import annotations

import pytest

from server.forms.check_logic import logic_faults
from server.forms.faults import Severity, tell
from server.forms.survey_rows import survey_rows
from server.forms.xform import read_form
from server.language.catalogue import LANGUAGES, load_catalogue

FORM = """
| survey | | | | |
| | type | name | label | relevant |
| | integer | age | A | |
| | date | born | B | |
| | select_multiple c | many | M | |
| | select_one c | one | O | |
| | text | t | T | {cell} |
| choices | | | |
| | list_name | name | label |
| | c | a | Một |
| | c | b | Hai |
"""


@pytest.fixture
def warned(converted):
    """Return the faults of a condition written in the last row of the form."""

    def check(cell: str):
        outcome = converted(FORM.format(cell=cell))
        return logic_faults(read_form(outcome.xform), survey_rows(outcome.sheets))

    return check


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("${many} = 'a'", "form.logic.select_as_whole"),
        ("'a' != ${many}", "form.logic.select_as_whole"),
        ("${born} > '2024-01-01'", "form.logic.day_as_text"),
        ("today() >= '2024-01-01'", "form.logic.day_as_text"),
        ("${one} > 'a'", "form.logic.order_of_text"),
        ("${age} = 'many'", "form.logic.never_equal"),
        ("${born} = '01/05/2024'", "form.logic.never_equal"),
        ("count(${age} ¦ ${born}) = 2", "form.logic.union"),
        ("current() = 'a'", "form.logic.current_alone"),
        ("/data/many[2] = 'a'", "form.logic.number_in_brackets"),
        ("regex(., '(a)\\1')", "form.logic.regex_unsupported"),
        ("regex(., '([a-z]+)*@')", "form.logic.regex_slow"),
        ("regex(., '[a-z&&[^b]]')", "form.logic.regex_unsupported"),
        (
            "/data/age[count(/data/age[count(/data/age[count(/data/age[. > 1]) > 1]) > 1]) > 1] > 1",
            "form.logic.costly",
        ),
    ],
)
def test_condition_that_does_something_else_is_a_warning_at_its_cell(warned, cell: str, code: str) -> None:
    found = [fault for fault in warned(cell.replace("¦", "\\|")) if fault.code == code]
    assert [(fault.severity, fault.sheet, fault.row, fault.column) for fault in found] == [
        (Severity.WARNING, "survey", 6, "relevant")
    ]


@pytest.mark.parametrize(
    "cell",
    [
        "selected(${many}, 'a')",
        "${many} = ''",
        "${many} != ''",
        "${one} = 'a'",
        "${born} > date('2024-01-01')",
        "${born} = '2024-01-01'",
        "${age} > '5'",
        "${age} = '5'",
        "${age} >= 5 and ${age} < 18",
        "count(instance('c')/root/item[name = current()/../one]) = 1",
        "${t} = 'x'",
    ],
)
def test_sound_condition_has_no_warning(warned, cell: str) -> None:
    assert [fault for fault in warned(cell) if fault.code != "form.logic.cycle"] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cell", ["${many} = 'a'", "${born} > '2024-01-01'", "${age} = 'x'", "/data/many[2] = 'a'"])
def test_warning_is_told_with_its_cure(warned, cell: str, language) -> None:
    (*_, fault) = warned(cell)
    told = tell(fault, load_catalogue().strict(), language)
    assert told.where
    assert told.what
    assert told.cure
