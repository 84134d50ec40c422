"""Texts that come from phones, designers and officers are shown as texts, whatever they hold."""

from __future__ import annotations

import re
import time
from html import escape

import pytest
from console_world import DAK_HA, JPEG, client_of, csrf_of, example, make_account, send

from server.access.roles import Role
from server.web.console.record_view import _Teller
from tests.register_world import put

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"


@pytest.fixture
def client(app, world):
    make_account(world.services, "ai.do", (Role.SUPERVISOR, DAK_HA), name=HOSTILE[:100])
    return client_of(app, world, "ai.do")


def harmless(text):
    return "<script>alert" not in text and "<img src=x" not in text and "49" not in text.partition("<main")[2][:200]


def test_answers_names_and_comments_are_texts(client, world):
    xml = example("household_conduct_survey", "refused", 600, instanceName=escape(HOSTILE), hh_number=escape(HOSTILE))
    number = send(world, "Y Mẫu", xml).submission_id
    page = client.get(f"/submissions/{number}?state=all").text
    version = page.partition(f'value="{number}:')[2].partition('"')[0]
    typed = {"record": f"{number}:{version}", "verdict": "return", "comment": HOSTILE, "csrf_token": csrf_of(client)}
    assert client.post("/submissions/decide", data=typed).status_code == 303
    record = client.get(f"/submissions/{number}?state=all").text
    assert escape(HOSTILE, quote=False)[:20] in record
    for text in (record, client.get("/submissions?state=all").text, client.get("/submissions?q=" + "<b>x").text):
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<b>x" not in text


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"<html><script>alert(1)</script>", JPEG])
def test_files_run_nothing_whatever_they_are_called(client, world, content):
    name = 'anh"><script>.svg'
    xml = example("training_event", "bad_photo_missing", 601, photo_session=escape(name))
    number = send(world, "Y Mẫu", xml, [(name, "image/svg+xml", content)]).submission_id
    page = client.get(f"/submissions/{number}?state=all").text
    assert "<script>." not in page
    address = page.partition('href="/submissions/files/')[2].partition('"')[0]
    answer = client.get(f"/submissions/files/{address}")
    assert answer.data == content
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    shown = answer.headers["Content-Disposition"].startswith("inline")
    assert (answer.content_type, shown) == ("application/octet-stream", False), "not even what only begins as a photo"


@pytest.mark.parametrize("question", ["k_received", "hh_number", "visit_result", "visit_date"])
def test_an_answer_of_megabytes_leaves_the_page_small(client, world, question):
    xml = example("household_conduct_survey", "couple_with_children", 610, **{question: "k1 " * 1_000_000})
    number = send(world, "Y Mẫu", xml).submission_id
    record = client.get(f"/submissions/{number}?state=all")
    household = re.search(r"/entities/\d+", record.text)[0]
    for page in (record, client.get("/submissions?state=all"), client.get(household)):
        assert page.status_code == 200
        assert len(page.data) < 200_000
    assert "k1 k1 k1" in record.text


def test_findings_are_looked_through_once_and_not_for_every_answer(client, world, monkeypatch):
    """A thousand findings beside twenty thousand answers kept the page for ten seconds."""
    looked, where = [], _Teller.stands_at
    monkeypatch.setattr(_Teller, "stands_at", lambda self, one: (looked.append(one), where(self, one))[1])
    page = client.get(f"/submissions/{world.records['41']}?state=all")
    assert 'class="has-finding"' in page.text
    assert len(looked) == 2 * len(set(map(id, looked)))


def test_a_vietnamese_file_name_survives_the_download(client, world):
    name = "ảnh buổi họp.bin"
    xml = example("training_event", "bad_photo_missing", 602, photo_session=name)
    number = send(world, "Y Mẫu", xml, [(name, "application/octet-stream", b"x")]).submission_id
    page = client.get(f"/submissions/{number}?state=all").text
    address = page.partition('href="/submissions/files/')[2].partition('"')[0]
    disposition = client.get(f"/submissions/files/{address}").headers["Content-Disposition"]
    assert "filename*=UTF-8''%E1%BA%A3nh%20bu%E1%BB%95i%20h%E1%BB%8Dp.bin" in disposition


def test_the_address_of_a_file_is_good_while_one_sits_over_its_page_and_for_one_session(
    app, client, world, monkeypatch
):
    xml = example("training_event", "bad_photo_missing", 603, photo_session="anh.jpg")
    number = send(world, "Y Mẫu", xml, [("anh.jpg", "image/jpeg", JPEG)]).submission_id
    page = client.get(f"/submissions/{number}?state=all").text
    address = "/submissions/files/" + page.partition('href="/submissions/files/')[2].partition('"')[0]
    assert client.get(address).status_code == 200
    make_account(world.services, "dong.nghiep", (Role.SUPERVISOR, DAK_HA))
    assert client_of(app, world, "dong.nghiep").get(address).status_code == 404
    assert app.test_client().get(address).status_code == 303
    for minutes, status in ((29, 200), (31, 404)):
        moment = time.time() + minutes * 60
        with monkeypatch.context() as later:
            later.setattr("itsdangerous.timed.time.time", lambda moment=moment: moment)
            assert client.get(address).status_code == status


def test_a_photo_stands_beside_its_question_and_a_missing_one_is_said(client, world):
    xml = example("training_event", "bad_photo_missing", 604, photo_session="anh.jpg")
    number = send(world, "Y Mẫu", xml).submission_id
    page = client.get(f"/submissions/{number}?state=all").text
    assert "Thiếu ảnh: 1" in page
    send(world, "Y Mẫu", xml, [("anh.jpg", "image/jpeg", JPEG)])
    page = client.get(f"/submissions/{number}?state=all").text
    beside = page.partition('id="/data/extras/photo_session"')[2].partition("</div>")[0]
    assert '<img class="photo" src="/submissions/photos/' in beside
    assert "Thiếu ảnh" not in page


def test_what_registers_hold_is_text(client, world):
    told = {"head_name": HOSTILE, "address": HOSTILE, "poverty": HOSTILE, "point": HOSTILE, HOSTILE[:30]: HOSTILE}
    key = put(world.services, world.project_id, label=HOSTILE, village=DAK_HA + "-01", **told)
    club = put(world.services, world.project_id, "clubs", label=HOSTILE, village=DAK_HA + "-01", kind=HOSTILE)
    pages = ["/households?show=all", "/registers/clubs", f"/entities/{key}", f"/entities/{key}/edit"]
    other = put(world.services, world.project_id, label=HOSTILE, village=DAK_HA + "-01", **told | {"size": "1"})
    pages += ["/households/duplicates", f"/entities/{key}/with/{other}"]
    for page in [*pages, f"/entities/{club}", f"/entities/{key}/conflict"]:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert harmless(answer.text), page
    typed = {"seen": "1", "label": HOSTILE + "!", "reason": HOSTILE, "csrf_token": csrf_of(client)}
    assert client.post(f"/entities/{key}/edit", data=typed).status_code == 303
    assert harmless(client.get(f"/entities/{key}").text)
