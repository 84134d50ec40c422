"""What speaks against publishing a form: each fault once, with the cell it stands in."""

import pytest

from server.forms.check import Surroundings, faults
from server.forms.faults import Severity
from server.forms.xform import read_form

HERE = Surroundings(
    hosts=frozenset({"survey.example:8000"}),
    public_keys=frozenset({"OURS"}),
    uploaded=frozenset(),
    generated=frozenset({"units.csv"}),
    is_sensitive=False,
)
CHOICES = "| choices | | | |\n| | list_name | name | label | district |\n| | c | 1 | Một | 608 |\n"


def codes(found) -> list[str]:
    return [fault.code for fault in found]


@pytest.fixture
def checked(converted):
    """Return the faults of a form written as tables, with its sheets known."""

    def check(table: str, surroundings: Surroundings = HERE):
        outcome = converted(table)
        return faults(read_form(outcome.xform), surroundings, sheets=outcome.sheets)

    return check


def survey(cell: str, column: str = "relevant", kind: str = "integer") -> str:
    head = f"| survey | | | | |\n| | type | name | label | {column} |\n"
    return f"{head}| | text | a | A | |\n| | {kind} | b | B | {cell} |\n"


@pytest.mark.parametrize(
    ("cell", "column", "code"),
    [
        (". >= and (", "constraint", "form.logic.syntax"),
        ("frobnicate(.)", "constraint", "form.logic.unknown_function"),
        ("substr('abc')", "relevant", "form.logic.wrong_arity"),
        ("/data/gone = 1", "relevant", "form.logic.unknown_path"),
        ("../gone = 1", "relevant", "form.logic.unknown_path"),
        ("../../../a = 1", "relevant", "form.logic.unknown_path"),
        ("instance('nolist')/root/item[name = 'x']/label = 'y'", "relevant", "form.logic.unknown_list"),
        ("${a} = ", "required", "form.logic.syntax"),
        ("nonsense(", "calculation", "form.logic.syntax"),
        ("regex(., '[0-9')", "constraint", "form.logic.regex_broken"),
    ],
)
def test_logic_that_cannot_work_points_at_its_cell(checked, cell: str, column: str, code: str):
    (fault,) = checked(survey(cell, column))
    assert (fault.code, fault.sheet, fault.row, fault.column) == (code, "survey", 3, column)
    assert fault.severity is Severity.ERROR
    assert fault.params["path"] == "/data/b"


@pytest.mark.parametrize(
    "cell",
    [
        "${a} = 'x' and . > 3",
        "../a != '' or /data/b = 1",
        "current()/../a = 'x'",
        "count(../*) > 1",
        "position(..) = 1",
    ],
)
def test_sound_logic_has_no_fault(checked, cell: str):
    assert checked(survey(cell, "constraint")) == ()


def test_a_pattern_the_server_cannot_try_is_a_warning(checked):
    (fault,) = checked(survey(r"regex(., '(a)\1')", "constraint", "text"))
    assert (fault.code, fault.severity) == ("form.logic.regex_unsupported", Severity.WARNING)


def test_a_filter_may_name_the_columns_of_its_list_only(checked):
    good = survey("district = ${a} and name != '2'", "choice_filter", "select_one c") + CHOICES
    assert checked(good) == ()
    (fault,) = checked(survey("distrit = ${a}", "choice_filter", "select_one c") + CHOICES)
    assert (fault.code, fault.params["name"], fault.column) == ("form.logic.unknown_column", "distrit", "choice_filter")


def test_a_filter_on_an_attached_list_may_name_any_column(checked):
    assert checked(survey("commune = ${a}", "choice_filter", "select_one_from_file units.csv")) == ()


def test_logic_inside_groups_and_repeats_is_placed_by_its_path(checked):
    (fault,) = checked("""
    | survey | | | | |
    | | type | name | label | relevant |
    | | text | a | A | |
    | | begin group | g | G | |
    | | text | a | A trong nhóm | true( |
    | | end group | | | |
    """)
    assert (fault.params["path"], fault.row) == ("/data/g/a", 4)


def test_a_broken_default_or_repeat_count_is_found(checked):
    (fault,) = checked(survey("today() + nothing()", "default"))
    assert (fault.code, fault.column) == ("form.logic.unknown_function", "default")
    (fault,) = checked("""
    | survey | | | | |
    | | type | name | label | repeat_count |
    | | begin repeat | m | M | nothing(1) |
    | | text | a | A | |
    | | end repeat | | | |
    """)
    assert (fault.code, fault.row, fault.column) == ("form.logic.unknown_function", 2, "repeat_count")


ANSWER_SETS_ANOTHER = """
| survey | | | | | |
| | type | name | label | calculation | trigger |
| | begin repeat | m | M | | |
| | begin group | first | F | | |
| | text | who | Ai | | |
| | end group | | | | |
| | begin group | second | S | | |
| | text | greeting | Chào | concat('Chào ', %s) | ${who} |
| | end group | | | | |
| | end repeat | | | | |
"""


def test_a_path_of_what_an_answer_sets_counts_from_what_is_set(checked):
    # pyxform writes it from the answered question, and JavaRosa 5.1 then sets nothing at all, without a word.
    (fault,) = checked(ANSWER_SETS_ANOTHER % "${who}")
    assert (fault.code, fault.params["path"]) == ("form.logic.unknown_path", "/data/m/second/greeting")
    assert checked(ANSWER_SETS_ANOTHER % "../../first/who") == ()


def test_a_broken_entity_condition_is_found(checked):
    table = survey("") + "| entities | | | |\n| | list_name | label | create_if |\n| | clubs | ${a} | nothing(1) |\n"
    (fault,) = checked(table)
    assert (fault.code, fault.params["path"]) == ("form.logic.unknown_function", "/data/meta/entity/@create")


def settings(**cells: str) -> str:
    whole = {"form_title": "Phiếu mẫu", "form_id": "sample", "version": "1", **cells}
    named = {name: value for name, value in whole.items() if value}
    return survey("") + f"| settings | |\n| | {' | '.join(named)} |\n| | {' | '.join(named.values())} |\n"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, []),
        ({"form_id": ""}, ["form.no_form_id"]),
        ({"form_id": "phiếu b"}, ["form.bad_form_id"]),
        ({"form_id": "../up"}, ["form.bad_form_id"]),
        ({"version": ""}, ["form.no_version"]),
        ({"submission_url": "https://survey.example:8000/v1/submission"}, []),
        ({"submission_url": "https://elsewhere.example/submission"}, ["form.foreign_submission_address"]),
        ({"submission_url": "https://survey.example:8000@elsewhere.example/"}, ["form.foreign_submission_address"]),
        ({"submission_url": "mailto:someone@survey.example"}, ["form.foreign_submission_address"]),
        ({"submission_url": "//[survey.example"}, ["form.foreign_submission_address"]),
        ({"public_key": "OURS"}, []),
        ({"public_key": "THEIRS"}, ["form.foreign_public_key"]),
        ({"omit_instanceID": "yes"}, ["form.no_instance_id"]),
    ],
)
def test_identity_and_delivery_are_ours(checked, cells: dict, expected: list):
    assert codes(checked(settings(**cells))) == expected


@pytest.mark.parametrize(
    ("uploaded", "expected"),
    [
        ({"list.csv", "map.png"}, []),
        ({"map.png"}, [("form.media_missing", "list.csv", "error")]),
        ({"list.csv"}, [("form.media_missing", "map.png", "error")]),
        ({"list.csv", "map.png", "old.png"}, [("form.media_unused", "old.png", "warning")]),
        ({"list.csv", "map.png", "households.csv"}, [("form.list_reserved", "households.csv", "error")]),
    ],
)
def test_attached_files_are_those_the_form_names(form, uploaded: set, expected: list):
    definition = form("""
    | survey | | | | |
    | | type | name | label | media::image |
    | | select_one_from_file list.csv | a | A | map.png |
    | | select_one_from_file units.csv | b | B | |
    """)
    surroundings = Surroundings(HERE.hosts, HERE.public_keys, frozenset(uploaded), HERE.generated, is_sensitive=False)
    found = [(fault.code, fault.params["filename"], fault.severity.value) for fault in faults(definition, surroundings)]
    assert found == expected


def test_stray_paths_and_unknown_entity_versions_are_faults():
    xform = b"""<html><head><title>T</title><model entities-version="2099.1"><instance><d id="f" version="1"><a/>
    <meta><instanceID/></meta></d></instance><bind nodeset="/d/gone"/>
    <bind nodeset="/d/meta/instanceID" preload="uid"/></model></head><body/></html>"""
    assert codes(faults(read_form(xform), HERE)) == ["form.stray_path", "form.entities_version"]


def test_errors_come_before_warnings(checked):
    found = checked(survey("/data/gone = 1") + "| | image | c | C | |\n".replace("c |", "c |"), HERE)
    assert codes(found)[0] == "form.logic.unknown_path"


@pytest.mark.parametrize(
    ("column", "written"), [("form_title", "t" * 301), ("version", "v" * 201)], ids=["title", "version"]
)
def test_what_no_table_can_keep_is_refused_with_its_cell(checked, column: str, written: str):
    settings = {"form_title": "Phiếu", "form_id": "f", "version": "1"} | {column: written}
    head, row = (" | ".join(part) for part in (settings, settings.values()))
    table = "| survey | | | |\n| | type | name | label |\n| | text | a | A |\n"
    (fault,) = checked(f"{table}| settings | | | |\n| | {head} |\n| | {row} |\n")
    assert (fault.code, fault.sheet, fault.row, fault.column) == ("form.text_too_long", "settings", 2, column)


@pytest.mark.parametrize("written", ["0", "1.5", "600", "soon", "-1", "601", "1e9"])
def test_the_least_seconds_an_answer_takes_are_a_number_or_named_with_their_cell(checked, written: str):
    head = "| survey | | | | |\n| | type | name | label | bind::seconds-per-answer |\n| | start | start | | |\n"
    found = checked(f"{head}| | end | end | | {written} |\n| | text | a | A | |\n", HERE)
    told = [(one.code, one.row, one.column) for one in found if one.code == "form.bad_pace"]
    is_fine = written in {"0", "1.5", "600"}
    assert told == ([] if is_fine else [("form.bad_pace", 3, "bind::seconds-per-answer")])
