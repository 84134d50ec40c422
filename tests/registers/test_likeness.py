"""What makes two households look like one, and what tells them apart; the reasons are said in words."""

from __future__ import annotations

import pytest

from server.language.catalogue import load_catalogue
from server.registers.compared_household import Place, Point, blocking_keys, read_household
from server.registers.house_numbers import HouseLikeness, match_house_numbers, read_house_number
from server.registers.likeness import SUSPECT_SCORE, compare, distance_metres, suspects

HERE = Place(frozenset({1}), 100)
JOINED = Place(frozenset({1, 9}), 100)
NEXT_VILLAGE = Place(frozenset({2}), 100)
COUPLE = {"head_name": "A Tik", "spouse_name": "Y Bét", "house_no": "37", "size": "5", "u16": "2", "n60": "0"}


def household(entity_id="one", place=HERE, **told):
    return read_household(entity_id, COUPLE | told, place)


def likeness(*, place=HERE, **told):
    one, other = household(), household("other", place, **told)
    forwards, backwards = compare(one, other), compare(other, one)
    assert forwards.score == backwards.score
    assert {reason.code for reason in forwards.reasons} == {reason.code for reason in backwards.reasons}
    return forwards


def codes(found):
    return [reason.code.removeprefix("register.like.") for reason in found.reasons]


def said(found, language="vi"):
    catalogue = load_catalogue().strict()
    return [catalogue.sentence(reason.code, reason.params, language) for reason in found.reasons]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"house_no": "37A"},
        {"house_no": "Số 37"},
        {"house_no": "037.0"},
        {"head_name": "a tik", "spouse_name": "y bet"},
        {"head_name": "Y Bét", "spouse_name": "A Tik"},
        {"head_name": "Y Bét", "spouse_name": ""},
        {"head_name": "Tik A", "size": "6"},
        {"size": "", "u16": "", "n60": ""},
        {"place": JOINED},
        {"place": NEXT_VILLAGE},
    ],
)
def test_one_household_written_twice_is_suspected(told):
    assert likeness(**told).is_suspect


@pytest.mark.parametrize(
    "told",
    [
        {"spouse_name": "Y Hlim", "house_no": "41"},
        {"spouse_name": "Y Hlim"},
        {"house_no": "112"},
        {"house_no": "", "size": "3", "u16": "0"},
        {"head_name": "A Bun", "spouse_name": "Y Hlim"},
        {"head_name": "", "spouse_name": ""},
        {"head_name": "Y Tik", "spouse_name": ""},
        {"place": NEXT_VILLAGE, "house_no": "12"},
        {"parent": "one"},
    ],
)
def test_namesakes_and_neighbours_are_two_households(told):
    assert not likeness(**told).is_suspect


def test_namesakes_near_the_threshold_are_told_apart_by_where_they_live():
    here, far = "14.35 108.0 600 5", "14.354 108.0 600 5"
    one = household(house_no="", point=here)
    assert compare(one, household("other", house_no="", point=here)).is_suspect
    assert not compare(one, household("other", house_no="", point=far)).is_suspect


def test_a_household_is_not_its_own_duplicate():
    one = household()
    assert [entity_id for entity_id, _ in suspects(one, [one, household("other")])] == ["other"]


def test_a_refused_household_tells_no_name_and_is_never_suspected():
    refused = household("other", head_name="", spouse_name="", named="no")
    assert compare(household(), refused).score == 0
    assert compare(refused, household("third", head_name="", spouse_name="")).score == 0


def test_the_reason_is_said_in_words():
    assert said(likeness(house_no="37A", size="", u16="", n60="")) == [
        "tên chủ hộ giống nhau", "tên vợ/chồng giống nhau", "cùng thôn", "số hộ 37 và 37A",
    ]  # fmt: skip
    assert said(likeness(head_name="Y Bet", spouse_name="A Tik", place=JOINED), "en") == [
        "the head of one is the spouse in the other", "the names differ in accents only",
        "the old village and the one it was joined to", "both have house number 37", "both have 5 members",
    ]  # fmt: skip


def test_what_speaks_against_comes_last():
    assert codes(likeness(house_no="52", point="14.3 108 0 5"))[-1] == "house_different"


def test_every_reason_has_its_words():
    variants = [
        {"head_name": name, "spouse_name": spouse, "house_no": house, "size": size, "point": point, "place": place}
        for name in ("A Tik", "A Tík", "A Ttik", "A Tik B.", "A Bun", "")
        for spouse in ("Y Bét", "Y Bet", "Y Beet", "Y Mai", "")
        for house in ("37", "37A", "73", "12", "")
        for size, point, place in (("5", "14.35 108 0 5", HERE), ("6", "14.37 108 0 5", JOINED), ("", "", NEXT_VILLAGE))
    ]
    one = household(point="14.35 108 0 5", poverty="none", groups="policy")
    found = {
        reason.code for told in variants for reason in compare(one, household("b", poverty="poor", **told)).reasons
    }
    catalogue = load_catalogue()
    assert len(found) > 20
    assert [code for code in found if not (catalogue.has(code) and catalogue.has(code, "en"))] == []


def test_a_score_lies_between_0_and_100():
    assert likeness(point="14 108").score <= 100
    assert 0 < SUSPECT_SCORE < 100
    kinh = {"head_name": "Nguyễn Đình Bảo Khánh", "spouse_name": "Trần Thị Bích Ngọc"}
    assert compare(household(**kinh), household("other", **kinh)).score == 100


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("37", "37", "same"),
        ("Số nhà 37", "037", "same"),
        ("37", "37A", "near"),
        ("37a", "37 A", "same"),
        ("37A", "37B", "different"),
        ("37/2", "37", "near"),
        ("37", "73", "slip"),
        ("137", "37", "slip"),
        ("37", "38", "different"),
        ("7", "3", "different"),
        ("", "37", "missing"),
        ("chưa có", "37", "missing"),
        ("0", "0", "missing"),
        ("99999999999999999999", "1", "different"),
    ],
)
def test_house_numbers(one, other, likeness):
    first, second = read_house_number(one), read_house_number(other)
    assert match_house_numbers(first, second) is HouseLikeness(likeness)
    assert match_house_numbers(second, first) is HouseLikeness(likeness)


def test_distance_is_in_metres():
    assert distance_metres(Point(14.35, 108.0), Point(14.36, 108.0)) == pytest.approx(1112, abs=1)
    assert distance_metres(Point(14.35, 108.0), Point(14.35, 108.0)) == 0


@pytest.mark.parametrize("point", ["", "0 0 0 0", "x y", "14.3", "91 200", "nan nan", "inf 0"])
def test_a_point_that_is_none_says_nothing(point):
    assert household(point=point).point is None


def test_households_to_compare_share_a_key():
    one = set(blocking_keys(household()))
    assert "1/p:tik" in one
    for told in ({"head_name": "Y Bét", "spouse_name": ""}, {"head_name": "Y Bet", "spouse_name": "A Tix"}, {}):
        assert one & set(blocking_keys(household("other", **told)))
    assert one & set(blocking_keys(household("other", JOINED, head_name="A Tjk", spouse_name="")))
    assert one & set(blocking_keys(household("other", NEXT_VILLAGE)))


def test_strangers_share_no_key():
    one = set(blocking_keys(household()))
    assert not one & set(blocking_keys(household("other", head_name="A Bun", spouse_name="Y Mai", house_no="38")))
    assert not one & set(blocking_keys(household("other", Place(frozenset({3}), 200))))
    assert blocking_keys(read_household("none", {}, HERE)) == ()
