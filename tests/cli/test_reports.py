"""`nepnha report`: every fault at once, publishing, filling."""

from __future__ import annotations

import json

import pytest
from openpyxl import load_workbook

from tests.cli.conftest import FORMS, Shell, with_units

pytestmark = pytest.mark.database
LAYOUT = "yearly-2017-commune"


@pytest.fixture
def layout(forms, tmp_path):
    """A copy of a layout that may be spoilt."""
    path = tmp_path / f"{LAYOUT}.xlsx"
    path.write_bytes((forms / "reports" / f"{LAYOUT}.xlsx").read_bytes())
    return path


def with_forms(services):
    """Make a project with the forms the layout is filled from and one with the cases, and return the first's number."""
    with_units(services)
    shell = Shell.over(services)
    made = shell.json("project", "add", "Gia đình (mẫu)")[0]["project_id"]
    apart = shell.json("project", "add", "Riêng (mẫu)")[0]["project_id"]
    for form, into, more in (
        ("household_register", made, ()),
        ("commune_register", made, ()),
        ("incident", apart, ("--sensitive",)),
    ):
        shell.run("form", "publish", FORMS / form, "--project", into, *more)
    return made


@pytest.fixture
def beginning(request):
    return with_forms if "project" in request.fixturenames else ()


def spoil(path, ref, text):
    book = load_workbook(path)
    book["Báo cáo năm"][ref] = text
    book.save(path)


def test_a_sound_layout_is_told_so_and_a_spoilt_one_with_sheet_cell_and_cure(shell, layout):
    assert "Báo cáo thông tin về gia đình" in shell.says("--lang", "vi", "report", "check", layout)
    spoil(layout, "D12", "{{register:households | màu}}")
    spoil(layout, "D13", "{{paper}}")
    faults = json.loads(shell.run("report", "check", layout, "--json", code=1).stdout)
    assert [(one["code"], one["sheet"], one["row"], one["column"]) for one in faults] == [
        ("report.unknown_filter", "Báo cáo năm", 12, "D"),
        ("report.paper_needs_row", "Báo cáo năm", 13, "D"),
    ]
    assert all(one["message"] and one["cure"] for one in faults)


def test_a_layout_is_published_listed_and_filled(shell, layout, project, tmp_path):
    assert shell.json("report", "publish", layout, "--project", project, "--by", "Mẫu")["is_new"]
    (listed,) = shell.json("report", "list")
    assert (listed["name"], listed["level"], listed["status"]) == (LAYOUT, "commune", "unchecked")
    assert "Cần đối chiếu phụ lục" in shell.says("--lang", "vi", "report", "list")
    out = tmp_path / "filled.xlsx"
    done = shell.json(
        "report", "fill", LAYOUT, "--project", project, "--unit", "23500", "--period", "2025", "--out", out
    )
    assert (done["unit"], done["cells"]["counted"]) == ("Xã Đăk Hà", 0)
    assert load_workbook(out).sheetnames == ["Báo cáo năm", "Nguồn số liệu"]
    told = shell.run(
        "report", "fill", "nothing", "--project", project, "--unit", "23500", "--period", "2025", "--out", out, code=1
    )
    assert LAYOUT in told.stderr


def test_a_measure_the_project_has_not_is_refused_and_nothing_is_published(shell, layout, project):
    spoil(layout, "D12", "{{phieu_b.nothing}}")
    shell.run("report", "publish", layout, "--project", project, "--by", "Mẫu", code=1)
    assert shell.json("report", "list") == []
