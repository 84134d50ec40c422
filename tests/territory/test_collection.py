"""Questions asked of a territory on a day, and the units.csv that goes out with forms."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from server.errors import InvalidInput, NotFound
from server.territory.collection import Territory
from server.territory.forms_csv import forms_units_csv
from server.territory.merging import merge
from server.territory.reference import UnitReference, parse_reference
from server.territory.units import Level, TerritoryRows, UnitId, UnitKind
from server.territory.units_csv import read_units_csv

BEFORE, AFTER, TODAY = date(2025, 6, 30), date(2025, 7, 1), date(2026, 3, 20)
UNITS = """code,name,kind,parent_code,valid_from,valid_to,successor_code,area_class,border
62,Tỉnh Kon Tum,province,,,2025-06-30,51,,
51,Tỉnh Quảng Ngãi,province,,2025-07-01,,,,
618,Huyện Ia H' Drai,district,62,,2025-06-30,,,
610,Huyện Đắk Glei,district,62,,2025-06-30,,,
23500,Thị trấn Đăk Hà,thi_tran,610,,2025-06-30,23500,II,no
23521,Xã Hà Mòn,xa,610,,2025-06-30,23500,I,no
23395,Xã Pờ Y,xa,610,,2025-06-30,23377,III,yes
23377,Thị trấn Plei Kần,thi_tran,610,,2025-06-30,23377,,
23500,Xã Đăk Hà,xa,51,2025-07-01,,,I,no
23377,Xã Bờ Y,xa,51,2025-07-01,,,,
23500-01,Thôn 10 (mẫu),village,23500,2025-07-01,,,,
23500-02,"Thôn 2, cụm Đông (mẫu)",village,23500,2025-07-01,,,,
23377-01,Thôn Ngọc (mẫu),village,23377,2025-07-01,,,,
"""


@pytest.fixture(scope="module")
def territory():
    return Territory.from_rows(merge(TerritoryRows(), read_units_csv(UNITS)).rows)


def refusal(ask, *words):
    with pytest.raises(InvalidInput) as refused:
        ask(*words)
    return refused.value


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("23302", UnitReference("23302", None)),
        (" 51 ", UnitReference("51", None)),
        ("23302@2025-06-30", UnitReference("23302", BEFORE)),
        ("23500-01@2026-03-20", UnitReference("23500-01", TODAY)),
    ],
)
def test_a_unit_is_named_by_code_and_day(text, reference):
    assert parse_reference(text) == reference


@pytest.mark.parametrize(
    "text", ["", "Đăk Hà", "2330", "23302@", "23302@30/06/2025", "23302@2025-06-31", "@2025-06-30"]
)
def test_what_is_no_reference_is_refused(text):
    wrong = refusal(parse_reference, text)
    assert (wrong.code, wrong.params) == ("territory.bad_reference", {"reference": text})


def test_a_code_alone_means_the_unit_of_today(territory):
    assert territory.resolve("23500", TODAY).name == "Xã Đăk Hà"
    assert territory.resolve("23500@2025-06-30", TODAY).name == "Thị trấn Đăk Hà"


def test_an_ended_code_is_refused_with_what_became_of_it(territory):
    wrong = refusal(territory.find, "23521", TODAY)
    assert wrong.code == "territory.unknown_code"
    assert wrong.params["close"][:2] == ("23521@2025-06-30 Xã Hà Mòn", "23500 Xã Đăk Hà")


def test_a_mistyped_code_is_refused_with_similar_ones(territory):
    assert "23500 Xã Đăk Hà" in refusal(territory.find, "23501", TODAY).params["close"]


@pytest.mark.parametrize(
    ("words", "on", "codes"),
    [
        ("dak ha", TODAY, ["23500"]),
        ("Đắk Hà", TODAY, ["23500"]),
        ("đak  HA", BEFORE, ["23500"]),
        ("dac ha", TODAY, ["23500"]),
        ("po y", TODAY, ["23377"]),
        ("bo y", BEFORE, ["23395"]),
        ("ngok", TODAY, ["23377-01"]),
        ("ia hdrai", BEFORE, ["618"]),
        ("ia h'drai", BEFORE, ["618"]),
        ("23377", TODAY, ["23377", "23377-01"]),
        ("dak", BEFORE, ["610", "23500"]),
        ("khong co", TODAY, []),
        (" ", TODAY, []),
    ],
)
def test_names_are_found_without_accents_and_loosely_spelt(territory, words, on, codes):
    assert [period.code for period in territory.search(words, on)] == codes


def test_a_name_is_found_as_it_was_on_the_day(territory):
    merged = territory.find("23377", BEFORE).unit_id
    assert territory.name(merged, BEFORE) == "Thị trấn Plei Kần"


@pytest.mark.parametrize(("code", "born", "asked"), [("23521", BEFORE, TODAY), ("23500-01", TODAY, BEFORE)])
def test_outside_its_life_a_unit_is_called_what_it_was_called_next_to_it(territory, code, born, asked):
    unit = territory.find(code, born)
    assert territory.name(unit.unit_id, asked) == unit.name


def test_an_id_that_never_was_is_not_found(territory):
    assert not territory.holds(UnitId(999))
    with pytest.raises(NotFound) as refused:
        territory.path(UnitId(999), TODAY)
    assert refused.value.code == "territory.unknown_unit"


def test_children_come_in_vietnamese_order_with_numbers_by_value(territory):
    commune = territory.find("23500", TODAY).unit_id
    assert [p.name for p in territory.children(commune, TODAY)] == ["Thôn 2, cụm Đông (mẫu)", "Thôn 10 (mẫu)"]
    assert territory.children(commune, BEFORE) == ()


def test_units_of_a_kind_and_of_a_level(territory):
    assert [p.code for p in territory.units_of_kind(UnitKind.THI_TRAN, BEFORE)] == ["23500", "23377"]
    assert [p.name for p in territory.units_of_level(Level.COMMUNE, TODAY)] == ["Xã Bờ Y", "Xã Đăk Hà"]


def test_the_commune_level_is_called_by_all_its_kinds(territory):
    assert territory.level_code(Level.COMMUNE, TODAY) == "territory.level.commune"
    assert territory.level_code(Level.COMMUNE, BEFORE) == "territory.level.commune_with_towns"
    assert territory.level_code(Level.VILLAGE, BEFORE) == "territory.level.village"


def test_attributes_are_those_of_the_day(territory):
    old, new = territory.find("23395", BEFORE), territory.find("23500", TODAY)
    assert territory.attributes_of(old.unit_id, BEFORE) == {"area_class": "III", "border": "yes"}
    assert territory.attributes_of(old.unit_id, AFTER) == {}
    assert territory.attributes_of(new.unit_id, TODAY) == {"area_class": "I", "border": "no"}


def test_the_form_file_holds_the_communes_asked_for_and_their_villages(territory):
    asked = [territory.find("23500", TODAY).unit_id]
    assert forms_units_csv(territory, asked, TODAY).decode() == (
        "name,label,kind,commune,commune_label,frame\n"
        "23500,Xã Đăk Hà,commune,23500,Xã Đăk Hà,from-2025-07-01\n"
        '23500-02,"Thôn 2, cụm Đông (mẫu)",village,23500,Xã Đăk Hà,from-2025-07-01\n'
        "23500-01,Thôn 10 (mẫu),village,23500,Xã Đăk Hà,from-2025-07-01\n"
    )


def test_the_form_file_is_the_same_bytes_in_whatever_order_it_is_asked_for(territory):
    asked = [territory.find(code, TODAY).unit_id for code in ("23500", "23377")]
    one, other = (forms_units_csv(territory, ids, TODAY) for ids in (asked, asked[::-1]))
    assert one == other
    lines = list(csv.DictReader(io.StringIO(one.decode())))
    assert [line["name"] for line in lines] == ["23377", "23500", "23377-01", "23500-02", "23500-01"]


def test_a_form_file_without_communes_is_its_header(territory):
    ended = [territory.find("23521", BEFORE).unit_id, territory.find("51", TODAY).unit_id]
    header = b"name,label,kind,commune,commune_label,frame\n"
    assert forms_units_csv(territory, [], TODAY) == forms_units_csv(territory, ended, TODAY) == header
