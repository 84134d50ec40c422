"""Credentials go out only when asked for, as Digest; Basic only over https; then unasked, until they are refused."""

import base64
import re

import pytest

from .credentials import Credentials, UnsupportedChallenge
from .phone import Phone
from .recording_server import Answer, Recorded, RecordingServer, openrosa, recording_server
from .test_sending import survey

HTTP = "http://survey.example/v1/projects/1/submission?deviceID=x"
HTTPS = HTTP.replace("http:", "https:")
DIGEST = 'Digest realm="Nếp Nhà", qop="auth", nonce="abc", opaque="def", algorithm=MD5'
ASCII_DIGEST = DIGEST.replace("Nếp Nhà", "project 1")
BASIC = 'Basic realm="project 1", charset="UTF-8"'


def fields(authorization: str | None) -> dict[str, str]:
    assert authorization is not None
    assert authorization.startswith("Digest ")
    return {name: value.strip('"') for name, value in re.findall(r'(\w+)=("[^"]*"|[^,]+)', authorization)}


def test_the_digest_of_rfc_2617_comes_out_as_in_the_rfc(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("secrets.token_hex", lambda _: "0a4f113b")
    challenge = (
        'Digest realm="testrealm@host.com", qop="auth,auth-int", '
        'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    mufasa = Credentials("Mufasa", "Circle Of Life")
    answer = mufasa.answer("GET", "http://www.nowhere.org/dir/index.html", [challenge], None)
    assert fields(answer)["response"] == "6629fae49393a05397450978507c4ef1"


def test_digest_is_written_as_okhttp_digest_writes_it():
    answer = Credentials("ctv.01", "secret").answer("POST", HTTP, [ASCII_DIGEST], None)
    assert re.fullmatch(
        r'Digest username="ctv.01", realm="project 1", nonce="abc", '
        r'uri="/v1/projects/1/submission\?deviceID=x", response="[0-9a-f]{32}", '
        r'qop=auth, nc=00000001, cnonce="[0-9a-f]{16}", algorithm=MD5, opaque="def"',
        str(answer),
    )


def test_the_count_of_a_nonce_rises_and_starts_again_with_a_new_one():
    credentials = Credentials("ctv.01", "secret")
    first = fields(credentials.answer("HEAD", HTTP, [ASCII_DIGEST], None))
    second = fields(credentials.unasked("POST", HTTP))
    fresh = fields(credentials.answer("GET", HTTP, [ASCII_DIGEST.replace("abc", "xyz")], None))
    assert (first["nc"], second["nc"], fresh["nc"]) == ("00000001", "00000002", "00000001")
    assert first["cnonce"] == second["cnonce"] != fresh["cnonce"]


@pytest.mark.parametrize(
    ("url", "challenges", "scheme"),
    [
        (HTTP, [BASIC], None),
        (HTTPS, [BASIC], "Basic"),
        (HTTP, [BASIC, ASCII_DIGEST], "Digest"),
        (HTTPS, [BASIC, ASCII_DIGEST], "Basic"),
        (HTTPS, [ASCII_DIGEST, BASIC], "Digest"),
        (HTTP, ["Bearer"], None),
        (HTTP, [], None),
    ],
)
def test_the_first_challenge_of_a_registered_scheme_is_taken(url: str, challenges: list[str], scheme: str | None):
    answer = Credentials("ctv.01", "secret").answer("GET", url, challenges, None)
    assert (answer and answer.split()[0]) == scheme


@pytest.mark.parametrize("challenge", ['digest realm="x", nonce="y"', 'Digest realm="x", nonce="y", qop="auth-int"'])
def test_a_challenge_okhttp_digest_cannot_read_is_an_error(challenge: str):
    with pytest.raises(UnsupportedChallenge):
        Credentials("ctv.01", "secret").answer("POST", HTTP, [challenge], None)


def test_letters_beyond_the_charset_become_question_marks():
    answer = str(Credentials("Hà", "Đăk").answer("GET", HTTPS, [BASIC], None))
    assert base64.b64decode(answer.removeprefix("Basic ")) == "Hà:?".encode("iso-8859-1") + b"?k"


@pytest.mark.parametrize(("challenge", "tries_again"), [(ASCII_DIGEST, False), (ASCII_DIGEST + ", stale=true", True)])
def test_a_refused_digest_is_tried_again_only_when_stale(challenge: str, tries_again: bool):
    credentials = Credentials("ctv.01", "secret")
    first = credentials.answer("GET", HTTP, [ASCII_DIGEST], None)
    assert (credentials.answer("GET", HTTP, [challenge], first) is not None) == tries_again


def guarded(request: Recorded) -> Answer:
    if request.header("Authorization") is None:
        return Answer(401, headers=(("WWW-Authenticate", BASIC), ("WWW-Authenticate", ASCII_DIGEST)))
    return Answer(204) if request.method == "HEAD" else openrosa(201, "full submission upload was successful!")


@pytest.fixture
def guarded_server():
    with recording_server(guarded) as server:
        yield server


def test_the_head_warms_up_so_that_the_body_goes_once(guarded_server: RecordingServer):
    phone = Phone(guarded_server.url, username="ctv.01", password="secret")
    assert phone.send(survey()).ok
    assert [(one.method, one.status, one.authorized) for one in phone.log] == [
        ("HEAD", 401, False),
        ("HEAD", 204, True),
        ("POST", 201, True),
    ]


def test_credentials_once_taken_and_then_refused_are_asked_for_anew(guarded_server: RecordingServer):
    phone = Phone(guarded_server.url, username="ctv.01", password="secret")
    phone.send(survey())
    refused: list[str] = []

    def forgets_the_nonce(request: Recorded) -> Answer:
        if 'nonce="abc"' in str(request.header("Authorization")) and not refused:
            refused.append("once")
            return Answer(401, headers=(("WWW-Authenticate", ASCII_DIGEST),))
        return guarded(request)

    guarded_server.answer = forgets_the_nonce
    assert phone.send(survey()).ok
    assert [(one.method, one.status) for one in phone.log[3:]] == [
        ("HEAD", 401),
        ("HEAD", 401),
        ("HEAD", 204),
        ("POST", 201),
    ]


def test_a_wrong_password_is_not_tried_for_ever():
    with recording_server(lambda _: Answer(401, headers=(("WWW-Authenticate", ASCII_DIGEST),))) as server:
        sent = Phone(server.url, username="ctv.01", password="wrong").send(survey())
        assert sent.message == "Invalid username or password for server: 127.0.0.1"
        assert len(server.requests) == 2
