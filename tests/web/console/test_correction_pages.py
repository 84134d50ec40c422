"""The pages of corrections as an officer uses them: type, check, keep, without a script; choose between two edits."""

from __future__ import annotations

import re
from html import escape, unescape
from uuid import uuid4

import pytest
from console_world import DAK_HA, PASSWORD, client_of, example, make_account, send

from server.access.roles import Role
from tests.register_world import put

POVERTY, FIRST = "/data/answers/about/hh_poverty", "/data/answers/page_c1/c1_1"
HOSTILE = "<script>alert(1)</script>\N{RIGHT-TO-LEFT OVERRIDE}" + "x" * 10_000


@pytest.fixture
def client(app, world):
    make_account(world.services, "xa.dakha", (Role.SUPERVISOR, DAK_HA), name="Cán bộ xã mẫu")
    return client_of(app, world, "xa.dakha")


def typed(text):
    """Return what a browser would send of the page's form if nobody touched anything."""
    main = text.partition("<main")[2]
    found = {name: [] for name in map(unescape, re.findall(r' name="(a:[^"]+|draft|csrf_token|reason)"', main))}
    for attributes in re.findall(r"<input ([^>]*)>", main):
        told = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
        is_box = told.get("type") in {"checkbox", "radio"}
        if told.get("name") and (not is_box or attributes.endswith(" checked")):
            found.setdefault(unescape(told["name"]), []).append(unescape(told.get("value", "")))
    for name, options in re.findall(r'<select name="([^"]+)">(.*?)</select>', main, re.DOTALL):
        found[unescape(name)] = [unescape(one) for one in re.findall(r'value="([^"]*)" selected', options)]
    for name, content in re.findall(r'<textarea name="([^"]+)"[^>]*>([^<]*)</textarea>', main):
        found[unescape(name)] = [unescape(content.removeprefix("\n"))]  # as browsers do
    return found


def edit(world, number, **replaced):
    xml = example("household_conduct_survey", "couple_with_children", number, **replaced).decode()
    deprecated = "<deprecatedID>uuid:00000000-0000-4000-8000-000000000037</deprecatedID>"
    return send(world, "Y Mẫu", xml.replace("<instanceName>", f"{deprecated}<instanceName>").encode())


def test_an_answer_is_corrected_step_by_step_and_the_record_tells_of_it(client, world):
    record = f"/submissions/{world.records['37']}"
    assert f'href="{record}/correct"' in client.get(record).text
    sent = typed(client.get(f"{record}/correct").text)
    sent[f"a:{POVERTY}"] = ["near_poor"]
    checked = client.post(f"{record}/correct", data=sent | {"do": "check"})
    assert "Sẽ đổi 1 câu" in checked.text
    assert "từ “Hộ nghèo” thành “Hộ cận nghèo”" in checked.text
    again = client.post(f"{record}/correct", data=typed(checked.text) | {"do": "save"})
    assert (again.status_code, "Chưa ghi lý do đính chính" in again.text) == (400, True)
    assert re.search(r'<textarea name="reason"[^>]* autofocus', again.text), "it stands far below the first question"
    kept = client.post(f"{record}/correct", data=typed(again.text) | {"do": "save", "reason": "Xem lại sổ hộ"})
    assert kept.status_code == 303
    text = client.get(kept.headers["Location"]).text
    history = text.partition("Lịch sử thao tác")[2]
    assert "Đã lưu bản đính chính." in text
    assert "Cán bộ xã mẫu đính chính tại xã." in history
    assert "Xem lại sổ hộ" in history


def test_the_history_tells_what_people_said_and_counts_what_the_form_made_of_it(client, world):
    record = f"/submissions/{world.records['37']}"
    sent = typed(client.get(f"{record}/correct").text) | {"do": "save", "reason": "Xem lại tờ phiếu"}
    kept = client.post(f"{record}/correct", data=sent | {"a:/data/answers/page_c1/c1_1": ["no_answer"]})
    page = client.get(kept.headers["Location"]).text.partition("Ô máy tự ghi và tự tính")[0]
    assert "So với lần trước: 1 chỗ khác" in page
    history = page.partition("Lịch sử thao tác</h2>")[2]
    assert re.search(r"Theo đó máy tính lại \d ô\.", history)
    assert [code for code in ("c1_points", "c1_answered", "“yes”") if code in page] == []


def test_a_draft_is_good_for_one_record_and_one_account(app, client, world):
    one, other = f"/submissions/{world.records['37']}/correct", f"/submissions/{world.records['5']}/correct"
    sent = typed(client.get(one).text)
    assert client.post(other, data=sent).status_code == 400
    make_account(world.services, "dong.nghiep", (Role.SUPERVISOR, DAK_HA))
    colleague = client_of(app, world, "dong.nghiep")
    own = typed(colleague.get(one).text)
    assert colleague.post(one, data=own | {"draft": sent["draft"]}).status_code == 400
    assert colleague.post(one, data=own | {"draft": "nothing"}).status_code == 400


def signed_in_again(client, page, login="xa.dakha", password=PASSWORD):
    """Send the sign-in page that stands there."""
    sent = typed(page.text) | {"login": login, "password": password}
    return client.post("/sign-in", data=sent)


def test_what_was_typed_waits_behind_the_sign_in_page(app, client, world):
    address = f"/submissions/{world.records['37']}/correct"
    sent = typed(client.get(address).text) | {"reason": "Bà <b>nói</b> lại (mẫu)", "do": "save"}
    sent[f"a:{FIRST}"] = ["2"]
    world.services.now.advance(minutes=31)
    assert client.post(f"{address}/check", data=sent).status_code == 401, "the page it stands on stays"
    page = client.post(address, data=sent)
    assert (page.status_code, "Những gì vừa nhập được giữ" in page.text) == (401, True)
    wrong = signed_in_again(client, page, password="khong-phai")
    assert wrong.status_code == 401
    waiting = signed_in_again(client, wrong)
    assert (waiting.status_code, "Những gì vừa nhập còn đây" in waiting.text) == (200, True)
    back = client.post(address, data=typed(waiting.text))
    assert back.status_code == 200
    now = typed(back.text)
    assert (now["reason"], now[f"a:{FIRST}"]) == (["Bà <b>nói</b> lại (mẫu)"], ["2"])
    assert "Đã lưu bản đính chính" not in client.get(f"/submissions/{world.records['37']}?state=all").text
    make_account(world.services, "dong.nghiep", (Role.SUPERVISOR, DAK_HA))
    world.services.now.advance(minutes=31)
    colleague = signed_in_again(client, page, "dong.nghiep")
    assert client.post(address, data=typed(colleague.text)).status_code == 400, "it is nobody else's"


def test_nothing_waits_that_is_no_form_of_this_browser_or_is_about_a_case(app, client, world):
    address = f"/submissions/{world.records['37']}/correct"
    sent = typed(client.get(address).text)
    world.services.now.advance(minutes=31)
    forged = client.post(address, data=sent | {"csrf_token": "x"})
    elsewhere = app.test_client().post(address, data=sent)
    assert [(one.status_code, 'name="kept"' in one.text) for one in (forged, elsewhere)] == [(403, False)] * 2
    case = client.post(f"/incidents/{world.records['incident']}/correct", data=sent)
    assert (case.status_code, 'name="kept"' in case.text) == (303, False)
    assert client.post("/sign-in", data={"kept": "x", "csrf_token": "x"}).status_code == 403


def test_whatever_a_record_holds_is_text_in_the_form_and_the_choice(client, world):
    escaped = escape(HOSTILE)
    send(world, "Y Mẫu", example("household_conduct_survey", "refused", 600, instanceName=escaped, hh_number=escaped))
    xml = example("training_event", "bad_photo_missing", 601, photo_session=escaped, n_total=escaped, ev_day=escaped)
    number = send(world, "Y Mẫu", xml).submission_id
    text = client.get(f"/submissions/{number}/correct").text
    assert escape(HOSTILE)[:30] in text
    assert "<script>alert" not in text
    record = client.get(f"/submissions/{number}").text
    assert "<script>alert" not in record
    beside = record.partition('id="/data/when/ev_day"')[2].partition("</dd>")[0]
    assert escape(HOSTILE).replace("\N{RIGHT-TO-LEFT OVERRIDE}", "") in beside, "it turns no word of ours around"


def test_an_edit_beside_a_correction_is_chosen_from_on_a_page(client, world):
    record = f"/submissions/{world.records['37']}"
    sent = typed(client.get(f"{record}/correct").text) | {f"a:{POVERTY}": "near_poor"}
    client.post(f"{record}/correct", data=sent | {"do": "save", "reason": "Xem lại"})
    receipt = edit(world, 1037, hh_poverty="none", c1_1="1")
    text = client.get(f"{record}?state=all").text
    address = f"{record}/branches/{receipt.version_id}"
    assert f'href="{address}"' in text
    page = client.get(address).text
    assert "phiếu hiện nay, Cán bộ xã mẫu đính chính" in page
    assert re.search(rf'name="take:{FIRST}" value="edited" checked', page)
    assert re.search(rf'name="take:{POVERTY}" value="now" checked', page)
    chosen = dict(re.findall(r'name="(take:[^"]+)" value="(\w+)" checked', page))
    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    proof = typed(page)["csrf_token"]
    answer = client.post(address, data=chosen | {"seen": seen, "reason": "Hỏi lại hộ", "csrf_token": proof})
    assert answer.status_code == 303
    text = client.get(answer.headers["Location"]).text
    assert f'href="{address}"' not in text
    assert "Hỏi lại hộ" in text.partition("Lịch sử thao tác")[2]
    assert client.get(address).status_code == 404


def offered(text):
    """Return which households the page offers."""
    options = re.search(r'<select name="a:/data/who/household">(.*?)</select>', text, re.DOTALL)[1]
    return [one for one in re.findall(r'value="([^"]*)"', options) if one]


def test_of_a_long_list_the_answer_stands_alone_until_somebody_wants_another(client, world, monkeypatch):
    monkeypatch.setattr("server.web.console.corrections._LONG_LIST", 9)
    ids, path = [str(uuid4()) for _ in range(10)], "/data/who/household"
    for number, one in enumerate(ids):
        put(world.services, world.project_id, entity_id=one, village="23500-01", house_no=str(number), status="active")
    survey = example("household_conduct_survey", "couple_with_children", 700, household=ids[3], household_id=ids[3])
    page = f"/submissions/{send(world, 'Y Mẫu', survey).submission_id}/correct"
    elsewhere = f"/submissions/{world.records['37']}/correct"
    unknown = client.get(elsewhere).text
    assert (len(offered(unknown)), "không có trong danh sách lúc này" in unknown) == (1, True)
    assert len(offered(client.post(elsewhere, data=typed(unknown) | {"opens": path}).text)) > 10
    folded = client.get(page).text
    assert offered(folded) == [ids[3]]
    assert re.search(rf'name="opens" value="{path}"[^>]*>Chọn mục khác \(\d+ mục\)', folded)
    kept = client.post(page, data=typed(folded) | {f"a:{POVERTY}": "near_poor", "do": "check"}).text
    assert offered(kept) == [ids[3]]
    opened = client.post(page, data=typed(kept) | {"opens": path}).text
    assert len(offered(opened)) > 10
    again = client.post(page, data=typed(opened) | {f"a:{path}": ids[4], "do": "check"}).text
    assert offered(again) == offered(opened), "what stands open stays open"
    blank = client.post(page, data=typed(folded) | {f"a:{path}": "", "do": "check"}).text
    assert len(offered(blank)) > 10


def test_two_hundred_households_to_choose_among_fit_a_page_over_a_slow_line(client, world, monkeypatch):
    monkeypatch.setattr("server.web.console.corrections._LONG_LIST", 9)
    for number in range(10):
        names = {"label": "A Mẫu Văn Tik – vợ Y Mẫu Thị Bét – hộ 137 (mẫu)", "village": "23500-01", "status": "active"}
        put(world.services, world.project_id, house_no=f"{number}", **names)
    page, path = f"/submissions/{world.records['37']}/correct", "/data/who/household"
    folded = client.get(page)
    opened = client.post(page, data=typed(folded.text) | {"opens": path})
    each = (len(opened.data) - len(folded.data)) / (len(offered(opened.text)) - len(offered(folded.text)))
    assert len(folded.data) < 40_000
    assert len(folded.data) + 200 * each < 60_000, each


def test_what_no_list_offers_any_more_is_called_by_its_name(client, world):
    """She was surveyed in one village, and her household has moved to another since."""
    key = put(world.services, world.project_id, village="23500-03", label="A Dời – hộ 8 (mẫu)")
    with world.services.reading(world.services.operator()) as uow:
        entity_id = uow.register.lines({key})[key].entity_id
    facts = {"household": entity_id, "household_id": entity_id}
    xml = example("household_conduct_survey", "couple_with_children", 660, **facts)
    shown = client.get(f"/submissions/{send(world, 'Y Mẫu', xml).submission_id}/correct").text
    assert "A Dời – hộ 8 (mẫu) (không có trong danh sách lúc này)" in shown
