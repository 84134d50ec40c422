"""Boundary frames and scopes, example by example; random histories are in test_scope."""

from __future__ import annotations

from datetime import date

import pytest

from server.territory.collection import Territory
from server.territory.merging import merge
from server.territory.scope import Scope, scope_of
from server.territory.units import TerritoryRows, UnitId
from server.territory.units_csv import read_units_csv

HEADER = "code,name,kind,parent_code,valid_from,valid_to,successor_code\n51,Tỉnh A,province,,,,\n"
BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)
OLD, NEW = "until-2025-06-30", "from-2025-07-01"


def territory_of(*lines):
    return Territory.from_rows(merge(TerritoryRows(), read_units_csv(HEADER + "\n".join(lines))).rows)


def above(territory, unit_id, frame):
    """Return the ancestors of a unit in a frame, with whether they hold only a part of it."""
    found = [row for row in territory.ancestors() if (row.unit_id, row.frame) == (unit_id, frame)]
    return {row.ancestor_id: row.partial for row in found if row.depth}


def unit(territory, code, on):
    return territory.find(code, on).unit_id


def test_a_territory_without_changes_has_one_frame():
    territory = territory_of("23001,Xã A,xa,51,,,")
    assert [(f.key, f.valid_from, f.valid_to) for f in territory.frames()] == [("always", None, None)]


@pytest.mark.parametrize(
    "lines",
    [
        ["23001,Xã A,xa,51,,2025-06-30,23002", "23002,Xã B,xa,51,2025-07-01,,"],
        ["23001,Xã A,xa,51,,,", "23002,Xã B,xa,51,2025-07-01,,"],
        ["23001,Xã A,xa,51,,2025-06-30,", "23002,Xã B,xa,51,,,"],
        ["610,Huyện A,district,51,,,", "23001,Xã A,xa,610,,2025-06-30,23001", "23001,Xã A,xa,51,2025-07-01,,"],
    ],
    ids=["succeeds", "begins", "ends", "goes to another parent"],
)
def test_a_frame_changes_when_a_commune(lines):
    territory = territory_of(*lines)
    assert [(frame.key, frame.valid_from, frame.valid_to) for frame in territory.frames()] == [
        (OLD, None, BEFORE),
        (NEW, AFTER, None),
    ]
    assert (territory.frame_on(BEFORE).key, territory.frame_on(AFTER).key) == (OLD, NEW)


def test_a_village_that_moves_changes_no_frame():
    village = ["23001-01,Thôn 1,village,23001,,2025-06-30,23001-01", "23001-01,Thôn 1,village,23002,2025-07-01,,"]
    territory = territory_of("23001,Xã A,xa,51,,,", "23002,Xã B,xa,51,,,", *village)
    assert [frame.key for frame in territory.frames()] == ["always"]


def test_a_split_units_records_are_seen_by_both_parts_and_added_up_in_neither():
    territory = territory_of(
        "23001,Xã A,xa,51,,2025-06-30,23001 23002", "23001,Xã B,xa,51,2025-07-01,,", "23002,Xã C,xa,51,2025-07-01,,"
    )
    old, province = unit(territory, "23001", BEFORE), unit(territory, "51", AFTER)
    parts = [unit(territory, code, AFTER) for code in ("23001", "23002")]
    assert above(territory, old, NEW) == {parts[0]: True, parts[1]: True, province: False}
    assert all(scope_of([part], territory.ancestors()).covers(old) for part in parts)


def test_a_new_commune_lies_in_the_old_one_it_was_made_from():
    territory = territory_of("23001,Xã A,xa,51,,2025-06-30,23002", "23002,Xã B,xa,51,2025-07-01,,")
    old, province = unit(territory, "23001", BEFORE), unit(territory, "51", AFTER)
    assert above(territory, unit(territory, "23002", AFTER), OLD) == {old: False, province: False}


def test_a_commune_made_from_two_has_no_place_in_the_frame_before():
    ended = ["23001,Xã A,xa,51,,2025-06-30,23003", "23002,Xã B,xa,51,,2025-06-30,23003"]
    territory = territory_of(*ended, "23003,Xã C,xa,51,2025-07-01,,")
    assert above(territory, unit(territory, "23003", AFTER), OLD) == {}


def test_a_village_founded_later_lies_where_its_commune_lay():
    territory = territory_of(
        "610,Huyện A,district,51,,2025-06-30,",
        "23001,Xã A,xa,610,,2025-06-30,23001",
        "23001,Xã A,xa,51,2025-07-01,,",
        "23001-01,Thôn 1,village,23001,2025-07-01,,",
    )
    village, district = unit(territory, "23001-01", AFTER), unit(territory, "610", BEFORE)
    assert district in above(territory, village, OLD)
    assert district not in above(territory, village, NEW)


def test_an_abolished_level_goes_where_its_parent_went():
    territory = territory_of("610,Huyện A,district,51,,2025-06-30,", "23001,Xã A,xa,51,2025-07-01,,")
    assert above(territory, unit(territory, "610", BEFORE), NEW) == {unit(territory, "51", AFTER): False}


def test_a_moved_village_is_covered_by_the_posts_of_its_commune_then_and_now():
    territory = territory_of(
        "23001,Xã A,xa,51,,,",
        "23002,Xã B,xa,51,,2025-06-30,23003",
        "23003,Xã C,xa,51,2025-07-01,,",
        "23002-01,Thôn 1,village,23002,,2025-06-30,23002-01",
        "23002-01,Thôn 1,village,23001,2025-07-01,,",
    )
    village = unit(territory, "23002-01", AFTER)
    covering = {p.code for p in territory.periods if scope_of([p.unit_id], territory.ancestors()).covers(village)}
    assert covering == {"51", "23001", "23002", "23002-01"}


def test_posts_add_up_and_no_post_covers_nothing():
    territory = territory_of("23001,Xã A,xa,51,,,", "23002,Xã B,xa,51,,,", "23003,Xã C,xa,51,,,")
    one, two, three = (unit(territory, code, AFTER) for code in ("23001", "23002", "23003"))
    scope = scope_of([one, two], territory.ancestors())
    assert scope == Scope(frozenset({one, two}))
    assert not scope.covers(three)
    assert scope_of([], territory.ancestors()).is_empty()


@pytest.mark.parametrize("unknown", [UnitId(0), UnitId(4711)])
def test_a_post_on_a_unit_not_yet_placed_covers_that_unit_alone(unknown):
    assert scope_of([unknown], ()).unit_ids == {unknown}
