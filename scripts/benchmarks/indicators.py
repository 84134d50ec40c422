"""What figures cost beside a province's records: pages, records behind a number, adding, counting and making anew.

Everything is measured at two sizes, a tenth of what is wanted and all of it, for nothing that a person waits for may
grow with what is there already. Making anew is measured at the larger size alone.
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
from .history import LOGIN, PASSWORD, YEARS, History, copy_history, set_up_history
from .making import measure_making
from .measurement import Bench, Wanted, measured, started
from .meter import cpu_seconds, peak_memory
from .server_process import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from server.operations.services import Services

    from .figures import Figures
    from .making import Making

YEAR = YEARS[-1]
_FORM_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_COOKIE = re.compile(r"^([^=]+=[^;]+)")
_CONNECTIONS = 2


@dataclass(frozen=True, slots=True)
class Rate:
    """How quickly records are made anew; memory is of the command alone, at most, in megabytes."""

    load: str
    stored: int
    versions: int
    differed: int
    seconds: float
    per_second: float
    cpu_ms_per_version: float
    peak_memory_mb: float

    def as_json(self) -> dict[str, object]:
        """Return it as a JSON object."""
        return asdict(self)

    def as_text(self) -> str:
        """Return it as lines."""
        return "\n".join(
            (
                f"{self.load} · {self.stored} stored",
                f"  made anew    {self.versions} versions in {self.seconds:.0f} s, {self.differed} of them otherwise",
                f"  rate         {self.per_second:.0f} /s, {self.cpu_ms_per_version:.2f} ms CPU each",
                f"  peak memory  {self.peak_memory_mb:.0f} MB",
            )
        )


def measure_indicators(wanted: Wanted) -> Iterator[Figures | Making | Rate]:
    """Yield what pages cost at both sizes, what a record's figures cost, and how quickly all are made anew."""
    with ExitStack() as stack:
        history, bench = started(wanted, lambda services: set_up_history(services, wanted.share), stack)
        services = make_services(read_settings(bench.environment))
        stack.callback(services.engine.dispose)
        copies = 0
        for size in (wanted.stored // 10, wanted.stored):
            copies = copy_history(services, history, size, copies)
            there = _stored(services)
            yield from _pages(bench, history, there)
            yield measure_making(services, bench.beside, there)
            if wanted.remakes:
                yield _remade(bench, "contributions made anew", there, "--figures-only")
        if wanted.remakes:
            yield _remade(bench, "everything made anew", there)


def _stored(services: Services) -> int:
    with services.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM submission")).scalar_one())


def _pages(bench: Bench, history: History, there: int) -> Iterator[Figures]:
    cookie = _signed_in(bench.port)
    for name, path in _paths(history).items():
        request = Request(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
        send = partial(_asked, bench, request)
        send()
        yield measured(bench, f"figures: {name}", send, stored=there)


def _paths(history: History) -> Mapping[str, str]:
    """Return the pages that are asked for, by what they show."""
    province = history.account.posts[0].unit_id
    report = f"/reports/{history.report_id}"
    asked = urlencode({"unit": province, "year": YEAR, "period": YEAR})
    behind = f"/indicators/I2/records?{urlencode({'year': YEAR, 'unit': province})}"
    return {
        "all indicators": "/indicators",
        "one indicator by commune": f"/indicators/I6?year={YEAR}",
        "one indicator by commune, joined of two forms": f"/indicators/I2?year={YEAR}",
        "records behind the province's number": behind,
        "records behind it, a late page": f"{behind}&after=3000",
        "the yearly report, to look at": f"{report}?{asked}",
        "the yearly report, its workbook": f"{report}/draft.xlsx?{asked}",
        "records behind the whole": f"/indicators/I6/records?{urlencode({'year': YEAR, 'part': 'numerator'})}",
    }


def _asked(bench: Bench, request: Request) -> Outcome:
    connections = bench.wanted.connections or _CONNECTIONS
    load = Load(bench.port, (request,), connections, bench.wanted.seconds, is_repeated=True)
    return drive_apart(load)


def _signed_in(port: int) -> str:
    """Sign in as the reviewer and return the cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/sign-in")
    page = connection.getresponse()
    token, first = _FORM_TOKEN.search(page.read().decode()), _cookie(page)
    assert token is not None, "the page to sign in has a form"
    typed = urlencode({"login": LOGIN, "password": PASSWORD, "csrf_token": token[1]})
    head = {"Cookie": first, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", typed, head)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == HTTPStatus.SEE_OTHER, answer.status
    return _cookie(answer)


def _cookie(answer: http.client.HTTPResponse) -> str:
    found = [_COOKIE.match(one) for one in answer.headers.get_all("Set-Cookie", [])]
    return "; ".join(one[1] for one in found if one is not None)


def _remade(bench: Bench, name: str, there: int, *how: str) -> Rate:
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
    )
