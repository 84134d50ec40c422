"""scripts/run, as a newcomer uses it: from an empty folder to a server that answers, and a second time."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.journeys.real_server import WITH_PARENT

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 90


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def clean_environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NEPNHA_")}
    return kept | {"LC_ALL": "C.UTF-8"} | more


class Server:
    """One run of the script; *said* is what it printed."""

    def __init__(self, var, *arguments):
        self.var, self.port = var, free_port()
        command = [*WITH_PARENT, ROOT / "scripts" / "run", "--var", var, "--port", str(self.port), *arguments]
        self.output = var.parent / f"said-{self.port}"
        with self.output.open("w", encoding="utf-8") as output:
            self.started = subprocess.Popen(command, env=clean_environment(), stdout=output, stderr=output)
        self._wait()

    def _wait(self):
        for _ in range(PATIENCE_SECONDS * 10):
            assert self.started.poll() is None, self.said
            try:
                with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                    assert answer.status == 200
                    return
            except OSError:
                time.sleep(0.1)
        pytest.fail(self.said)

    @property
    def said(self):
        return self.output.read_text(encoding="utf-8")

    @property
    def pid(self):
        return int((self.var / "nepnha.pid").read_text())

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        self.started.wait(timeout=40)


def children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def still_at_work(pids):
    """Return the commands of those that live and are the server's; a number may have gone to somebody else."""
    commands = []
    for pid in pids:
        with suppress(OSError):
            commands.append(Path(f"/proc/{pid}/cmdline").read_bytes())
    return [one for one in commands if b"jobs" in one or b"gunicorn" in one]


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    return tmp_path_factory.mktemp("run") / "var"


@pytest.fixture(scope="module")
def first(var):
    server = Server(var)
    said = server.said
    secret_modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in var.iterdir() if one.name != "nepnha.pid"}
    is_own_process = server.pid == server.started.pid
    below = children(server.pid)
    server.stop()
    return said, secret_modes, is_own_process, below


def test_the_first_start_tells_address_login_and_password_once(first):
    said = first[0]
    assert re.search(r"http://127\.0\.0\.1:\d+", said)
    assert said.count("quantri") == 1
    assert len(re.findall(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", said)) == 1


def test_without_lan_no_code_is_drawn_that_no_phone_could_reach(first):
    assert "scripts/run --lan" in first[0]
    assert "█" not in first[0]


def test_what_is_secret_is_its_owner_s_alone(first):
    assert first[1]["secret-key"] == 0o600
    assert "media" in first[1]
    assert {mode & 0o077 for mode in first[1].values()} == {0}


def test_the_pid_is_the_server_s_and_the_script_s(first):
    assert first[2]


def test_stopping_the_server_ends_its_background_work(first, var):
    until = time.monotonic() + PATIENCE_SECONDS
    while (alive := still_at_work(first[3])) and time.monotonic() < until:
        time.sleep(0.05)
    assert alive == []
    assert not (var / "nepnha.pid").exists()


def test_a_second_start_repeats_no_password(first, var):
    server = Server(var)
    try:
        assert "quantri" not in server.said
    finally:
        server.stop()


def test_a_server_that_runs_is_not_started_twice(first, var):
    server = Server(var)
    try:
        again = subprocess.run(
            [ROOT / "scripts" / "run", "--var", var],
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert again.returncode == 1
        assert str(server.pid) in again.stderr
    finally:
        server.stop()


def test_wrong_settings_end_with_exit_code_2_and_name_each_fault(tmp_path):
    wrong = clean_environment(NEPNHA_TIMEZONE="Asia/Kon_Tum", NEPNHA_LARGEST_POST_MB="many")
    command = [ROOT / "scripts" / "run", "--var", tmp_path / "var"]
    answer = subprocess.run(command, env=wrong, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "NEPNHA_TIMEZONE" in answer.stderr
    assert "NEPNHA_LARGEST_POST_MB" in answer.stderr


def test_the_web_server_too_refuses_wrong_settings_with_exit_code_2(tmp_path):
    command = [ROOT / ".venv" / "bin" / "gunicorn", "server.wsgi:app"]
    answer = subprocess.run(command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "NEPNHA_SECRET_KEY" in answer.stderr
