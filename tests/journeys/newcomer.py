"""A newcomer's machine: `scripts/run` on an empty folder, `scripts/nepnha` on its data, and the people's browsers."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from tests.journeys.real_server import ROOT, WITH_PARENT, free_port, wait_for_answer

START_SECONDS = 240
"""The first start converts five workbooks; a busy machine may take its time."""


class Machine:
    """One machine with an empty folder; *settings* are those that stand in its environment beforehand."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self._var = folder / "var"
        self._log = folder / "said"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NEPNHA_")}
        self._environment = {**kept, "LC_ALL": "C.UTF-8", **settings}
        self._run: subprocess.Popen | None = None

    def start(self) -> None:
        """Run the one command and wait until the server answers."""
        command = [*WITH_PARENT, ROOT / "scripts" / "run", "--var", self._var, "--port", str(self.port)]
        with self._log.open("ab") as said:
            self._run = subprocess.Popen(
                command, env=self._environment, stdout=said, stderr=said, start_new_session=True
            )
        wait_for_answer(self.port, self._run, self._log, START_SECONDS)

    def stop(self) -> None:
        """End the server as Ctrl+C would, and whatever else the command started."""
        if self._run is not None:
            self._run.send_signal(signal.SIGTERM)
            self._run.wait(timeout=60)
            self._run = None

    def nepnha(self, *arguments: str, typed: str = "") -> str:
        """Run a `nepnha` command on the machine's data and return what it printed."""
        command = [ROOT / "scripts" / "nepnha", "--var", self._var, *arguments]
        done = subprocess.run(command, env=self._environment, input=typed, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def enrol(self, project: str, name: str, *units: str) -> dict[str, str]:
        """Add a collaborator and return what her QR code holds."""
        given = [part for unit in units for part in ("--unit", unit)]
        return json.loads(self.nepnha("collaborator", "add", "--project", project, "--name", name, *given, "--json"))

    def add_account(self, login: str, role: str, unit: str, password: str) -> None:
        """Add a person of the console."""
        self.nepnha(
            *("account", "add", "--login", login, "--role", role, "--unit", unit, "--password-stdin"),
            typed=f"{password}\n",
        )

    @property
    def settings(self) -> dict[str, str]:
        """The settings the server runs with, as the command wrote them down."""
        lines = (self._var / "settings").read_text(encoding="utf-8").splitlines()
        shell = "; ".join([*lines, "python3 -c 'import json, os; print(json.dumps(dict(os.environ)))'"])
        command = ["bash", "-c", f"set -a; {shell}"]
        told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        return {name: value for name, value in told.items() if name.startswith("NEPNHA_")}


class Browser:
    """One person's browser, without scripts: it follows links, fills forms and keeps cookies."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        """Return a page."""
        with self._opener.open(self._url + path, timeout=60) as answer:
            return answer.read().decode()

    def get_json(self, path: str) -> dict:
        """Return what the JSON door says."""
        return json.loads(self.get(path))

    def status_of(self, path: str) -> int:
        """Return the status a page is answered with."""
        try:
            with self._opener.open(self._url + path, timeout=60) as answer:
                return answer.status
        except HTTPError as refusal:
            return refusal.code

    def post(self, path: str, fields: list[tuple[str, str]], *, page: str) -> str:
        """Send a form of *page*, with the proof that stands in it."""
        proof = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page))
        assert proof is not None, f"{page} has no form"
        body = urlencode([*fields, ("csrf_token", proof[1])]).encode()
        with self._opener.open(self._url + path, data=body, timeout=60) as answer:
            return answer.read().decode()

    def sign_in(self, login: str, password: str) -> None:
        """Sign in; the page that follows must not be the same form again."""
        page = self.post("/sign-in", [("login", login), ("password", password)], page="/sign-in")
        assert 'name="password"' not in page

    def awaiting(self, desk: str) -> Iterator[list[str]]:
        """Yield the ticks of each page of the list that waits for a decision, until the list stays as it is."""
        seen: set[str] = set()
        while True:
            ticks = re.findall(r'name="record" value="(\d+:\d+)"', self.get(f"/{desk}"))
            if not set(ticks) - seen:
                return
            seen |= set(ticks)
            yield ticks

    def decide(self, verdict: str, ticks: list[str], *, comment: str = "", from_list: bool) -> None:
        """Decide about records, as the buttons of the list or of one record's page do."""
        fields = [("verdict", verdict), ("comment", comment), *(("record", tick) for tick in ticks)]
        self.post("/submissions/decide", [*fields, *([("from", "list")] if from_list else [])], page="/submissions")
