"""Long questions to the real server: ten thousand ids are answered, and a flood of endless ones fills no memory."""

import http.client
import os
import socket
from contextlib import ExitStack
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest

from scripts.benchmarks.meter import memory_bytes, tree
from tests.journeys.real_server import RealServer, free_port, is_answering
from tests.register_field import created, register_field
from tests.server_parts import SECRET

MANY = 10_000
FLOOD = 60
"""Fewer than the 64 threads of one worker: a worker takes what comes also when all its threads wait, and nothing says
that a flood is shared out evenly between the two."""
ENDLESS = b"a" * 390_000
MOST_GROWTH = 90_000_000


@pytest.fixture
def databases(sqlite_databases):
    return sqlite_databases


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def server(services, port, database_url, tmp_path):
    environment = {
        "NEPNHA_DATABASE_URL": database_url,
        "NEPNHA_MEDIA_URL": f"file:{tmp_path / 'media'}",
        "NEPNHA_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "NEPNHA_SECRET_KEY": SECRET,
    }
    with RealServer(environment, port, tmp_path / "said") as server:
        yield server


def question(field) -> str:
    path = field.enrolment.server_url.removeprefix(field.services.settings.public_url)
    return f"{path}/entities/households/integrity?id="


def test_ten_thousand_ids_are_answered_and_a_flood_of_endless_ones_is_borne(services, server, port):
    field = register_field(services)
    known = [str(uuid4()) for _ in range(3)]
    for one in known:
        field.send(created(one))
    ids = [*known, *(str(uuid4()) for _ in range(MANY - len(known)))]

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", f"{question(field)}{'%2C'.join(ids)}&deviceID=collect%3Aabc")
    answer = connection.getresponse()
    (entities,) = ET.fromstring(answer.read())
    assert answer.status == 200
    assert {one.get("id"): one.findtext("deleted") for one in entities} == dict.fromkeys(known, "false")

    connection.request("GET", f"{question(field)}{'%2C'.join(ids * 2)}")
    assert connection.getresponse().status == 414
    connection.close()

    workers = [pid for pid in tree([os.getpid()]) if pid != os.getpid()]
    before = memory_bytes(workers)
    with ExitStack() as flood:
        for _ in range(FLOOD):
            one = flood.enter_context(socket.create_connection(("127.0.0.1", port), 60))
            one.sendall(f"GET {question(field)}".encode() + ENDLESS)
        assert is_answering(port)
        grown = memory_bytes(workers) - before
    assert grown < MOST_GROWTH
