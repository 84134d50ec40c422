"""The server as `scripts/run` starts it: gunicorn with the project's own configuration, in processes of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent.parent
_START_SECONDS = 60
_STOP_SECONDS = 15


@contextmanager
def serving(environment: Mapping[str, str], port: int, log: Path) -> Iterator[int]:
    """Start the server *environment* describes, on this machine's *port*, and give its master's pid."""
    with log.open("wb") as output:
        master = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "server.wsgi:app"],
            cwd=ROOT,
            env={**_without_settings(), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_for(port, master, log)
            yield master.pid
        finally:
            master.send_signal(signal.SIGTERM)
            try:
                master.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(master.pid, signal.SIGKILL)
                master.wait()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("NEPNHA_")}


def _wait_for(port: int, master: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and master.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0 and _answers(probe):
                return
        time.sleep(0.05)
    raise SystemExit(f"the server did not start:\n{log.read_text(encoding='utf-8')[-4000:]}")


def _answers(probe: socket.socket) -> bool:
    """Tell whether a worker answers: the master listens before there is one."""
    try:
        probe.sendall(b"GET /healthz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
        return probe.recv(12).endswith(b"200")
    except OSError:
        return False
