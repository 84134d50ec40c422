"""A supervisor's morning: ten tasks in a real browser, each within the clicks it may cost, kept in the history.

Two people share it: an incident officer of two communes finds yesterday's case; a commune's supervisor, who has no
part in cases and meets no trace of one, does all the rest.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from morning_hands import Hand, Kept
from morning_walks import finds_the_twins, reviews_by_keyboard, reviews_on_a_small_phone
from morning_world import CLEAN, FLAGGED, LACKING, REVOKED, SILENT, TWINS, Morning, Size
from openpyxl import load_workbook
from report_province import postgres_reports, reports, sqlite_reports
from report_world import COMMUNE
from test_report_from_paper import address

from server.app import create_app
from tests.chromium import chromium

__all__ = ["address", "postgres_reports", "reports", "sqlite_reports"]
pytestmark = pytest.mark.browser
SIZES = [
    pytest.param("sqlite", Size(300, 14), id="small"),
    pytest.param("sqlite", Size(200_000, 40), id="stated-sqlite", marks=pytest.mark.full),
    pytest.param("postgresql", Size(200_000, 40), id="stated-postgresql", marks=pytest.mark.full),
]
QUESTION = "/data/answers/about/hh_poverty"
OF_CASES = ("573023", "/incidents", "Vụ việc")
"""What the case is called, where cases are read, what the page of cases is called."""

ANSWERS = ("Hàng xóm", "Thể chất", "16 đến 59", "Hòa giải thành")
"""What the case says, which its list does not."""


@pytest.fixture
def morning(request, reports):
    morning = Morning(reports, request.param)
    project_id, token = morning.phones.tokens[list(SILENT)[1]]
    asked = create_app(reports.services).test_client().get(f"/v1/key/{token}/projects/{project_id}/formList")
    assert asked.status_code == 200
    return morning


@pytest.fixture
def world(morning):
    return morning.world


@pytest.fixture
def browser():
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize(("reports", "morning"), SIZES, indirect=True)
def test_the_ten_tasks_of_a_morning(browser, address, morning):
    kept = Kept(morning.world)
    finds_the_case(Hand(browser, address, "vu.viec", elevated=True), kept, morning)
    hand = Hand(browser, address, "giam.sat")
    before = kept.rows("SELECT count(*) FROM deed WHERE is_sensitive")
    meets_what_waits(hand)
    finds_the_twins(hand, kept)
    looks_at_a_meeting(hand, morning)
    compares(hand, morning)
    sends_back(hand, kept, morning)
    approves_the_clean_ones(hand, kept, morning)
    calls_the_silent(hand)
    prints_the_report(hand, morning)
    opens_the_figure(hand)
    reads_the_history(hand)
    assert hand.alarms == []
    on_a_phone = Hand(browser, address, "giam.sat", width=360)
    reviews_on_a_small_phone(on_a_phone, kept)
    reviews_by_keyboard(hand, kept)
    assert on_a_phone.alarms == hand.alarms == []
    assert [(one, page[:200]) for page in hand.met for one in OF_CASES if one in page] == []
    assert hand.page.goto("/incidents").status == hand.page.goto(f"/incidents/{morning.case}").status == 404
    assert kept.rows("SELECT count(*) FROM deed WHERE is_sensitive") == before


def finds_the_case(hand, kept, morning):
    """Task 1. The list is masked; the case is opened with a reason; who read what, and why, is kept."""
    hand.open("/")
    hand.go("ul.cards a:has-text('Vụ việc')")
    hand.go("nav.chips a:has-text('Xã Đăk Hà')")
    assert hand.clicks <= 2
    assert hand.page.locator("li.record").count() == 1
    row = hand.words("li.record")
    assert "573023" in row
    assert "Xã Đăk Hà" in row
    listed = hand.words()
    assert [one for one in ANSWERS if one in listed] == []
    read = [one[0] for one in kept.deeds("vu.viec", "reading.record")]
    assert morning.case not in read
    assert "Cán bộ mẫu" not in listed, "nor who sent it"
    hand.go("li.record > a")
    assert hand.clicks == 1
    assert [one for one in (*ANSWERS, "Cán bộ mẫu") if one in hand.words()] == []
    assert morning.case not in [one[0] for one in kept.deeds("vu.viec", "reading.record")]
    opens_it(hand, kept, morning)
    assert [one for one in ANSWERS if one not in hand.words()] == []
    assert kept.deeds("vu.viec", "reading.record")[-1][:2] == (morning.case, 1)
    assert [one[1] for one in kept.deeds("vu.viec", "reading.list")] == [1] * 3, "the second step led there first"
    assert hand.alarms == []


def opens_it(hand, kept, morning):
    """A choice, a few words and a button; whoever opens the case later reads them."""
    hand.click("label:has-text('Tiếp nhận, xử lý vụ việc')")
    hand.page.fill("textarea[name=words]", "Gọi lại cho trưởng thôn (mẫu)")
    hand.go("button:has-text('mở vụ việc')")
    assert hand.clicks == 2
    assert [one[:2] for one in kept.deeds("vu.viec", "reading.identity")] == [(morning.case, 1)]
    assert "Gọi lại cho trưởng thôn (mẫu)" in hand.words("section:has-text('Ai đã mở vụ việc này')")


def meets_what_waits(hand):
    """The first page: numbers that the lists behind them have, nothing of cases."""
    hand.open("/")
    cards = hand.page.locator("ul.cards li")
    shown = {card.locator("strong").inner_text(): card.locator(".number").inner_text() for card in cards.all()}
    waiting = CLEAN + FLAGGED + 1 + 1 + LACKING + 2 + TWINS
    assert shown == {
        "Chờ duyệt": str(waiting),
        "Đã trả lại, chờ sửa": "0",
        "Thiếu ảnh": str(LACKING),
        "Phiếu tạm giữ": "1",
        "Lâu chưa gửi phiếu": str(len(SILENT)),
    }


def looks_at_a_meeting(hand, morning):
    """Tasks 2 to 4: photograph, place and sender of a record stand on its page."""
    page = hand.page
    hand.open(f"/submissions/{morning.meeting}")
    assert page.locator(".strip img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert page.locator("figure.spot .at").is_visible()
    assert page.locator("figure.spot .outline").count() == 1
    assert "ngoài địa bàn" in hand.words("figure.spot")
    facts = hand.words("dl.facts")
    for one in ("Y Mẫu", "20/11/2026 08:02", "12/12/2026", "collect:sampledevice0001", "Thôn 1 (mẫu), Xã Đăk Hà"):
        assert one in facts
    assert hand.clicks == 0
    assert hand.alarms == []
    with page.expect_navigation():
        hand.click(".strip a")
    assert hand.clicks == 1
    assert page.evaluate("document.contentType") == "image/jpeg"
    hand.alarms.clear()  # the browser's own page around a picture wants styles of its own


def compares(hand, morning):
    """Task 5: with the version before and with last year's visit of the household at once."""
    hand.open(f"/submissions/{morning.edited}")
    hand.go("a:has-text('So với lần trước')")
    assert hand.clicks == 1
    row = hand.page.locator("table.compared tbody tr", has_text="Hộ cận nghèo")
    said = [one.rpartition("\n")[2] for one in row.locator("td").all_inner_texts()]
    assert said == ["Không thuộc diện nghèo", "Hộ nghèo", "Hộ cận nghèo"]
    assert row.locator("td.differs").count() == 2
    assert "Lần đến năm 2025" in hand.words("table.compared thead")


def sends_back(hand, kept, morning):
    """Task 6: a remark on one question, and the record is with its collaborator again."""
    hand.open(f"/submissions/{morning.edited}")
    hand.click(f"[id='{QUESTION}'] details.on summary")
    hand.page.fill(f"textarea[name='on:{QUESTION}']", "Hộ nghèo hay cận nghèo? Xem lại giấy chứng nhận.")
    hand.click("summary:has-text('Trả lại')")
    hand.go("#sending-back button")
    assert hand.clicks <= 3
    assert kept.states(morning.edited) == {"has_issues"}
    assert [one[:2] for one in kept.deeds("giam.sat", "decision.return")] == [(morning.edited, 0)]
    hand.open(f"/submissions/{morning.edited}?state=all")
    assert "Xem lại giấy chứng nhận." in hand.words(f"[id='{QUESTION}']")
    hand.open("/")
    assert hand.words("ul.cards a:has-text('Đã trả lại')").startswith("1")


def approves_the_clean_ones(hand, kept, morning):
    """Task 7: those with errors are named and left; what was done is one batch, taken back and done again."""
    for _ in range(2):
        approves_a_village(hand, morning)
        assert kept.states(*morning.flagged) == {"received"}
        assert kept.states(*morning.clean) == {"approved"}
        deeds = kept.deeds("giam.sat", "decision.approve")[-CLEAN:]
        assert {one[0] for one in deeds} == set(morning.clean)
        assert len({one[2] for one in deeds}) == 1
        if kept.deeds("giam.sat", "decision.undo"):
            return
        hand.go("button:has-text('Hoàn tác')")
        assert hand.clicks == 1
        assert kept.states(*morning.clean) == {"received"}
        assert {one[0] for one in kept.deeds("giam.sat", "decision.undo")} == set(morning.clean)


def approves_a_village(hand, morning):
    hand.open("/submissions")
    hand.go("nav.chips a:has-text('Thôn 10')")
    hand.go("button[name=all]")
    left = hand.page.locator("ul.rows li")
    assert left.count() == FLAGGED
    numbers = {int(one.get_attribute("href").split("?")[0].rpartition("/")[2]) for one in left.locator("a").all()}
    assert numbers == set(morning.flagged)
    for one in left.all_inner_texts():
        assert "Hộ " in one
        assert "Thiếu câu bắt buộc" in one
    hand.go("button[name=verdict]")
    assert hand.clicks <= 3
    assert f"Đã duyệt {CLEAN} phiếu" in hand.words()


def calls_the_silent(hand):
    """Task 8: why nothing came, and the number to call, beside each name."""
    hand.open("/")
    hand.go("ul.cards a:has-text('Lâu chưa gửi phiếu')")
    assert hand.clicks <= 1
    assert hand.page.locator("li.record").count() == len(SILENT)
    causes = ("Máy chưa kết nối lần nào.", "Máy có kết nối nhưng chưa gửi phiếu.")
    for (name, phone), cause in zip(SILENT.items(), causes, strict=True):
        row = hand.page.locator("li.record", has_text=name)
        assert cause in row.inner_text()
        assert row.locator(f"a[href='tel:{phone}']").count() == 1
    assert REVOKED not in hand.words()


def prints_the_report(hand, morning):
    """Task 9: the report of the year, as it would be issued, goes to the printer; its workbook can be taken."""
    page = hand.page
    hand.open("/")
    hand.go("nav a:has-text('Báo cáo')")
    hand.go(f"form[action='/reports/{morning.world.layouts[COMMUNE]}'] button")
    hand.click("button[data-print]")
    assert hand.clicks <= 3
    assert page.evaluate("window.printed") == 1
    page.emulate_media(media="print")
    printed = hand.words()
    for part in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Xã Đăk Hà", "TM. ỦY BAN NHÂN DÂN"):
        assert part in printed
    assert not page.locator("nav").first.is_visible()
    assert not page.is_visible("button[data-print]")
    assert page.pdf(format="A4").startswith(b"%PDF-")
    page.emulate_media(media="null")
    with page.expect_download() as coming:
        page.click("a:has-text('Tải bản nháp')")
    assert load_workbook(BytesIO(Path(coming.value.path()).read_bytes())).sheetnames


def opens_the_figure(hand):
    """Task 10: the commune beside its target, and the records its figure counts."""
    hand.open("/")
    hand.go("nav a:has-text('Chỉ tiêu')")
    assert hand.clicks <= 1
    assert "Chỉ tiêu · Xã Đăk Hà · 2026" in hand.words("h1")
    row = hand.page.locator("tr", has_text="I6 ·")
    assert "100,0%" in row.inner_text()
    assert "70" in row.inner_text()
    assert "✓" in row.inner_text()
    hand.go("tr:has-text('I6 ·') a[href*='/records'] >> nth=0")
    assert hand.clicks == 1
    assert str(CLEAN) in hand.words("p[role=status]")
    assert hand.page.locator("li.record .state-approved").count() == hand.page.locator("li.record").count() > 0


def reads_the_history(hand):
    """What was done that morning is there to read: approved, taken back, approved again, sent back."""
    hand.open("/history?group=decisions&who=giam.sat")
    told = hand.words()
    hand.go(".following a")
    told += hand.words()
    strokes = re.findall(r"(\(tiếp theo\) )?· (\d+) mục cùng lúc", told)
    assert [int(count) for is_continued, count in strokes if not is_continued] == [CLEAN] * 3
    assert told.count("Trả lại phiếu") == 1
