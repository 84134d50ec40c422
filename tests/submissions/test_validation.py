"""Required, types, constraints, relevance and calculates, asked again of what a device sent."""

from __future__ import annotations

import pytest

HOUSEHOLD = """
| survey | | | | | | | |
| | type | name | label | required | relevant | constraint | calculation |
| | start | start | | | | | |
| | end | end | | | | | |
| | text | head | Chủ hộ | yes | | | |
| | integer | size | Số người | yes | | . > 0 and . < 30 | |
| | integer | women | Số nữ | | | . <= ${size} | |
| | date | met | Ngày gặp | | | . <= today() | |
| | text | phone | Điện thoại | | | regex(., '0[0-9]{9}') | |
| | text | odd | Mẫu lạ | | | regex(., '(?=a).*') | |
| | calculate | men | | | | | ${size} - ${women} |
| | calculate | note_id | | | | | once(uuid()) |
| | calculate | on_day | | | | | format-date(today(), '%Y-%m-%d') |
| | begin group | couple | Vợ chồng | | ${size} > 1 | | |
| | text | spouse | Vợ/chồng | yes | | | |
| | begin group | wedding | Cưới | | ${couple_yes} = 'yes' | | |
| | integer | year | Năm | yes | | . > 1900 | |
| | end group | | | | | | |
| | text | couple_yes | Có? | | | | |
| | end group | | | | | | |
"""
WHEN = "<start>2025-03-09T23:50:00.000+07:00</start><end>2025-03-10T00:10:00.000+07:00</end>"
ERROR, WARNING, NOTE = "error", "warning", "note"


def record(answers: str, men: str = "", on_day: str = "2025-03-10", when: str = WHEN) -> str:
    return f"{when}{answers}<men>{men}</men><note_id>x</note_id><on_day>{on_day}</on_day>"


ALONE = "<head>A</head><size>1</size><women>1</women><met/><phone/><odd/>"
COUPLE = "<head>A</head><size>2</size><women>1</women><met/><phone/><odd/>"


@pytest.mark.parametrize(
    ("rule", "answers", "expected"),
    [
        ("nothing is wrong", record(ALONE, "0"), []),
        ("order does not matter", record("<phone/><size>1</size><odd/><met/><women>1</women><head>A</head>", "0"), []),
        ("extra space in a computed number", record(ALONE, " 0.0 "), []),
        ("required and empty", record(ALONE.replace("<head>A</head>", "<head/>"), "0"),
         [("answer.required_missing", "/data/head", ERROR)]),
        ("required and absent", record(ALONE.replace("<head>A</head>", ""), "0"),
         [("answer.required_missing", "/data/head", ERROR)]),
        ("not a whole number", record(ALONE.replace("<women>1</women>", "<women>một</women>"), ""),
         [("answer.wrong_type", "/data/women", ERROR)]),
        ("a decimal in a whole number", record(ALONE.replace("<women>1</women>", "<women>1.5</women>"), ""),
         [("answer.wrong_type", "/data/women", ERROR)]),
        ("more women than people", record(ALONE.replace("<women>1</women>", "<women>2</women>"), "-1"),
         [("answer.constraint_broken", "/data/women", ERROR)]),
        ("a constraint is not asked of an empty answer", record(ALONE.replace("<women>1</women>", "<women/>"), ""), []),
        ("a date after the day of filling", record(ALONE.replace("<met/>", "<met>2025-03-11</met>"), "0"),
         [("answer.constraint_broken", "/data/met", ERROR)]),
        ("a date on the day of filling", record(ALONE.replace("<met/>", "<met>2025-03-10</met>"), "0"), []),
        ("no such date", record(ALONE.replace("<met/>", "<met>2025-02-30</met>"), "0"),
         [("answer.wrong_type", "/data/met", ERROR)]),
        ("a pattern", record(ALONE.replace("<phone/>", "<phone>12</phone>"), "0"),
         [("answer.constraint_broken", "/data/phone", ERROR)]),
        ("a pattern only the phone can check", record(ALONE.replace("<odd/>", "<odd>a</odd>"), "0"),
         [("answer.unchecked", "/data/odd", NOTE)]),
        ("a computed value was changed", record(ALONE, "7"), [("answer.calculate_differs", "/data/men", ERROR)]),
        ("today on either side of midnight", record(ALONE, "0", "2025-03-09"), []),
        ("today on another day", record(ALONE, "0", "2025-03-08"),
         [("answer.calculate_differs", "/data/on_day", ERROR)]),
        ("without its time a record is not asked for today",
         record(ALONE.replace("<met/>", "<met>2025-03-01</met>"), "0", "2025-03-08", ""),
         [("answer.unchecked", "/data/met", NOTE), ("answer.unchecked", "/data/on_day", NOTE)]),
        ("a date after receipt was after any day before",
         record(ALONE.replace("<met/>", "<met>2030-01-01</met>"), "0", "2025-03-08", ""),
         [("answer.constraint_broken", "/data/met", ERROR), ("answer.unchecked", "/data/on_day", NOTE)]),
        ("a date long ago was before any of late",
         record(ALONE.replace("<met/>", "<met>1999-01-01</met>"), "0", "2025-03-08", ""),
         [("answer.unchecked", "/data/on_day", NOTE)]),
        ("an unknown node", record(ALONE + "<zz>1</zz>", "0"), [("node.unknown", "/data/zz", WARNING)]),
        ("only the top of what is unknown", record(ALONE + "<zz><y>1</y></zz>", "0"),
         [("node.unknown", "/data/zz", WARNING)]),
        ("a node twice", record(ALONE + "<head>B</head>", "0"), [("node.unknown", "/data/head", WARNING)]),
    ],
)  # fmt: skip
def test_record_of_one_person(found, rule: str, answers: str, expected: list[tuple[str, str, str]]) -> None:
    assert sorted(found(HOUSEHOLD, answers)) == sorted(expected), rule


@pytest.mark.parametrize(
    ("rule", "group", "expected"),
    [
        ("all there", "<couple><spouse>B</spouse><couple_yes/></couple>", []),
        ("the whole group is absent", "", [("answer.required_missing", "/data/couple/spouse", ERROR)]),
        ("an inner group became relevant", "<couple><spouse>B</spouse><couple_yes>yes</couple_yes></couple>",
         [("answer.required_missing", "/data/couple/wedding/year", ERROR)]),
        ("an inner group is not relevant",
         "<couple><spouse>B</spouse><wedding><year>2000</year></wedding><couple_yes>no</couple_yes></couple>",
         [("answer.not_relevant", "/data/couple/wedding/year", ERROR)]),
        ("an inner group is filled in",
         "<couple><spouse>B</spouse><wedding><year>2000</year></wedding><couple_yes>yes</couple_yes></couple>", []),
    ],
)  # fmt: skip
def test_relevance_is_inherited(found, rule: str, group: str, expected: list[tuple[str, str, str]]) -> None:
    assert found(HOUSEHOLD, record(COUPLE + group, "1")) == expected, rule


def test_answers_under_a_group_that_is_not_relevant_are_all_told(found) -> None:
    group = "<couple><spouse>B</spouse><wedding><year>1</year></wedding><couple_yes>yes</couple_yes></couple>"
    assert found(HOUSEHOLD, record(ALONE + group, "0")) == [
        ("answer.not_relevant", "/data/couple/spouse", ERROR),
        ("answer.not_relevant", "/data/couple/wedding/year", ERROR),
        ("answer.not_relevant", "/data/couple/couple_yes", ERROR),
    ]


CHAIN = """
| survey | | | | | |
| | type | name | label | relevant | calculation |
| | calculate | late | | | ${early} * 2 |
| | calculate | early | | | ${n} + 1 |
| | integer | n | N | | |
| | text | big | Lớn | ${late} > 10 | |
"""


def test_calculates_are_worked_out_in_the_order_of_need(found) -> None:
    assert found(CHAIN, "<late>6</late><early>3</early><n>2</n>") == []
    assert found(CHAIN, "<late>12</late><early>6</early><n>5</n><big>x</big>") == []


def test_what_follows_from_a_changed_value_reads_the_recomputed_one(found) -> None:
    tampered = "<late>12</late><early>3</early><n>2</n><big>x</big>"
    assert found(CHAIN, tampered) == [
        ("answer.calculate_differs", "/data/late", ERROR),
        ("answer.not_relevant", "/data/big", ERROR),
    ]


def test_calculate_the_device_did_not_send_is_told(found) -> None:
    assert found(CHAIN, "<late>6</late><n>2</n>") == [
        ("answer.calculate_differs", "/data/late", ERROR),  # to the device what is not there is not relevant: empty
        ("answer.calculate_differs", "/data/early", ERROR),
    ]


def test_metadata_is_never_unknown(found) -> None:
    meta = "<meta><instanceID>uuid:1</instanceID><deprecatedID>uuid:0</deprecatedID><odd/></meta>"
    assert found(CHAIN, f"<late>6</late><early>3</early><n>2</n>{meta}<instanceID>uuid:1</instanceID>") == []


KINDS = """
| survey | | | | | |
| | type | name | label | relevant | calculation |
| | integer | n | N | | |
| | calculate | zero | | | ${n} - ${n} |
| | calculate | is_one | | | ${n} = 1 |
| | text | if_zero | A | ${zero} | |
| | text | if_one | B | ${is_one} | |
| | calculate | words | | | concat(${is_one}, ${zero}) |
"""


def test_computed_value_is_still_a_number_or_a_boolean_to_the_rules_that_read_it(found) -> None:
    answers = "<n>2</n><zero>0</zero><is_one>0</is_one><words>false0</words>"
    assert found(KINDS, answers) == []
    assert found(KINDS, answers.replace("<words>", "<if_zero>x</if_zero><if_one>x</if_one><words>")) == [
        ("answer.not_relevant", "/data/if_zero", ERROR),
        ("answer.not_relevant", "/data/if_one", ERROR),
    ]


SUGGESTED = """
| survey | | | | | |
| | type | name | label | readonly | calculation |
| | integer | n | N | | |
| | integer | guess | Đoán | | ${n} * 2 |
| | integer | shown | Xem | yes | ${n} * 2 |
"""


def test_answer_written_over_a_suggested_one_is_right(found) -> None:
    assert found(SUGGESTED, "<n>2</n><guess>5</guess><shown>4</shown>") == []
    assert found(SUGGESTED, "<n>2</n><guess>4</guess><shown>5</shown>") == [
        ("answer.calculate_differs", "/data/shown", ERROR)
    ]
