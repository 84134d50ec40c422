"""Answers that are not a store's promise: of stores that are full or ill, and of whatever stands before them."""

from __future__ import annotations

import hashlib
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from server.errors import Unavailable
from server.media.opening import open_store
from server.media.put_all import put_all
from server.media.store import Spooled, folder_of, key_of

pytestmark = pytest.mark.s3

CONTENT = b"anh nha rong"
FOLDER = folder_of(1, sensitive_form_id=None)
KEY = key_of(FOLDER, hashlib.sha256(CONTENT).hexdigest())
HTML = b"<html><body>Welcome to the guest network</body></html>"
QUOTA = b"<?xml version='1.0'?><Error><Code>QuotaExceeded</Code><Message>no more</Message></Error>"


@pytest.fixture
def store_answering(tmp_path):
    """Return a function that opens a store whose every request gets one and the same answer."""
    opened = []

    def answering(status, body=b""):
        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_HEAD = do_GET = do_PUT = do_DELETE = answer  # noqa: N815

            def log_message(self, *_):
                """Say nothing."""

        door = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        door.daemon_threads = True
        threading.Thread(target=door.serve_forever, daemon=True, kwargs={"poll_interval": 0.02}).start()
        endpoint = f"http://127.0.0.1:{door.server_port}"
        store = open_store(f"s3://b-1?endpoint_url={endpoint}&access_key=a&secret_key=b", tmp_path / "arriving")
        opened.append((store, door))
        return store

    yield answering
    for store, door in opened:
        store.close()
        door.shutdown()
        door.server_close()


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (507, b"", "media.full"),
        (403, QUOTA, "media.full"),
        (500, b"", "media.unavailable"),
        (502, HTML, "media.unavailable"),
        (503, b"", "media.unavailable"),
        (301, b"", "media.unavailable"),
        (307, HTML, "media.unavailable"),
    ],
)
def test_a_reader_is_told_full_from_away(store_answering, status, body, code):
    with pytest.raises(Unavailable) as refusal:
        store_answering(status, body).open(KEY)
    assert refusal.value.code == code


@pytest.mark.parametrize(("status", "body"), [(507, b""), (200, HTML), (200, b""), (301, b""), (502, HTML)])
def test_no_answer_but_a_stores_own_counts_as_stored(store_answering, status, body):
    store = store_answering(status, body)
    with closing(store.incoming()) as file:
        file.write(CONTENT)
        assert put_all(store, [file], folder=FOLDER) == (Spooled(KEY, file.sha256, len(CONTENT), file.path),)
