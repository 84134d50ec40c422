"""scripts/bench measures a real server: what it says adds up, and costs are counted over the whole process tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from scripts.benchmarks.client import Load, Request, drive
from scripts.benchmarks.field import PHOTO_NAME, events, surveys
from scripts.benchmarks.figure_pages import PAGE_MS, FigureTable, PageLine
from scripts.benchmarks.figures import percentile
from scripts.benchmarks.meter import cpu_seconds, memory_bytes, tree
from tests.collect_double.recording_server import accepting, recording_server

ROOT = Path(__file__).parents[2]
DATABASES = pytest.mark.parametrize("database", [pytest.param("sqlite", marks=pytest.mark.full), "postgresql"])
BUSY = "import time\nuntil = time.process_time() + {seconds}\nwhile time.process_time() < until: pass"
PARENT = """
import subprocess, sys
subprocess.run([sys.executable, "-c", {busy!r}])
print("done", flush=True)
sys.stdin.read()
"""


def bench(*arguments: str) -> list[dict]:
    command = [sys.executable, "-m", "scripts.benchmarks", *arguments, "--json"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return [json.loads(line) for line in said.stdout.splitlines()]


@pytest.mark.database
@DATABASES
def test_surveys_are_sent_accepted_and_costed(database):
    (figures,) = bench("submit", "--database", database, "--seconds", "0.3", "--clients", "4", "--stored", "300")
    assert set(figures["answers"]) == {"201"}
    assert figures["per_second"] == pytest.approx(figures["answers"]["201"] / figures["seconds"])
    assert 0 < figures["p50_ms"] <= figures["p95_ms"] <= figures["p99_ms"]
    assert 0 < figures["server_cpu_ms_per_request"] <= figures["cpu_ms_per_request"]
    assert (figures["server_cpu_ms_per_request"] < figures["cpu_ms_per_request"]) == (database == "postgresql")
    assert figures["peak_memory_mb"] > 50
    assert (figures["load"], figures["database"], figures["stored"]) == ("submit", database, 300)


@pytest.mark.full
@pytest.mark.database
def test_photographs_are_measured_too():
    (photos,) = bench("photo", "--database", "sqlite", "--seconds", "1", "--clients", "2")
    assert set(photos["answers"]) == {"201"}


@pytest.mark.database
def test_form_lists_are_measured_fresh_and_unchanged():
    fresh, unchanged = bench("formlist", "--database", "sqlite", "--seconds", "0.3")
    assert (set(fresh["answers"]), set(unchanged["answers"])) == ({"200"}, {"304"})


@pytest.mark.database
@DATABASES
def test_a_province_s_lists_are_measured_unchanged_changed_and_after_one_change(database):
    figures = bench("lists", "--database", database, "--seconds", "0.2", "--share", "0.01")
    (*polled, changed, one), searches = figures[:5], figures[5:]
    assert [set(figures["answers"]) for figures in polled] == [{"304"}] * 3
    assert set(changed["answers"]) == {"200"}
    assert (one["pieces"], one["lists"], one["pieces_made_anew"]) == (9, 15, 1)
    assert one["largest_village_bytes"] < 60_000
    assert {search["words"] for search in searches} >= {"", "nguyen van"}
    assert all(search["cpu_ms"] > 0 for search in searches)
    assert searches[0]["found"] > max(search["found"] for search in searches[1:]) > 0


def test_the_cpu_of_a_child_that_ended_is_its_parents():
    child = PARENT.format(busy=BUSY.format(seconds=0.4))
    with subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline() == b"done\n"
        assert tree([parent.pid]) == [parent.pid]
        assert 0.4 <= cpu_seconds([parent.pid]) < 5
        assert memory_bytes([parent.pid]) > 1_000_000
        parent.stdin.close()


def test_a_living_child_is_counted_and_an_ended_root_is_not():
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as child:
        assert child.pid in tree([os.getpid()])
        child.stdin.close()
        child.wait()
        until = time.monotonic() + 5
        while tree([child.pid]) and time.monotonic() < until:
            time.sleep(0.01)
        assert cpu_seconds([child.pid]) == 0


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.0, 1)])
def test_a_percentile_is_a_value_that_was_measured(share, expected):
    assert percentile([float(number) for number in range(100, 0, -1)], share) == expected


def test_a_percentile_of_few_values_is_one_of_them():
    assert [percentile([3.0], share) for share in (0.0, 0.5, 1.0)] == [3.0] * 3
    assert percentile([], 0.5) == 0


def test_no_two_surveys_are_the_same_record():
    made = list(islice(surveys(), 200))
    ids = {ET.fromstring(xml).findtext("meta/instanceID") for xml in made}
    assert len(ids) == 200
    assert all(PHOTO_NAME in xml.decode() for xml in islice(events(), 3))


def test_the_client_sends_each_request_once_and_counts_every_answer():
    with recording_server(accepting()) as server:
        requests = tuple(
            Request(f"POST /v1/submission?n={number} HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n".encode(), b"end")
            for number in range(40)
        )
        outcome = drive(Load(urlsplit(server.url).port, requests, connections=4, seconds=30, filler=b"mid"))
        received = [request.body for request in server.requests]
    assert sum(outcome.statuses.values()) == len(outcome.latencies) == 40
    assert received == [b"midend"] * 40


@pytest.mark.full
@pytest.mark.database
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_figures_of_a_province_are_measured_at_two_sizes(database):
    said = bench("indicators", "--database", database, "--seconds", "0.2", "--share", "0.004", "--stored", "60")
    first, last = (one for one in said if "pages" in one)
    assert [page["page"] for page in first["pages"]] == [page["page"] for page in last["pages"]]
    assert [page["before_ms"] for page in last["pages"]] == [page["cpu_ms"] for page in first["pages"]]
    assert all(page["answers"] and 0 < page["server_ms"] <= page["cpu_ms"] for page in last["pages"])
    assert first["stored"] < last["stored"]
    made = [figures for figures in said if "cpu_ms" in figures]
    assert all(0 < figures["read_ms"] < figures["cpu_ms"] for figures in made)
    again = [figures for figures in said if "differed" in figures]
    assert [figures["differed"] for figures in again] == [0] * 4
    assert all(figures["per_second"] == figures["versions"] / figures["seconds"] for figures in again)
    assert [figures["mark"] for figures in again] == [1_200, 350] * 2


@pytest.mark.parametrize(
    ("cpu_ms", "before_ms", "marks"),
    [
        (100.0, None, ()),
        (100.1, 99.0, ("over 100 ms",)),
        (30.0, 16.0, ()),
        (32.0, 16.0, ("grown",)),
        (90.0, 65.0, ()),
        (120.0, 65.0, ("over 100 ms", "grown")),
    ],
)
def test_a_page_that_is_dear_or_has_grown_is_marked(cpu_ms, before_ms, marks):
    line = PageLine("/indicators", 9, cpu_ms, cpu_ms, 1.0, 1.0, before_ms, PAGE_MS)
    assert line.marks == marks
    said = FigureTable("figures: pages", "sqlite", 60, (line,)).as_text()
    assert said.endswith(f"/indicators ← {', '.join(marks) or 'ok'}")
