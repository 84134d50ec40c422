"""The report as a document of words (.docx): head, results, difficulties, proposals, direction, figures, signature.

Source: Decree 30/2020/NĐ-CP, annex I (form of administrative documents): Times New Roman, the state's name on the
right, the office on the left, recipients left and the signature block right at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Final

from server.indicators.report_words import TEXTS, paragraphs
from server.operations.report_grids import rows_of_grid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from docx.document import Document as Opened
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

    from server.indicators.report_grid import GridCell, GridSheet, ReportPage

_FONT: Final = "Times New Roman"
_POINTS: Final = 13
_MIDDLE: Final = 11.5
_SHORT_SIDE, _LONG_SIDE, _MARGINS = 21.0, 29.7, 4.5
"""Centimetres of an A4 page, and of its margins left and right together."""
_HEAD: Final = (6.3, 10.2)
_SMALL: Final = 11
_TINY: Final = 8
_NUMERALS: Final = ("I", "II", "III", "IV", "V")


@dataclass(frozen=True, slots=True)
class Look:
    """How a line looks."""

    is_bold: bool = False
    is_italic: bool = False
    align: str = "left"
    points: float = _POINTS


def written_document(page: ReportPage, say: Callable[[str], str]) -> bytes:
    """Return the report as the bytes of a .docx; *say* returns the sentence of a code."""
    from docx import Document

    document = Document()
    _set_up(document)
    _head(document, page)
    for line, size in ((say("report.word"), 14), (page.subject, 14), (f"{page.period} – {page.copy}", _POINTS)):
        _line(document.add_paragraph(), line, Look(is_bold=True, align="center", points=size))
    for numeral, name in zip(_NUMERALS, TEXTS, strict=False):
        _line(document.add_paragraph(), f"{numeral}. {say(f'report.words.{name}').upper()}", Look(is_bold=True))
        for text in paragraphs(page.words.get(name, "")) or ("",):
            _line(document.add_paragraph(), text, Look(align="justify"))
    _foot(document, page, say)
    for sheet in page.sheets:
        centimetres = _new_page(document, is_wide=sheet.is_wide)
        _line(document.add_paragraph(), say("report.annex"), Look(is_bold=True, align="center"))
        _sheet(document, sheet, centimetres)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _set_up(document: Opened) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    normal = document.styles["Normal"]
    font = normal.font
    font.name, font.size = _FONT, Pt(_POINTS)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    (section,) = document.sections
    section.page_width, section.page_height = Cm(_SHORT_SIDE), Cm(_LONG_SIDE)
    section.left_margin, section.right_margin = Cm(3), Cm(_MARGINS - 3)
    section.top_margin = section.bottom_margin = Cm(2)


def _new_page(document: Opened, *, is_wide: bool) -> float:
    """Begin a page, lying if it *is_wide*, and return how many centimetres of it can be written on."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    section = document.add_section()
    sides = (_LONG_SIDE, _SHORT_SIDE) if is_wide else (_SHORT_SIDE, _LONG_SIDE)
    section.orientation = WD_ORIENT.LANDSCAPE if is_wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(sides[0]), Cm(sides[1])
    return sides[0] - _MARGINS


def _widths(table: Table, centimetres: Sequence[float]) -> None:
    """Give columns their widths: some readers of documents look at the column, some at every cell."""
    from docx.shared import Cm

    table.autofit = False
    for column, width in zip(table.columns, centimetres, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _head(document: Opened, page: ReportPage) -> None:
    words = page.words
    left = ("ỦY BAN NHÂN DÂN", page.unit.upper(), f"Số: {words.get('number') or '……'}")
    place = words.get("place") or page.unit.partition(" ")[2]
    right = (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập – Tự do – Hạnh phúc",
        f"{place}, {words.get('day') or 'ngày …… tháng …… năm ……'}",
    )
    table = document.add_table(rows=1, cols=2)
    _widths(table, _HEAD)
    last = Look(align="center", points=_MIDDLE)
    bold = Look(is_bold=True, align="center", points=_MIDDLE)
    for cell, lines in zip(table.rows[0].cells, (left, right), strict=True):
        _lines(cell, lines, bold, {2: last})


def _foot(document: Opened, page: ReportPage, say: Callable[[str], str]) -> None:
    words = page.words
    table = document.add_table(rows=1, cols=2)
    _widths(table, _HEAD)
    to, signature = table.rows[0].cells
    heading = say("report.words.recipients") + ":"
    recipients = (heading, *paragraphs(words.get("recipients", "")))
    _lines(to, recipients, Look(points=_SMALL), {0: Look(is_bold=True, is_italic=True, points=_SMALL)})
    signed = (words.get("signed_for", ""), words.get("signer_title", ""), "", "", "", words.get("signer_name", ""))
    _lines(signature, signed, Look(is_bold=True, align="center"), {})


def _lines(cell: _Cell, lines: Sequence[str], look: Look, others: Mapping[int, Look]) -> None:
    """Write lines below one another into a cell; *others* are those that look otherwise."""
    for at, text in enumerate(lines):
        _line(cell.paragraphs[0] if at == 0 else cell.add_paragraph(), text, others.get(at, look))


def _line(paragraph: Paragraph, text: str, look: Look) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = look.is_bold, look.is_italic, Pt(look.points)
    paragraph.alignment = {
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "right": WD_ALIGN_PARAGRAPH.RIGHT,
        "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
    }.get(look.align, WD_ALIGN_PARAGRAPH.LEFT)
    paragraph.paragraph_format.space_after = Pt(2 if look.points < _POINTS else 6)


def _sheet(document: Opened, sheet: GridSheet, centimetres: float) -> None:
    """Add the framed rows of a sheet as a table; what stands above and below them is in the document already."""
    rows = [row for row in rows_of_grid(sheet) if any(one.is_framed for one in row)]
    if not rows:
        return
    table = document.add_table(rows=len(rows), cols=len(sheet.widths))
    table.style = "Table Grid"
    _widths(table, [centimetres * one / sum(sheet.widths) for one in sheet.widths])
    look = Look(points=_TINY if sheet.is_wide else _SMALL)
    for at, row in enumerate(rows):
        _row(table, at, row, look)


def _row(table: Table, at: int, row: Sequence[GridCell], look: Look) -> None:
    column = 0
    cells = table.rows[at].cells
    for one in row:
        cell = cells[column]
        if one.columns > 1:
            cell = cell.merge(cells[min(column + one.columns, len(cells)) - 1])
        _line(cell.paragraphs[0], one.text, replace(look, is_bold=one.is_bold, align=one.align))
        column += one.columns
        if column >= len(cells):
            break
