"""The server's door: the application is made from the environment, once, and only when it is asked for."""

from __future__ import annotations

import importlib
import logging

import pytest
from werkzeug.test import EnvironBuilder

from server import wsgi


@pytest.fixture
def environ(monkeypatch, tmp_path, sqlite_template):
    """Settings in the real environment, on an empty, migrated database."""
    path = tmp_path / "nepnha.db"
    path.write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("NEPNHA_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("NEPNHA_MEDIA_URL", f"file:{tmp_path}/media")
    monkeypatch.setenv("NEPNHA_SECRET_KEY", "k7Qm2vX9pR4tY8wB1nD6sF3gH5jL0zAc")
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    yield monkeypatch
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    importlib.reload(wsgi)


def test_the_application_answers_and_is_made_once(environ):
    app = wsgi.app
    assert app is wsgi.app
    assert app.test_client().get("/healthz").status_code == 200


def test_behind_tls_the_proxy_says_who_calls(environ):
    environ.setenv("NEPNHA_PUBLIC_URL", "https://nepnha.example")
    door, seen = wsgi.app.wsgi_app, []
    door.app = lambda asked, _start: seen.append(asked["REMOTE_ADDR"])
    door(EnvironBuilder(headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}).get_environ(), None)
    assert seen == ["198.51.100.7"], "what the caller wrote before the proxy is not believed"


def test_without_tls_nobody_can_claim_another_address(environ):
    environ.setenv("NEPNHA_PUBLIC_URL", "http://192.0.2.7:8000")
    app = wsgi.app
    assert app.test_client().get("/healthz", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 200
    assert not hasattr(app.wsgi_app, "x_for")


def test_wrong_settings_end_the_start_with_every_fault(environ, capsys):
    environ.setenv("NEPNHA_BIND", "nowhere")
    environ.setenv("NEPNHA_COLOUR", "blue")
    with pytest.raises(SystemExit) as ended:
        wsgi.environment_settings()
    assert ended.value.code == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in said] == ["NEPNHA_COLOUR", "NEPNHA_BIND"]


def test_there_is_nothing_else_to_ask_for():
    with pytest.raises(AttributeError):
        wsgi.application  # noqa: B018 - asking is the test
