"""Registers from the command line: try, ask, load, take back, and a template that can be filled in."""

from __future__ import annotations

import json

import pytest
from openpyxl import load_workbook

from tests.import_field import csv_file, xlsx_file

TIK = ("23500-01", 37, "A Tik (mẫu)", "Y Bét", 4, "Xơ Đăng", "Nghèo")
WRONG = ("23500-77", 38, "A Sai (mẫu)", "", 4, "", "")


@pytest.fixture
def databases(sqlite_databases):
    return sqlite_databases


@pytest.fixture
def listing(tmp_path):
    path = tmp_path / "danh sach.xlsx"
    path.write_bytes(xlsx_file(TIK, WRONG).getvalue())
    return path


def load(shell, project, path, *options, kind="households", **expected):
    return shell.run("register", "import", kind, path, "--project", project[0], *options, **expected)


def test_a_trial_tells_wrong_rows_with_their_cell_and_ends_in_1(shell, project, listing):
    answer = load(shell, project, listing, "--dry-run", code=1)
    assert "trang “Danh sách”, dòng 3, cột “Mã thôn”: " in answer.stderr
    assert "2 dòng: 1 mới, 0 thay đổi, 0 như cũ, 1 sai." in answer.stdout
    assert "chưa ghi gì" in answer.stdout


def test_nothing_is_loaded_until_somebody_says_yes(shell, project, listing):
    load(shell, project, listing, given="n\n", code=1)
    answer = load(shell, project, listing, "--yes")
    assert "1 mới" in answer.stdout
    assert "nepnha register undo 1" in answer.stdout
    again = load(shell, project, listing, "--dry-run", "--json", code=1)
    assert json.loads(again.stdout)["unchanged"] == 1


def test_a_changed_row_shows_what_was_there(shell, project, listing, tmp_path):
    load(shell, project, listing, "--yes")
    path = tmp_path / "moi.csv"
    path.write_bytes(csv_file(("23500-01", 37, "", "", 6, "", "")).getvalue())
    said = load(shell, project, path, "--dry-run").stdout
    assert "Số khẩu từ “4” thành “6”" in said


def test_a_load_is_taken_back_once(shell, project, listing):
    loaded = shell.run("register", "import", "households", listing, "--project", project[0], "--yes", "--json").stdout
    number = json.loads(loaded)["import"]
    assert shell.json("register", "undo", number) == {"undone": 1, "left": 0, "names": []}
    assert "đã được hoàn tác" in shell.run("register", "undo", number, code=1).stderr
    assert "Không có lần nạp số 99" in shell.run("register", "undo", 99, code=1).stderr


@pytest.mark.parametrize("kind", ["households", "staff", "totals"])
def test_a_template_is_a_list_of_which_only_samples_are_in_it(shell, project, tmp_path, kind):
    path = tmp_path / "mau.xlsx"
    shell.run("register", "template", kind, "--output", path)
    assert load_workbook(path).sheetnames == ["Danh sách", "Hướng dẫn"]
    report = json.loads(load(shell, project, path, "--dry-run", "--json", kind=kind).stdout)
    assert report["samples"] >= 1
    assert (report["new"], report["wrong"], report["unknown"], report["passed_over"]) == (0, 0, [], [])


def test_a_template_s_samples_would_be_right_if_they_were_meant(shell, project, tmp_path):
    path = tmp_path / "mau.xlsx"
    for kind in ("households", "staff", "totals"):
        shell.run("register", "template", kind, "--output", path)
        workbook = load_workbook(path)
        sheet = workbook.worksheets[0]
        for row in sheet.iter_rows(min_row=2):
            row[-1].value = None
        workbook.save(path)
        report = json.loads(load(shell, project, path, "--dry-run", "--json", kind=kind).stdout)
        assert (report["wrong"], report["samples"], report["new"] > 0) == (0, 0, True), kind


def test_a_wrong_encoding_is_refused_with_its_cure(shell, project, tmp_path):
    path = tmp_path / "cu.csv"
    path.write_bytes("Mã thôn,Chủ hộ\n23500-01,A Tik\n".encode("utf-16"))
    assert "CSV UTF-8" in load(shell, project, path, "--yes", code=1).stderr


def test_totals_ask_for_their_source_and_a_list_is_of_no_day_to_come(shell, project, tmp_path):
    path = tmp_path / "tong.csv"
    path.write_bytes("Năm;Mã xã;Tổng số hộ\n2025;23500;900\n".encode())
    assert "chưa có nguồn" in load(shell, project, path, "--dry-run", kind="totals", code=1).stderr
    load(shell, project, path, "--yes", "--source", "Văn bản mẫu", kind="totals")
    assert "chưa tới" in load(shell, project, path, "--as-of", "2999-01-01", code=1).stderr
