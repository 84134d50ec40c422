"""The server as `scripts/run` starts it, in processes of its own that can be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tests.server_parts import SECRET

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 60
WITH_PARENT = ("setpriv", "--pdeathsig=KILL")
"""The kernel ends what is started so when the tests end, also when these are killed."""


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment_of(database_url: str, folder: Path, port: int) -> dict[str, str]:
    """Return the settings of a server on this machine's *port* that keeps its files in *folder*."""
    return {
        "NEPNHA_DATABASE_URL": database_url,
        "NEPNHA_MEDIA_URL": f"file:{folder / 'media'}",
        "NEPNHA_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "NEPNHA_SECRET_KEY": SECRET,
    }


class RealServer:
    """Gunicorn with the project's own configuration; its settings stand in *environment*."""

    def __init__(self, environment: Mapping[str, str], port: int, log: Path) -> None:
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("NEPNHA_")}
        self._environment |= {**environment, "NEPNHA_BIND": f"127.0.0.1:{port}"}
        self._port = port
        self._log = log
        self._master: subprocess.Popen | None = None

    def start(self) -> None:
        """Start it and return once a worker answers."""
        with self._log.open("ab") as log:
            command = [*WITH_PARENT, sys.executable, "-m", "gunicorn", "server.wsgi:app"]
            self._master = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        wait_for_answer(self._port, self._master, self._log)

    def kill(self) -> None:
        """Kill the master and every worker, with nothing said before."""
        if self._master is not None:
            os.killpg(self._master.pid, signal.SIGKILL)
            self._master.wait()
            self._master = None

    @property
    def is_running(self) -> bool:
        """Tell whether it was started and not killed since."""
        return self._master is not None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_fault) -> None:
        self.kill()


def wait_for_answer(port: int, process: subprocess.Popen, log: Path, seconds: float = START_SECONDS) -> None:
    """Return once the server's health page answers; fail with the end of its log if that does not happen."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        if is_answering(port):
            return
        time.sleep(0.05)
    raise AssertionError(f"the server does not answer:\n{log.read_text(encoding='utf-8', errors='replace')[-4000:]}")


def is_answering(port: int) -> bool:
    """Tell whether a worker says that all is well; the master listens before there is one."""
    with socket.socket() as probe:
        probe.settimeout(5)
        try:
            probe.connect(("127.0.0.1", port))
            probe.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return probe.recv(12).endswith(b"200")
        except OSError:
            return False
