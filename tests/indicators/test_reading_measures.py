"""The measures sheet: its grammar, and every fault of it at once, with row and column."""

from __future__ import annotations

from dataclasses import replace

import pytest
from household_visit import HEADER, form, row

from server.indicators.contribution import Combine
from server.indicators.measures import measures_of, paths_read, read_measures, sheet_of


def faults(*rows, header=HEADER):
    return [(one.code, one.row, one.column) for one in read_measures(sheet_of((header, *rows)), form()).faults]


def test_a_row_with_a_name_and_a_label_is_a_measure_with_all_defaults():
    (measure,) = measures_of((HEADER, row()), form())
    assert measure.code == "visit.counted"
    assert measure.label.in_language("vi") == "Số (mẫu)"
    assert measure.combine is Combine.LATEST
    assert (measure.over, measure.where, measure.value, measure.subject, measure.date, measure.place) == (None,) * 6
    assert measure.by == ()


def test_a_form_without_a_measures_sheet_has_no_measures():
    assert measures_of((), form()) == ()


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"name": ""}, "measure.empty_cell", "name"),
        ({"name": "hộ nghèo"}, "measure.bad_name", "name"),
        ({"label::vi": ""}, "measure.empty_cell", "label::vi"),
        ({"over": "${poverty}"}, "measure.bad_over", "over"),
        ({"over": "/data/people"}, "measure.bad_over", "over"),
        ({"over": "${nobody}"}, "measure.unknown_question", "over"),
        ({"where": "${nobody} = 1"}, "measure.unknown_question", "where"),
        ({"where": "${twice} = 1"}, "measure.ambiguous_question", "where"),
        ({"where": "${size} >"}, "form.logic.syntax", "where"),
        ({"where": "/data/nobody = 1"}, "form.logic.unknown_path", "where"),
        ({"value": "frobnicate(${size})"}, "form.logic.unknown_function", "value"),
        ({"value": "if(${size})"}, "form.logic.wrong_arity", "value"),
        ({"value": "instance('households')/root/item/size"}, "form.logic.unknown_list", "value"),
        ({"joins": "hộ", "combine": "any", "subject": "${household}"}, "measure.bad_pool", "joins"),
        ({"joins": "reached", "combine": "latest", "subject": "${household}"}, "measure.pool_combine", "combine"),
        ({"joins": "reached", "combine": "any"}, "measure.pool_subject", "subject"),
        ({"combine": "newest"}, "measure.unknown_word", "combine"),
        ({"by": "${size}"}, "measure.bad_by", "by"),
        ({"by": "poverty"}, "measure.bad_by", "by"),
        ({"by": "${poverty}, ${topics}"}, "measure.bad_by", "by"),
        ({"by": "${poverty} as"}, "measure.bad_by", "by"),
        ({"by": "${poverty} (poor=a poor=b)"}, "measure.bad_by", "by"),
        ({"by": "${poverty} (rich=a)"}, "measure.unknown_choice", "by"),
        ({"continues": "hộ cũ"}, "measure.bad_name", "continues"),
        ({"name": "new", "continues": "fine"}, "measure.repeated", "name"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_by_row_and_column(cells, code, column):
    assert faults(row(name="fine"), row(**cells)) == [(code, 3, column)]


def test_every_fault_of_the_sheet_is_reported_at_once():
    assert faults(row(where="${nobody}", by="${size}"), row(name="other", combine="all")) == [
        ("measure.unknown_question", 2, "where"),
        ("measure.bad_by", 2, "by"),
        ("measure.unknown_word", 3, "combine"),
    ]


def test_two_measures_of_one_name_are_a_fault_of_the_second():
    assert faults(row(), row()) == [("measure.repeated", 3, "name")]


def test_a_sheet_without_its_columns_is_refused_by_column():
    assert faults(("counted",), header=("name",)) == [("measure.no_column", 1, "label::vi")]


def test_a_select_multiple_may_be_broken_down_by_its_own_values():
    (measure,) = measures_of((HEADER, row(over="${topics}", by="${topics}, ${poverty}")), form())
    assert measure.over_selected
    assert [one.question for one in measure.by] == ["topics", "poverty"]


def test_equal_expressions_are_compiled_once():
    first, second = measures_of((HEADER, row(subject="${household}"), row(name="b", subject="${household}")), form())
    assert first.subject is second.subject


JOINS = {"subject": "${household}", "combine": "any", "joins": "reached"}


def test_a_row_may_join_one_pool_and_a_pool_takes_one_row_of_a_form():
    (measure,) = measures_of((HEADER, row(**JOINS)), form())
    assert (measure.code, measure.pool) == ("visit.counted", "pool.reached")
    assert measures_of((HEADER, row()), form())[0].pool == ""
    assert faults(row(**JOINS), row(name="other", **JOINS)) == [("measure.pool_twice", 3, "joins")]


def test_a_sensitive_form_joins_no_pool():
    read = read_measures(sheet_of((HEADER, row(**JOINS))), form(), is_sensitive=True)
    assert [(one.code, one.row, one.column) for one in read.faults] == [("measure.pool_sensitive", 2, "joins")]


def test_no_form_may_be_called_as_pools_are():
    pool = replace(form(), form_id="pool")
    assert [one.code for one in read_measures(sheet_of((HEADER, row())), pool).faults] == ["measure.reserved_form"]


def test_a_measure_may_go_on_under_the_name_it_had():
    (measure,) = measures_of((HEADER, row(name="renamed", continues="counted")), form())
    assert measure.code == "visit.counted"


def test_a_renamed_question_and_its_choices_keep_the_names_they_had():
    (measure,) = measures_of((HEADER, row(by="${poverty} as wealth (poor=ngheo)")), form())
    (by,) = measure.by
    assert (by.question, by.values) == ("wealth", frozenset({"ngheo"}))
    assert [by.category(one) for one in ("poor", "other", "")] == ["wealth=ngheo", "wealth=other", "wealth="]


@pytest.mark.parametrize(
    ("cells", "paths"),
    [
        ({}, set()),
        ({"where": "${poverty} = 'poor'", "by": "${poverty}"}, {"/data/poverty"}),
        ({"over": "${people}", "where": "${age} > 17"}, {"/data/people", "/data/people/age"}),
        ({"over": "${people}", "where": "../size > 1"}, {"/data/people", "/data/size"}),
        ({"over": "${topics}", "subject": "."}, {"/data/topics"}),
        ({"value": "count(/data/people[age > current()/size])"}, {"/data/people", "/data/people/age", "/data/size"}),
        ({"value": "count(/data/*)"}, None),
        ({"subject": "jr:choice-name(${poverty}, '/data/poverty')"}, None),
    ],
    ids=["nothing", "a question", "a repeat", "beside it", "choices", "a predicate", "whatever there is", "a label"],
)
def test_what_measures_read_of_a_record_is_known_before_it_comes(cells, paths):
    assert paths_read(measures_of((HEADER, row(**cells)), form()), "/data") == paths
