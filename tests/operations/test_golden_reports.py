"""Filled reports, cell by cell against golden files; and the same once LibreOffice has opened and worked them out.

A golden file (``golden/*.tsv``) has a line for each filled cell: sheet, cell, value. After a change that is meant,
write them anew (``NEPNHA_WRITE_GOLDEN=1`` before pytest on this file) and read what differs.
"""

from __future__ import annotations

import os
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from report_province import copied_file
from report_world import COMMUNE, DAK_HA, LAYOUTS, PROVINCE, TU_MO_RONG, WHOLE

from server.access.roles import Role
from server.indicators.periods import Period
from server.operations.fill_report import fill_report
from server.operations.official_copy import Act, official_copy
from server.operations.report_filling import ReportOrder
from tests.operations.test_report_workbook import template

GOLDEN = Path(__file__).parent / "golden"
SOURCES = "Nguồn số liệu"
DAK_HA_DISTRICT = "615@2024-12-31"
WITH_FORMULAS = {
    "A3": "{{each:commune}}", "C3": "{{register:households}}", "D3": "=C3*2", "A7": "Cộng", "C7": "=SUM(C3:C3)",
    "D7": '=IF(COUNT(C3:C3)=0,"",C7/COUNT(C3:C3))', "C8": "=C7-1",
}  # fmt: skip


@pytest.fixture
def world(reports):
    return lived(reports)


@pytest.fixture
def sqlite_world(sqlite_reports, tmp_path):
    with copied_file(sqlite_reports, tmp_path) as reports:
        yield lived(reports)


def lived(reports):
    """Return the province after a year: registers, paper, incidents, frozen tables, formulas in an own layout."""
    reports.households("23500-01", 5, hh_type="gen2")
    reports.households("23500-03", 2, hh_type="gen3")
    reports.households("23425-01", 3, hh_type="gen1")
    reports.typed("report:2017-III.1.total", 1)
    reports.typed("report:2017-I.1.5.total", 12, TU_MO_RONG)
    reports.cases(DAK_HA, 3)
    reports.cases(TU_MO_RONG, 9)
    reports.freeze()
    for name in ("commune-2011", "district-2011"):
        reports.layouts[name] = reports.layout(name, (LAYOUTS / f"{name}.xlsx").read_bytes())
    reports.layouts["cong-thuc"] = reports.layout("cong-thuc", _of_the_province(template(**WITH_FORMULAS)))
    return reports


def _of_the_province(workbook):
    book = load_workbook(BytesIO(workbook))
    book["settings"]["B2"] = "province"
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def filled(world):
    """Return the filled workbook of every golden file."""
    district = world.services.atlas.current().territory.resolve(DAK_HA_DISTRICT, world.services.today()).unit_id
    orders = {
        COMMUNE: world.order(COMMUNE),
        WHOLE: world.order(WHOLE, PROVINCE),
        "commune-2011": world.order("commune-2011"),
        "district-2011": ReportOrder(world.layouts["district-2011"], district, Period(2024)),
        "cong-thuc": world.order("cong-thuc", PROVINCE),
    }
    found = {name: fill_report(world.services, order, has_draft=True).workbook for name, order in orders.items()}
    officer = world.actor(Role.INCIDENT_OFFICER, DAK_HA, elevated=True)
    official = official_copy(world.services, officer, orders[COMMUNE], act=Act.OPEN, reason="Đối chiếu (mẫu)")
    return found | {f"{COMMUNE}-official": official.workbook}


def lines(book):
    """Return what the golden file of a workbook says."""
    return [
        f"{sheet.title}\t{cell.coordinate}\t{_said(cell.value)}"
        for sheet in book.worksheets
        if sheet.title != SOURCES
        for row in sheet.iter_rows()
        for cell in row
        if cell.value not in (None, "")
    ]


def _said(value):
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return " ".join(str(value).split())


@pytest.mark.database
def test_filled_reports_are_the_golden_ones_cell_by_cell(world):
    for name, workbook in filled(world).items():
        found = lines(load_workbook(BytesIO(workbook)))
        path = GOLDEN / f"{name}.tsv"
        if os.environ.get("NEPNHA_WRITE_GOLDEN"):
            path.write_text("\n".join(found) + "\n", encoding="utf-8")
        assert found == path.read_text(encoding="utf-8").splitlines(), name


def test_the_two_copies_differ_as_they_should():
    public, official = (
        dict(line.rsplit("\t", 1) for line in (GOLDEN / f"{name}.tsv").read_text(encoding="utf-8").splitlines())
        for name in (COMMUNE, f"{COMMUNE}-official")
    )
    changed = {cell: (public.get(cell), said) for cell, said in official.items() if public.get(cell) != said}
    assert changed.pop("Báo cáo năm\tA7") == ("Bản công khai", "Bản chính thức")
    assert {before for before, _ in changed.values()} <= {"ẩn", "chưa công bố"}
    assert all(after.isdecimal() for _, after in changed.values())
    assert len(changed) > 15


def opened_by_libreoffice(workbooks, out):
    """Open workbooks in LibreOffice, which works out their formulas, and save each under its name in a folder."""
    own = f"-env:UserInstallation=file://{out.parent}/office"
    order = ["soffice", own, "--headless", "--convert-to", "xlsx", "--outdir", out, *workbooks]
    try:
        answer = subprocess.run(order, capture_output=True, text=True, check=False, timeout=240)
    except FileNotFoundError:
        pytest.fail("LibreOffice is missing: install it (Debian: libreoffice-calc-nogui)", pytrace=False)
    assert answer.returncode == 0, answer.stderr
    unsaved = [one.name for one in workbooks if not (out / one.name).exists()]
    assert not unsaved, answer.stdout + answer.stderr


@pytest.mark.office
def test_libreoffice_opens_them_and_finds_the_same_cells_merges_and_widths(sqlite_world, tmp_path):
    made = filled(sqlite_world)
    for name, workbook in made.items():
        (tmp_path / f"{name}.xlsx").write_bytes(workbook)
    out = tmp_path / "opened"
    opened_by_libreoffice(sorted(tmp_path.glob("*.xlsx")), out)
    for name, workbook in made.items():
        ours, theirs = load_workbook(BytesIO(workbook)), load_workbook(out / f"{name}.xlsx", data_only=True)
        assert theirs.sheetnames == ours.sheetnames
        for sheet in ours.worksheets:
            other = theirs[sheet.title]
            assert {str(one) for one in other.merged_cells.ranges} == {str(one) for one in sheet.merged_cells.ranges}
            for row in sheet.iter_rows():
                for cell in row:
                    opened = other[cell.coordinate]
                    if not str(cell.value or "").startswith("="):
                        assert _said(opened.value or "") == _said(cell.value or ""), (name, cell.coordinate)
                    assert bool(opened.font.b) == bool(cell.font.b), (name, cell.coordinate)


@pytest.mark.office
def test_formulas_come_to_what_libreoffice_makes_of_them(sqlite_world, tmp_path):
    report = fill_report(sqlite_world.services, sqlite_world.order("cong-thuc", PROVINCE), has_draft=True)
    path, out = tmp_path / "cong-thuc.xlsx", tmp_path / "opened"
    path.write_bytes(report.workbook)
    opened_by_libreoffice([path], out)
    sheet = load_workbook(out / path.name, data_only=True).worksheets[0]
    last = 7 + 39
    assert [sheet[f"{column}{last}"].value for column in "CD"] == [10, 5]
    assert sheet[f"C{last + 1}"].value == 9
    (grid,) = report.sheets
    said = [row[-1].text for row in grid.rows]
    assert said[last - 1 : last + 1] == ["10", "9"]
    assert len(grid.widths) == 3, "what lies outside the print area is not printed"
