"""A commune from which not one record ever came types its year from paper, previews, issues and prints its report.

In a real browser as narrow as a phone, beside the layouts of 2011, with the hands of a person counted: so long a click,
so long a letter. Half an hour must do.
"""

from __future__ import annotations

import hashlib
import re
import threading
from io import BytesIO
from pathlib import Path

import pytest
from console_world import PASSWORD
from openpyxl import load_workbook
from report_province import copied_file, sqlite_reports
from report_world import COMMUNE, LAYOUTS
from werkzeug.serving import make_server

from server.app import create_app
from tests.chromium import chromium, watched

__all__ = ["sqlite_reports"]
pytestmark = pytest.mark.browser
HALF_AN_HOUR = 30 * 60
SECONDS_A_CLICK, SECONDS_A_LETTER = 6, 0.6
YEAR = {
    "2017-I.1": 1204, "2017-I.1.1": 61, "2017-I.1.2": 148, "2017-I.1.3": 702, "2017-I.1.4": 251, "2017-I.1.5": 42,
    "2017-III.1": 1, "2017-III.2.1": 4, "2017-III.2.2": 5, "2017-III.2.3": 6, "2017-III.2.4": 1,
}  # fmt: skip
WORDS = {
    "results": "Tổ chức 12 buổi nói chuyện, 840 lượt người dự.\nBốn câu lạc bộ sinh hoạt hai tháng một lần.",
    "difficulties": "Nhiều hộ đi rẫy xa, khó gặp; chưa có kinh phí riêng.",
    "proposals": "Đề nghị tỉnh tập huấn thêm cho người làm công tác gia đình.",
    "direction": "Giữ bốn câu lạc bộ, vận động thêm 50 hộ đăng ký.",
    "number": "12/BC-UBND",
    "day": "ngày 25 tháng 11 năm 2026",
    "recipients": "- UBND tỉnh;\n- Lưu: VT.",
    "signer_name": "A Mẫu",
}


@pytest.fixture
def world(sqlite_reports, tmp_path):
    with copied_file(sqlite_reports, tmp_path) as world:
        for name in ("commune-2011", "district-2011"):
            world.layout(name, (LAYOUTS / f"{name}.xlsx").read_bytes())
        yield world


@pytest.fixture
def address(world):
    server = make_server("127.0.0.1", 0, create_app(world.services), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Hands:
    """A person at a browser; *seconds* is how long what was done takes such a person."""

    def __init__(self, page):
        self.page, self.seconds = page, 0.0

    def click(self, what):
        self.seconds += SECONDS_A_CLICK
        with self.page.expect_navigation():
            self.page.click(what)

    def choose(self, entry):
        self.seconds += SECONDS_A_CLICK
        self.page.click("nav details.menu summary")
        self.click(f"nav a:has-text('{entry}')")

    def write(self, field, text):
        self.seconds += SECONDS_A_CLICK + SECONDS_A_LETTER * len(str(text))
        self.page.fill(field, str(text))

    def tick(self, box):
        self.seconds += SECONDS_A_CLICK
        self.page.check(box)

    def download(self, what):
        self.seconds += SECONDS_A_CLICK
        with self.page.expect_download() as coming:
            self.page.click(what)
        return Path(coming.value.path()).read_bytes()


@pytest.fixture
def hands(address):
    with chromium() as browser:
        page = watched(browser.new_page(base_url=address, viewport={"width": 360, "height": 740}))
        page.goto("/sign-in")
        hands = Hands(page)
        hands.write("input[name=login]", "xa")
        hands.write("input[name=password]", PASSWORD)
        hands.click("main button")
        yield hands


def test_a_commune_without_one_record_types_previews_issues_and_prints_its_report(hands, world):
    page = hands.page
    hands.choose("Báo cáo")
    form = f"form[action='/reports/{world.layouts[COMMUNE]}']"
    assert page.locator(f"{form} option").first.inner_text() == "Xã Đăk Hà", "one's own commune is offered first"
    hands.click(f"{form} button")
    assert "Đã nhận 0 phiếu trong năm." in page.inner_text(".state-list")
    assert "4/4 đơn vị chưa gửi gì." in page.inner_text(".state-list")

    assert "2.4 Đường dây nóng" in page.text_content(".state-list")
    assert page.evaluate("document.querySelector('.sheet-scroll').scrollWidth") <= 360, "no figure is out of sight"
    missing = page.locator("td.mark-empty span").first
    assert missing.inner_text() == "Chưa có số liệu"
    page.emulate_media(media="print")
    assert not missing.is_visible(), "a cell to be filled in by hand is empty on paper"
    page.emulate_media(media="screen")
    hands.click("a:has-text('Nhập số từ sổ')")
    assert page.is_visible("details#layout input >> nth=0"), "the rows of this very report are open"
    assert "thành thị" not in page.inner_text("main"), "what a district says is not asked here"
    hands.write("input[name=document]", "Sổ thông tin về gia đình năm 2026 (mẫu)")
    for name, number in YEAR.items():
        hands.write(f"input[name='value:report:{name}.total']", number)
    hands.click("button:has-text('Lưu')")
    assert "problem" not in page.inner_html("main")

    hands.click("a:has-text('Xem trước báo cáo năm này')")
    hands.click(f"{form} button")
    assert "11 ô nhập từ sổ" in page.inner_text(".state-list")
    assert page.locator("td.mark-typed").all_inner_texts() == [f"{one:,}*".replace(",", ".") for one in YEAR.values()]
    assert page.locator("td.mark-empty").count() == 0
    for name, text in WORDS.items():
        hands.write(f"[name={name}]", text)
    hands.click("button:has-text('Lưu lời báo cáo')")
    hands.tick("[name=is_sure]")
    hands.click("button:has-text('Chốt số liệu')")

    issued = page.url
    assert "đã chốt lúc" in page.inner_text("main")
    workbook, document = (hands.download(f"a:has-text('{one}')") for one in (".xlsx", ".docx"))
    hashes = re.findall(r"\b[0-9a-f]{64}\b", page.inner_html("main"))
    assert hashes == [hashlib.sha256(one).hexdigest() for one in (workbook, document)]
    assert 1204 in {cell.value for cell in load_workbook(BytesIO(workbook))["Báo cáo năm"]["D"]}

    page.emulate_media(media="print")
    printed = page.inner_text("main")
    for part in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Số: 12/BC-UBND", "A Mẫu", "TM. ỦY BAN NHÂN DÂN", "1.204*"):
        assert part in printed
    assert not page.is_visible("nav")
    assert "Tải tệp" not in printed
    assert page.pdf(format="A4").startswith(b"%PDF-")
    page.emulate_media(media="screen")

    world.typed("report:2017-II.1.total", 2, is_sensitive=True)
    world.households("23500-01", 3)
    page.goto(issued)
    assert hands.download("a:has-text('.xlsx')") == workbook
    assert page.alarms == []
    assert hands.seconds < HALF_AN_HOUR
