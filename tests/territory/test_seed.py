"""The units the project comes with: the dated facts, and the traps that lie in them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from server.errors import InvalidInput
from server.territory.collection import Territory
from server.territory.merging import merge
from server.territory.units import COMMUNE_KINDS, Level, TerritoryRows, UnitKind
from server.territory.units_csv import read_units_csv

SEED = Path(__file__).parents[2] / "server" / "territory" / "seed"
BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


def read_seed(name):
    return read_units_csv((SEED / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows():
    units = merge(TerritoryRows(), read_seed("units.csv")).rows
    return merge(units, read_seed("sample_villages.csv")).rows


@pytest.fixture(scope="module")
def territory(rows):
    return Territory.from_rows(rows)


def communes(territory, on):
    return {period.code: period for period in territory.units_of_level(Level.COMMUNE, on)}


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        (BEFORE, {"province": 1, "district": 10, "xa": 85, "phuong": 10, "thi_tran": 7}),
        (AFTER, {"province": 1, "xa": 37, "phuong": 3}),
    ],
)
def test_units_of_each_kind_before_and_after_the_reform(territory, on, counts):
    found = {kind.value: len(territory.units_of_kind(kind, on)) for kind in UnitKind if kind is not UnitKind.VILLAGE}
    assert {kind: count for kind, count in found.items() if count} == counts


def test_the_province_changes_its_code_and_name(territory):
    assert territory.find("62", BEFORE).name == "Tỉnh Kon Tum"
    assert territory.find("51", AFTER).name == "Tỉnh Quảng Ngãi"
    with pytest.raises(InvalidInput):
        territory.find("62", AFTER)


def test_all_new_commune_codes_are_old_ones_and_26_mean_another_name(territory):
    old, new = communes(territory, BEFORE), communes(territory, AFTER)
    assert new.keys() <= old.keys()
    assert sum(old[code].name != new[code].name for code in new) == 26


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("23302", "Phường Lê Lợi", "Phường Đăk Bla"),
        ("23425", "Xã Đăk Hà", "Xã Tu Mơ Rông"),
        ("23500", "Thị trấn Đăk Hà", "Xã Đăk Hà"),
        ("23476", "Xã Hiếu", "Xã Kon Plông"),
    ],
)
def test_a_code_means_what_it_meant_on_the_day(territory, code, before, after):
    was, is_now = territory.find(code, BEFORE), territory.find(code, AFTER)
    assert (was.name, is_now.name) == (before, after)
    assert was.unit_id != is_now.unit_id


def test_only_four_communes_go_on_as_they_were(territory):
    old = {period.unit_id for period in communes(territory, BEFORE).values()}
    kept = {period.code for period in communes(territory, AFTER).values() if period.unit_id in old}
    assert kept == {"23368", "23530", "23535", "23536"}


def test_a_commune_that_goes_on_moves_from_its_district_to_the_province(territory):
    unit_id = territory.find("23368", AFTER).unit_id
    assert territory.path(unit_id, BEFORE) == ("Xã Đăk Long", "Huyện Đắk Glei", "Tỉnh Kon Tum")
    assert territory.path(unit_id, AFTER) == ("Xã Đăk Long", "Tỉnh Quảng Ngãi")


def test_two_communes_were_called_dak_long_at_one_time(territory):
    found = {p.code: territory.path(p.unit_id, BEFORE)[1] for p in territory.search("xa dak long", BEFORE)}
    assert found == {"23368": "Huyện Đắk Glei", "23504": "Huyện Đắk Hà"}
    assert [p.code for p in territory.search("xa dak long", AFTER)] == ["23368"]


def test_the_two_dak_ha_communes_are_different_places(territory):
    old, new = territory.find("23425", BEFORE), territory.find("23500", AFTER)
    assert old.name == new.name == "Xã Đăk Hà"
    assert territory.path(old.unit_id, BEFORE)[1] == "Huyện Tu Mơ Rông"
    in_new = {r.unit_id for r in territory.ancestors() if r.ancestor_id == new.unit_id}
    assert territory.find("23500", BEFORE).unit_id in in_new
    assert old.unit_id not in in_new


def test_each_old_commune_lies_in_exactly_one_new_one(territory):
    new = {period.unit_id for period in communes(territory, AFTER).values()}
    over = Counter(
        row.unit_id for row in territory.ancestors() if row.frame == "from-2025-07-01" and row.ancestor_id in new
    )
    assert {over[period.unit_id] for period in communes(territory, BEFORE).values()} == {1}


@pytest.mark.parametrize(
    ("frame", "named", "old_communes"),
    [
        ("until-2025-06-30", "62@2025-06-30", 102),
        ("until-2025-06-30", "608@2025-06-30", 21),
        ("until-2025-06-30", "618@2025-06-30", 3),
        ("from-2025-07-01", "51", 102),
        ("from-2025-07-01", "23293", 5),
        ("from-2025-07-01", "23446", 5),
        ("from-2025-07-01", "23368", 1),
    ],
)
def test_old_communes_add_up_in_both_frames(territory, frame, named, old_communes):
    ancestor_id = territory.resolve(named, AFTER).unit_id
    old = {period.unit_id for period in communes(territory, BEFORE).values()}
    held = [r for r in territory.ancestors() if (r.frame, r.ancestor_id) == (frame, ancestor_id) and r.unit_id in old]
    assert len(held) == old_communes
    assert not any(row.partial for row in held)


def test_abolished_districts_lie_in_the_new_province(territory):
    province = territory.find("51", AFTER).unit_id
    held = {r.unit_id for r in territory.ancestors() if r.ancestor_id == province}
    assert {p.unit_id for p in territory.units_of_kind(UnitKind.DISTRICT, BEFORE)} <= held


def test_every_sample_village_says_that_it_is_a_sample(rows):
    villages = [period for period in rows.periods if period.kind is UnitKind.VILLAGE]
    assert villages
    assert all(period.name.endswith("(mẫu)") for period in villages)


def test_sample_villages_lie_in_six_communes_three_or_four_in_each(territory):
    villages = territory.units_of_kind(UnitKind.VILLAGE, AFTER)
    assert sorted(Counter(period.parent_id for period in villages).values()) == [3, 3, 3, 3, 3, 4]


def test_a_village_keeps_its_id_through_the_move_and_a_new_code(territory):
    before, after = territory.find("23524-01", BEFORE), territory.find("23500-03", AFTER)
    assert before.unit_id == after.unit_id
    assert territory.path(before.unit_id, BEFORE)[1:3] == ("Xã Đăk La", "Huyện Đắk Hà")
    assert territory.path(after.unit_id, AFTER)[1:] == ("Xã Đăk Hà", "Tỉnh Quảng Ngãi")


def test_loading_the_seed_again_changes_nothing(rows):
    for name in ("units.csv", "sample_villages.csv"):
        again = merge(rows, read_seed(name))
        assert again.changes_nothing()
        assert set(again.rows.periods) == set(rows.periods)


def test_commune_codes_are_text_of_five_digits(rows):
    codes = [period.code for period in rows.periods if period.kind in COMMUNE_KINDS]
    assert len(codes) == 142
    assert all(len(code) == 5 and code.isdigit() for code in codes)
