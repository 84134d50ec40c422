"""Locked periods at the command line: made once, revised with a reason, listed and shown with what came late."""

from __future__ import annotations

import hashlib

import pytest
from plan_world import DAK_HA, PlanWorld

from server.submissions.review import Verdict

pytestmark = pytest.mark.database
MAKE = ("figures", "lock", "make", "--project", "Gia đình (mẫu)", "--unit", DAK_HA, "--period", "2026")
BY = ("--by", "Người chốt (mẫu)")


def made_world(services):
    services.now.advance(days=50)  # the examples are of November 2026
    return PlanWorld(services)


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


def test_a_period_is_locked_listed_and_shown_and_its_bytes_have_the_hash_that_was_printed(shell, world):
    assert "Chưa có bản chốt nào" in shell.says("figures", "locks")
    made = shell.json(*MAKE, *BY)
    assert (made["revision"], made["period"], made["author"]) == (1, "2026", "Người chốt (mẫu)")
    assert "đã chốt (bản 1)" in shell.run(*MAKE, *BY, code=1).stderr
    listed = shell.says("figures", "locks")
    assert "Xã Đăk Hà\t2026\tbản 1" in listed
    assert made["sha256"] in listed
    raw = shell.says("figures", "lock", "show", made["lock_id"], "--bytes")
    assert hashlib.sha256(raw.encode()).hexdigest() == made["sha256"]
    assert "Chưa có số nào khác" in shell.says("figures", "lock", "show", made["lock_id"])


def test_what_differs_since_is_printed_cell_by_cell_and_a_revision_takes_it_in(shell, world):
    first = shell.json(*MAKE, *BY)
    world.decide(Verdict.APPROVE, world.send("couple_with_children"))
    shown = shell.says("figures", "lock", "show", first["lock_id"])
    assert "Gửi sau khi chốt:" in shown
    assert "I6\tXã Đăk Hà\t0/0 = Chưa có số liệu (đã nhận 0 · đã duyệt 0)\t→ 1/1 = 100,0% (đã nhận 1" in shown
    facts = shell.json("figures", "lock", "show", first["lock_id"])
    assert [one["indicator"] for one in facts["cells"] if one["differs"] and one["unit_id"] is None] == ["I6", "P1"]
    second = shell.json(*MAKE, *BY, "--reason", "Bổ sung phiếu gửi muộn (mẫu)")
    assert second["revision"] == 2
    listed = shell.json("figures", "locks", "--year", 2026)
    assert [(one["revision"], one["is_newest"]) for one in listed] == [(2, True), (1, False)]
    assert "Kỳ 2099 chưa bắt đầu" in shell.run(*MAKE[:-1], "2099", *BY, code=1).stderr
    assert "không phải một kỳ báo cáo" in shell.run(*MAKE[:-1], "26", *BY, code=1).stderr
    assert "Không có bản chốt này" in shell.run("figures", "lock", "show", 999, code=1).stderr


def test_the_doctor_finds_a_lock_whose_bytes_were_changed(shell, world):
    made = shell.json(*MAKE, *BY)
    assert [one["is_good"] for one in shell.checks() if one["code"] == "doctor.locks"] == [True]
    with world.services.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER period_lock_update")
        else:
            connection.exec_driver_sql("ALTER TABLE period_lock DISABLE TRIGGER period_lock_stays")
        connection.exec_driver_sql("UPDATE period_lock SET sha256 = ''")
    (found,) = (one for one in shell.checks() if one["code"] == "doctor.locks_damaged")
    assert (found["is_good"], found["params"]["locks"]) == (False, str(made["lock_id"]))
