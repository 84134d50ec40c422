"""The phones' door on a small field project."""

from __future__ import annotations

import threading

import pytest
from werkzeug.serving import make_server

from server.app import create_app
from tests.builders import make_field


@pytest.fixture
def beginning():
    return make_field


@pytest.fixture
def field(begun):
    return begun


@pytest.fixture
def app(services):
    return create_app(services)


@pytest.fixture
def client(app):
    with app.test_client() as client:
        yield client


@pytest.fixture
def key(field) -> str:
    """The path of the collaborator's key, as her phone has it."""
    return field.enrolment.server_url.removeprefix(field.services.settings.public_url)


class LiveServer:
    """The application on a real socket, for clients that write their own bytes."""

    def __init__(self, app, port: int = 0) -> None:
        self._server = make_server("127.0.0.1", port, app, threaded=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_fault) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
