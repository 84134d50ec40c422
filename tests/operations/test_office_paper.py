"""Figures are typed on a page by several people, and after a lock: nobody overwrites what they never saw."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from plan_world import DAK_HA, SURVEY, PlanWorld

from server.access.roles import Role
from server.errors import Conflict
from server.indicators.paper_rows import FIGURES
from server.indicators.periods import Period
from server.operations.import_order import OPERATOR, ImportOrder, Load
from server.operations.lock_period import LockOrder, lock_for_the_operator
from server.operations.office_paper import PaperQuestion, Typing, paper_sheet, type_figures
from tests.import_field import csv_file, loaded, tried

pytestmark = pytest.mark.database
KEY, OTHER = f"{SURVEY}.answered", f"{SURVEY}.visited"
SOURCE = {"document": "Báo cáo mẫu 2021", "number": "12/BC-UBND"}
HEADINGS = ("Năm", "Đơn vị", "Mã số liệu", "Số liệu", "Văn bản nguồn")


@pytest.fixture
def beginning():
    return PlanWorld


@pytest.fixture
def world(begun):
    return begun


def question(world):
    return PaperQuestion(FIGURES, world.project_id, world.unit(DAK_HA), Period(2026))


def save(world, entries, was, *, is_late=False):
    return type_figures(world.services, world.actor(), question(world), Typing(entries, was, SOURCE, is_late))


def standing(world):
    sheet = paper_sheet(world.services, world.actor(), question(world))
    return {line.key.key: line.text for lines in sheet.groups.values() for line in lines if line.text}


def test_who_saves_second_is_told_and_writes_nothing(world):
    page = {KEY: "", OTHER: ""}
    save(world, {KEY: "310", OTHER: "7"}, page)
    second = save(world, {KEY: "311", OTHER: ""}, page)
    ((key, (fault,)),) = second.faults.items()
    assert (key, fault.code, fault.params["value"]) == (KEY, "paper.changed_meanwhile", "310")
    assert standing(world) == {KEY: "310", OTHER: "7"}
    assert save(world, {KEY: "311", OTHER: ""}, {KEY: "310", OTHER: ""}).written == 1
    assert standing(world) == {KEY: "311", OTHER: "7"}, "what was not touched on an old page stays as others typed it"
    assert not save(world, {KEY: "311"}, {KEY: "310"}).faults, "both typed the same"


def test_of_many_who_save_at_the_same_moment_one_is_first(world):
    start = Barrier(4)

    def one(number):
        start.wait()
        return save(world, {KEY: str(300 + number)}, {KEY: ""})

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(one, range(4)))
    assert sorted(len(each.faults) for each in done) == [0, 1, 1, 1]
    (first,) = [number for number, each in enumerate(done) if each.written]
    assert standing(world) == {KEY: str(300 + first)}


def test_a_locked_period_takes_late_figures_only_from_who_says_that_they_are(world):
    order = LockOrder(world.project_id, world.unit("51"), Period(2026))
    lock_for_the_operator(world.services, order, "Người chốt (mẫu)")
    with pytest.raises(Conflict, match=r"paper\.locked") as refused:
        save(world, {KEY: "310"}, {KEY: ""})
    assert refused.value.params["by"] == "Người chốt (mẫu)"
    file = csv_file((2026, DAK_HA, KEY, 310, "Sổ mẫu"), (2025, "51@2025-12-31", KEY, 9, "Sổ mẫu"), headings=HEADINGS)
    load = Load(ImportOrder(world.project_id, "figures", world.services.today(), "", "Mẫu"), OPERATOR)
    assert [one.code for one in tried(world, file, load).faults] == ["paper.row_locked"]
    file.seek(0)
    assert loaded(world, file, load)[1].new == 1
    assert standing(world) == {}
    assert save(world, {KEY: "310"}, {KEY: ""}, is_late=True).written == 1
    assert paper_sheet(world.services, world.actor(Role.SUPERVISOR), question(world)).lock is not None
