"""Repeats: how many there are to be, and choices made of what was answered in them."""

from __future__ import annotations

import pytest

ERROR, WARNING, NOTE = "error", "warning", "note"
COUNTED = """
| survey | | | | | |
| | type | name | label | repeat_count | relevant |
| | integer | sons | Số con trai | | |
| | begin repeat | son | Con trai | ${sons} | |
| | text | name | Tên | | |
| | integer | dogs | Số chó | | |
| | begin repeat | dog | Chó | ${dogs} | |
| | text | call | Gọi | | |
| | end repeat | | | | |
| | end repeat | | | | |
| | begin repeat | pair | Đôi | 2 | ${sons} > 0 |
| | text | shoe | Giày | | |
| | end repeat | | | | |
"""


def son(dogs: str = "0", has: int = 0) -> str:
    return f"<son><name/><dogs>{dogs}</dogs>{'<dog><call/></dog>' * has}</son>"


PAIR = "<pair_count>2</pair_count><pair><shoe/></pair><pair><shoe/></pair>"


@pytest.mark.parametrize(
    ("rule", "answers", "expected"),
    [
        ("as many as asked for", f"<sons>1</sons>{son('1', 1)}{PAIR}", []),
        ("more, as when the number was lowered", f"<sons>1</sons>{son() * 2}{PAIR}",
         [("repeat.too_many", "/data/son", NOTE)]),
        ("fewer", f"<sons>3</sons>{son()}{PAIR}", [("repeat.too_few", "/data/son", NOTE)]),
        ("each inner repeat by its own number", f"<sons>2</sons>{son('2', 1)}{son('1', 1)}{PAIR}",
         [("repeat.too_few", "/data/son[1]/dog", NOTE)]),
        ("no number, none expected", "<sons/><pair_count>2</pair_count>", []),
        ("a number that is none", f"<sons>x</sons>{son()}", [("answer.wrong_type", "/data/sons", ERROR)]),
        ("a fixed number", f"<sons>1</sons>{son()}<pair_count>2</pair_count><pair><shoe/></pair>",
         [("repeat.too_few", "/data/pair", NOTE)]),
    ],
)  # fmt: skip
def test_instances_are_as_many_as_their_count(found, rule: str, answers: str, expected: list) -> None:
    told = [one for one in found(COUNTED, answers) if one[:2] != ("answer.calculate_differs", "/data/pair_count")]
    assert told == expected, rule


NAMED = """
| survey | | | | | |
| | type | name | label | relevant | choice_filter |
| | begin repeat | person | Người | | |
| | text | name | Tên | | |
| | integer | age | Tuổi | | |
| | end repeat | | | | |
| | select_one ${name} | head | Chủ hộ | | |
| | select_one ${name} | old | Già | | ${age} > 60 |
"""
PEOPLE = "<person><name>Lan</name><age>70</age></person><person><name>Bình</name><age>30</age></person><person/>"


@pytest.mark.parametrize(
    ("rule", "answers", "expected"),
    [
        ("one of them", "<head>Bình</head><old>Lan</old>", []),
        ("nobody of that name", "<head>Hoa</head><old/>", [("answer.not_a_choice", "/data/head", ERROR)]),
        ("one whom the filter leaves out", "<head/><old>Bình</old>", [("answer.not_a_choice", "/data/old", ERROR)]),
    ],
)
def test_choices_made_of_a_repeat_are_its_answers(found, rule: str, answers: str, expected: list) -> None:
    assert found(NAMED, PEOPLE + answers) == expected, rule


def test_repeat_that_is_not_there_offers_nothing(found) -> None:
    assert found(NAMED, "<head>Lan</head><old/>") == [("answer.not_a_choice", "/data/head", ERROR)]
