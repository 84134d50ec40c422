"""Totals of sensitive and other counts, and rows by kind of place: marked alike, and nothing to subtract."""

from __future__ import annotations

from io import BytesIO
from itertools import permutations

import pytest
from openpyxl import load_workbook
from report_province import on_one_database
from report_world import DAK_HA, PROVINCE, TU_MO_RONG, shown

from server.access.roles import Role
from server.operations.issue_report import page_of
from server.operations.official_copy import Act, official_copy
from server.operations.typed_keys import keys_to_type
from server.territory.units import Level, UnitKind
from tests.operations.test_report_workbook import template

pytestmark = pytest.mark.database
CELLS = {
    "A1": "{{unit}}",
    "C2": "{{register:households | row=M-1}}",
    # Its author forgot to say that it is sensitive.
    "C3": "{{phieu_b.cases | row=M-2}}",
    "C4": "{{phieu_b.cases | urban | row=M-2 | column=urban}}",
    "C5": "{{phieu_b.cases | rural | row=M-2 | column=rural}}",
    "C7": "=C2+C3",
    "C8": "=SUM(C2:C3)",
    "C9": "=C7*2",
}


@pytest.fixture
def world(reports):
    reports.layouts["hon-hop"] = reports.layout("hon-hop", template(**CELLS))
    reports.layouts["hon-hop-tinh"] = reports.layout("hon-hop-tinh", template(level="province", **CELLS))
    return reports


def public(world):
    return world.filled("hon-hop")


def official(world, unit=DAK_HA, name="hon-hop"):
    officer = world.actor(Role.INCIDENT_OFFICER, unit, elevated=True)
    return official_copy(world.services, officer, world.order(name, unit), act=Act.OPEN, reason="Đối chiếu (mẫu)")


def printed(page):
    """Return mark and text of the third column, by row."""
    rows = page.sheets[0].rows
    return {number: (row[-1].mark, row[-1].text) for number, row in enumerate(rows, start=1) if number > 1}


def numbers(workbook):
    """Return every number a reader of the file has, the sheet of sources included."""
    book = load_workbook(BytesIO(workbook))
    every = [cell.value for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    return {one for one in every if isinstance(one, int | float)} | {
        float(one) for one in every if isinstance(one, str) and one.isdecimal()
    }


def test_no_sum_or_difference_of_what_the_public_copy_shows_is_a_hidden_count(world):
    """An everyday clerk types the exact number under the cell's name; totals are formulas over it."""
    world.households("23500-01", 20)
    world.cases(DAK_HA, 3)
    world.cases(TU_MO_RONG, 2)
    world.freeze()
    world.typed("report:M-2.total", 3)
    world.typed("report:M-2.rural", 3)
    filled = public(world)
    found = shown(filled)
    assert (found["M-1.total"], found["M-2.total"]) == (("counted", 20), ("hidden", None))
    assert {found[f"M-2.{one}"][1] for one in ("urban", "rural")} == {None}
    known = numbers(filled.workbook)
    assert 20 in known
    assert 3 not in known | {a - b for a, b in permutations(known, 2)}
    page = printed(page_of(world.services, filled))
    assert [page[row] for row in (7, 8, 9)] == [("hidden", "ẩn")] * 3, "a total of what is hidden is hidden"
    book = load_workbook(BytesIO(filled.workbook))
    assert {book.worksheets[0][f"C{row}"].value for row in (7, 8, 9)} == {"ẩn"}


def test_a_cell_that_counts_cases_is_typed_at_the_incident_desk_alone_whatever_its_author_wrote(world):
    everyday = keys_to_type(world.services, world.project_id, is_sensitive=False)
    sealed = keys_to_type(world.services, world.separate_id, is_sensitive=True)
    named = ["report:M-1.total", "report:M-2.total", "report:M-2.rural"]
    assert [everyday.find(one) is not None for one in named] == [True, False, False]
    assert [sealed.find(one) is not None for one in named] == [False, True, True]
    world.typed("report:M-2.total", 4, is_sensitive=True)
    assert shown(public(world))["M-2.total"][1] is None
    assert printed(official(world).page)[3] == ("typed", "4*")


def test_the_official_copy_is_exact_by_kind_of_place_and_says_who_is_lacking(world):
    world.households("23500-01", 20)
    world.cases(DAK_HA, 3)
    world.cases(TU_MO_RONG, 2)
    here = printed(official(world).page)
    assert [here[row] for row in (3, 4, 5)] == [("counted", "3"), ("empty", ""), ("counted", "3")]
    assert [here[row][1] for row in (7, 8, 9)] == ["23", "23", "46"]
    province = printed(official(world, PROVINCE, "hon-hop-tinh").page)
    assert province[3] == ("counted", "5")
    assert province[4] == ("not_reported", "chưa báo cáo")
    communes = world.services.atlas.current().territory.units_of_level(Level.COMMUNE, world.services.today())
    silent = sum(one.kind is UnitKind.XA for one in communes) - 2
    assert province[5] == ("counted", f"5 (thiếu {silent} xã)")


@on_one_database
def test_a_total_of_what_is_shown_is_worked_out_as_before(world):
    world.households("23500-01", 20)
    layout = template(A1="{{unit}}", C2="{{register:households | row=N-1}}", C7="=C2*2", C8="=SUM(C2:C7)")
    world.layouts["thuong"] = world.layout("thuong", layout)
    page = printed(page_of(world.services, world.filled("thuong")))
    assert [page[row][1] for row in (2, 7, 8)] == ["20", "40", "60"]
