"""The official copy: exact, for the unit's own incident officer, each opening kept; and no trace anywhere else."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook
from report_province import on_one_database
from report_world import COMMUNE, DAK_HA, PROVINCE, TU_MO_RONG, WHOLE, shown
from sqlalchemy import text

from server.access.roles import Role
from server.errors import Conflict, Forbidden, InvalidInput, NotFound
from server.operations.figure_questions import FigureQuestion
from server.operations.issue_report import issue_report
from server.operations.official_copy import Act, official_choice, official_copy
from server.operations.read_figures import Cell, Part, indicator_table, records_behind_figure
from server.operations.read_reports import issued_file, list_issues, preview_report
from tests.operations.test_report_workbook import template

pytestmark = pytest.mark.database
WHY = "Lập báo cáo năm (mẫu)"


@pytest.fixture
def world(reports):
    return reports


def officer(world, unit=DAK_HA, *, elevated=True):
    return world.actor(Role.INCIDENT_OFFICER, unit, elevated=elevated)


def opened(world, *, unit=DAK_HA, name=COMMUNE, act=Act.OPEN, reason=WHY):
    return official_copy(world.services, officer(world, unit), world.order(name, unit), act=act, reason=reason)


def by_label(copy, sheet=0):
    """Return the numbers of a page by the words before them."""
    rows = (row for row in copy.page.sheets[sheet].rows if len(row) > 2 and row[-1].mark)
    return {f"{row[0].text} {row[1].text}": (row[-1].mark, row[-1].text) for row in rows}


def openings(world):
    with world.services.engine.connect() as connection:
        return connection.execute(text("SELECT account_id, act, reason FROM report_opening ORDER BY id")).all()


def test_it_holds_exact_counts_by_every_part_and_nought_only_where_somebody_reported(world):
    world.cases(DAK_HA, 3)
    world.cases(TU_MO_RONG, 1, form_main="sexual")
    here = by_label(opened(world))
    assert here["2 Tổng số vụ bạo lực gia đình"] == ("counted", "3")
    assert here["2.3 Bạo lực tình dục"] == ("counted", "0")
    assert here["4 Nạn nhân bạo lực gia đình"][0] == "counted"
    assert by_label(opened(world, unit=TU_MO_RONG))["2.3 Bạo lực tình dục"] == ("counted", "1")
    nobody = by_label(opened(world, unit="23293"))
    assert nobody["2 Tổng số vụ bạo lực gia đình"] == ("not_reported", "chưa báo cáo")


def test_the_provinces_total_is_its_own_officers_and_counts_every_commune(world):
    world.cases(DAK_HA, 3)
    world.cases(TU_MO_RONG, 2)
    copy = opened(world, unit=PROVINCE, name=WHOLE)
    assert by_label(copy)["2 Tổng số vụ bạo lực gia đình"] == ("counted", "5")
    rows = {row[1].text: row[8].text for row in copy.page.sheets[1].rows if len(row) > 8 and row[1].text}
    assert (rows["Xã Đăk Hà"], rows["Xã Tu Mơ Rông"], rows["Xã Bờ Y"]) == ("3", "2", "chưa báo cáo")


def test_sensitive_figures_typed_from_paper_are_in_it_and_in_no_public_copy(world):
    world.typed("report:2017-II.1.total", 2, is_sensitive=True)
    assert by_label(opened(world))["1 Số hộ có bạo lực gia đình"] == ("typed", "2*")
    assert shown(world.filled())["2017-II.1.total"] == ("hidden", None)


@on_one_database
@pytest.mark.parametrize(
    ("role", "unit", "elevated", "kind", "code"),
    [
        (Role.INCIDENT_OFFICER, DAK_HA, False, Forbidden, "access.second_step_needed"),
        (Role.INCIDENT_OFFICER, TU_MO_RONG, True, NotFound, "access.not_found"),
        (Role.INCIDENT_OFFICER, PROVINCE, True, NotFound, "access.not_found"),
        (Role.SUPERVISOR, DAK_HA, True, NotFound, "access.not_found"),
        (Role.ANALYST, DAK_HA, True, NotFound, "access.not_found"),
        (Role.ADMINISTRATOR, DAK_HA, True, NotFound, "access.not_found"),
    ],
)
def test_nobody_else_gets_it_and_nothing_is_kept_of_their_asking(world, role, unit, elevated, kind, code):
    somebody = world.actor(role, unit, elevated=elevated)
    for act in Act:
        with pytest.raises(kind) as refused:
            official_copy(world.services, somebody, world.order(), act=act, reason=WHY)
        assert refused.value.code == code
    assert openings(world) == []


def test_each_opening_is_kept_with_its_reason_and_there_is_none_without(world):
    for reason in ("", "   "):
        with pytest.raises(InvalidInput) as refused:
            opened(world, reason=reason)
        assert refused.value.code == "report.reason_needed"
    opened(world)
    opened(world, act=Act.WORKBOOK, reason="In để ký")
    account = officer(world).account_id
    assert openings(world) == [(account, "open", WHY), (account, "workbook", "In để ký")]


def test_once_issued_it_stays_to_the_byte_and_is_issued_once(world):
    world.cases(DAK_HA, 3)
    issued = opened(world, act=Act.LOCK)
    world.cases(DAK_HA, 4)
    again = opened(world)
    assert (again.workbook, again.document, again.page) == (issued.workbook, issued.document, issued.page)
    assert (again.workbook_sha256, again.issued_at) == (issued.workbook_sha256, issued.issued_at)
    with pytest.raises(Conflict):
        opened(world, act=Act.LOCK)


@on_one_database
def test_the_two_copies_differ_in_sensitive_cells_and_in_no_others(world):
    world.households("23500-01", 7)
    world.cases(DAK_HA, 3)
    world.freeze()
    public = load_workbook(BytesIO(world.filled().workbook))["Báo cáo năm"]
    exact = load_workbook(BytesIO(opened(world).workbook))["Báo cáo năm"]
    differing = {
        exact.cell(row, 2).value
        for row in range(1, exact.max_row + 1)
        if [one.value for one in public[row]] != [one.value for one in exact[row]]
    }
    assert "Tổng số vụ bạo lực gia đình" in differing
    first, last = (
        next(row for row in range(1, exact.max_row) if exact.cell(row, 1).value == one) for one in ("II", "III")
    )
    within = {exact.cell(row, 2).value for row in range(first, last)}
    assert {one for one in differing if one and one not in within} == set()
    assert (public["A7"].value, exact["A7"].value) == ("Bản công khai", "Bản chính thức")


@on_one_database
def test_a_report_without_sensitive_cells_has_none(world):
    world.layouts["khac"] = world.layout("khac", template(A1="{{unit}}", C2="{{register:households}}"))
    with pytest.raises(NotFound) as refused:
        opened(world, name="khac")
    assert refused.value.code == "report.no_official"


@on_one_database
def test_an_officer_is_offered_their_own_units_and_the_layouts_of_their_level(world):
    choice = official_choice(world.services, officer(world))
    assert [name for _, name in choice.units] == ["Xã Đăk Hà"]
    assert [one.name for one in choice.layouts] == [COMMUNE]


def test_incidents_and_their_copies_change_no_number_list_or_file_of_anybody_else(world):
    """Whatever comes and goes at the incident desk: I6, its records, previews, issued files and lists stay the same."""
    world.households("23500-01", 6)
    world.surveys(4, village="23500-01")
    world.freeze()
    signer = world.actor(Role.SUPERVISOR, DAK_HA)
    issue = issue_report(world.services, signer, world.order())

    def seen():
        question = FigureQuestion("I6", 2026)
        behind = records_behind_figure(world.services, signer, question, Cell(Part.NUMERATOR, world.unit(DAK_HA)))
        preview = preview_report(world.services, signer, world.order(), with_earlier=True)
        return (
            indicator_table(world.services, signer, question),
            behind,
            (preview.page, preview.state, preview.issues),
            [issued_file(world.services, signer, issue.issue_id, is_workbook=one) for one in (True, False)],
            list_issues(world.services, signer, at_most=50),
            shown(world.filled(WHOLE, PROVINCE)),
        )

    before = seen()
    world.cases(DAK_HA, 7)
    assert seen() == before
    opened(world)
    opened(world, act=Act.LOCK)
    world.typed("report:2017-II.1.total", 2, is_sensitive=True)
    world.cases(TU_MO_RONG, 3)
    assert seen() == before
