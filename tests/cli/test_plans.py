"""`nepnha plan`: every fault at once, what would change, and publishing."""

from __future__ import annotations

import json

import pytest
from openpyxl import load_workbook

from tests.cli.conftest import FORMS, Shell, with_units

pytestmark = pytest.mark.database


@pytest.fixture
def plan(forms, tmp_path):
    """A copy of the plan that may be spoilt."""
    path = tmp_path / "plan-4002.xlsx"
    path.write_bytes((forms / "plans" / "plan-4002.xlsx").read_bytes())
    return path


def with_forms(services):
    """Make a project with the forms whose measures the plan names, and return its number."""
    with_units(services)
    shell = Shell.over(services)
    made = shell.json("project", "add", "Gia đình (mẫu)")[0]["project_id"]
    for form in ("household_conduct_survey", "training_event", "commune_register"):
        shell.run("form", "publish", FORMS / form, "--project", made)
    return made


@pytest.fixture
def beginning(request):
    return with_forms if "project" in request.fixturenames else ()


def write(path, sheet, row, **cells):
    book = load_workbook(path)
    head = {cell.value: cell.column for cell in book[sheet][1]}
    for column, text in cells.items():
        book[sheet].cell(row, head[column.replace("__", "::")], text)
    book.save(path)


def faults(shell, *arguments):
    found = json.loads(shell.run("plan", "check", *arguments, "--json", code=1).stdout)
    assert all(one["message"] and one["cure"] for one in found)
    return [(one["code"], one["sheet"], one["row"], one["column"]) for one in found]


def test_a_sound_workbook_is_told_so_and_a_spoilt_one_with_every_cell(shell, plan):
    assert "32 chỉ tiêu" in shell.says("--lang", "vi", "plan", "check", plan)
    write(plan, "indicators", 2, unit="phần trăm", numerator="cán bộ")
    write(plan, "targets", 3, value="bảy mươi")
    assert faults(shell, plan) == [
        ("plan.unknown_word", "indicators", 2, "unit"),
        ("plan.bad_measure", "indicators", 2, "numerator"),
        ("plan.not_a_number", "targets", 3, "value"),
    ]
    shell.run("plan", "check", plan, code=1)


def test_with_a_project_its_measures_and_units_are_looked_up_too(shell, plan, project):
    shell.run("plan", "check", plan, "--project", project)
    write(plan, "indicators", 3, numerator="pool.nobody")
    write(plan, "targets", 2, unit="99999")
    assert faults(shell, plan, "--project", project) == [
        ("plan.unknown_measure", "indicators", 3, "numerator"),
        ("plan.unknown_unit", "targets", 2, "unit"),
    ]
    shell.run("plan", "publish", plan, "--project", project, code=1)


def test_a_preview_names_what_would_change_and_writes_nothing(shell, plan, project):
    first = shell.json("plan", "publish", plan, "--project", project, "--dry-run")
    assert (first["is_first"], len(first["indicators_added"]), len(first["targets_added"])) == (True, 32, 29)
    assert shell.json("plan", "publish", plan, "--project", project)["is_new"]
    assert "plan-4002" in shell.says("plan", "publish", plan, "--project", project, "--dry-run")
    write(plan, "indicators", 2, label__vi="Nhãn mới")
    write(plan, "targets", 2, value="95", status="draft")
    changes = shell.json("plan", "publish", plan, "--project", project, "--dry-run")
    assert [(one["name"], one["column"], one["after"]) for one in changes["indicators_changed"]] == [
        ("I1", "label::vi", "Nhãn mới")
    ]
    assert [(one["name"], one["column"], one["before"], one["after"]) for one in changes["targets_changed"]] == [
        ("I1 2025 province", "value", "100", "95"),
        ("I1 2025 province", "status", "official", "draft"),
    ]
    assert "Nhãn mới" in shell.says("plan", "publish", plan, "--project", project, "--dry-run")
    assert shell.json("plan", "publish", plan, "--project", project)["is_new"]
    assert not shell.json("plan", "publish", plan, "--project", project)["is_new"]


def test_what_is_no_workbook_is_refused_in_words(shell, tmp_path):
    path = tmp_path / "plan.xlsx"
    path.write_bytes(b"not a workbook")
    shell.run("plan", "check", path, code=1)
