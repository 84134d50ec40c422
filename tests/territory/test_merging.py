"""Merging a units file: which units go on, which are new, and nothing written twice."""

from __future__ import annotations

from datetime import date

import pytest

from server.errors import InvalidInput
from server.territory.merging import merge
from server.territory.units import Succession, TerritoryRows
from server.territory.units_csv import read_units_csv

HEADER = "code,name,kind,parent_code,valid_from,valid_to,successor_code,area_class\n"
PROVINCE = "51,Tỉnh A,province,,,,,\n"
COMMUNES = PROVINCE + "23001,Xã A,xa,51,,,,III\n23002,Xã B,xa,51,,,,\n23001-01,Thôn 1,village,23001,,,,\n"
LAST, NEXT = date(2026, 12, 31), date(2027, 1, 1)


def load(rows, text):
    return merge(rows, read_units_csv(HEADER + text))


def ids(rows):
    return {(period.code, period.valid_from): period.unit_id for period in rows.periods}


def faults_in(rows, text):
    with pytest.raises(InvalidInput) as refused:
        load(rows, text)
    return [(fault.line, fault.column, fault.code) for fault in refused.value.params["faults"]]


@pytest.fixture
def kept():
    return load(TerritoryRows(), COMMUNES).rows


def test_the_same_file_twice_writes_nothing(kept):
    again = load(kept, COMMUNES)
    assert again.changes_nothing()
    assert again.rows == kept


def test_a_file_says_nothing_of_units_it_does_not_name(kept):
    later = load(kept, "23003,Xã C,xa,51,,,,\n")
    assert [period.name for period in later.written.periods] == ["Xã C"]
    assert set(kept.periods) < set(later.rows.periods)


def test_a_line_with_the_same_code_and_first_day_corrects_the_kept_period(kept):
    corrected = load(kept, "23002,Xã Bê,xa,51,,,,\n")
    assert [period.name for period in corrected.written.periods] == ["Xã Bê"]
    assert ids(corrected.rows) == ids(kept)


def test_a_commune_that_simply_goes_on_keeps_its_id(kept):
    text = "23002,Xã B,xa,51,,2026-12-31,23002,\n23002,Xã B,xa,51,2027-01-01,,,\n"
    after = load(kept, text).rows
    assert ids(after)["23002", None] == ids(after)["23002", NEXT]
    assert after.successions == ()


@pytest.mark.parametrize("heir", ["23002,Xã Mới,xa", "23002,Xã B,phuong", "23009,Xã B,xa"])
def test_a_commune_with_another_name_kind_or_code_is_a_new_unit(kept, heir):
    code = heir[:5]
    after = load(kept, f"23002,Xã B,xa,51,,2026-12-31,{code},\n{heir},51,2027-01-01,,,\n").rows
    old, new = ids(after)["23002", None], ids(after)[code, NEXT]
    assert after.successions == (Succession(old, new),)


def test_a_commune_that_takes_in_another_is_a_new_unit(kept):
    text = (
        "23001,Xã A,xa,51,,2026-12-31,23001,\n23002,Xã B,xa,51,,2026-12-31,23001,\n23001,Xã A,xa,51,2027-01-01,,,\n"
        "23001-01,Thôn 1,village,23001,,2026-12-31,23001-01,\n23001-01,Thôn 1,village,23001,2027-01-01,,,\n"
    )
    after = load(kept, text).rows
    new = ids(after)["23001", NEXT]
    assert {row.successor_id for row in after.successions} == {new}
    assert {row.unit_id for row in after.successions} == {ids(after)["23001", None], ids(after)["23002", None]}


@pytest.mark.parametrize("moved", ["23002-07,Thôn 1", "23001-01,Thôn Một", "23002-07,Thôn Một"])
def test_a_village_keeps_its_id_through_a_move_a_new_name_and_a_new_code(kept, moved):
    code = moved[:8]
    text = f"23001-01,Thôn 1,village,23001,,2026-12-31,{code},\n{moved},village,23002,2027-01-01,,,\n"
    after = load(kept, text).rows
    assert ids(after)["23001-01", None] == ids(after)[code, NEXT]
    assert after.successions == ()


def test_the_parts_of_a_split_village_are_new_units(kept):
    text = (
        "23001-01,Thôn 1,village,23001,,2026-12-31,23001-01 23001-02,\n"
        "23001-01,Thôn 1A,village,23001,2027-01-01,,,\n23001-02,Thôn 1B,village,23001,2027-01-01,,,\n"
    )
    after = load(kept, text).rows
    old = ids(after)["23001-01", None]
    parts = {ids(after)["23001-01", NEXT], ids(after)["23001-02", NEXT]}
    assert old not in parts
    assert set(after.successions) == {Succession(old, part) for part in parts}


def test_a_village_may_join_one_that_goes_on(kept):
    more = load(kept, "23001-02,Thôn 2,village,23001,,2026-12-31,23001-01,\n").rows
    assert more.successions == (Succession(ids(more)["23001-02", None], ids(more)["23001-01", None]),)


def test_a_corrected_successor_takes_the_place_of_the_wrong_one(kept):
    wrong = load(kept, "23001-02,Thôn 2,village,23001,,2026-12-31,23001-01,\n").rows
    right = load(wrong, "23001-02,Thôn 2,village,23001,,2026-12-31,,\n")
    assert right.removed.successions == wrong.successions
    assert right.rows.successions == ()


def test_new_ids_go_on_from_the_highest(kept):
    later = load(kept, "23003,Xã C,xa,51,,,,\n").rows
    assert ids(later)["23003", None] == max(ids(kept).values()) + 1


def test_an_attribute_lasts_as_long_as_its_line_and_an_empty_cell_leaves_it(kept):
    text = "23001,Xã A,xa,51,,2026-12-31,23001,\n23001,Xã A,xa,51,2027-01-01,,,II\n"
    text += "23001-01,Thôn 1,village,23001,,,,\n"
    after = load(kept, text).rows
    assert {(row.value, row.valid_from, row.valid_to) for row in after.attributes} == {
        ("III", None, LAST),
        ("II", NEXT, None),
    }


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("23003,Xã C,xa,99,,,,\n", "parent_code", "territory.csv_parent_unknown"),
        ("23002-01,Thôn C,village,23002-02,,,,\n", "parent_code", "territory.csv_parent_unknown"),
        ("610,Huyện C,district,23001,,,,\n", "parent_code", "territory.csv_parent_level"),
        ("23003,Xã C,xa,23002,,,,\n", "parent_code", "territory.csv_parent_level"),
        ("23003,Xã C,xa,51,,2026-12-31,23009,\n", "successor_code", "territory.csv_successor_unknown"),
        ("23003,Xã C,xa,51,,2026-12-31,51,\n", "successor_code", "territory.csv_successor_unknown"),
        ("23002,Xã C,xa,51,2026-01-01,,,\n", "valid_from", "territory.csv_overlap_kept"),
    ],
)
def test_a_line_that_does_not_fit_what_is_kept_is_named(kept, line, column, code):
    assert faults_in(kept, line) == [(2, column, code)]


def test_a_line_that_begins_before_a_kept_period_of_its_code_must_end_before_it():
    kept = load(TerritoryRows(), PROVINCE + "23001,Xã A,xa,51,2025-07-01,,,\n").rows
    assert faults_in(kept, "23001,Xã Cũ,xa,51,,,,\n") == [(2, "valid_to", "territory.csv_overlap_kept")]


def test_a_parent_must_be_one_unit_all_the_time_of_the_line():
    """A village line across the reform would lie in two communes of one code."""
    communes = "23302,Phường Cũ,phuong,51,,2025-06-30,23302,\n23302,Phường Mới,phuong,51,2025-07-01,,,\n"
    kept = load(TerritoryRows(), PROVINCE + communes).rows
    assert faults_in(kept, "23302-01,Tổ 1,village,23302,,,,\n") == [(2, "parent_code", "territory.csv_parent_unknown")]
    halves = "23302-01,Tổ 1,village,23302,,2025-06-30,23302-01,\n23302-01,Tổ 1,village,23302,2025-07-01,,,\n"
    after = load(kept, halves).rows
    assert ids(after)["23302-01", None] == ids(after)["23302-01", date(2025, 7, 1)]


def test_ending_a_commune_with_villages_still_in_it_is_caught_when_they_are_named(kept):
    text = "23001,Xã A,xa,51,,2026-12-31,23002,\n23001-01,Thôn 1,village,23001,,,,\n"
    assert faults_in(kept, text) == [(3, "parent_code", "territory.csv_parent_unknown")]
