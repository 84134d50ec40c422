"""A province's list is loaded in one go: in the memory of a thousand rows, again without harm, and taken back."""

from __future__ import annotations

import csv
import gc
import sys
import time
from pathlib import Path

import pytest

from server.errors import TooLarge
from server.operations.run_import import FileFacts, is_broken, keep_file, run_import
from server.operations.undo_import import find_import
from server.registers import table_files
from tests.import_field import HEADINGS, counts, csv_file, loaded, operator_load, tried, undone
from tests.province_villages import load_villages
from tests.register_field import register_field

pytestmark = pytest.mark.database

WHOLE, HUNDREDTH = 150_000, 1_500
VILLAGES, A_HUNDREDTH_OF_THEM = 860, 9
MOST_BYTES_A_ROW = 400
"""What reading keeps of each row: which entity it is about, and which row was the first about that."""
MOST_FOR_A_CHUNK = 60_000_000


@pytest.fixture
def beginning():
    return register_field


@pytest.fixture
def field(begun):
    return begun


def province(villages: list[str], households: int, path, *, size=3):
    """Write a list of households, village by village, and return its rows' number."""
    each = households // len(villages)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for number, village in enumerate(villages):
            for house in range(1, each + 1):
                name = f"A Mẫu {number}-{house}"
                writer.writerow([village, house, name, f"Y Mẫu {house}", size, "Xơ Đăng", "Cận nghèo"])
    return each * len(villages)


def resident(name: str) -> int:
    """Return a figure of this process's memory in bytes, as Linux tells it."""
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024


def measured(action):
    """Return what the action returns, the seconds it took and by how much memory grew at most meanwhile."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before, begin = resident("VmRSS"), time.perf_counter()
    result = action()
    return result, time.perf_counter() - begin, resident("VmHWM") - before


def load_a_list(field, path, villages, households):
    codes = load_villages(field.services, villages)
    rows = province(codes, households, path)
    with path.open("rb") as content:
        report, *trial = measured(lambda: tried(field, content))
        assert counts(report) == (rows, 0, 0, 0)
        (import_id, report), *load = measured(lambda: loaded(field, content))
        assert counts(report) == (rows, 0, 0, 0)
        again, *second_trial = measured(lambda: tried(field, content))
        assert counts(again) == (0, 0, rows, 0)
    done, *undoing = measured(lambda: undone(field, import_id))
    assert (done.undone, done.left) == (rows, 0)
    write = sys.stdout.write
    write(f"\n{field.services.engine.dialect.name}: {rows} rows")
    steps = {"tried": trial, "loaded": load, "tried again": second_trial, "undone": undoing}
    for name, (seconds, grown) in steps.items():
        write(f"; {name} in {seconds:.1f} s ({rows / seconds:.0f}/s), +{grown / 10**6:.0f} MB")
    assert max(grown for _, grown in steps.values()) < MOST_FOR_A_CHUNK + MOST_BYTES_A_ROW * rows


def test_a_hundredth_of_a_province_is_loaded_and_taken_back(field, tmp_path):
    load_a_list(field, tmp_path / "list.csv", A_HUNDREDTH_OF_THEM, HUNDREDTH)


@pytest.mark.full
def test_a_province_is_loaded_and_taken_back_in_one_go(field, tmp_path):
    load_a_list(field, tmp_path / "list.csv", VILLAGES, WHOLE)


def test_a_load_that_breaks_off_is_ended_by_the_same_file(field, services, tmp_path, clock):
    codes = load_villages(services, 5)
    path = tmp_path / "list.csv"
    rows = province(codes, 1_250, path)
    load = operator_load(field)
    import_id = keep_file(services, load, FileFacts("list.csv", "0" * 64), state="read")

    class Killed(BaseException):
        """The process is gone."""

    def killed_later(code, **params):
        if params["rows"] >= 1_000:
            raise Killed

    with path.open("rb") as content:
        with pytest.raises(Killed):
            run_import(services, load, import_id, content=content, progress=killed_later)
        stored = find_import(services, import_id)
        assert (stored.state, stored.rows_done, is_broken(services, stored)) == ("running", 1_000, True)
        other_id, report = loaded(field, content)
        assert counts(report) == (rows - 1_000, 0, 1_000, 0)
    assert undone(field, other_id).undone == rows - 1_000
    assert undone(field, import_id).undone == 1_000


def test_a_million_rows_are_refused_before_anything_is_written(field, monkeypatch):
    monkeypatch.setattr(table_files, "MOST_ROWS", 1_500)
    content = csv_file(*[("23500-01", number, f"A Mẫu {number}", "", 3, "", "") for number in range(1, 1_600)])
    with pytest.raises(TooLarge) as refused:
        tried(field, content)
    assert refused.value.code == "register.too_many_rows"


def test_counters_are_raised_once_a_chunk_however_many_rows_it_has(field, services, tmp_path):
    codes = load_villages(services, 2)
    path = tmp_path / "list.csv"
    province(codes, 600, path)
    with path.open("rb") as content:
        loaded(field, content)
    with services.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT revision FROM entity_counter").scalars().all()
    assert found == [1, 1]
