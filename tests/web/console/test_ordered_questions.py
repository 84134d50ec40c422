"""A question that asks for an order is answered at the office too: each place offers every choice."""

from __future__ import annotations

import re

import pytest
from console_world import DAK_HA, PASSWORD, client_of, make_account
from playwright.sync_api import expect
from test_correction_pages import typed
from test_in_browser import address

from server.access.roles import Role
from server.forms.sheets import SourceKind
from server.operations.publish_form import Audience, FormSource, publish_form
from tests.chromium import signs_in, watched

__all__ = ["address"]
pytestmark = pytest.mark.browser
SHEETS = "/submissions/paper"
ORDER = "a:/data/order"
FORM = """
| survey |
| | type | name | label | required |
| | rank cause | order | Điều gì hay gây cãi nhau, xếp từ nhiều đến ít | yes |
| | text | said | Bác nói thêm gì? | |
| | rank many | many | Danh sách dài | |
| choices |
| | list_name | name | label |
| | cause | money | Tiền bạc |
| | cause | drink | Rượu bia |
| | cause | work | Việc nhà |
{many}
| settings |
| | form_title | form_id | version |
| | Phiếu mẫu: thứ tự | sample_order | 2026113001 |
""".format(many="\n".join(f"| | many | m{one} | Mục {one} |" for one in range(13)))


@pytest.fixture
def sheet(world):
    """The address of a blank sheet."""
    source = FormSource(FORM.encode(), SourceKind.MARKDOWN)
    publish_form(world.services, world.project_id, source, audience=Audience())
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA), name="Cán bộ xã mẫu")
    return SHEETS + "?writer=1&form={form}"


@pytest.fixture
def client(app, world, sheet):
    return client_of(app, world, "xa.dakha")


def blank(client, sheet):
    form = re.search(r'value="(\d+)">Phiếu mẫu: thứ tự', client.get(f"{SHEETS}?writer=1").text)[1]
    return client.get(sheet.format(form=form)).text


def chosen(text):
    """Return what each place of the order says on a page."""
    lists = re.findall(rf'<select name="{ORDER}">(.*?)</select>', text, re.DOTALL)
    return [(re.findall(r'value="([^"]*)" selected', one) or [""])[0] for one in lists]


def test_an_order_is_typed_from_paper_and_corrected_without_a_script(client, sheet):
    page = blank(client, sheet)
    assert chosen(page) == ["", "", ""]
    assert "Mục 12" not in page, "of a long list every place would offer all of it"
    sent = typed(page) | {"number": "1", "day": "30/09/2026"}
    twice = client.post(SHEETS, data=sent | {ORDER: ["drink", "", "drink"], "do": "save"})
    assert (twice.status_code, chosen(twice.text)) == (400, ["drink", "drink", ""])
    assert "Có lựa chọn bị chọn hai lần" in twice.text
    kept = client.post(SHEETS, data=sent | {ORDER: ["drink", "work", "money"], "do": "save"})
    record = re.search(r"/submissions/\d+", kept.headers["Location"])[0]
    assert re.search(r"Rượu bia.*Việc nhà.*Tiền bạc", client.get(record).text, re.DOTALL)
    page = client.get(f"{record}/correct").text
    assert chosen(page) == ["drink", "work", "money"]
    sent = typed(page) | {"do": "save", "reason": "Xem lại tờ phiếu"}
    assert client.post(f"{record}/correct", data=sent | {ORDER: ["work", "drink", "money"]}).status_code == 303
    assert chosen(client.get(f"{record}/correct").text) == ["work", "drink", "money"], "another order is another answer"


def test_an_order_is_typed_by_keyboard_place_by_place(browser, address, client, sheet):
    page = watched(browser.new_page(base_url=address, viewport={"width": 360, "height": 740}))
    signs_in(page, "xa.dakha", PASSWORD)
    form = re.search(r'value="(\d+)">Phiếu mẫu: thứ tự', client.get(f"{SHEETS}?writer=1").text)[1]
    page.goto(sheet.format(form=form))
    places = page.locator(f"[name='{ORDER}']")
    places.nth(0).focus()
    for place, first_letter in enumerate(("r", "v", "t")):
        page.keyboard.press(first_letter)
        expect(places.nth(place)).not_to_have_value("")
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "a:/data/said"
    assert [one.input_value() for one in places.all()] == ["drink", "work", "money"]
    expect(page.locator("[id='/data/order'] .finding-error")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.alarms == []
    page.close()
