"""How gunicorn serves Nếp Nhà; read from the working folder by ``gunicorn server.wsgi:app``.

Threads, not processes, wait for slow phones: with 64 of them, forty stalled uploads leave room for everybody else.
A thread that waits for a phone gone silent is given back after half a minute, also in the middle of a header, which
gunicorn itself would wait for without end. A phone asks about all entities made on it in one address: that one may be
long (see `server.web.request_line`). Nobody may name another address by a header (SCRIPT_NAME, PATH_INFO).
Workers are not preloaded: each opens its own database connections. After an upgrade the server is restarted, not
reloaded: the parent process has part of the old code (what this file imports), and new workers may not begin with it.
"""

from __future__ import annotations

import gc
import socket
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from server.logs import log_configuration
from server.web.request_line import LONGEST_LINE, allow_long_questions
from server.wsgi import environment_settings

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

_settings = environment_settings()

bind = _settings.bind
workers = 2
worker_class = "gthread"
threads = 64
timeout = 60
graceful_timeout = 30
keepalive = 5
limit_request_line = LONGEST_LINE
allow_long_questions()
forwarder_headers = ""
if Path("/dev/shm").is_dir():  # noqa: S108 a heartbeat file on a busy disk would stop the worker
    worker_tmp_dir = "/dev/shm"  # noqa: S108
umask = 0o077  # gunicorn's own default would make photos everybody's to write
control_socket_disable = True  # nothing may be written beside the data folder

_logs = log_configuration(_settings.log_level)
_quietly = {"level": _settings.log_level, "handlers": ["stderr"], "propagate": False}
logconfig_dict = {**_logs, "loggers": {"gunicorn.error": _quietly, "gunicorn.access": _quietly}}
access_log_format = "%(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"

_SILENCE_SECONDS = 30


def post_worker_init(worker: Worker) -> None:
    """Look for rings among new objects less often, and never among what was loaded to begin with.

    A record's tree is a ring; looked for at every 700 new objects, as Python would, it is gone through many times.
    """
    from flask import Flask  # what the parent process does without

    from server.web.console.templates_ahead import ready_soon

    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    if isinstance(worker.wsgi, Flask):  # and not what tells of an application that could not be made
        ready_soon(worker.wsgi)


def when_ready(server: Arbiter) -> None:
    """Let no read wait longer for the next byte; accepted connections inherit it (Linux: SO_RCVTIMEO)."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", _SILENCE_SECONDS, 0))
