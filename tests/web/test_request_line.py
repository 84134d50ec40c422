"""How long an address may be, read as gunicorn reads it: in pieces, by its own parser."""

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import InvalidRequestLine, LimitRequestLine
from gunicorn.http.unreader import IterUnreader

from server.web import request_line
from server.web.request_line import LONGEST_QUESTION, PatientRequest

KEYED = "/v1/key/" + "k" * 64 + "/projects/1/entities/households/integrity"
PLAIN = "/v1/projects/12/entities/h%E1%BB%99/integrity"
IDS = "%2C".join(["0f6c2a6e-1111-4222-8333-444455556666"] * 10_000)


def read(line: str, *, piece: int = 8192, rest: bytes = b"Host: x\r\n\r\nbody") -> PatientRequest:
    sent = line.encode() + b"\r\n" + rest
    pieces = (sent[start : start + piece] for start in range(0, len(sent), piece))
    return PatientRequest(Config(), IterUnreader(pieces), ("127.0.0.1", 1))


@pytest.mark.parametrize("path", [KEYED, PLAIN])
@pytest.mark.parametrize("piece", [1000, 8192, 10**6])
def test_ten_thousand_ids_come_through_in_any_pieces(path, piece):
    request = read(f"GET {path}?id={IDS}&deviceID=collect%3Aabc HTTP/1.1", piece=piece)
    assert (request.method, request.path, request.headers) == ("GET", path, [("HOST", "x")])
    assert request.query.count("%2C") == 9_999


@pytest.mark.parametrize(
    "line",
    [
        "GET /v1/projects/1/formList?x=" + "a" * 8200 + " HTTP/1.1",
        "POST " + KEYED + "?id=" + "a" * 8200 + " HTTP/1.1",
        "GET /x" + KEYED + "?id=" + "a" * 8200 + " HTTP/1.1",
        "GET " + KEYED + "/" + "a" * 8200 + " HTTP/1.1",
        "GET /v1/projects/1/entities/" + "a" * 8200 + "/integrity?id=1 HTTP/1.1",
        "GET " + KEYED + "?id=" + "a" * LONGEST_QUESTION + " HTTP/1.1",
        "a" * 10_000,
    ],
)
@pytest.mark.parametrize("piece", [100, 10**6])
def test_any_other_address_and_one_without_end_is_cut_off(line, piece):
    with pytest.raises(LimitRequestLine):
        read(line, piece=piece)


def test_no_more_is_read_than_may_come():
    taken = []

    def endless():
        yield f"GET {KEYED}?id=".encode()
        while True:
            taken.append(8192)
            yield b"a" * 8192

    with pytest.raises(LimitRequestLine):
        PatientRequest(Config(), IterUnreader(endless()), ("127.0.0.1", 1))
    assert sum(taken) <= LONGEST_QUESTION + 8192


def test_a_line_that_never_ends_is_given_up_in_time(monkeypatch):
    times = iter(range(0, 10_000, 30))
    monkeypatch.setattr(request_line.time, "monotonic", lambda: next(times))
    with pytest.raises(LimitRequestLine):
        read(f"GET {KEYED}?id={'a' * 5000} HTTP/1.1", piece=1)


def test_a_line_that_comes_byte_by_byte_costs_no_more_than_one_in_a_piece():
    """Copying what has come at each byte would be eighty thousand million bytes."""
    assert read(f"GET {KEYED}?id={IDS} HTTP/1.1", piece=1).query == f"id={IDS}"


@pytest.mark.parametrize("line", ["GET /formList\nX: y HTTP/1.1", "GET / HTTP/1.1\nHost: y"])
@pytest.mark.parametrize("piece", [1, 10**6])
def test_a_bare_line_feed_ends_no_line(line, piece):
    with pytest.raises(InvalidRequestLine):
        read(line, piece=piece)


def test_the_next_request_on_a_connection_is_read_too():
    request = read("GET /healthz HTTP/1.1", rest=b"\r\n")
    assert request.path == "/healthz"
