"""Choices: static, narrowed, from lists beside the form; ranges, files, repeats."""

from __future__ import annotations

import pytest

from server.forms.lists import ChoiceList

ERROR, WARNING, NOTE = "error", "warning", "note"
SELECTS = """
| survey | | | | | |
| | type | name | label | choice_filter | parameters |
| | select_one yn or_other | poor | Nghèo? | | |
| | select_multiple topic | topics | Nội dung | | |
| | rank topic | order | Thứ tự | | |
| | select_one_from_file units.csv | commune | Xã | kind = 'commune' | |
| | select_one_from_file units.csv | village | Thôn | kind = 'village' and up = ${commune} | |
| | select_one sort | kind | Loại | | |
| | select_one thing | thing | Món | of = ${kind} | |
| | range | score | Điểm | | start=1 end=5 step=0.5 |
| choices | | | | | |
| | list_name | name | label | of | |
| | yn | yes | Có | | |
| | yn | no | Không | | |
| | topic | k1 | Một | | |
| | topic | k2 | Hai | | |
| | topic | k3 | Ba | | |
| | sort | fruit | Quả | | |
| | sort | leaf | Lá | | |
| | thing | apple | Táo | fruit | |
| | thing | tea | Chè | leaf | |
"""
UNITS = ChoiceList(
    "units",
    (
        {"name": "c1", "kind": "commune", "up": ""},
        {"name": "c2", "kind": "commune", "up": ""},
        {"name": "v1", "kind": "village", "up": "c1"},
        {"name": "v2", "kind": "village", "up": "c2"},
    ),
)


@pytest.mark.parametrize(
    ("rule", "answers", "expected"),
    [
        ("a choice", "<poor>yes</poor>", []),
        ("not a choice", "<poor>maybe</poor>", [("answer.not_a_choice", "/data/poor", ERROR)]),
        ("another, in words", "<poor>other</poor><poor_other>vì mưa</poor_other>", []),
        ("several", "<topics>k1 k3</topics>", []),
        ("several, one unknown", "<topics>k1 k9</topics>", [("answer.not_a_choice", "/data/topics", ERROR)]),
        ("one twice", "<topics>k1 k1</topics>", [("answer.duplicate_choice", "/data/topics", ERROR)]),
        ("ranked", "<order>k3 k1 k2</order>", []),
        ("ranked, one unknown", "<order>k3 k1 zz</order>", [("answer.not_a_choice", "/data/order", ERROR)]),
        ("from a file", "<commune>c1</commune><village>v1</village>", []),
        ("another commune's village", "<commune>c1</commune><village>v2</village>",
         [("answer.not_a_choice", "/data/village", ERROR)]),
        ("a village as a commune", "<commune>v1</commune>", [("answer.not_a_choice", "/data/commune", ERROR)]),
        ("narrowed inside the form", "<kind>fruit</kind><thing>apple</thing>", []),
        ("outside what is narrowed", "<kind>leaf</kind><thing>apple</thing>",
         [("answer.not_a_choice", "/data/thing", ERROR)]),
        ("in range", "<score>4.5</score>", []),
        ("outside the range", "<score>5.5</score>", [("answer.out_of_range", "/data/score", ERROR)]),
        ("between two steps", "<score>1.2</score>", [("answer.out_of_range", "/data/score", ERROR)]),
    ],
)  # fmt: skip
def test_answer_is_one_that_was_offered(found, rule: str, answers: str, expected: list[tuple[str, str, str]]) -> None:
    assert found(SELECTS, answers, {"units": UNITS}) == expected, rule


def test_list_that_is_not_known_leaves_the_question_unchecked(found) -> None:
    assert found(SELECTS, "<commune>c9</commune>") == [("answer.unchecked", "/data/commune", NOTE)]


MEMBERS = """
| survey | | | | | | | |
| | type | name | label | required | relevant | constraint | calculation |
| | begin repeat | member | Người | | | | |
| | text | name | Tên | yes | | | |
| | integer | age | Tuổi | | | . < 120 | |
| | text | school | Trường | yes | ${age} < 18 | | |
| | calculate | nth | | | | | position(..) |
| | begin repeat | child | Con | | | | |
| | integer | age_c | Tuổi | | | . < ${age} | |
| | end repeat | | | | | | |
| | end repeat | | | | | | |
| | calculate | eldest | | | | | max(${age}) |
| | calculate | people | | | | | count(${member}) |
"""


def member(age: int, nth: int, rest: str = "") -> str:
    return f"<member><name>A</name><age>{age}</age>{rest}<nth>{nth}</nth></member>"


@pytest.mark.parametrize(
    ("rule", "answers", "expected"),
    [
        ("none", "<eldest/><people>0</people>", []),
        ("each reads its own answers",
         member(40, 1, "<child><age_c>10</age_c></child>") + member(9, 2, "<school>X</school>")
         + "<eldest>40</eldest><people>2</people>", []),
        ("[n] stands on every repeat and nowhere else",
         member(40, 1, "<child><age_c>10</age_c></child><child><age_c>50</age_c></child>")
         + member(9, 2) + member(30, 7, "<school>X</school>") + "<eldest>40</eldest><people>2</people>",
         [("answer.constraint_broken", "/data/member[1]/child[2]/age_c", ERROR),
          ("answer.required_missing", "/data/member[2]/school", ERROR),
          ("answer.not_relevant", "/data/member[3]/school", ERROR),
          ("answer.calculate_differs", "/data/member[3]/nth", ERROR),
          ("answer.calculate_differs", "/data/people", ERROR)]),
    ],
)  # fmt: skip
def test_repeats_are_checked_one_by_one(found, rule: str, answers: str, expected: list[tuple[str, str, str]]) -> None:
    assert found(MEMBERS, answers) == expected, rule
