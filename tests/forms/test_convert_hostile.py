"""Workbooks made to harm: none of them harms the process that asks, and each is answered with a fault."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from server.forms.convert import MAX_SOURCE_BYTES, Converted, Converter, Limits, Source, convert_many
from server.forms.sheets import MAX_ENTRIES, SourceKind

GOOD = Source(
    b"| survey | | |\n| | type | name | label |\n| | text | a | A |\n| settings | |\n| | form_id |\n| | s |",
    SourceKind.MARKDOWN,
)
SHEET_HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def workbook(sheet: bytes, strings: bytes = b"") -> bytes:
    """Return an xlsx whose only sheet is that XML."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{TYPES}.sharedStrings+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPES}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>'
        '<sheet name="survey" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{LINKS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/sharedStrings.xml": strings or f'<sst xmlns="{MAIN}"/>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def zipped(entries: int, size: int) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for number in range(entries):
            archive.writestr(f"{number}.xml", b"a" * size)
    return target.getvalue()


def many_shared_strings(count: int) -> bytes:
    """Return a workbook of tiny strings: small as a zip, large as objects."""
    strings = b"".join(b"<si><t>%d</t></si>" % number for number in range(count))
    return workbook(SHEET_HEAD + b"</sheetData></worksheet>", f'<sst xmlns="{MAIN}">'.encode() + strings + b"</sst>")


LAUGHS = (
    '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + f']><sst xmlns="{MAIN}"><si><t>&j;</t></si></sst>'
).encode()


@pytest.mark.parametrize(
    ("source", "kind", "codes"),
    [
        (b"", SourceKind.XLSX, {"form.workbook_broken"}),
        (b"PK\x03\x04" + b"\x00" * 500, SourceKind.XLSX, {"form.workbook_broken"}),
        (zipped(1, 10), SourceKind.XLSX, {"form.workbook_broken"}),
        (zipped(MAX_ENTRIES + 1, 1), SourceKind.XLSX, {"form.zip_bomb"}),
        (zipped(60, 1024 * 1024), SourceKind.XLSX, {"form.zip_bomb"}),
        (zipped(1, 20 * 1024 * 1024), SourceKind.XLSX, {"form.zip_bomb"}),
        (workbook(SHEET_HEAD + b"</sheetData></worksheet>", LAUGHS), SourceKind.XLSX, {"form.workbook_broken"}),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, SourceKind.XLS, {"form.workbook_broken"}),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 6000, SourceKind.XLS, {"form.workbook_broken"}),
        (b"\xff\xfe\x00", SourceKind.MARKDOWN, {"form.workbook_broken"}),
        (b"\xff\xfe\x00", SourceKind.CSV, {"form.workbook_broken"}),
        (b"", SourceKind.CSV, {"form.workbook_broken"}),
        (b"x" * (MAX_SOURCE_BYTES + 1), SourceKind.CSV, {"form.source_too_large"}),
        (b"<!DOCTYPE a><a/>", SourceKind.XFORM, {"xml.doctype"}),
        (b"<a>" * 300, SourceKind.XFORM, {"xml.too_deep"}),
    ],
)
def test_broken_and_bomb_files_are_answered_with_a_fault(refused, source: bytes, kind: SourceKind, codes: set):
    assert {fault.code for fault in refused(source, kind)} <= codes


def test_a_file_that_names_another_file_does_not_open_it(refused, tmp_path: Path):
    secret = tmp_path / "secret.md"
    secret.write_bytes(GOOD.content)
    for kind in (SourceKind.MARKDOWN, SourceKind.CSV, SourceKind.XLSX, SourceKind.XLS):
        (fault,) = refused(str(secret), kind)
        assert fault.code == "form.workbook_broken"


def test_a_workbook_cannot_read_the_disk_through_an_entity(converter, tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of this disk")

    def row(number: int, *texts: str) -> str:
        places = (f"{column}{number}" for column in "ABC")
        cells = (f'<c r="{at}" t="inlineStr"><is><t>{it}</t></is></c>' for at, it in zip(places, texts, strict=True))
        return f'<row r="{number}">{"".join(cells)}</row>'

    sheet = (
        f'<!DOCTYPE worksheet [<!ENTITY x SYSTEM "{secret.as_uri()}">]><worksheet xmlns="{MAIN}"><sheetData>'
        f"{row(1, 'type', 'name', 'label')}{row(2, 'text', 'a', '&x;')}</sheetData></worksheet>"
    )
    outcome = converter.outcome(Source(workbook(sheet.encode()), SourceKind.XLSX))
    assert "secret of" not in repr(outcome)


@pytest.mark.parametrize(
    "act",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
    ],
)
def test_the_child_reaches_neither_the_network_nor_other_programs(act: str):
    program = f"import sys\nfrom server.forms.convert_child import _limit_everything\n_limit_everything(2**28)\n{act}"
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False, capture_output=True, text=True
    )
    assert ended.stderr.strip().splitlines()[-1].startswith("PermissionError: ")


def test_a_far_away_cell_does_not_fill_the_sheet(converter):
    far = (
        SHEET_HEAD
        + b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>'
    )
    outcomes = convert_many([Source(workbook(far), SourceKind.XLSX), GOOD])
    assert not isinstance(outcomes[0], Converted)
    assert isinstance(outcomes[1], Converted)


def outcome_under(limits: Limits, source: Source) -> tuple:
    """Return the codes of the refusal of *source*, after proving that the next form still converts."""
    with Converter(limits) as converter:
        refusal = converter.outcome(source)
        assert isinstance(converter.outcome(GOOD), Converted)
    return tuple(fault.code for fault in refusal.faults)


def test_a_memory_bomb_ends_the_child_and_not_us():
    bomb = Source(many_shared_strings(200_000), SourceKind.XLSX)
    assert outcome_under(Limits(memory_bytes=24 * 1024 * 1024), bomb) == ("form.too_costly",)


def test_a_processor_bomb_is_ended_by_the_kernel():
    rows = b"".join(b"| | text | q%d | Q | ${q%d} = 1 |\n" % (n, max(n - 1, 0)) for n in range(9000))
    bomb = Source(b"| survey | | |\n| | type | name | label | relevant |\n" + rows, SourceKind.MARKDOWN)
    assert outcome_under(Limits(cpu_seconds=1), bomb) == ("form.too_costly",)


def test_a_slow_form_is_ended_by_the_clock():
    with Converter(Limits(wall_seconds=0.05)) as converter:
        slow = converter.outcome(GOOD)
    assert [fault.code for fault in slow.faults] == ["form.too_costly"]


def test_the_default_limits_are_those_promised():
    assert Limits() == Limits(cpu_seconds=20, wall_seconds=40, memory_bytes=512 * 1024**2)
