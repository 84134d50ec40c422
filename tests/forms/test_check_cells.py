"""Of a workbook that cannot be made into a form everything is told at once, each at its cell."""

import pytest

from server.forms.check_cells import cell_faults
from server.forms.sheets import Row, Sheet

HEAD = "| survey | | | | | | |\n| | type | name | label | relevant | constraint | calculation |\n"
CHOICES = "| choices | | | |\n| | list_name | name | label |\n| | yn | yes | Có |\n"


def test_all_that_is_wrong_is_told_though_pyxform_stops_at_the_first(refused) -> None:
    table = HEAD + (
        "| | text | a | A | ${zz} = 1 and ${yy} = 2 | . = ( | |\n"
        "| | integer | b | B ${gone} | frob(.) | | |\n"
        "| | select_one nolist | c | C | | | |\n"
        "| | calculate | d | | | | substr('a') |\n"
        "| | rank yn | e | E | (../b)/c > 1 | | |\n"
    )
    found = [(one.code, one.row, one.column) for one in refused(table + CHOICES)]
    assert sorted(found) == sorted(
        [
            ("form.reference_unknown", 2, "relevant"),
            ("form.reference_unknown", 2, "relevant"),
            ("form.logic.syntax", 2, "constraint"),
            ("form.reference_unknown", 3, "label"),
            ("form.logic.unknown_function", 3, "relevant"),
            ("form.list_unknown", 4, "type"),
            ("form.logic.wrong_arity", 5, "calculation"),
            ("form.logic.syntax", 6, "relevant"),
        ]
    )


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"type": "text", "name": "a", "relevant": "${a} = 1"}, []),
        ({"type": "text", "name": "a", "relevant": "${ a } = ${last-saved#a}"}, []),
        ({"type": "select_one yn", "name": "a"}, []),
        ({"type": "select_multiple yn or_other", "name": "a"}, []),
        ({"type": "select_one ${a}", "name": "a"}, []),
        ({"type": "select_one_from_file units.csv", "name": "a"}, []),
        ({"type": "rank other", "name": "a"}, ["form.list_unknown"]),
        ({"type": "text", "name": "a", "label": "một + hai ("}, []),
        ({"type": "text", "name": "a", "required": "yes", "read_only": "true"}, []),
        ({"type": "text", "name": "a", "Bind::Relevant": "1 +"}, ["form.logic.syntax"]),
        ({"type": "text", "name": "a", "required": "${b} = 'x'"}, ["form.reference_unknown"]),
        ({"type": "text", "name": "a", "choice_filter": "up = ${a} and ("}, ["form.logic.syntax"]),
        ({"type": "begin repeat", "name": "a", "repeat_count": "${b}"}, ["form.reference_unknown"]),
        ({"type": "text", "name": "a", "relevant": "${a b} = 1"}, ["form.logic.syntax"]),
        ({"type": "text", "name": "a", "relevant": "${a"}, ["form.logic.syntax"]),
    ],
)
def test_a_cell_is_at_fault_by_itself(cells: dict[str, str], codes: list[str]) -> None:
    survey = Sheet("survey", tuple(cells), (Row(2, cells),))
    choices = Sheet("Choices", ("list_name", "name"), (Row(2, {"list_name": "yn", "name": "yes"}),))
    assert [one.code for one in cell_faults((survey, choices))] == codes


def test_a_place_in_an_expression_is_counted_as_people_do(refused) -> None:
    found = refused(HEAD + "| | text | a | A | ${zz} = 1 | ${a} = ) | |\n")
    (syntax,) = [one for one in found if one.code == "form.logic.syntax"]
    assert syntax.params["position"] == len("${a} = )")
    assert syntax.params["expression"] == "${a} = )"


def test_workbook_without_a_survey_is_told_of_by_pyxform_alone(refused) -> None:
    assert [one.code for one in refused(CHOICES)] == ["form.sheet_missing"]
    assert cell_faults(()) == ()
