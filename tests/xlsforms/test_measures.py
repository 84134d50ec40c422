"""The measures name questions that exist, speak the form language, and feed the plan."""

from __future__ import annotations

import re

import pytest
from workbooks import FORMS, QUESTION, XLSFORMS, rows, settings, sheet, survey

from server.forms.xform import read_form
from server.indicators.measures import read_measures, sheet_of

COLUMNS = {
    "name", "label::vi", "label::en", "over", "where", "value", "subject", "combine", "date", "place", "by", "joins",
}  # fmt: skip
NEEDED = {
    "household_register": {"households"},
    "household_conduct_survey": {
        "visited",
        "registered",
        "assessed",
        "implementing",
        "knowledge_reached",
        "policy_reached",
    },
    "training_event": {
        "staff_trained",
        "clubs_trained",
        "clubs_guided",
        "households_knowledge",
        "households_policy",
        "households_registered",
        "inspections",
        "materials",
    },
    "incident": {"cases", "victims", "persons", "zero_quarters"},
    "commune_register": {"model_established", "model_active", "clubs_active"},
}
EVERY_MEASURE = [(form, row) for form in FORMS for row in rows(form, "measures")]
EVERY_ID = [f"{form}.{row['name']}" for form, row in EVERY_MEASURE]
PLAN = XLSFORMS / "plans" / "plan-4002.xlsx"


def plan(name):
    return [cells for _, cells in sheet(PLAN, name)]


def known_types(form):
    return {row["name"]: row["type"] for row in survey(form) if "name" in row and not row["type"].startswith("end")}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_carries_what_its_indicators_need(form):
    names = [row["name"] for row in rows(form, "measures")]
    assert len(names) == len(set(names))
    assert NEEDED[form] <= set(names)


@pytest.mark.parametrize(("form", "row"), EVERY_MEASURE, ids=EVERY_ID)
def test_a_measure_names_only_columns_and_questions_that_exist(form, row):
    assert set(row) <= COLUMNS
    assert re.fullmatch(r"[a-z][a-z0-9_]*", row["name"])
    assert row["combine"] in {"latest", "any", "sum"}
    assert {name for text in row.values() for name in QUESTION.findall(text)} <= set(known_types(form))


@pytest.mark.parametrize("form", FORMS)
def test_the_server_reads_every_measure_without_a_fault(form):
    header = tuple(dict.fromkeys(column for row in rows(form, "measures") for column in row))
    texts = [header, *(tuple(row.get(column, "") for column in header) for row in rows(form, "measures"))]
    read = read_measures(sheet_of(texts), read_form((XLSFORMS / form / "form.xml").read_bytes()))
    assert read.faults == ()
    assert len(read.measures) == len(rows(form, "measures"))


@pytest.mark.parametrize(("form", "row"), EVERY_MEASURE, ids=EVERY_ID)
def test_a_measure_is_split_by_single_choices_and_goes_over_repeats_or_multiple_ones(form, row):
    kinds = known_types(form)
    assert all(kinds[name].startswith("select_one ") for name in QUESTION.findall(row.get("by", "")))
    over = [kinds[name] for name in QUESTION.findall(row.get("over", ""))]
    assert all(kind.startswith(("begin_repeat", "select_multiple")) for kind in over)


@pytest.mark.parametrize("name", ["visited", "registered", "assessed", "implementing"])
def test_households_count_once_by_their_latest_survey_of_the_year(name):
    row = next(row for row in rows("household_conduct_survey", "measures") if row["name"] == name)
    assert (row["subject"], row["combine"], row["date"]) == ("${household_id}", "latest", "${counted_on}")


def test_households_that_moved_or_ended_leave_the_denominator_and_no_others():
    row = next(row for row in rows("household_conduct_survey", "measures") if row["name"] == "visited")
    assert row["value"] == "if(${visit_result} = 'moved' or ${visit_result} = 'gone', 0, 1)"
    assert "where" not in row


def test_every_indicator_divides_measures_that_exist():
    codes = {f"{settings(form)['form_id']}.{row['name']}" for form, row in EVERY_MEASURE}
    assert {row[side] for row in plan("indicators") for side in ("numerator", "denominator")} <= codes


def test_the_conduct_indicator_has_three_readings_over_the_same_households():
    readings = {row["code"]: row["numerator"] for row in plan("indicators") if row["code"].startswith("I6")}
    prefix = "household_conduct_survey."
    assert readings == {"I6": f"{prefix}implementing", "I6a": f"{prefix}registered", "I6b": f"{prefix}assessed"}
    assert {row["denominator"] for row in plan("indicators") if row["code"] in readings} == {f"{prefix}visited"}


def test_no_indicator_of_households_uses_incidents():
    assert [row["code"] for row in plan("indicators") if "phieu_b" in row["numerator"] + row["denominator"]] == []


def test_the_target_of_2025_is_seventy_and_2026_is_a_draft():
    targets = [row for row in plan("targets") if row["indicator"] == "I6"]
    assert [(row["unit"], row["value"]) for row in targets if row["year"] == "2025"] == [
        ("province", "70"),
        ("commune", "70"),
    ]
    assert {row["status"] for row in plan("targets") if row["year"] == "2026"} == {"draft"}
