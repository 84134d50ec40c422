"""Whose outline a feature is, and which outline a unit has on a day."""

from __future__ import annotations

from datetime import date

import pytest
from outline_squares import collection, feature, square, square_outline

from server.territory.boundaries import Boundaries, Boundary
from server.territory.boundaries_geojson import read_boundaries
from server.territory.boundaries_placing import place_features
from server.territory.collection import Territory
from server.territory.merging import merge
from server.territory.units import TerritoryRows, UnitId
from server.territory.units_csv import read_units_csv

TODAY, OLD, NEW = date(2026, 3, 20), date(2025, 6, 30), date(2025, 7, 1)
UNITS = """code,name,kind,parent_code,valid_from,valid_to,successor_code
51,Tỉnh Quảng Ngãi (mẫu),province,,,,
610,Huyện Đắk Hà (mẫu),district,51,,2025-06-30,
23500,Thị trấn Đăk Hà,thi_tran,610,,2025-06-30,23500
23500,Xã Đăk Hà,xa,51,2025-07-01,,
23377,Xã Bờ Y,xa,51,2025-07-01,,
"""
SQUARE = square(108.0, 14.0, 0.1)


@pytest.fixture(scope="module")
def territory():
    return Territory.from_rows(merge(TerritoryRows(), read_units_csv(UNITS)).rows)


def placed(territory, *codes, since=None):
    features = read_boundaries(collection(*(feature(code, SQUARE) for code in codes)))[0]
    found, faults = place_features(features, territory, since=since, today=TODAY)
    return [one.unit_id for one in found], [(one.feature, one.code) for one in faults]


def test_a_code_means_today_and_one_with_a_day_that_day(territory):
    then, now = territory.find("23500", OLD).unit_id, territory.find("23500", TODAY).unit_id
    assert placed(territory, "23500", "23500@2025-06-30") == ([now, then], [])
    assert placed(territory, "23500", since=OLD) == ([then], [])


@pytest.mark.parametrize(
    ("codes", "since", "fault"),
    [
        (("23377", "99999"), None, (2, "territory.unknown_code")),
        (("23377", "Đăk Hà"), None, (2, "territory.bad_reference")),
        (("23377", "23377"), None, (2, "territory.geo_twice")),
        (("23377", "23377@2026-01-01"), None, (2, "territory.geo_twice")),
        (("23377", "23500@2025-06-30"), NEW, (2, "territory.geo_not_then")),
    ],
)
def test_a_unit_that_is_unknown_named_twice_or_gone_is_told(territory, codes, since, fault):
    assert placed(territory, *codes, since=since)[1] == [fault]


def test_an_outline_holds_from_its_day_until_the_next_of_its_unit():
    def boundary(number, unit, since):
        return Boundary(number, UnitId(unit), since, square_outline(108.0, 14.0, 0.1).box, 3)

    held = Boundaries((boundary(3, 7, date(2026, 1, 1)), boundary(1, 7, None), boundary(2, 8, date(2026, 1, 1))))

    def of(unit, on):
        found = held.of(UnitId(unit), on)
        return found.boundary_id if found else None

    assert [of(7, date(2020, 1, 1)), of(7, date(2025, 12, 31)), of(7, date(2026, 1, 1))] == [1, 1, 3]
    assert [of(8, date(2025, 12, 31)), of(8, date(2026, 1, 1)), of(9, TODAY)] == [None, 2, None]
    assert [one.boundary_id for one in held.among([UnitId(9), UnitId(8), UnitId(7)], TODAY)] == [2, 3]
    assert Boundaries().is_empty()
