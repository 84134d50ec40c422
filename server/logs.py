"""The log's form and what may never stand in it.

One JSON line per event on standard error. Tokens are masked; answers, names, phone numbers and coordinates are never
passed to a logger in the first place. Of an exception only its kind and where it happened are written: what libraries
say in one often quotes the very value that was wrong.
"""

from __future__ import annotations

import logging
import re
import traceback
from logging.config import dictConfig
from types import TracebackType
from typing import Any, TypeAlias

from pythonjsonlogger.json import JsonFormatter

_TOKEN_IN_PATH = re.compile(r"(/key/+)[^/\s\"?]+")
# A key wherever it stands, and no SHA-256, which is written in lower case.
_TOKEN = re.compile(r"\b(?![0-9a-f]{64}\b)[A-Za-z0-9]{64}\b", re.ASCII)
_QUERY = re.compile(r"\?[^\s\"]*")


def redacted(text: str) -> str:
    """Return *text* with tokens in addresses masked and query strings cut."""
    return _QUERY.sub("?…", _TOKEN.sub("***", _TOKEN_IN_PATH.sub(r"\1***", text)))


_Raised: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WordlessFormatter(JsonFormatter):
    """JSON lines in which an exception is its kind and its places, without a word of its message."""

    def formatException(self, ei: _Raised) -> str:  # noqa: N802 the base's name
        """Return the chain of exceptions, the first cause first."""
        told = traceback.TracebackException(*ei) if ei[0] is not None else None
        lines: list[str] = []
        while told is not None:
            lines[:0] = [f"{told.exc_type.__name__ if told.exc_type else ''}\n", *told.stack.format()]
            told = told.__cause__ or told.__context__
        return "".join(lines)


class Redaction(logging.Filter):
    """Mask tokens in every message and argument, whoever logged it (the web server's access log included)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite *record* in place and keep it."""
        said = record.getMessage()
        if "/" in said:
            # Arguments too: those of the access log are a mapping with the address in it.
            record.msg, record.args = redacted(said), None
        return True


def configure_logs(level: str) -> None:
    """Send every logger's events, redacted, as JSON lines to standard error."""
    dictConfig(log_configuration(level))


def log_configuration(level: str) -> dict[str, Any]:
    """Return what `dictConfig` takes, for this process or for the web server's own loggers."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"redaction": {"()": Redaction}},
        "formatters": {
            "json": {
                "()": WordlessFormatter,
                "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["redaction"]}},
        "root": {"level": level, "handlers": ["stderr"]},
    }
