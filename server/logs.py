"""The log's form and what may never stand in it.

One JSON line per event on standard error. Tokens in addresses are masked; answers, names, phone numbers and
coordinates are never passed to a logger in the first place.
"""

from __future__ import annotations

import logging
import re
from logging.config import dictConfig
from typing import Any

_TOKEN_IN_PATH = re.compile(r"(/key/)[^/\s\"?]+")
_QUERY = re.compile(r"\?[^\s\"]*")


def redacted(text: str) -> str:
    """Return *text* with tokens in addresses masked and query strings cut."""
    return _QUERY.sub("?…", _TOKEN_IN_PATH.sub(r"\1***", text))


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
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["redaction"]}},
        "root": {"level": level, "handlers": ["stderr"]},
    }
