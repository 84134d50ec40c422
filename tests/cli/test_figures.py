"""Release tables at the command line: declared, frozen, revised and printed by an operator."""

from __future__ import annotations

import pytest
from release_world import BY_COMMUNE, BY_FORM, YEAR, A, B, ReleaseWorld

pytestmark = pytest.mark.database
WHICH = ("--project", "Công việc riêng (mẫu)", "--plan", "cong-khai", "--year", YEAR)
FREEZE = ("figures", "release", "freeze", *WHICH, "--by", "Người công bố (mẫu)")
REVISE = ("figures", "release", "revise", *WHICH, "--by", "Người công bố (mẫu)")
SHOW = ("figures", "release", "show", *WHICH)


def made_world(services):
    return ReleaseWorld(services, BY_COMMUNE, BY_FORM)


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


def test_tables_are_frozen_once_and_printed_with_what_is_hidden(shell, world):
    world.cases(A, 9)
    world.cases(B, 2)
    frozen = shell.json(*FREEZE)
    assert (frozen["revision"], frozen["tables"], frozen["lost"]) == (1, 2, 0)
    printed = shell.says(*SHOW)
    assert "# Số vụ theo xã (mẫu)" in printed
    assert "chưa báo cáo" in printed
    assert "ẩn" in printed
    assert "\t2\n" not in printed
    assert "Bảng năm 2026 đã chốt (bản 1)" in shell.run(*FREEZE, code=1).stderr


def test_a_revision_says_what_it_would_hide_and_waits_to_be_told(shell, world):
    world.cases(A, 9)
    world.cases(B, 20)
    shell.run(*FREEZE)
    world.cases(A, 1)
    assert "ô từng công bố" in shell.run(*REVISE, code=1).stderr
    assert shell.json(*REVISE, "--hide-more")["revision"] == 2
    tables = [shell.json(*SHOW, "--revision", one)["tables"][0]["cells"] for one in (1, 2)]
    counts = [[cell["count"] for cell in cells if cell["state"] == "shown"] for cells in tables]
    assert sorted(counts[0]) == [9, 20, 29]
    assert set(counts[1]) <= {20}, "what changed by one is hidden"
    assert "Chưa có bảng nào" in shell.run(*SHOW, "--revision", 7, code=1).stderr
