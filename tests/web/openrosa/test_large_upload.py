"""A film never sits in memory, whatever its size, and a phone that hangs up leaves nothing."""

import http.client
import resource
import socket
import time
import tracemalloc
from itertools import chain

import pytest
from sqlalchemy import select

from server.storage.models.submissions import AttachmentRow, SubmissionRow
from tests.builders import instance
from tests.web.openrosa.conftest import LiveServer
from tests.web.openrosa.test_submission_door import leftovers, part

pytestmark = pytest.mark.database
MEGABYTE = 1_000_000
END = b"--b--\r\n"
CHUNK = bytes(range(256)) * 3906


@pytest.fixture
def server(app):
    with LiveServer(app) as running:
        yield running


def body_of(xml: bytes, megabytes: int):
    """Yield a POST with one film, piece by piece, and say how long it is."""
    start = part("xml_submission_file", xml, filename="phieu.xml", kind="text/xml")
    start += part("film.mp4", b"", filename="film.mp4", kind="video/mp4").removesuffix(b"\r\n")
    end = b"\r\n--b--\r\n"

    def pieces():
        yield start
        for _ in range(megabytes):
            yield CHUNK
        yield end

    return pieces(), len(start) + megabytes * len(CHUNK) + len(end)


@pytest.mark.parametrize("megabytes", [60, pytest.param(300, marks=pytest.mark.full)])
def test_a_film_is_stored_without_being_held_in_memory(server, key, services, megabytes):
    pieces, length = body_of(instance(photo="film.mp4"), megabytes)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(length)}
    connection.request("POST", f"{key}/submission", body=pieces, headers=headers)
    assert connection.getresponse().status == 201
    connection.close()
    grown_megabytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_megabytes < 30
    with services.engine.connect() as database:
        assert database.execute(select(AttachmentRow.size_bytes)).scalars().all() == [megabytes * len(CHUNK)]


def test_many_small_files_are_not_held_in_memory_together(server, key, services):
    """Each alone is small enough for it; hundreds of them, in a dozen requests, took all there was."""
    files, small = 600, CHUNK[:125_000]
    body = part("xml_submission_file", instance(), filename="phieu.xml", kind="text/xml")
    one = part("0.jpg", small, filename="0.jpg", kind="image/jpeg")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    length = len(body) + sum(len(renamed(one, number)) for number in range(files)) + len(END)
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(length)}
    pieces = (renamed(one, number) for number in range(files))
    tracemalloc.start()
    try:
        connection.request("POST", f"{key}/submission", body=chain([body], pieces, [END]), headers=headers)
        assert connection.getresponse().status == 201
        assert tracemalloc.get_traced_memory()[1] < 20 * MEGABYTE
    finally:
        tracemalloc.stop()
        connection.close()


def renamed(file: bytes, number: int) -> bytes:
    return file.replace(b'"0.jpg"', b'"%d.jpg"' % number)


def test_a_phone_that_hangs_up_leaves_nothing(server, key, services):
    pieces, length = body_of(instance(photo="film.mp4"), 5)
    with socket.create_connection(("127.0.0.1", server.port)) as wire:
        wire.sendall(
            f"POST {key}/submission HTTP/1.1\r\nHost: field.test\r\nContent-Length: {length}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n\r\n".encode()
        )
        for _ in range(4):
            wire.sendall(next(pieces))
    deadline = time.monotonic() + 10
    while leftovers(services) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert leftovers(services) == []
    with services.engine.connect() as database:
        assert database.execute(select(SubmissionRow)).all() == []


def test_stalled_uploads_hold_no_database_connection(server, key, services):
    stalled = []
    for _ in range(30):
        wire = socket.create_connection(("127.0.0.1", server.port))
        wire.sendall(
            f"POST {key}/submission HTTP/1.1\r\nHost: field.test\r\nContent-Length: 100000\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n".encode()
        )
        stalled.append(wire)
    deadline = time.monotonic() + 10
    while services.engine.pool.checkedout() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert services.engine.pool.checkedout() == 0
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", f"{key}/formList")
    assert connection.getresponse().status == 200
    connection.close()
    for wire in stalled:
        wire.close()
