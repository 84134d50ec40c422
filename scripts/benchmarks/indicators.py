"""What figures cost beside a province's records: pages, records behind a number, adding, counting and making anew.

Everything is measured at two sizes, a tenth of what is wanted and all of it, for nothing that a person waits for may
grow with what is there already, nor the memory of making anew.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlalchemy import text

from server.app import make_services
from server.settings import read_settings

from .client import Load, Outcome, Request, drive_apart
from .figure_pages import FigureTable, add_officer, figure_pages, line_of
from .history import PASSWORD, copy_history, set_up_history
from .making import measure_making
from .measurement import Bench, Wanted, measured, started
from .meter import cpu_seconds, peak_memory
from .server_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from server.operations.services import Services

    from .figure_pages import FigurePage
    from .making import Making

FASTEST_CONTRIBUTIONS, FASTEST_EVERYTHING = 1_200, 350
"""How many records a second of CPU has to make anew."""
_FORM_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_COOKIE = re.compile(r"^([^=]+=[^;]+)")
_CONNECTIONS = 2


@dataclass(frozen=True, slots=True)
class Rate:
    """How quickly records are made anew; memory is of the command alone, at most, in megabytes.

    The mark is of records for each second of CPU, of the command and the database together.
    """

    load: str
    stored: int
    versions: int
    differed: int
    seconds: float
    per_second: float
    cpu_ms_per_version: float
    peak_memory_mb: float
    mark: int

    @property
    def per_cpu_second(self) -> float:
        """Return how many records a second of CPU makes anew."""
        return 1000 / self.cpu_ms_per_version

    def as_json(self) -> dict[str, object]:
        """Return it as a JSON object."""
        return {**asdict(self), "per_cpu_second": self.per_cpu_second}

    def as_text(self) -> str:
        """Return it as lines."""
        said = "ok" if self.per_cpu_second >= self.mark else "too slow"
        by_cpu = f"{self.per_cpu_second:.0f} for each second of CPU (mark {self.mark}) ← {said}"
        return "\n".join(
            (
                f"{self.load} · {self.stored} stored",
                f"  made anew    {self.versions} versions in {self.seconds:.0f} s, {self.differed} of them otherwise",
                f"  rate         {self.per_second:.0f} /s, {self.cpu_ms_per_version:.2f} ms CPU each, {by_cpu}",
                f"  peak memory  {self.peak_memory_mb:.0f} MB",
            )
        )


def measure_indicators(wanted: Wanted) -> Iterator[FigureTable | Making | Rate]:
    """Yield what pages cost at both sizes, what a record's figures cost, and how quickly all are made anew."""
    with ExitStack() as stack:
        history, bench = started(wanted, lambda services: set_up_history(services, wanted.share), stack)
        services = make_services(read_settings(bench.environment))
        stack.callback(services.engine.dispose)
        add_officer(services, history)
        copies, before = 0, dict[str, float]()
        for size in (wanted.stored // 10, wanted.stored):
            copies = copy_history(services, history, size, copies)
            there = _stored(services)
            table = _pages(bench, figure_pages(services, history), there, before)
            before = {one.page: one.cpu_ms for one in table.pages}
            yield table
            yield measure_making(services, bench.beside, there)
            if wanted.remakes:
                yield _remade(bench, "contributions made anew", there, FASTEST_CONTRIBUTIONS, "--figures-only")
                yield _remade(bench, "everything made anew", there, FASTEST_EVERYTHING)


def _stored(services: Services) -> int:
    with services.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM submission")).scalar_one())


def _pages(bench: Bench, pages: Sequence[FigurePage], there: int, before: Mapping[str, float]) -> FigureTable:
    cookies = {login: _signed_in(bench.port, login) for login in sorted({page.login for page in pages})}
    lines = []
    for page in pages:
        head = f"GET {page.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies[page.login]}\r\n\r\n"
        send = partial(_asked, bench, Request(head.encode()))
        send()
        figures = measured(bench, page.name, send, stored=there)
        assert figures.answers.keys() == {HTTPStatus.OK}, (page.path, figures.answers)
        lines.append(line_of(page, figures, before.get(page.name)))
    return FigureTable("figures: pages", bench.wanted.database, there, tuple(lines))


def _asked(bench: Bench, request: Request) -> Outcome:
    connections = bench.wanted.connections or _CONNECTIONS
    load = Load(bench.port, (request,), connections, bench.wanted.seconds, is_repeated=True)
    return drive_apart(load)


def _signed_in(port: int, login: str) -> str:
    """Sign in as one of the reviewers and return the cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/sign-in")
    page = connection.getresponse()
    token, first = _FORM_TOKEN.search(page.read().decode()), _cookie(page)
    assert token is not None, "the page to sign in has a form"
    typed = urlencode({"login": login, "password": PASSWORD, "csrf_token": token[1]})
    head = {"Cookie": first, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", typed, head)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == HTTPStatus.SEE_OTHER, answer.status
    return _cookie(answer)


def _cookie(answer: http.client.HTTPResponse) -> str:
    found = [_COOKIE.match(one) for one in answer.headers.get_all("Set-Cookie", [])]
    return "; ".join(one[1] for one in found if one is not None)


def _remade(bench: Bench, name: str, there: int, mark: int, *how: str) -> Rate:
    """Let `nepnha rebuild` go through all versions in a process of its own, and watch it."""
    command = [sys.executable, "-c", "from server.cli import main; main()", "rebuild", "--json", *how]
    before, begun = cpu_seconds(bench.beside), monotonic()
    told = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **bench.environment}, stdout=subprocess.PIPE, stderr=told, text=True
    ) as running:
        with peak_memory([running.pid]) as peak:
            said = running.stdout.read() if running.stdout else ""
        own = os.wait4(running.pid, 0)[2]
    seconds = monotonic() - begun
    done = json.loads(said)
    cpu = own.ru_utime + own.ru_stime + cpu_seconds(bench.beside) - before
    return Rate(
        load=name,
        stored=there,
        versions=done["versions"],
        differed=done["differed"],
        seconds=seconds,
        per_second=done["versions"] / seconds,
        cpu_ms_per_version=cpu * 1000 / done["versions"],
        peak_memory_mb=peak[0] / 1_000_000,
        mark=mark,
    )
