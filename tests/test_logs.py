"""Logs: one JSON line per event, and never a phone's key or what was asked with it."""

from __future__ import annotations

import io
import json
import logging
from logging.config import dictConfig

import pytest

from server.logs import log_configuration, redacted

TOKEN = "a1B2" * 16


@pytest.fixture
def lines():
    """What a logger of its own writes, as parsed lines."""
    stream = io.StringIO()
    configuration = log_configuration("INFO")
    configuration["handlers"]["stderr"]["stream"] = stream
    configuration.pop("root")
    configuration["loggers"] = {"subject": {"level": "INFO", "handlers": ["stderr"], "propagate": False}}
    dictConfig(configuration)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger("subject").handlers.clear()


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"GET /v1/key/{TOKEN}/projects/1/formList", "GET /v1/key/***/projects/1/formList"),
        (f"/v1/key/{TOKEN}", "/v1/key/***"),
        (f'"http://h/v1/key/{TOKEN}" 200', '"http://h/v1/key/***" 200'),
        (f"/v1/key//{TOKEN}/x /{TOKEN}", "/v1/key//***/x /***"),
        (f"{TOKEN} {'0f' * 32}", f"*** {'0f' * 32}"),
        ("/records?name=Y+Bet", "/records?…"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_keys_and_questions_are_cut_from_addresses(text, clean):
    assert redacted(text) == clean


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        (f"GET /v1/key/{TOKEN}/projects/1/formList", ()),
        ("GET %s", (f"/v1/key/{TOKEN}/projects/1/formList",)),
        ("%(method)s %(path)s", ({"method": "GET", "path": f"/v1/key/{TOKEN}/projects/1/formList"},)),
    ],
)
def test_a_key_is_masked_however_it_is_logged(lines, message, arguments):
    logging.getLogger("subject").info(message, *arguments)
    (line,) = lines()
    assert line["message"] == "GET /v1/key/***/projects/1/formList"


def test_an_event_carries_its_fields(lines):
    logging.getLogger("subject").info("submission.received", extra={"collaborator": 7})
    (line,) = lines()
    assert line["message"] == "submission.received"
    assert line["collaborator"] == 7
    assert line["levelname"] == "INFO"


def test_an_exception_is_told_by_kind_and_place_and_never_in_its_words(lines):
    try:
        try:
            int("Y Bet")
        except ValueError as fault:
            raise RuntimeError("Y Bet") from fault
    except RuntimeError:
        logging.getLogger("subject").exception("openrosa.failed")
    (line,) = lines()
    kinds = ("ValueError", "RuntimeError", "test_an_exception_is_told_by_kind_and_place")
    assert all(kind in line["exc_info"] for kind in kinds)
    words = [text for text in line["exc_info"].splitlines() if "Y Bet" in text]
    assert all(text.lstrip().startswith(("int(", "raise ")) for text in words)
