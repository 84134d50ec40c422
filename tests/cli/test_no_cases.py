"""Quarters without a case at the command line."""

from __future__ import annotations

import pytest
from release_world import A, ReleaseWorld

pytestmark = pytest.mark.database
PROJECT = ("--project", "Công việc riêng (mẫu)")
CONFIRM = ("figures", "no-case", "confirm", *PROJECT, "--unit", A, "--by", "Cán bộ (mẫu)", "--period")


@pytest.fixture
def beginning():
    return ReleaseWorld


@pytest.fixture
def world(begun):
    return begun


def test_a_quarter_is_confirmed_listed_and_taken_back(shell, world):
    world.cases(A, 2, quarter=2)
    assert "Đã xác nhận (số 1)" in shell.says(*CONFIRM, "2026-Q1")
    listed = shell.says("figures", "no-case", "list", *PROJECT, "--year", 2026)
    assert "Xã Đăk Hà\t2026-Q1\tđã xác nhận không có vụ việc\t1" in listed
    assert "Xã Đăk Hà\t2026-Q2\tcó 2 phiếu\t\n" in listed
    assert "Xã Đăk Hà\t2026-Q3\tchưa báo cáo\t\n" in listed
    assert "đã có phiếu" in shell.run(*CONFIRM, "2026-Q2", code=1).stderr
    assert "Chỉ xác nhận từng quý" in shell.run(*CONFIRM, "2026", code=1).stderr
    assert "Đã rút lại" in shell.says("figures", "no-case", "withdraw", 1, "--by", "Cán bộ (mẫu)")
    facts = shell.json("figures", "no-case", "list", *PROJECT, "--year", 2026)
    (commune,) = (one for one in facts if one["name"] == "Xã Đăk Hà")
    assert [one["state"] for one in commune["quarters"]][:2] == ["not_reported", "records"]
