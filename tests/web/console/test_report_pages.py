"""The pages of reports: preview, words, issuing, files; layouts for administrators; the official copy."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from io import BytesIO

import pytest
from console_world import client_of, csrf_of
from openpyxl import load_workbook
from report_province import copied_file
from report_world import COMMUNE, DAK_HA, LAYOUTS

from server.app import create_app
from tests.operations.test_report_workbook import template

WHY = "Lập báo cáo năm (mẫu)"


@pytest.fixture
def world(sqlite_reports, tmp_path):
    with copied_file(sqlite_reports, tmp_path) as world:
        yield world


@pytest.fixture
def app(world):
    return create_app(world.services)


class Browser:
    """Somebody signed in, who opens pages and sends forms."""

    def __init__(self, app, world, login, *, elevated=False):
        self.client = client_of(app, world, login, elevated=elevated)
        self.unit, self.template_id = world.unit(DAK_HA), world.layouts[COMMUNE]

    def see(self, address=None, status=200):
        answer = self.client.get(address or f"/reports/{self.template_id}?unit={self.unit}&year=2026")
        assert answer.status_code == status, answer.text
        return answer

    def send(self, address, status=303, **typed):
        facts = {"unit": self.unit, "year": 2026, "csrf_token": csrf_of(self.client, "/"), **typed}
        answer = self.client.post(address, data=facts)
        assert answer.status_code == status, answer.text
        return answer

    def issue(self, **typed):
        return self.send(f"/reports/{self.template_id}/issue", **{"is_sure": 1, **typed})


def plain(text):
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_preview_shows_what_is_missing_marks_typed_cells_and_never_an_invented_nought(app, world):
    world.typed("report:2017-I.1.total", 1200)
    text = Browser(app, world, "xa").see().text
    said = plain(text)
    for part in (
        "4/4 đơn vị chưa gửi gì",
        "Xem những dòng nào 1.1 Hộ chỉ có cha hoặc mẹ",
        "2.4 Đường dây nóng",
        "Không có phiếu tạm giữ",
        "1 ô nhập từ sổ",
        "Cần đối chiếu phụ lục",
    ):
        assert part in said
    assert re.search(r'class="[^"]*mark-typed"><span title="Sổ gia đình mẫu">1\.200\*', text)
    cells = re.findall(r'class="[^"]*mark-(\w+)">(.*?)</td>', text)
    assert {plain(shown) for mark, shown in cells if mark == "empty"} == {"Chưa có số liệu"}
    assert "0" not in {plain(shown) for _, shown in cells}


def test_words_are_kept_and_the_page_they_were_written_on_says_so(app, world):
    browser = Browser(app, world, "xa")
    sent = browser.send(f"/reports/{browser.template_id}/words", revision=0, results="Mười hai buổi <b>")
    assert "Đã lưu lời báo cáo" in browser.see(sent.location.partition("#")[0]).text
    assert "Mười hai buổi &lt;b&gt;</textarea>" in browser.see().text
    stale = browser.send(f"/reports/{browser.template_id}/words", status=409, revision=0, results="Khác")
    assert "vừa được Người dùng mẫu sửa" in stale.text


def test_an_issued_report_is_given_out_byte_for_byte_with_its_hash(app, world):
    browser = Browser(app, world, "xa")
    page = browser.see(browser.issue().location)
    workbook, document = re.search(r"xlsx (\w{64})<br>docx (\w{64})", page.text).groups()
    for kind, sha256 in (("xlsx", workbook), ("docx", document)):
        address = re.search(rf'href="(/reports/issued/\d+/{kind})"', page.text)[1]
        files = []
        for login in ("xa", "doc"):
            answer = Browser(app, world, login).see(address)
            files.append(answer.data)
            assert f'filename="yearly-2017-commune-23500-2026.{kind}"' in answer.headers["Content-Disposition"]
            world.households("23500-01", 2)
        assert files[0] == files[1]
        assert hashlib.sha256(files[0]).hexdigest() == sha256
    assert "Xã Đăk Hà · 2026" in Browser(app, world, "doc").see("/reports").text
    browser.issue(status=409)
    browser.issue(reason="Sửa số hộ")
    assert "Đã có bản chốt lại mới hơn" in browser.see("/reports/issued/1").text


def test_nothing_is_issued_by_a_slip_of_a_finger(app, world):
    browser = Browser(app, world, "xa")
    assert re.search(r'<input type="checkbox" name="is_sure" value="1" required>', browser.see().text)
    assert "Chưa chốt: hãy đánh dấu" in browser.issue(status=400, is_sure="").text
    browser.see("/reports/issued/1", status=404)


def found(drafted, browser):
    """Return which of these words stand on the preview and in the file."""
    asked = f"unit={browser.unit}&year=2026"
    book = load_workbook(BytesIO(browser.see(f"/reports/{browser.template_id}/draft.xlsx?{asked}").data))
    in_file = " ".join(str(cell) for sheet in book for row in sheet.values for cell in row)
    texts = (re.sub(r"<(textarea|input)[^>]*>", "", browser.see().text), in_file)
    return [{one for one in drafted.values() if one in text} for text in texts]


def test_others_read_the_preview_but_neither_write_nor_issue(app, world):
    signer = Browser(app, world, "xa")
    drafted = {"place": "Chỗ thảo", "day": "Ngày thảo", "recipients": "Nơi nhận thảo", "signer_name": "Tên thảo"}
    signer.send(f"/reports/{signer.template_id}/words", revision=0, **drafted)
    assert found(drafted, signer) == [set(drafted.values())] * 2
    for login in ("xa.khac", "tinh", "doc"):
        browser = Browser(app, world, login)
        assert "<textarea" not in browser.see().text
        assert found(drafted, browser) == [set()] * 2, "words that are drafted are for whoever signs"
    Browser(app, world, "xa.khac").issue(status=404)
    Browser(app, world, "tinh").issue(status=403)
    Browser(app, world, "doc").issue(status=403)
    assert Browser(app, world, "doc").see("/report-layouts", status=403)


def test_an_administrator_sees_a_layout_filled_before_it_is_in_force(app, world):
    browser = Browser(app, world, "quan.tri")
    old = (LAYOUTS / "commune-2011.xlsx").read_bytes()
    tried = browser.send("/report-layouts", 200, act="try", project=world.project_id, file=(BytesIO(old), "cu.xlsx"))
    assert "Chưa có mẫu tên “cu”" in tried.text
    assert "Số hộ có người tảo hôn" in tried.text
    carried = re.search(r'name="carried" value="([^"]+)"', tried.text)[1]
    assert b64decode(carried) == old
    assert "cu –" not in plain(browser.see("/report-layouts").text)
    put = browser.send("/report-layouts", 200, act="publish", project=world.project_id, name="cu", carried=carried)
    assert "Đã ban hành báo cáo cu" in put.text
    assert "cu – Người dùng mẫu" in plain(browser.see("/report-layouts").text)


@pytest.mark.parametrize("carried", ["", "===", "không", "٣"])
def test_a_workbook_that_a_page_does_not_carry_is_asked_for(app, world, carried):
    told = Browser(app, world, "quan.tri").send("/report-layouts", 400, act="try", project=1, carried=carried)
    assert "Chưa chọn tệp" in told.text


def test_a_broken_layout_is_told_by_sheet_cell_and_cure_and_nothing_changes(app, world):
    browser = Browser(app, world, "quan.tri")
    broken = BytesIO(template(B2="{{register:nobody}}"))
    for act in ("try", "publish"):
        broken.seek(0)
        upload = (BytesIO(broken.read()), f"{COMMUNE}.xlsx")
        refused = browser.send("/report-layouts", 400, act=act, project=world.project_id, file=upload)
        assert "Trang “Biểu, một”, dòng 2, cột B: Không có sổ “register:nobody”." in plain(refused.text)
        assert "Các sổ đếm được" in refused.text
    assert world.filled().stored.template_id == world.layouts[COMMUNE]
    no_file = browser.send("/report-layouts", 400, act="try", project=world.project_id)
    assert "Chưa chọn tệp" in no_file.text


def test_the_official_copy_answers_a_form_with_a_reason_and_is_kept_by_nobody(app, world):
    world.cases(DAK_HA, 3)
    browser = Browser(app, world, "xa", elevated=True)
    assert "3" not in re.findall(r'class="[^"]*mark-counted">([^<]*)<', browser.see().text)
    asked = {"template": browser.template_id, "act": "open"}
    browser.send("/incidents/report", 400, **asked, reason=" ")
    for act in ("open", "workbook", "document", "lock"):
        answer = browser.send("/incidents/report", 200, **(asked | {"act": act}), reason=WHY)
        assert answer.headers["Cache-Control"] == "no-store"
        if act in {"open", "lock"}:
            assert "Bản chính thức" in answer.text
            assert "3" in re.findall(r'class="[^"]*mark-counted">([^<]*)<', answer.text)
    browser.send("/incidents/report", 409, **(asked | {"act": "lock"}), reason=WHY)


@pytest.mark.parametrize("login", ["xa.khac", "tinh", "doc", "quan.tri"])
def test_nobody_else_can_ask_for_it(app, world, login):
    world.cases(DAK_HA, 3)
    browser = Browser(app, world, login, elevated=login in {"xa.khac", "tinh"})
    asked = {"template": browser.template_id, "act": "open", "reason": WHY}
    assert "Bản chính thức" not in browser.send("/incidents/report", 404, **asked).text


def test_no_page_leads_to_an_official_copy_once_it_is_issued(app, world):
    world.cases(DAK_HA, 3)
    officer = Browser(app, world, "xa", elevated=True)
    officer.issue()
    officer.send("/incidents/report", 200, template=officer.template_id, act="lock", reason=WHY)
    pages = ["/reports", "/reports/issued/1", "/", "/indicators", "/submissions?state=all", "/incidents"]
    for login in ("xa", "doc"):
        browser = Browser(app, world, login, elevated=login == "xa")
        text = "".join(browser.client.get(page).text for page in pages) + browser.see().text
        assert "Bản chính thức" not in text
        assert "report_official" not in text
        assert browser.client.get("/reports/issued/2").status_code == 404
