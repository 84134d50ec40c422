"""The activities of a year on the command line, for people and for programs."""

from __future__ import annotations

import pytest


@pytest.fixture
def databases(sqlite_databases):
    return sqlite_databases


def test_activities_are_told_by_every_question_of_the_form(shell, forms, project):
    shell.run("form", "publish", forms / "training_event", "--project", project[0])
    said = shell.says("figures", "activities", "--year", "2026", "--project", project[0])
    assert said.splitlines()[0] == "Tất cả\t0\t0"
    assert {"# Theo loại hoạt động", "# Theo nội dung", "# Theo đơn vị tổ chức"} <= set(said.splitlines())
    told = shell.json("figures", "activities", "--year", "2026", "--unit", "23500")
    assert (told["year"], told["unit_name"], told["events"]) == (2026, "Xã Đăk Hà", "0")


def test_without_the_form_there_are_no_activities(shell, project):
    assert "phiếu 3" in shell.run("figures", "activities", "--year", "2026", code=1).stderr
