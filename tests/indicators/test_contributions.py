"""What a record adds to a measure: defaults, repeats, selected values, categories, and trouble as findings."""

from __future__ import annotations

from datetime import date

import pytest
from household_visit import OTHER_VILLAGE, RENUMBERED, VILLAGE, contributed, row

from server.indicators.contribution import Combine, Contribution
from server.submissions.findings import Severity

PEOPLE = (
    "<people><sex>f</sex><age>30</age><skills>x y</skills></people>"
    "<people><sex>m</sex><age>12</age><skills>x</skills></people>"
    "<people><sex>f</sex><age>9</age></people>"
)


def rows_of(answers, *rows, **facts):
    found = contributed(answers, *rows, **facts)
    assert found.findings == ()
    return found.contributions


def test_a_record_counts_once_by_itself_where_nothing_else_is_said():
    assert rows_of("<household>h1</household>", row()) == (
        Contribution("visit.counted", 0, "uuid:1", "", 2026, date(2026, 3, 8), VILLAGE, Combine.LATEST, 1000),
    )


def test_a_record_outside_the_population_adds_nothing():
    assert rows_of("<size>3</size>", row(where="${size} > 3")) == ()


@pytest.mark.parametrize(
    ("value", "thousandths"),
    [("${size}", 4000), ("${size} div 3", 1333), ("-${size}", -4000), ("if(${size} > 9, 1, 0)", 0), ("2.5", 2500)],
)
def test_the_value_is_kept_in_whole_thousandths(value, thousandths):
    (only,) = rows_of("<size>4</size>", row(value=value))
    assert only.thousandths == thousandths


def test_a_question_left_blank_adds_nothing_and_is_no_fault():
    assert rows_of("<size/>", row(value="${size}")) == ()


def test_a_place_that_is_counted_once_is_its_unit_whatever_else_had_its_code():
    (only,) = rows_of("<village>23500-02</village>", row(subject="${village}", place="${village}"))
    assert (only.subject, only.unit_id) == (f"23500-02#{OTHER_VILLAGE}", OTHER_VILLAGE)


def test_a_place_that_got_another_code_is_still_counted_once():
    """A village keeps its id through the reform and gets a code of its new commune: one village, one latest word."""
    stands = row(subject="${village}", place="${village}")
    spring = rows_of("<village>23521-01</village>", stands, event_date=date(2025, 3, 8))
    autumn = rows_of("<village>23500-03</village>", stands, event_date=date(2025, 10, 8))
    assert {(one.subject, one.unit_id) for one in (*spring, *autumn)} == {(f"23521-01#{RENUMBERED}", RENUMBERED)}


def test_a_place_nobody_knows_that_is_counted_once_is_the_records_unit():
    stands = row(subject="${village}", place="${village}")
    found = contributed("<village>99999</village>", stands).contributions
    assert [one.subject for one in found] == [one.subject for one in rows_of("<village>23500-01</village>", stands)]


def test_subject_date_and_place_come_from_the_answers():
    answers = "<day>2025-12-31</day><village>23500-02</village><household> h1 </household>"
    (only,) = rows_of(answers, row(subject="${household}", date="${day}", place="${village}"))
    assert (only.subject, only.period, only.event_date) == ("h1", 2025, date(2025, 12, 31))
    assert only.unit_id == OTHER_VILLAGE


def test_a_place_is_read_as_of_the_visit_and_not_of_the_day_it_counts_for():
    """The code 23500-02 means nothing before July 2025; the phone's list was of the day of the visit."""
    answers = "<day>2024-12-31</day><village>23500-02</village>"
    (only,) = rows_of(answers, row(date="${day}", place="${village}"))
    assert (only.period, only.unit_id) == (2024, OTHER_VILLAGE)


def test_blank_date_and_place_fall_back_to_the_record():
    (only,) = rows_of("<day/><village/>", row(date="${day}", place="${village}"))
    assert (only.event_date, only.unit_id) == (date(2026, 3, 8), VILLAGE)


def test_each_breakdown_gives_a_category_beside_the_total_blank_ones_too():
    found = rows_of("<poverty>poor</poverty>", row(by="${poverty}"))
    assert [(one.category, one.thousandths) for one in found] == [("", 1000), ("poverty=poor", 1000)]
    assert [one.category for one in rows_of("", row(by="${poverty}"))] == ["", "poverty="]


def test_a_repeat_gives_one_contribution_for_each_instance_in_the_population():
    found = rows_of(PEOPLE, row(over="${people}", where="${sex} = 'f'", value="${age}", by="${sex}", combine="sum"))
    assert [(one.position, one.category, one.thousandths) for one in found] == [
        (0, "", 30000),
        (0, "sex=f", 30000),
        (2, "", 9000),
        (2, "sex=f", 9000),
    ]


def test_a_select_multiple_gives_one_contribution_for_each_selected_value():
    found = rows_of("<topics>a b b</topics>", row(over="${topics}", subject=".", by="${topics}", where=". != 'z'"))
    assert [(one.position, one.subject, one.category) for one in found] == [
        (0, "a", ""),
        (0, "a", "topics=a"),
        (1, "b", ""),
        (1, "b", "topics=b"),
    ]


def test_a_select_multiple_inside_a_repeat_is_gone_through_in_every_instance():
    found = rows_of(PEOPLE, row(over="${skills}", subject="concat(${age}, ':', .)"))
    assert [(one.position, one.subject) for one in found] == [(0, "30:x"), (1, "30:y"), (2, "12:x")]


def test_no_element_of_over_is_no_contribution():
    assert rows_of("", row(over="${people}"), row(name="topics", over="${topics}")) == ()


@pytest.mark.parametrize(
    ("answers", "cells", "code", "path"),
    [
        ("<household>năm</household>", {"value": "${household}"}, "measure.not_a_number", "/data/household"),
        ("", {"value": "1 div 0"}, "measure.not_a_number", ""),
        ("", {"value": "1000000000000000"}, "measure.not_a_number", ""),
        ("<household>mai</household>", {"date": "${household}"}, "measure.not_a_date", ""),
        ("<household/>", {"subject": "${household}"}, "measure.no_subject", "/data/household"),
        (f"<household>{'h' * 256}</household>", {"subject": "${household}"}, "measure.subject_too_long", None),
        (PEOPLE, {"value": "${age} + ${sex}"}, "measure.failed", ""),
        (PEOPLE, {"over": "${people}", "subject": "${household}"}, "measure.no_subject", "/data/people[1]"),
    ],
)
def test_a_measure_that_cannot_be_read_is_a_finding_and_the_others_still_count(answers, cells, code, path):
    found = contributed(answers, row(name="broken", **cells), row(name="whole"))
    assert [one.measure for one in found.contributions] == ["visit.whole"]
    (trouble,) = found.findings
    assert (trouble.code, trouble.severity) == (code, Severity.ERROR)
    assert path is None or trouble.path == path
    assert dict(trouble.params)["measure"] == "visit.broken"


def test_a_place_nobody_knows_counts_for_the_records_unit_and_is_a_warning():
    found = contributed("<village>99999</village>", row(place="${village}"), row(name="other", place="${village}"))
    assert [one.unit_id for one in found.contributions] == [VILLAGE, VILLAGE]
    assert [(one.code, one.path, one.severity) for one in found.findings] == [
        ("measure.unknown_place", "/data/village", Severity.WARNING)
    ]
    assert "99999" not in str(found.findings)


def test_a_record_without_any_place_adds_nothing():
    found = contributed("", row(), unit_id=None)
    assert (found.contributions, [one.code for one in found.findings]) == ((), ["measure.no_place"])


def test_what_joins_a_pool_adds_once_more_as_a_whole_to_the_pool():
    joining = row(subject="${household}", combine="any", by="${poverty}", joins="reached")
    found = rows_of("<household>h1</household><poverty>poor</poverty>", joining)
    assert [(one.measure, one.category, one.subject, one.combine) for one in found] == [
        ("visit.counted", "", "h1", Combine.ANY),
        ("visit.counted", "poverty=poor", "h1", Combine.ANY),
        ("pool.reached", "", "h1", Combine.ANY),
    ]
