"""How gunicorn serves Nếp Nhà; read from the working folder by ``gunicorn server.wsgi:app``.

Threads, not processes, wait for slow phones: with 64 of them, forty stalled uploads leave room for everybody else.
Workers are not preloaded: each opens its own database connections, and a reload takes up new code.
"""

from pathlib import Path

from server.logs import log_configuration
from server.wsgi import environment_settings

_settings = environment_settings()

bind = _settings.bind
workers = 2
worker_class = "gthread"
threads = 64
timeout = 60
graceful_timeout = 30
keepalive = 5
limit_request_line = 8190
if Path("/dev/shm").is_dir():  # noqa: S108 a heartbeat file on a busy disk would stop the worker
    worker_tmp_dir = "/dev/shm"  # noqa: S108
umask = 0o077  # gunicorn's own default would make photos everybody's to write
control_socket_disable = True  # nothing may be written beside the data folder

_logs = log_configuration(_settings.log_level)
_quietly = {"level": _settings.log_level, "handlers": ["stderr"], "propagate": False}
logconfig_dict = {**_logs, "loggers": {"gunicorn.error": _quietly, "gunicorn.access": _quietly}}
access_log_format = "%(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"
