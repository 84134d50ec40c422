"""How gunicorn is told to wait for phones, and whom not to believe."""

import runpy
import socket
import struct
from pathlib import Path
from types import SimpleNamespace

import pytest
from gunicorn.http import parser

from server.web.request_line import PatientRequest

CONF = Path(__file__).parent.parent / "gunicorn.conf.py"


@pytest.fixture
def conf(monkeypatch):
    monkeypatch.setenv("NEPNHA_SECRET_KEY", "k7Qm2vX9pR4tY8wB1nD6sF3gH5jL0zAc")
    monkeypatch.setenv("NEPNHA_PUBLIC_URL", "http://127.0.0.1:8000")
    return runpy.run_path(str(CONF))


def test_an_accepted_connection_waits_half_a_minute_for_the_next_byte(conf):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        conf["when_ready"](SimpleNamespace(LISTENERS=[SimpleNamespace(sock=listening)]))
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            waits = struct.unpack("ll", accepted.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16))
            assert waits == (30, 0)


def test_no_header_names_another_address(conf):
    assert conf["forwarder_headers"] == ""


def test_only_the_question_about_entities_may_be_long(conf):
    assert conf["limit_request_line"] == 8190
    assert parser.RequestParser.mesg_class is PatientRequest
