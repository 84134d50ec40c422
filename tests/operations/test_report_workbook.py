"""Filling a workbook keeps what it is: styles, merges, heights, print settings, and what formulas mean."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from io import BytesIO
from random import Random
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula

from server.errors import DomainError, InvalidInput, TooLarge
from server.indicators.report import ReportRefused
from server.indicators.report_fill import Amount, FilledCell, FillPlan, Mark, Place, Repeat
from server.operations.report_rows import moved_reference
from server.operations.report_totals import formulas_of, withheld_totals
from server.operations.report_workbook import formula_faults, published_rows, read_report_workbook, saved
from tests.archives import archived

SOURCES = ("Nguồn", (("Ô", "=1+1"),))
MARKS = {Mark.HIDDEN: "ẩn"}


def template(name="Biểu, một", level="commune", **texts):
    """Return the bytes of a workbook with these cells and the server's own sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = name
    for ref, text in texts.items():
        sheet[ref] = text
    sheet["A1"].font = Font(bold=True, name="Times New Roman")
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("A3:B3")
    sheet.merge_cells("A5:B6")
    sheet.row_dimensions[5].height = 44
    sheet.column_dimensions["A"].width = 33
    sheet.print_area = "A1:C9"
    sheet.page_setup.orientation = "landscape"
    sheet["C6"].number_format = "0.00"
    settings = book.create_sheet("settings")
    settings.append(["title::vi", "level"])
    settings.append(["Báo cáo mẫu", level])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def filled(workbook, *cells, repeats=(), name="Biểu, một"):
    plan = FillPlan(repeats, cells)
    made = published_rows(workbook, repeats).filled(plan, MARKS)
    book = load_workbook(BytesIO(saved(made, SOURCES)))
    return book, book[name]


def number(ref, value, mark=Mark.COUNTED, name="Biểu, một"):
    amount = Amount(mark, None if value is None else Decimal(value))
    return FilledCell(name, int(ref[1:]), ref[0], amount=amount, place=Place(1, "Xã Mẫu"))


def test_everything_that_was_not_asked_for_stays_as_it_was():
    book, sheet = filled(
        template(A1="{{title}}", C2="Giữ nguyên", C3="{{register:households}}", C4="=C3*2"), number("C3", 12)
    )
    assert (sheet["C2"].value, sheet["C3"].value, sheet["C4"].value) == ("Giữ nguyên", 12, "=C3*2")
    assert {str(one) for one in sheet.merged_cells.ranges} == {"A1:C1", "A3:B3", "A5:B6"}
    assert (sheet["A1"].font.b, sheet["A1"].font.name) == (True, "Times New Roman")
    assert (sheet.row_dimensions[5].height, sheet.column_dimensions["A"].width) == (44, 33)
    assert (sheet.page_setup.orientation, sheet.print_area) == ("landscape", "'Biểu, một'!$A$1:$C$9")
    assert book.sheetnames == ["Biểu, một", "Nguồn"]
    assert book["Nguồn"]["B1"].data_type == "s", "a text that begins with a sign is no formula"


def test_a_repeated_row_moves_merges_heights_areas_and_what_formulas_mean():
    workbook = template(
        A3="{{each:village}}", C3="{{register:households}}", D3="=SUM(C3:C3)/C$7", A5="Cộng", C7="=SUM(C3:C3)",
        D7="=C7+'Biểu, một'!C5+C2",
    )  # fmt: skip
    _, sheet = filled(workbook, number("C3", 1), number("C4", 2), number("C5", 3), repeats=(Repeat("Biểu, một", 3, 3),))
    assert [sheet[f"C{row}"].value for row in (3, 4, 5, 9)] == [1, 2, 3, "=SUM(C3:C5)"]
    assert [sheet[f"D{row}"].value for row in (3, 4, 5)] == [f"=SUM(C{row}:C{row})/C$9" for row in (3, 4, 5)]
    assert sheet["D9"].value == "=C9+'Biểu, một'!C7+C2"
    assert sheet["A7"].value == "Cộng"
    merges = {str(one) for one in sheet.merged_cells.ranges}
    assert merges == {"A1:C1", "A3:B3", "A4:B4", "A5:B5", "A7:B8"}
    assert (sheet.row_dimensions[7].height, sheet.row_dimensions[5].height) == (44, None)
    assert sheet["C8"].number_format == "0.00"
    assert sheet.print_area == "'Biểu, một'!$A$1:$C$11"


def test_formulas_of_other_sheets_follow_a_repeated_row():
    book = load_workbook(BytesIO(template(A3="{{each:village}}")))
    book.create_sheet("Hai")["A1"] = "='Biểu, một'!C7+A7"
    written = BytesIO()
    book.save(written)
    made, _ = filled(written.getvalue(), repeats=(Repeat("Biểu, một", 3, 4),))
    assert made["Hai"]["A1"].value == "='Biểu, một'!C10+A7"


@pytest.mark.parametrize(
    ("before", "after"),
    [("B4", "B4"), ("B5", "B5"), ("B6", "B8"), ("$B$6:$C$9", "$B$8:$C$11"), ("A1:B5", "A1:B7"), ("B:B", "B:B")],
)
def test_a_reference_means_the_same_cells_once_row_five_stands_three_times(before, after):
    assert moved_reference(before, 5, 2) == after


def test_what_was_filled_once_leaves_nothing_in_the_next_copy():
    layout = published_rows(template(C3="{{register:households}}"), ())
    layout.filled(FillPlan((), (number("C3", 12),)), MARKS)
    assert layout.filled(FillPlan((), ()), MARKS)["Biểu, một"]["C3"].value == "{{register:households}}"


def test_typed_numbers_stay_numbers_with_a_star_and_nothing_is_written_for_nothing():
    _, sheet = filled(
        template(C3="{{register:households}}"),
        number("C3", 1200, Mark.TYPED),
        number("C4", None, Mark.EMPTY),
        number("C5", None, Mark.HIDDEN),
        number("C6", "70.5", Mark.TYPED),
    )
    assert [sheet[f"C{row}"].value for row in (3, 4, 5, 6)] == [1200, None, "ẩn", 70.5]
    assert (sheet["C3"].number_format, sheet["C6"].number_format) == ('#,##0"*"', '0.00"*"')


def test_a_text_that_looks_like_a_formula_is_a_text():
    _, sheet = filled(template(A1="{{title}}"), FilledCell("Biểu, một", 1, "A", text='=HYPERLINK("http://x")'))
    assert (sheet["A1"].value, sheet["A1"].data_type) == ('=HYPERLINK("http://x")', "s")


@pytest.mark.parametrize("broken", [b"", b"PK\x03\x04nothing", b"a,b\n1,2\n"])
def test_what_is_no_workbook_is_refused(broken):
    with pytest.raises(InvalidInput) as refused:
        read_report_workbook(broken)
    assert refused.value.code == "report.not_a_workbook"


@pytest.mark.filterwarnings("ignore")  # openpyxl warns of some damage and goes on
def test_a_damaged_workbook_is_read_or_refused_and_never_more():
    """Bytes turned at random, and parts cut short inside a sound archive: whatever comes of it has a code."""
    whole, randomly = template(A1="{{unit}}", A3="{{each:village}}", C3="{{register:households}}"), Random(7)
    with ZipFile(BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for number in range(120):
        damaged = bytearray(whole)
        if number % 2:
            for _ in range(randomly.randint(1, 12)):
                damaged[randomly.randrange(len(damaged))] = randomly.randrange(256)
        else:
            name = randomly.choice(sorted(parts))
            at = randomly.randrange(len(parts[name]))
            broken = parts | {name: parts[name][:at] + parts[name][at + randomly.randint(1, 60) :]}
            damaged = archived(broken)
        with suppress(DomainError):
            read_report_workbook(bytes(damaged))


@pytest.mark.parametrize("entity", ['"x">', 'SYSTEM "file:///etc/hostname">'])
def test_entities_of_a_workbook_bring_nothing_in(entity):
    whole = template(A1="{{unit}}", B2="&a;")
    with ZipFile(BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"&amp;a;", b"&a;")
    bomb = b"".join(b'<!ENTITY b%d "%s">' % (n + 1, b"&b%d;" % n * 10) for n in range(9))
    for declared, used in ((f"<!ENTITY a {entity}".encode(), b"&a;"), (b'<!ENTITY b0 "ha">' + bomb, b"&b9;")):
        start, _, rest = sheet.partition(b"<worksheet")
        text = start + b"<!DOCTYPE worksheet [" + declared + b"]><worksheet" + rest.replace(b"&a;", used)
        try:
            read = read_report_workbook(archived(parts | {"xl/worksheets/sheet1.xml": text}))
        except InvalidInput:
            continue
        assert [one.slot.names for one in read.slots] == [("unit",)]


def test_the_cells_of_every_sheet_are_read_and_faults_name_theirs():
    book = load_workbook(BytesIO(template(A1="{{unit}}")))
    book.create_sheet("Phụ lục")["B7"] = "{{nothing.of.the kind}}"
    written = BytesIO()
    book.save(written)
    with pytest.raises(ReportRefused) as refused:
        read_report_workbook(written.getvalue())
    assert [(one.sheet, one.row, one.column) for one in refused.value.faults] == [("Phụ lục", 7, "B")]


def test_a_total_of_what_is_hidden_is_hidden_however_its_author_names_the_cells():
    other = "Ô 'kín'"

    def layout(book, sheet):
        kept = book.create_sheet(other)
        book.defined_names["kin"] = DefinedName("kin", attr_text=f"{quote_sheetname(sheet.title)}!$C$2")
        kept.defined_names["day"] = DefinedName("day", attr_text=f"{quote_sheetname(sheet.title)}!$C$2:$C$3")
        sheet["C4"], sheet["C5"] = "=kin+1", ArrayFormula("C5:C6", "=C2:C3*2")
        sheet["C7"], sheet["C8"] = "=SUM(C1:XFD1048576)", f"={quote_sheetname(other)}!A1"
        kept["A1"], kept["A2"], kept["A3"] = "=SUM(day)", "=1+1", "=nothing+1"

    book = load_workbook(BytesIO(template(C3="3")))
    layout(book, book["Biểu, một"])
    found = withheld_totals(FillPlan((), (number("C2", None, Mark.HIDDEN),)), lambda: formulas_of(book))
    marked = {(one.sheet, f"{one.column}{one.row}") for one in found if one.amount.mark is Mark.HIDDEN}
    first = {("Biểu, một", ref) for ref in ("C4", "C5", "C7", "C8")}
    assert marked == first | {(other, "A1")}


def test_what_was_left_at_the_end_of_a_sheet_is_named():
    with pytest.raises(ReportRefused) as refused:
        read_report_workbook(template(C2="{{unit}}", A2="x", XFD900="."))
    (fault,) = refused.value.faults
    assert (fault.code, fault.sheet, fault.row, fault.column) == ("report.too_large", "Biểu, một", 900, "XFD")


def test_a_slot_inside_a_formula_is_named():
    found = formula_faults(template(C2="{{unit}}", C3='="{{unit}}"', C4="=C2"))
    assert [(one.code, one.row, one.column) for one in found] == [("report.slot_in_formula", 3, "C")]


@pytest.mark.parametrize("spanning", [
    '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
    "<mergeCells><mergeCell ref='$A:$A'/></mergeCells>",
    "<mergeCells>" + "".join(f'<mergeCell ref="A{row}:XFD{row}"/>' for row in range(1, 20)) + "</mergeCells>",
    '<hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks>',
], ids=["sheet", "column", "rows", "link"])  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_area_of_millions_of_cells_is_refused_unread(spanning, encoding):
    """Five kilobytes of it took three minutes and thirteen gigabytes."""
    with ZipFile(BytesIO(template(A1="{{unit}}"))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    sheet = parts[name].decode().replace("</sheetData>", "</sheetData>" + spanning)
    if encoding == "utf-16":
        sheet = '<?xml version="1.0" encoding="UTF-16"?>' + sheet.partition("?>")[2] if "?>" in sheet else sheet
    with pytest.raises(TooLarge) as refused:
        read_report_workbook(archived(parts | {name: sheet.encode(encoding)}))
    assert refused.value.code == "form.costly_workbook"
