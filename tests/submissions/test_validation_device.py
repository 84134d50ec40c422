"""What a device writes by itself: times, confirmations, entity blocks, lists it alone knows."""

from __future__ import annotations

import pytest

from server.forms.lists import ChoiceList

ERROR, WARNING, NOTE = "error", "warning", "note"
TIMED = """
| survey | | | |
| | type | name | label |
| | start | start | |
| | end | end | |
| | today | today | |
| | text | a | A |
"""


def times(start: str, end: str, today: str = "2025-03-09") -> str:
    return f"<start>{start}</start><end>{end}</end><today>{today}</today><a/>"


MORNING, NOON, LATER = (f"2025-03-09T{hour}:00:00.000+07:00" for hour in ("08", "12", "18"))


@pytest.mark.parametrize(
    ("rule", "answers", "expected"),
    [
        ("an ordinary day", times(MORNING, NOON), []),
        ("sent late", times("2024-01-05T08:00:00.000+07:00", "2024-01-05T09:00:00.000+07:00", "2024-01-05"), []),
        ("over midnight", times("2025-03-08T23:50:00.000+07:00", "2025-03-09T00:10:00.000+07:00", "2025-03-08"), []),
        ("ended before it began", times(LATER, NOON), [("time.end_before_start", "/data/end", NOTE)]),
        ("written after it came", times("2025-03-13T08:00:00.000+07:00", "2025-03-13T08:30:00.000+07:00", "2025-03-13"),
         [("time.ahead", "/data/start", NOTE), ("time.ahead", "/data/end", NOTE)]),
        ("another day than it began", times(MORNING, NOON, "2025-01-01"),
         [("time.today_differs", "/data/today", NOTE)]),
        ("no times", "<start/><end/><today/><a/>", []),
        ("the last day there is", "<start/><end/><today>9999-12-31</today><a/>", []),
        ("after the last second", "<start/><end/><today>9999-12-31T23:59:59</today><a/>",
         [("answer.wrong_type", "/data/today", ERROR)]),
    ],
)  # fmt: skip
def test_odd_times_are_noted(found, rule: str, answers: str, expected: list) -> None:
    assert found(TIMED, answers) == expected, rule


ASKING_NOW = """
| survey | | | | |
| | type | name | label | calculation |
| | start | start | | |
| | end | end | | |
| | date | day | Ngày | |
| | calculate | hour | | decimal-time(${day}) |
| | calculate | at | | today() |
"""


@pytest.mark.parametrize("offset", ["+07:00", "-12:00", "Z"])
@pytest.mark.parametrize("end", ["0001-01-01", "0001-01-01T00:00:00.000", "9999-12-31", "9999-12-31T23:59:59.999"])
def test_a_time_at_either_end_of_the_calendar_fails_no_rule(found, end: str, offset: str) -> None:
    """It may have no moment in UTC; and a moment is remembered in a zone that is like the next record's, not it."""
    start = f"<start>2025-03-09T08:30:00.000{offset}</start>"
    answers = f"{start}<end>{end}</end><day>{end[:10]}</day><hour/><at/>"
    told = found(ASKING_NOW, answers)
    assert found(ASKING_NOW, answers) == told
    odd = {"time.ahead", "time.end_before_start", "answer.calculate_differs"}
    assert {code for code, _, _ in told} < odd


ODD_CONTROLS = """
| survey | | | | |
| | type | name | label | appearance | required |
| | acknowledge | read | Đã đọc | | yes |
| | select_one found | home | Hộ | search('homes') | |
| | rank need | needs | Cần | | |
| | text | words | Chữ | | yes |
| | text | shown | Cho xem | | |
| choices | | | |
| | list_name | name | label |
| | found | name | label |
| | need | water | Nước |
| | need | road | Đường |
"""


@pytest.mark.parametrize(
    ("rule", "answers", "expected"),
    [
        ("confirmed", "<read>OK</read><words>a</words>", []),
        ("confirmed in another way", "<read>yes</read><words>a</words>",
         [("answer.wrong_type", "/data/read", WARNING)]),
        ("nothing but space", "<read>OK</read><words> \n</words>", [("answer.required_missing", "/data/words", ERROR)]),
        ("something inside an answer", "<read>OK</read><words>a</words><shown>a<b/></shown>",
         [("node.unknown", "/data/shown/b", WARNING)]),
        ("looked up on the device", "<read>OK</read><home>h7</home><words>a</words>",
         [("answer.unchecked", "/data/home", NOTE)]),
        ("all ranked", "<read>OK</read><needs>road water</needs><words>a</words>", []),
        ("some ranked", "<read>OK</read><needs>road</needs><words>a</words>",
         [("answer.rank_incomplete", "/data/needs", WARNING)]),
    ],
)  # fmt: skip
def test_controls_with_answers_of_their_own(found, rule: str, answers: str, expected: list) -> None:
    assert found(ODD_CONTROLS, answers) == expected, rule


HOME = """
| survey | | | | |
| | type | name | label | save_to |
| | select_one_from_file homes.csv | home | Hộ | |
| | integer | size | Số người | size |
| entities | | | | |
| | list_name | label | update_if | entity_id |
| | homes | concat('Hộ ', ${size}) | ${size} > 0 | ${home} |
"""
HOMES = ChoiceList("homes", ({"name": "h1", "label": "Hộ 1", "__version": "3"},))


def entity(update: str = "1", base: str = "3", whose: str = "h1", label: str = "Hộ 4") -> str:
    block = (
        f'<entity dataset="homes" id="{whose}" update="{update}" baseVersion="{base}"><label>{label}</label></entity>'
    )
    return f"<home>h1</home><size>4</size><meta>{block}</meta>"


@pytest.mark.parametrize(
    ("rule", "answers", "expected"),
    [
        ("as worked out", entity(), []),
        ("another entity", entity(whose="h2"), [("answer.calculate_differs", "/data/meta/entity/@id", ERROR)]),
        ("no update", entity(update="0"), [("answer.calculate_differs", "/data/meta/entity/@update", ERROR)]),
        ("an older list on the device", entity(base="2"),
         [("answer.calculate_differs", "/data/meta/entity/@baseVersion", WARNING)]),
        ("another label", entity(label="Khác"), [("answer.calculate_differs", "/data/meta/entity/label", ERROR)]),
    ],
)  # fmt: skip
def test_entity_is_what_the_form_works_out(found, rule: str, answers: str, expected: list) -> None:
    assert found(HOME, answers, {"homes": HOMES}) == expected, rule


EXTERNAL = """
| survey | | | | |
| | type | name | label | choice_filter |
| | select_one region | region | Vùng | |
| | select_one_external spot | spot | Chỗ | region=${region} |
| choices | | | |
| | list_name | name | label |
| | region | north | Bắc |
| external_choices | | | | |
| | list_name | name | label | region |
| | spot | s1 | Chỗ 1 | north |
"""


@pytest.mark.parametrize(
    ("spot", "expected"),
    [("s1", []), ("s9", [("answer.not_a_choice", "/data/spot", WARNING)])],
)
def test_external_choices_are_looked_up_but_do_not_bind(found, spot: str, expected: list) -> None:
    spots = ChoiceList("spot", ({"name": "s1", "label": "Chỗ 1", "region": "north"},))
    assert found(EXTERNAL, f"<region>north</region><spot>{spot}</spot>", {"spot": spots}) == expected


TIME = """
| survey | | | | |
| | type | name | label | calculation |
| | time | at | Lúc | |
| | calculate | written | | format-date-time(${at}, '%H:%M') |
| | calculate | day | | concat('lúc ', ${at}) |
"""


def test_a_time_taken_for_a_day_is_of_the_day_of_filling_which_must_be_known(found) -> None:
    """The phone takes a time of day for a moment of the present day, whatever day the server asks on."""
    answers = "<at>08:30:00.000+07:00</at><written>08:30</written><day>lúc 2025-03-01</day>"
    assert found(TIME, answers) == [("answer.unchecked", "/data/day", "note")]
    started = TIME.replace("| | time |", "| | start | start | | |\n| | time |")
    start = "<start>2025-03-01T09:00:00.000+07:00</start>"
    assert found(started, start + answers) == []
    wrong = answers.replace("lúc 2025-03-01", "lúc 2025-03-03").replace("<written>08:30", "<written>08:31")
    assert found(started, start + wrong) == [
        ("answer.calculate_differs", "/data/written", "error"),
        ("answer.calculate_differs", "/data/day", "error"),
    ]
