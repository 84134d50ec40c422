"""Workbooks of every kind become XForms, with all their sheets; bad ones become faults that name the cell."""

import struct
from io import BytesIO

import pytest
from openpyxl import Workbook

from server.errors import InvalidInput
from server.forms.convert import Converted, Refused, Source, convert, convert_many
from server.forms.faults import FormRefused, Severity
from server.forms.sheets import SourceKind, kind_of, read_sheets
from server.forms.xform import read_form

SHEETS = {
    "survey": [["type", "name", "label"], ["text", "who", "Tên?"], [], ["integer", "age", "Tuổi?"]],
    "settings": [["form_title", "form_id", "version"], ["Phiếu mẫu", "sample", 2025010101]],
    "measures": [["name", "label::vi", "where"], ["adults", "Người lớn", "${age} >= 18"], [], ["all", "Tất cả", ""]],
}


def as_xlsx() -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def as_markdown() -> bytes:
    lines = []
    for name, rows in SHEETS.items():
        lines.append(f"| {name} |")
        lines += ["| | " + " | ".join(str(cell) for cell in row) + " |" for row in rows if row]
    return "\n".join(lines).encode()


def as_csv() -> bytes:
    lines = []
    for name, rows in SHEETS.items():
        lines.append(f'"{name}"')
        lines += ["," + ",".join(f'"{cell}"' for cell in row) for row in rows if row]
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("source", "kind", "last_row"),
    [(as_xlsx(), SourceKind.XLSX, 4), (as_markdown(), SourceKind.MARKDOWN, 3), (as_csv(), SourceKind.CSV, 3)],
)
def test_every_kind_of_workbook_gives_the_form_and_all_sheets(
    converter, source: bytes, kind: SourceKind, last_row: int
):
    outcome = converter.outcome(Source(source, kind))
    assert isinstance(outcome, Converted), outcome
    definition = read_form(outcome.xform)
    assert (definition.form_id, definition.version) == ("sample", "2025010101")
    measures = outcome.sheet("Measures")
    assert measures.header == ("name", "label::vi", "where")
    assert [(row.number, row.cells["name"]) for row in measures.rows] == [(2, "adults"), (last_row, "all")]
    assert measures.rows[0].cells["where"] == "${age} >= 18"
    assert "where" not in measures.rows[1].cells
    assert {sheet.name for sheet in outcome.sheets} == set(SHEETS)


def test_rules_comments_and_blank_rows_of_markdown_do_not_count(refused):
    table = """
    # A comment | survey | of one line
    | survey |
    | | type | name | label | relevant | # what the columns are
    |---|---|---|---|---|
    | | text | a | A \\| B | |
    | | | | | |
    | | text | b | - | |
    | | text | c | C | ${gone} |
    """
    (sheet,) = read_sheets(table.encode(), SourceKind.MARKDOWN)
    assert [(row.number, row.cells["label"]) for row in sheet.rows] == [(2, "A | B"), (3, "-"), (4, "C")]
    assert [(fault.code, fault.row) for fault in refused(table)] == [("form.reference_unknown", 4)]


def as_xls(rows: list[list[str]]) -> bytes:
    """Return a worksheet of the oldest Excel (BIFF2), the only one simple enough to write by hand."""
    records = [struct.pack("<HHHH", 0x0009, 4, 0x0002, 0x0010)]
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            text = cell.encode("ascii")
            records.append(struct.pack("<HHHH3xB", 0x0004, 8 + len(text), row, column, len(text)) + text)
    return b"".join(records) + struct.pack("<HH", 0x000A, 0)


def test_an_old_excel_file_is_read_too(converter):
    source = as_xls([["type", "name", "label"], ["text", "who", "Ten?"]])
    outcome = converter.outcome(Source(source, SourceKind.XLS))
    assert isinstance(outcome, Converted), outcome
    assert "/data/who" in read_form(outcome.xform).nodes
    (sheet,) = outcome.sheets
    assert sheet.rows[0].cells == {"type": "text", "name": "who", "label": "Ten?"}


def test_one_conversion_gives_the_same_bytes_each_time(converter):
    first, second = convert_many([Source(as_xlsx(), SourceKind.XLSX)] * 2)
    assert first.xform == second.xform == convert(as_markdown(), SourceKind.MARKDOWN).xform


def test_a_ready_xform_passes_through_with_its_measures(converter):
    xform = converter.outcome(Source(as_markdown(), SourceKind.MARKDOWN)).xform
    measures = "\ufeffname,label::vi,where\nadults,Người lớn,${age} >= 18\n".encode()
    outcome = convert(xform, SourceKind.XFORM, measures=measures)
    assert outcome.xform is xform
    assert outcome.sheet("measures").rows[0].cells["label::vi"] == "Người lớn"
    assert convert(xform, SourceKind.XFORM).sheets == ()


def test_measures_in_another_encoding_are_refused(converter):
    (fault,) = converter.outcome(Source(b"<a/>", SourceKind.XFORM, "tên".encode("utf-16"))).faults
    assert fault.code == "form.not_utf8"


SURVEY = "| survey | | |\n| | type | name | label | relevant | parameters | choice_filter |\n"


@pytest.mark.parametrize(
    ("rows", "code", "row", "column"),
    [
        ("| | text | a | A | ${nobody} = 1 | | |", "form.reference_unknown", 2, "relevant"),
        ("| | text | a | A | ${b = 1 | | |", "form.reference_malformed", 2, "relevant"),
        ("| | text | a | A | | | |\n| | text | a | A | | | |", "form.name_twice", 3, "name"),
        ("| | text | 1a | A | | | |", "form.name_invalid", 2, "name"),
        ("| | text | | A | | | |", "form.name_missing", 2, ""),
        ("| | text | a | | | | |", "form.label_missing", 2, ""),
        ("| | | a | A | | | |", "form.type_missing", 2, ""),
        ("| | txet | a | A | | | |", "form.type_unknown", 2, "type"),
        ("| | select_one nothing | a | A | | | |", "form.sheet_missing", None, ""),
        (
            "| | select_one no | a | A | | | |\n| choices | |\n| | list_name | name |\n| | yn | y |",
            "form.list_unknown",
            2,
            "type",
        ),
        ("| | calculate | a | | | | |", "form.calculation_missing", 2, ""),
        ("| | begin group | g | G | | | |\n| | text | a | A | | | |", "form.group_unmatched", 2, ""),
        ("| | text | a | A | | | |\n| | end group | | | | | |", "form.group_unmatched", 3, ""),
        ("| | range | a | A | | start=1 end=x | |", "form.parameters_invalid", 2, "parameters"),
        ("| | image | a | A | | megapixels=3 | |", "form.parameters_invalid", 2, "parameters"),
    ],
)
def test_what_pyxform_refuses_names_row_and_column(refused, *, rows: str, code: str, row: int | None, column: str):
    (fault,) = refused(SURVEY + rows)
    assert (fault.code, fault.row, fault.column) == (code, row, column)
    assert fault.severity is Severity.ERROR
    assert fault.params["detail"]


def test_a_question_without_label_is_found_by_its_name_in_a_group(refused):
    (fault,) = refused(SURVEY + "| | begin group | g | G | | | |\n| | text | a | | | | |\n| | end group | | | | | |")
    assert (fault.code, fault.sheet, fault.row) == ("form.label_missing", "survey", 3)


def test_several_doubled_choices_are_several_faults(refused):
    choices = "| choices | | | |\n| | list_name | name | label |\n" + "| | yn | yes | Có |\n" * 3
    faults = refused(SURVEY + "| | select_one yn | a | A | | | |\n" + choices)
    assert [(fault.code, fault.sheet, fault.row) for fault in faults] == [
        ("form.choice_twice", "choices", 3),
        ("form.choice_twice", "choices", 4),
    ]


def test_warnings_do_not_stop_a_form(converter):
    table = (
        "| survey | | | |\n| | type | name | label::Tiếng Việt (vi) | label::English (en) |\n| | image | a | Ảnh | |"
    )
    outcome = converter.outcome(Source(table.encode(), SourceKind.MARKDOWN))
    assert [fault.code for fault in outcome.warnings] == ["form.image_without_limit"]
    assert outcome.warnings[0].severity is Severity.WARNING
    assert outcome.warnings[0].row == 2


def test_a_refused_form_raises_with_its_faults():
    with pytest.raises(FormRefused) as refusal:
        convert((SURVEY + "| | text | 1a | A | | | |").encode(), SourceKind.MARKDOWN)
    assert refusal.value.faults[0].cure_code == "form.name_invalid.cure"
    assert refusal.value.params == {"count": 1, "codes": ["form.name_invalid"]}


def test_a_bad_form_in_a_folder_does_not_stop_the_others():
    outcomes = convert_many(
        [
            Source(as_markdown(), SourceKind.MARKDOWN),
            Source(b"PK\x03\x04 no zip", SourceKind.XLSX),
            Source(as_csv(), SourceKind.CSV),
        ]
    )
    assert [type(outcome) for outcome in outcomes] == [Converted, Refused, Converted]


@pytest.mark.parametrize(
    ("name", "kind"), [("form.xlsx", ".xlsx"), ("FORM.XLS", ".xls"), ("a.b.md", ".md"), ("f.xml", ".xml")]
)
def test_the_kind_is_known_by_the_file_name(name: str, kind: str):
    assert kind_of(name) == kind


@pytest.mark.parametrize("name", ["form", "form.ods", "form.xlsm", ".xlsx"])
def test_other_kinds_are_refused(name: str):
    with pytest.raises(InvalidInput) as refusal:
        kind_of(name)
    assert refusal.value.code == "form.unknown_kind"
