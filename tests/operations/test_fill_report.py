"""A report is filled with what was counted, typed or released, each marked, and with nothing else."""

from __future__ import annotations

from io import BytesIO

import pytest
from console_world import example, send
from openpyxl import load_workbook
from plan_world import I6, workbook
from report_world import COMMUNE, DAK_HA, PROVINCE, TU_MO_RONG, WHOLE, shown
from sqlalchemy import event

from server.errors import InvalidInput, NotFound
from server.indicators.periods import Period
from server.indicators.plan import PlanRefused
from server.indicators.report import ReportRefused
from server.indicators.report_fill import Mark
from server.operations.compare_plans import compare_plan
from server.operations.fill_report import fill_report
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.publish_report import ReportSource, publish_report
from server.operations.review_submissions import Target
from server.operations.typed_keys import keys_to_type
from server.submissions.review import Verdict
from server.territory.units import Level, UnitKind
from tests.operations.test_report_workbook import template

pytestmark = pytest.mark.database


@pytest.fixture
def world(reports):
    return reports


def test_an_empty_commune_has_no_figures_and_not_a_single_nought(world):
    filled = world.filled()
    marks = {mark for mark, _ in shown(filled).values()}
    assert marks == {"empty", "hidden", "not_released"}
    sheet = load_workbook(BytesIO(filled.workbook))["Báo cáo năm"]
    assert {cell.value for cell in sheet["D"] if cell.row > 10} == {None, "ẩn", "chưa công bố"}
    assert sheet["A2"].value == "Xã Đăk Hà"


def test_the_register_is_counted_and_what_it_holds_none_of_is_a_real_nought(world):
    world.households("23500-01", 3, hh_type="gen2")
    world.households("23425-01", 2, hh_type="gen1")
    found = shown(world.filled())
    assert found["2017-I.1.total"] == ("counted", 3)
    assert (found["2017-I.1.3.total"], found["2017-I.1.2.total"]) == (("counted", 3), ("counted", 0))
    assert found["2017-III.2.1.total"] == ("empty", None), "no club was ever registered"


def test_the_provinces_rows_are_its_communes_and_its_total_everything_counted(world):
    world.households("23500-01", 3)
    world.households("23425-01", 2)
    filled = world.filled(WHOLE, PROVINCE)
    sheet = load_workbook(BytesIO(filled.workbook))["Theo xã, phường"]
    rows = {sheet.cell(row, 2).value: sheet.cell(row, 3).value for row in range(5, sheet.max_row + 1)}
    assert (rows["Xã Đăk Hà"], rows["Xã Tu Mơ Rông"], rows["Toàn tỉnh"]) == (3, 2, 5)
    assert len(rows) == 41
    assert list(rows)[-1] == "Toàn tỉnh"


def stands(world, commune, day, **counts):
    """Have a commune's report of how it stands received and approved."""
    world._number += 1
    answers = {
        "commune": commune,
        "as_of": day,
        "today": day,
        **{f"n_{name}": number for name, number in counts.items()},
    }
    receipt = send(world._phones, "Y Mẫu", example("commune_register", "no_model", world._number, **answers))
    world.decide(Verdict.APPROVE, Target(receipt.submission_id, receipt.version_id))


def reported(world, year, unit=DAK_HA, name=COMMUNE):
    """Return the addresses and lines a report tells of."""
    filled = fill_report(world.services, world.order(name, unit, Period(year)), has_draft=False)
    found = shown(filled)
    return found["2017-III.2.3.total"], found["2017-III.2.4.total"]


def test_a_merged_commune_speaks_for_those_it_was_made_of_from_its_own_report_on(world):
    """In spring 2025 two of its parts told how they stood, in autumn the commune they became did."""
    stands(world, "23500", "2025-03-03", addresses=1, hotlines=1)
    stands(world, "23500", "2025-05-20", addresses=2, hotlines=1)
    stands(world, "23521", "2025-04-02", addresses=3, hotlines=0)
    assert reported(world, 2025) == (("counted", 5), ("counted", 1)), "each part's latest, until the whole has spoken"
    assert reported(world, 2025, PROVINCE, WHOLE) == (("counted", 5), ("counted", 1))
    stands(world, DAK_HA, "2025-11-20", addresses=4, hotlines=0)
    assert reported(world, 2025) == (("counted", 4), ("counted", 0))
    stands(world, TU_MO_RONG, "2025-11-20", addresses=7, hotlines=2)
    assert reported(world, 2025, PROVINCE, WHOLE) == (("counted", 11), ("counted", 2))


def test_an_old_commune_stands_as_it_said_itself_on_its_own_boundaries(world):
    stands(world, "23500", "2024-12-10", addresses=2, hotlines=1)
    stands(world, "23521", "2024-12-11", addresses=3, hotlines=0)
    stands(world, DAK_HA, "2025-11-20", addresses=4, hotlines=0)
    assert reported(world, 2024, "23500@2024-12-31") == (("counted", 2), ("counted", 1))
    assert reported(world, 2024, "23521@2024-12-31") == (("counted", 3), ("counted", 0))
    assert reported(world, 2025) == (("counted", 4), ("counted", 0)), "another year"


def test_a_layout_asks_no_more_statements_for_several_indicators_than_for_one(world):
    statements, costs = [], []
    event.listen(world.services.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    for name, cells in {
        "one": {"B2": "{{indicator:I6}}"},
        "two": {"B2": "{{indicator:I6}}", "B3": "{{indicator:P1}}"},
    }.items():
        world.layouts[name] = world.layout(name, template(A1="{{unit}}", **cells))
        world.filled(name)
        statements.clear()
        world.filled(name)
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_a_plan_that_would_empty_cells_of_a_report_is_refused_with_their_names(world):
    """At the offer and at publishing; another plan that has the indicator, or another layout, lets it go."""
    layout = template(
        A1="{{unit}}", B2="{{indicator:P1}}", C4="{{indicator:P1 | target}}", B4="{{register:households}}"
    )
    world.layouts["own"] = world.layout("own", layout)
    without = PlanSource("plan", workbook(indicators=(I6,)))
    for act in (compare_plan, publish_plan):
        with pytest.raises(PlanRefused) as refused:
            act(world.services, world.project_id, without)
        (fault,) = refused.value.faults
        told = {"indicator": "P1", "report": "own", "cells": "Biểu, một!B2, Biểu, một!C4"}
        assert (fault.code, fault.params) == ("plan.breaks_report", told)
    world.services.now.advance(seconds=1)
    world.layout("own", template(A1="{{unit}}", B4="{{register:households}}"))
    assert publish_plan(world.services, world.project_id, without).is_new


@pytest.mark.parametrize(("year", "target"), [(2025, 60), (2026, 70)])
def test_a_target_is_that_of_the_plan_which_counts_in_the_year(world, year, target):
    world.layouts["own"] = world.layout("own", template(A1="{{unit}}", B2="{{indicator:I6 | target}}"))
    world.services.now.advance(seconds=1)
    older = workbook(indicators=(I6,), targets=(("I6", "commune", 2025, 60, "official"),))
    publish_plan(world.services, world.project_id, PlanSource("older", older))
    filled = fill_report(world.services, world.order("own", period=Period(year)), has_draft=True)
    assert [value for _, value in shown(filled).values()] == [target]


def test_a_figure_typed_for_the_cell_stands_before_what_was_counted_and_is_never_added(world):
    world.households("23500-01", 3)
    world.typed("report:2017-I.1.total", 1200)
    filled = world.filled()
    (cell,) = [one for one in filled.plan.cells if one.key == "report:2017-I.1.total"]
    assert (cell.amount.mark, cell.amount.value, cell.amount.counted) == (Mark.TYPED, 1200, 3)
    assert cell.amount.document == "Sổ gia đình mẫu"
    book = load_workbook(BytesIO(filled.workbook))
    (row,) = [row for row in book["Nguồn số liệu"].values if row[3] == "report:2017-I.1.total"]
    assert row[4:] == ("1.200", "nhập từ sổ", "Sổ gia đình mẫu; đếm từ phiếu được 3")


def test_a_row_of_towns_or_villages_says_how_many_communes_are_not_in_it(world):
    """In the file, as a number still, on the sheet of sources, on the printed page and so in the document."""
    world.households("23500-01", 3)
    world.typed("register:households", 800, TU_MO_RONG)
    slot = "{{register:households | rural | row=1 | column=rural}}"
    urban = "{{register:households | urban | row=1 | column=urban}}"
    world.layouts["own"] = world.layout("own", template(level="province", A1="{{unit}}", B2=slot, C2=urban))
    filled = fill_report(world.services, world.order("own", PROVINCE), has_draft=True)
    rural, empty = (one.amount for one in filled.plan.cells if one.amount is not None)
    territory, today = world.services.atlas.current().territory, world.services.today()
    communes = [one for one in territory.units_of_level(Level.COMMUNE, today) if one.kind is UnitKind.XA]
    assert (rural.value, rural.lacking, empty.mark) == (3, len(communes) - 1, Mark.EMPTY)
    words = f"3 (thiếu {rural.lacking} xã)"
    book = load_workbook(BytesIO(filled.workbook))
    cell = book.worksheets[0]["B2"]
    assert (cell.value, cell.number_format) == (3, f'#,##0" (thiếu {rural.lacking} xã)"')
    assert any(f"Chưa gồm {rural.lacking} xã" in str(row[6]) for row in book["Nguồn số liệu"].values)
    assert words in {one.text for grid in filled.sheets for row in grid.rows for one in row}


def test_a_figure_typed_for_a_measure_stands_only_where_nothing_was_counted(world):
    world.typed("register:households", 900)
    world.typed("register:households", 800, TU_MO_RONG)
    world.households("23500-01", 3)
    assert shown(world.filled())["2017-I.1.total"] == ("counted", 3)
    assert shown(world.filled(COMMUNE, TU_MO_RONG))["2017-I.1.total"] == ("typed", 800)
    assert shown(world.filled(WHOLE, PROVINCE))["2017-I.1.total"] == ("counted", 3), "typed ones are not added"


def test_sensitive_numbers_are_those_of_the_release_tables_and_no_others(world):
    world.cases(DAK_HA, 3)
    world.cases(TU_MO_RONG, 9)
    world.typed("report:2017-II.1.total", 2, is_sensitive=True)
    assert shown(world.filled())["2017-II.2.total"] == ("not_released", None)
    world.freeze()
    here, there = shown(world.filled()), shown(world.filled(COMMUNE, TU_MO_RONG))
    assert (here["2017-II.2.total"], here["2017-II.1.total"]) == (("hidden", None), ("hidden", None))
    assert there["2017-II.2.total"] in {("counted", 9), ("hidden", None)}
    assert here["2017-II.4.2.total"] == ("not_released", None)
    assert shown(world.filled(COMMUNE, "23293"))["2017-II.2.total"] == ("not_reported", None)


def test_more_cases_change_no_byte_of_a_public_copy_until_tables_are_revised(world):
    world.cases(DAK_HA, 3)
    world.freeze()
    before = shown(world.filled())
    world.cases(DAK_HA, 40)
    assert shown(world.filled()) == before


@pytest.mark.parametrize(
    ("unit", "period", "kind", "code"),
    [
        (PROVINCE, Period(2026), InvalidInput, "report.wrong_level"),
        (DAK_HA, Period(2027), InvalidInput, "report.future"),
        (DAK_HA, Period(2024), NotFound, "report.no_such_unit"),
    ],
)
def test_a_report_is_of_a_unit_and_a_period_that_are_there(world, unit, period, kind, code):
    with pytest.raises(kind) as refused:
        fill_report(world.services, world.order(COMMUNE, unit, period), has_draft=True)
    assert refused.value.code == code


def test_a_broken_layout_is_refused_with_its_cell_and_the_old_one_stays_in_force(world):
    broken = template(
        B2="{{register:nobody}}", C3="{{household_register.households | colour=red}}", B4="{{indicator:X}}",
        B8="{{register:households | groups=policy, hardship}}",
    )  # fmt: skip
    with pytest.raises(ReportRefused) as refused:
        publish_report(world.services, world.project_id, ReportSource(COMMUNE, broken, "Mẫu"))
    assert [(one.code, one.sheet, one.row, one.column) for one in refused.value.faults] == [
        ("plan.unknown_register", "Biểu, một", 2, "B"),
        ("plan.unknown_category", "Biểu, một", 3, "C"),
        ("report.unknown_indicator", "Biểu, một", 4, "B"),
        ("plan.overlapping_categories", "Biểu, một", 8, "B"),
    ]
    assert world.filled().stored.template_id == world.layouts[COMMUNE]


def test_a_new_layout_of_a_name_takes_over_and_the_old_one_can_come_back(world):
    first = world.layouts[COMMUNE]
    world.services.now.advance(seconds=1)
    second = world.layout(COMMUNE, template(A1="{{unit}}", B2="{{indicator:I6 | target}}"))
    assert world.filled().stored.template_id == second
    assert shown(world.filled()) == {"": ("counted", 70)}
    world.services.now.advance(seconds=1)
    with world.services.reading(world.services.operator()) as uow:
        old = uow.reports.workbook(first)
    assert world.layout(COMMUNE, old) == first
    assert world.filled().stored.template_id == first


def test_named_cells_can_be_typed_by_name_and_those_about_incidents_apart(world):
    everyday = keys_to_type(world.services, world.project_id, is_sensitive=False)
    sealed = keys_to_type(world.services, world.separate_id, is_sensitive=True)
    assert everyday.find("report:2017-I.1.1.total").label_vi == "1.1 Hộ chỉ có cha hoặc mẹ sống chung với con"
    assert everyday.find("report:2017-II.1.total") is None
    assert sealed.find("report:2017-II.1.total").is_sensitive
    assert sealed.find("report:2017-I.1.1.total") is None


def test_a_layout_may_name_the_incident_form_before_it_is_there_but_not_what_it_does_not_count(world):
    awaited = template(B2="{{phieu_c.cases | sensitive}}", B4="{{register:households}}")
    world.layouts["cho"] = world.layout("cho", awaited)
    (cell,) = [one for one in world.filled("cho").plan.cells if one.asked.startswith("phieu_c")]
    assert cell.amount.mark is Mark.NOT_RELEASED
    for unknown in ("{{phieu_b.nobody | sensitive}}", "{{phieu_c.cases}}"):
        with pytest.raises(ReportRefused):
            world.layout("sai", template(B2=unknown))
