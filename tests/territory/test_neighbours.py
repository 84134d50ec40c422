"""Who a unit is compared with: those of its parent, communes with those of the same district even after its end."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from server.errors import NotFound
from server.territory.collection import Territory
from server.territory.merging import merge
from server.territory.neighbours import neighbours_of, old_districts_of
from server.territory.units import Level, TerritoryRows
from server.territory.units_csv import read_units_csv

SEED = Path(__file__).parents[2] / "server" / "territory" / "seed"
BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


@pytest.fixture(scope="module")
def territory():
    rows = TerritoryRows()
    for name in ("units.csv", "sample_villages.csv"):
        rows = merge(rows, read_units_csv((SEED / name).read_text(encoding="utf-8"))).rows
    return Territory.from_rows(rows)


def names(territory, code, on):
    return [one.name for one in neighbours_of(territory, territory.find(code, on).unit_id, on)]


def test_before_the_reform_a_commune_is_compared_with_its_district(territory):
    commune = territory.find("23425", BEFORE)
    district = {one.unit_id for one in territory.children(commune.parent_id, BEFORE)}
    assert {one.unit_id for one in neighbours_of(territory, commune.unit_id, BEFORE)} == district
    assert commune.unit_id in district


def test_after_it_with_those_made_from_communes_of_the_same_district(territory):
    found = names(territory, "23500", AFTER)
    assert "Xã Đăk Hà" in found
    assert 1 < len(found) < 40
    own = old_districts_of(territory, territory.find("23500", AFTER).unit_id)
    for one in territory.units_of_level(Level.COMMUNE, AFTER):
        assert (one.name in found) == bool(own & old_districts_of(territory, one.unit_id)), one.name


def test_every_commune_of_today_has_neighbours_and_is_one_of_them(territory):
    for one in territory.units_of_level(Level.COMMUNE, AFTER):
        assert one in neighbours_of(territory, one.unit_id, AFTER)


def test_villages_are_compared_in_their_commune_and_districts_in_their_province(territory):
    assert "Thôn" in names(territory, "23500-01", AFTER)[0]
    assert len(names(territory, "23500-01", AFTER)) == len(
        territory.children(territory.find("23500", AFTER).unit_id, AFTER)
    )
    district = territory.units_of_level(Level.DISTRICT, BEFORE)[0]
    assert len(names(territory, district.code, BEFORE)) == 10


def test_a_province_has_none_and_no_unit_is_refused(territory):
    assert names(territory, "51", AFTER) == []
    with pytest.raises(NotFound, match="unknown_unit"):
        neighbours_of(territory, 999_999, AFTER)
