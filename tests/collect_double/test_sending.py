"""What goes over the wire when a survey is sent, and what the person then reads."""

import re
from datetime import UTC, datetime

import pytest

from .phone import Phone
from .recording_server import Answer, Recorded, RecordingServer, accepting, openrosa, recording_server
from .survey import Survey

TWO_IN_THE_AFTERNOON = datetime(2026, 11, 3, 14, 5, 9, tzinfo=UTC)


def survey(files: dict[str, bytes] | None = None) -> Survey:
    return Survey("sample", "1", "uuid:sample", "Phiếu mẫu_2026-11-03_14-05-00.xml", b"<data/>", files or {})


def answering(status: int, body: bytes = b"", head: int = 204):
    def answer(request: Recorded) -> Answer:
        return Answer(head if request.method == "HEAD" else status, b"" if request.method == "HEAD" else body)

    return answer


def test_head_comes_first_with_the_device_in_the_address(server: RecordingServer):
    sent = Phone(server.url + "/v1/key/token/projects/1", device_id="collect:a b").send(survey())
    assert sent.ok
    assert [(request.method, request.path) for request in server.requests] == [
        ("HEAD", "/v1/key/token/projects/1/submission?deviceID=collect%3Aa%20b"),
        ("POST", "/v1/key/token/projects/1/submission?deviceID=collect%3Aa%20b"),
    ]


def test_headers_are_collects_with_its_twelve_hour_clock(server: RecordingServer):
    Phone(server.url, clock=lambda: TWO_IN_THE_AFTERNOON).send(survey())
    head, post = server.requests
    assert [name for name, _ in post.headers] == [
        "User-Agent",
        "X-OpenRosa-Version",
        "Date",
        "Content-Type",
        "Content-Length",
        "Host",
        "Connection",
        "Accept-Encoding",
    ]
    assert head.header("Date") == "Tue, 03 Nov 2026 02:05:09 GMT"
    assert str(head.header("User-Agent")).startswith("org.odk.collect.android/v")
    assert head.header("X-OpenRosa-Version") == "1.0"
    assert head.header("Authorization") is None
    assert re.fullmatch(r"multipart/form-data; boundary=[0-9a-f-]{36}", str(post.header("Content-Type")))


def test_the_advertised_length_splits_the_posts():
    with recording_server(accepting(100)) as server:
        sent = Phone(server.url).send(survey({"1.jpg": b"x" * 60, "2.jpg": b"y" * 60}))
        assert len(sent.posts) == 2
        assert [request.method for request in server.requests] == ["HEAD", "POST", "POST"]


def test_without_an_advertised_length_ten_million_bytes_go_at_once(server: RecordingServer):
    sent = Phone(server.url).send(survey({"1.bin": b"x" * 6_000_000, "2.bin": b"y" * 6_000_000}))
    assert len(sent.posts) == 2


def test_a_failing_post_stops_the_ones_after_it():
    def answer(request: Recorded) -> Answer:
        return Answer(204) if request.method == "HEAD" else openrosa(413, "Ảnh quá lớn")

    with recording_server(answer) as server:
        sent = Phone(server.url).send(survey({"1.jpg": b"x", "2.jpg": b"y"}), accept_length=1)
        assert (sent.ok, sent.message, sent.status) == (False, "Error: Ảnh quá lớn", 413)
        assert len(server.posts()) == 1


MESSAGE = "<OpenRosaResponse xmlns='http://openrosa.org/http/response'><message>{}</message></OpenRosaResponse>"


@pytest.mark.parametrize(
    ("status", "body", "shown"),
    [
        (201, MESSAGE.format("full submission upload was successful!"), "Success"),
        (201, "", "Success"),
        (202, MESSAGE.format("Đã nhận, chờ kiểm tra"), "Đã nhận, chờ kiểm tra"),
        (200, MESSAGE.format("ok"), "Error: Network login failure? Again?"),
        (204, "", "java.lang.Exception"),
        (400, "", "Failed to upload. Please make sure the form is configured to accept submissions on the server"),
        (400, MESSAGE.format("Phiếu bị hỏng"), "Error: Phiếu bị hỏng"),
        (503, MESSAGE.format("Máy chủ bận, sẽ gửi lại"), "Error: Máy chủ bận, sẽ gửi lại"),
        (503, "<html>busy</html>", "Error: Service Unavailable (503) at"),
        (403, MESSAGE.replace("message>", "orx:message>").format("x"), "Error: Forbidden (403) at"),
    ],
)
def test_the_person_reads_what_collect_shows(status: int, body: str, shown: str):
    with recording_server(answering(status, body.encode())) as server:
        sent = Phone(server.url).send(survey())
    assert sent.message.startswith(shown)
    assert sent.ok == (status in {201, 202})


@pytest.mark.parametrize(
    ("head", "posts", "shown"),
    [
        (403, 1, "Success"),
        (404, 1, "Success"),
        (503, 1, "Success"),
        (200, 0, "Failed to send to"),
        (401, 0, "Invalid username or password for server: 127.0.0.1"),
    ],
)
def test_only_a_401_or_another_2xx_to_the_head_ends_the_sending(head: int, posts: int, shown: str):
    with recording_server(answering(201, head=head)) as server:
        sent = Phone(server.url).send(survey())
        assert len(server.posts()) == posts
    assert sent.message.startswith(shown)


def test_a_location_on_the_same_host_is_followed_and_remembered():
    def answer(request: Recorded) -> Answer:
        if request.method == "HEAD":
            return Answer(204, headers=(("Location", f"{server.url}/elsewhere"),))
        return openrosa(201, "ok")

    with recording_server(answer) as server:
        phone = Phone(server.url)
        phone.send(survey())
        phone.send(survey())
        assert [request.method for request in server.requests] == ["HEAD", "POST", "POST"]
        assert {request.path for request in server.posts()} == {"/elsewhere?deviceID=collect%3Asampledevice0001"}


def test_a_location_on_another_host_is_refused():
    answer = Answer(204, headers=(("Location", "http://other.example/submission"),))
    with recording_server(lambda _: answer) as server:
        sent = Phone(server.url).send(survey())
    assert sent.message.startswith("Unexpected redirection attempt to a different host")


@pytest.mark.parametrize(
    ("redirect", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_only_307_and_308_carry_the_body_on(redirect: int, method: str):
    def answer(request: Recorded) -> Answer:
        if request.method == "HEAD":
            return Answer(204)
        if request.path.startswith("/submission"):
            return Answer(redirect, headers=(("Location", "/moved"),))
        return openrosa(201, "ok")

    with recording_server(answer) as server:
        Phone(server.url).send(survey())
        last = server.requests[-1]
    assert (last.method, last.path) == (method, "/moved")
    assert (b"<data/>" in last.body) == (method == "POST")
