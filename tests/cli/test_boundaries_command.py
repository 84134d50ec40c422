"""Boundaries are loaded, replaced and taken back from the command line."""

from __future__ import annotations

import json
from datetime import date

import pytest

from server.operations.outlines import commune_outline


@pytest.fixture
def databases(sqlite_databases):
    return sqlite_databases


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a file of squares, each by its code and middle, plainly made up."""

    def written(*squares, half=0.05):
        features = []
        for code, longitude, latitude in squares:
            ring = [[longitude - half, latitude - half], [longitude + half, latitude - half],
                    [longitude + half, latitude + half], [longitude - half, latitude + half]]  # fmt: skip
            geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
            features.append({"type": "Feature", "properties": {"code": code}, "geometry": geometry})
        path = tmp_path / "ranh_gioi_mau.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return path

    return written


def outline_of(services, code, on, village="-01"):
    here = services.atlas.current()
    unit_id = here.territory.find(code + village, on).unit_id
    return commune_outline(services.atlas, here, unit_id, on=on)


def test_a_file_gives_the_terminal_no_orders(shell, units, write):
    """A code that clears the screen, names the window, turns its line around, is shown as what it is."""
    orders = "\x1b[2J\x1b]0;ten\x07\u202e\x9b1m"
    told = shell.run("units", "boundaries", write((orders, 107.9, 14.5)), code=1).stderr
    assert "\N{REPLACEMENT CHARACTER}[2J" in told
    assert not any(one in told for one in "\x1b\x07\u202e\x9b")


def test_boundaries_are_checked_loaded_replaced_and_taken_back(shell, services, units, write):
    on = date(2026, 10, 1)
    path = write(("23500", 107.9, 14.5), ("23425", 107.9, 14.9))
    checked = shell.json("units", "boundaries", path, "--dry-run")
    assert checked == {"boundaries": 2, "replaced": 0, "load_id": None}
    assert outline_of(services, "23500", on) is None

    assert "2 ranh giới (lần nạp số 1)" in shell.says("units", "boundaries", path)
    first = outline_of(services, "23500", on)
    assert (first.name, first.outline.covers(107.9, 14.5)) == ("Xã Đăk Hà", True)
    assert outline_of(services, "23500", on, village="") == first

    moved = write(("23500", 108.3, 14.5))
    assert shell.json("units", "boundaries", moved)["replaced"] == 1
    assert outline_of(services, "23500", on).outline.covers(108.3, 14.5)
    assert outline_of(services, "23425", on).outline.covers(107.9, 14.9)

    later = write(("23500", 109.0, 14.5))
    assert shell.json("units", "boundaries", later, "--from", "2026-10-02")["replaced"] == 0
    assert outline_of(services, "23500", on).outline.covers(108.3, 14.5)
    assert outline_of(services, "23500", date(2026, 10, 2)).outline.covers(109.0, 14.5)

    shell.run("units", "boundaries-undo", "2")
    assert outline_of(services, "23500", on) == first
    assert "số 2 đang dùng" in shell.run("units", "boundaries-undo", "2", code=1).stderr
    loads = shell.json("units", "boundary-loads")
    assert [(one["load_id"], one["boundaries"], bool(one["undone_at"])) for one in loads] == [
        (3, 1, False), (2, 1, True), (1, 2, False)]  # fmt: skip
    assert "đã gỡ" in shell.says("units", "boundary-loads")


def test_every_fault_is_told_with_its_feature_and_nothing_is_loaded(shell, services, units, write):
    path = write(("23500", 107.9, 14.5), ("99999", 107.9, 14.5), ("23500", 14.5, 107.9))
    refused = shell.run("units", "boundaries", path, code=1).stderr
    assert "có 3 chỗ sai nên chưa nạp gì" in refused
    assert "Đối tượng 2: Không có đơn vị nào mang mã 99999" in refused
    assert "Đối tượng 3: Xã Đăk Hà (mã 23500) đã có ở đối tượng 1" in refused
    assert "vĩ độ đứng trước kinh độ" in refused
    assert services.atlas.current().boundaries.is_empty()
    path.write_bytes(b" " * 10_000_001)
    assert "Cả tệp: Tệp lớn hơn 10 MB" in shell.run("units", "boundaries", path, code=1).stderr
    as_json = json.loads(shell.run("units", "boundaries", path, "--json", code=1).stdout)
    assert [one["feature"] for one in as_json] == [0]
