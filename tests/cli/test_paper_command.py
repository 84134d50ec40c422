"""Figures typed from paper from the command line: a template that names what can be typed, a trial, a load, undo."""

from __future__ import annotations

import json

import pytest
from openpyxl import load_workbook

from tests.import_field import xlsx_file

HEADINGS = ("Năm", "Đơn vị", "Mã số liệu", "Số liệu", "Văn bản nguồn")
GOOD = (2021, "23425", "household_conduct_survey.answered", 310, "Báo cáo mẫu")
WRONG = (2021, "23425", "I99", 1, "Báo cáo mẫu")


@pytest.fixture
def databases(sqlite_databases):
    return sqlite_databases


@pytest.fixture
def surveyed(shell, forms, project):
    """Publish the survey, whose measures can be typed."""
    shell.run("form", "publish", forms / "household_conduct_survey", "--project", project[0])
    return project[0]


@pytest.fixture
def listing(tmp_path):
    path = tmp_path / "so-2021.xlsx"
    path.write_bytes(xlsx_file(GOOD, WRONG, headings=HEADINGS, sheet="Năm 2021").getvalue())
    return path


def load(shell, project, path, *options, **expected):
    return shell.run("figures", "import", path, "--project", project, "--by", "Y Mẫu", *options, **expected)


def test_a_trial_tells_wrong_rows_with_cell_and_cure_and_writes_nothing(shell, surveyed, listing):
    answer = load(shell, surveyed, listing, "--dry-run", code=1)
    assert "trang “Năm 2021”, dòng 3, cột “Mã số liệu”: “I99” không phải mã nào nhập được ở đây" in answer.stderr
    assert "chép đúng mã ở trang “Mã số liệu”" in answer.stderr
    assert "2 dòng: 1 mới, 0 thay đổi, 0 như cũ, 1 sai." in answer.stdout
    assert json.loads(load(shell, surveyed, listing, "--dry-run", "--json", code=1).stdout)["new"] == 1


def test_a_load_is_one_batch_that_is_undone_whole(shell, surveyed, listing):
    answer = load(shell, surveyed, listing, "--yes")
    assert "Đã nạp, lần nạp số 1. Hoàn tác: nepnha figures undo 1" in answer.stdout
    assert json.loads(load(shell, surveyed, listing, "--dry-run", "--json", code=1).stdout)["unchanged"] == 1
    assert "Đã hoàn tác 1; để nguyên 0." in shell.says("figures", "undo", "1")
    assert json.loads(load(shell, surveyed, listing, "--dry-run", "--json", code=1).stdout)["new"] == 1


def test_nobody_types_figures_without_a_name(shell, surveyed, listing):
    shell.run("figures", "import", listing, "--project", surveyed, code=2)


def test_figures_on_incidents_go_to_the_project_of_incidents(shell, surveyed, listing):
    assert "dự án" in load(shell, surveyed, listing, "--cases", "--yes", code=1).stderr


def test_the_template_names_what_can_be_typed_and_its_rows_are_never_loaded(shell, surveyed, tmp_path):
    path = tmp_path / "mau.xlsx"
    shell.run("figures", "template", "--project", surveyed, "--output", path)
    sheets = load_workbook(path)
    keys = [row[0] for row in sheets["Mã số liệu"].iter_rows(values_only=True)]
    assert "household_conduct_survey.implementing" in keys
    answer = load(shell, surveyed, path, "--dry-run")
    assert "0 mới" in answer.stdout
    assert "Mã số liệu" not in answer.stdout
