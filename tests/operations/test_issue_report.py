"""An issued report never changes: its bytes are kept and given out, whatever is counted, typed or published later."""

from __future__ import annotations

import hashlib
from io import BytesIO

import pytest
from docx import Document
from openpyxl import load_workbook
from report_province import on_one_database
from report_world import COMMUNE, DAK_HA, PERIOD, PROVINCE, TU_MO_RONG, WHOLE

from server.access.roles import Role
from server.errors import Conflict, Forbidden, NotFound
from server.indicators.periods import Period
from server.operations.draft_report import keep_words
from server.operations.issue_report import issue_for_the_operator, issue_report
from server.operations.lock_period import is_locked
from server.operations.read_reports import issued_file, list_issues, list_reports, preview_report, read_issue
from tests.operations.test_report_workbook import template

pytestmark = pytest.mark.database
WORDS = {"results": "Tổ chức 12 buổi nói chuyện.\nCó 3 câu lạc bộ.", "number": "12/BC-UBND", "signer_name": "A Mẫu"}


@pytest.fixture
def world(reports):
    return reports


def files(world, issue):
    reader = world.actor(Role.ANALYST)
    return tuple(issued_file(world.services, reader, issue.issue_id, is_workbook=one)[1] for one in (True, False))


def text_of(document):
    opened = Document(BytesIO(document))
    cells = (cell.text for table in opened.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(one.text for one in opened.paragraphs), *cells])


def test_what_was_issued_stays_to_the_byte_whatever_comes_later(world):
    officer = world.actor(Role.SUPERVISOR, DAK_HA)
    world.households("23500-01", 4)
    keep_words(world.services, officer, world.order(), WORDS, revision=0)
    issue = issue_report(world.services, officer, world.order())
    before = files(world, issue)
    assert [hashlib.sha256(one).hexdigest() for one in before] == [issue.workbook_sha256, issue.document_sha256]
    assert (issue.issued_by, issue.issued_at, issue.revision) == ("Người duyệt (mẫu)", world.services.now(), 1)
    page = read_issue(world.services, officer, issue.issue_id).page

    world.households("23500-01", 9)
    world.typed("report:2017-I.1.total", 1200)
    world.services.now.advance(seconds=1)
    world.layout(COMMUNE, template(A1="{{unit}}"))
    keep_words(world.services, officer, world.order(), {"results": "Khác"}, revision=1)
    assert files(world, issue) == before
    assert read_issue(world.services, officer, issue.issue_id).page == page


@on_one_database
def test_the_files_hold_the_figures_the_words_and_the_signature_block(world):
    officer = world.actor(Role.SUPERVISOR, DAK_HA)
    world.typed("report:2017-I.1.total", 1204)
    keep_words(world.services, officer, world.order(), WORDS, revision=0)
    workbook, document = files(world, issue_report(world.services, officer, world.order()))
    sheet = load_workbook(BytesIO(workbook))["Báo cáo năm"]
    assert sheet["A3"].value == "Số: 12/BC-UBND"
    assert 1204 in {cell.value for cell in sheet["D"]}
    text = text_of(document)
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "XÃ ĐĂK HÀ", "Số: 12/BC-UBND", "I. KẾT QUẢ NỔI BẬT",
        "Tổ chức 12 buổi nói chuyện.", "Có 3 câu lạc bộ.", "II. KHÓ KHĂN, NGUYÊN NHÂN", "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH", "A Mẫu", "Nơi nhận:", "Tổng số hộ gia đình", "1.204*", "Bản công khai",
    ):  # fmt: skip
        assert part in text, part


def test_issuing_locks_the_period_and_is_done_once(world):
    officer = world.actor(Role.SUPERVISOR, DAK_HA)
    issue_report(world.services, officer, world.order())
    with world.services.reading(world.services.operator()) as uow:
        assert is_locked(uow, world.project_id, world.unit(DAK_HA), PERIOD)
    with pytest.raises(Conflict) as refused:
        issue_report(world.services, officer, world.order())
    assert refused.value.code == "report.already_issued"


def test_a_correction_is_a_further_revision_with_its_reason_and_the_old_copy_stays(world):
    officer = world.actor(Role.SUPERVISOR, DAK_HA)
    with pytest.raises(Conflict) as refused:
        issue_report(world.services, officer, world.order(), reason="Sửa số")
    assert refused.value.code == "report.not_issued"
    first = issue_report(world.services, officer, world.order())
    before = files(world, first)
    world.households("23500-01", 5)
    world.services.now.advance(days=1)
    second = issue_report(world.services, officer, world.order(), reason="Sửa số hộ")
    assert (second.revision, second.reason) == (2, "Sửa số hộ")
    assert files(world, first) == before
    assert files(world, second) != before
    assert read_issue(world.services, officer, first.issue_id).newest == second
    assert [one.issue for one in list_issues(world.services, officer, at_most=9)] == [second, first]


def test_a_correction_revises_the_lock_where_its_figures_differ(world):
    officer = world.actor(Role.SUPERVISOR, DAK_HA)
    issue_report(world.services, officer, world.order())
    issue_report(world.services, officer, world.order(), reason="Sửa lời văn")
    assert [(one.revision, one.reason) for one in locks(world)] == [(1, "")]
    world.surveys(1)
    issue_report(world.services, officer, world.order(), reason="Sửa số hộ")
    assert [(one.revision, one.reason) for one in locks(world)] == [(1, ""), (2, "Sửa số hộ")]


def locks(world):
    with world.services.reading(world.services.operator()) as uow:
        return uow.locks.revisions(world.project_id, world.unit(DAK_HA), PERIOD)


@on_one_database
def test_only_the_units_own_reviewer_drafts_and_issues(world):
    for role, unit, kind in (
        (Role.SUPERVISOR, TU_MO_RONG, NotFound),
        (Role.SUPERVISOR, PROVINCE, Forbidden),
        (Role.ANALYST, DAK_HA, Forbidden),
        (Role.ADMINISTRATOR, DAK_HA, Forbidden),
        (Role.INCIDENT_OFFICER, DAK_HA, Forbidden),
    ):
        somebody = world.actor(role, unit, elevated=True)
        with pytest.raises(kind):
            issue_report(world.services, somebody, world.order())
        with pytest.raises(kind):
            keep_words(world.services, somebody, world.order(), WORDS, revision=0)
    reader = world.actor(Role.ANALYST, TU_MO_RONG)
    preview = preview_report(world.services, reader, world.order(), with_earlier=False)
    assert (preview.words, preview.may_sign, preview.state.held) == (None, False, None)


def test_after_the_issue_the_preview_says_how_many_numbers_are_other(world):
    officer = world.actor(Role.SUPERVISOR, DAK_HA)
    world.households("23500-01", 4, hh_type="gen2")
    issue_report(world.services, officer, world.order())
    assert preview_report(world.services, officer, world.order(), with_earlier=False).changed == 0
    world.households("23500-01", 1, hh_type="gen3")
    assert preview_report(world.services, officer, world.order(), with_earlier=False).changed == 2


@on_one_database
def test_words_with_signs_no_document_can_hold_are_kept_without_them(world):
    officer = world.actor(Role.SUPERVISOR, DAK_HA)
    odd = {"results": "Một\x00\x0bhai\ufffe ba\r\nbốn", "signer_name": "A\x07 Mẫu\n=1+1"}
    keep_words(world.services, officer, world.order(), odd, revision=0)
    workbook, document = files(world, issue_report(world.services, officer, world.order()))
    assert {"Mộthai ba", "bốn", "A Mẫu =1+1"} <= set(text_of(document).splitlines())
    values = {cell.value for row in load_workbook(BytesIO(workbook))["Báo cáo năm"].iter_rows() for cell in row}
    assert "A Mẫu =1+1" in values


def test_two_people_do_not_overwrite_each_others_words(world):
    officer = world.actor(Role.SUPERVISOR, DAK_HA)
    assert keep_words(world.services, officer, world.order(), WORDS, revision=0) == 1
    for stale in (0, 5):
        with pytest.raises(Conflict) as refused:
            keep_words(world.services, officer, world.order(), {"results": "Khác"}, revision=stale)
        assert refused.value.code == "report.words_changed"
    preview = preview_report(world.services, officer, world.order(), with_earlier=False)
    assert preview.words.words["results"] == WORDS["results"]


@on_one_database
def test_last_years_words_are_offered_as_a_start_but_not_its_number(world):
    officer = world.actor(Role.SUPERVISOR, DAK_HA)
    last = world.order(period=Period(2025))
    keep_words(world.services, officer, last, WORDS | {"day": "ngày 1/12", "proposals": "Cũ"}, revision=0)
    issue_report(world.services, officer, last)
    keep_words(world.services, officer, world.order(), {"results": "Mới"}, revision=0)
    asked = preview_report(world.services, officer, world.order(), with_earlier=True).words
    assert (asked.has_earlier, asked.revision) == (True, 1)
    found = {one: asked.words.get(one, "") for one in ("results", "proposals", "number", "day", "signer_name")}
    assert found == {"results": "Mới", "proposals": "Cũ", "number": "", "day": "", "signer_name": "A Mẫu"}
    plain = preview_report(world.services, officer, world.order(), with_earlier=False).words
    assert "proposals" not in plain.words


@on_one_database
def test_the_preview_says_what_is_missing_open_and_typed(world):
    officer = world.actor(Role.SUPERVISOR, DAK_HA)
    world.send("couple_with_children", village="23500-01")
    world.surveys(1, village="23500-01")
    world.typed("report:2017-I.1.total", 1200)
    state = preview_report(world.services, officer, world.order(), with_earlier=False).state
    assert (state.received, state.awaiting, state.held, state.typed) == (2, 1, 0, 1)
    assert "Thôn 1 (mẫu)" not in state.missing
    assert len(state.missing) == state.units - 1


@on_one_database
def test_reports_are_offered_by_level_ones_own_unit_first(world):
    choices = list_reports(world.services, world.actor(Role.SUPERVISOR, TU_MO_RONG), PERIOD)
    offered = {one.stored.name: (len(one.units), one.units[0][1]) for one in choices}
    assert offered == {COMMUNE: (40, "Xã Tu Mơ Rông"), WHOLE: (1, "Tỉnh Quảng Ngãi")}


@on_one_database
def test_the_operator_issues_in_somebodys_name(world):
    issue = issue_for_the_operator(world.services, world.order(), "Tổ trực (mẫu)")
    assert (issue.issued_by, issue.revision) == ("Tổ trực (mẫu)", 1)
