"""The HTTP client is OkHttp as Collect sets it up: cache, gzip, keep-alive, credentials bound to one host."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from .credentials import Credentials
from .phone import Phone
from .recording_server import Answer, Recorded, RecordingServer, recording_server
from .test_sending import survey
from .wire import Wire


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def client(answer: Callable[[Recorded], Answer]) -> Iterator[tuple[Wire, RecordingServer, Clock]]:
    clock = Clock()
    with recording_server(answer) as server:
        wire = Wire("sample", Credentials("", ""), clock, None)
        try:
            yield wire, server, clock
        finally:
            wire.close()


@pytest.mark.parametrize(
    ("cache_control", "requests_after_a_minute"),
    [("max-age=3600", 1), ("max-age=30", 2), ("no-cache, max-age=3600", 2), ("no-store", 2)],
)
def test_max_age_keeps_an_answer_from_being_asked_again(cache_control: str, requests_after_a_minute: int):
    with client(lambda _: Answer(200, b"x", (("Cache-Control", cache_control),))) as (wire, server, clock):
        wire.get(server.url + "/formList?deviceID=x")
        clock.now += timedelta(minutes=1)
        again = wire.get(server.url + "/formList?deviceID=x")
        assert again.from_cache == (requests_after_a_minute == 1)
        assert len(server.requests) == requests_after_a_minute


@pytest.mark.parametrize(
    ("validator", "condition"),
    [
        (("ETag", '"abc"'), ("If-None-Match", '"abc"')),
        (("Last-Modified", "Tue, 03 Nov 2026 00:00:00 GMT"), ("If-Modified-Since", "Tue, 03 Nov 2026 00:00:00 GMT")),
    ],
)
def test_a_304_is_a_200_to_the_app(validator: tuple[str, str], condition: tuple[str, str]):
    def answer(request: Recorded) -> Answer:
        if request.header(condition[0]) == condition[1]:
            return Answer(304)
        return Answer(200, b"the form", (validator,))

    with client(answer) as (wire, server, _):
        wire.get(server.url + "/a")
        again = wire.get(server.url + "/a")
        assert (again.status, again.body, again.from_cache) == (200, b"the form", True)
        assert [one.status for one in wire.log] == [200, 304]


def test_a_gzipped_answer_is_unpacked():
    with client(lambda _: Answer(200, gzip.compress(b"the form"), (("Content-Encoding", "gzip"),))) as (
        wire,
        server,
        _,
    ):
        assert wire.get(server.url).body == b"the form"
        assert server.requests[0].header("Accept-Encoding") == "gzip"


def test_a_connection_the_server_closed_meanwhile_is_opened_anew_unnoticed():
    with client(lambda _: Answer(200, b"x")) as (wire, server, _):
        wire.get(server.url + "/a")
        for connection in wire._connections().values():
            connection.sock.shutdown(2)
        assert wire.get(server.url + "/b").status == 200


def test_redirects_of_a_get_are_followed_but_not_for_ever():
    def answer(request: Recorded) -> Answer:
        if request.path == "/moved":
            return Answer(302, headers=(("Location", "/here"),))
        return Answer(302, headers=(("Location", "/round"),)) if request.path == "/round" else Answer(200, b"here")

    with client(answer) as (wire, server, _):
        assert wire.get(server.url + "/moved").body == b"here"
        with pytest.raises(ConnectionError, match="Too many follow-up requests"):
            wire.get(server.url + "/round")


def test_the_password_goes_to_the_projects_host_only():
    challenge = (("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth"'),)

    def answer(request: Recorded) -> Answer:
        return Answer(401, headers=challenge) if request.header("Authorization") is None else Answer(500)

    with recording_server(answer) as server:
        phone = Phone("http://localhost:1/unused", username="ctv.01", password="secret")
        phone._get(server.url + "/media.csv")
        phone._others.close()
        assert 'username=""' in str(server.requests[-1].header("Authorization"))
        own = Phone(server.url, username="ctv.01", password="secret")
        own.send(survey())
        assert 'username="ctv.01"' in str(server.requests[-1].header("Authorization"))
