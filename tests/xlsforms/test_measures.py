"""The measures name questions that exist, speak the form language, and feed the plan."""

from __future__ import annotations

import re

import pytest
from workbooks import FORMS, QUESTION, XLSFORMS, question, rows, settings, sheet, survey

from server.forms.xform import read_form
from server.indicators.measures import read_measures, sheet_of
from server.indicators.sources import Basis, parse_source
from server.registers.tallies import BREAKDOWNS

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
IN_FORCE, DRAFT = PLANS = ("plan-4002", "plan-2026-2030-draft")
HOUSEHOLD_GROUPS = [row["name"] for row in rows("household_register", "choices") if row.get("list_name") == "hh_group"]
CLUB_KINDS = [row["name"] for row in rows("commune_register", "choices") if row.get("list_name") == "unit_kind"]


def plan(name, of):
    return [cells for _, cells in sheet(XLSFORMS / "plans" / f"{name}.xlsx", of)]


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
    splits = [name for name in QUESTION.findall(row.get("by", "")) if name not in QUESTION.findall(row.get("over", ""))]
    assert all(kinds[name].startswith("select_one ") for name in splits)
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


def counted(row):
    return tuple(parse_source(row[column]) for column in ("numerator", "denominator") if row.get(column))


@pytest.mark.parametrize("name", PLANS)
def test_every_indicator_divides_what_exists(name):
    codes = {f"{settings(form)['form_id']}.{row['name']}" for form, row in EVERY_MEASURE}
    codes |= {f"pool.{row['joins']}" for _, row in EVERY_MEASURE if "joins" in row}
    released = {row["name"] for _, row in sheet(XLSFORMS / "incident" / "releases.xlsx", "releases")}
    imported = {row["code"] for row in plan(name, "indicators")}
    known = {
        Basis.MEASURE: codes,
        Basis.ROSTER: {"training_event.staff_trained"},
        Basis.REGISTER: set(BREAKDOWNS) | {"staff"},
        Basis.UNITS: {"commune"},
        Basis.RELEASE: released,
        Basis.IMPORT: imported,
        Basis.PREVIOUS: {""},
    }
    sources = [source for row in plan(name, "indicators") for source in counted(row)]
    assert [str(one) for one in sources if one.measure not in known[one.basis]] == []
    split = [one for one in sources if one.category and one.basis in {Basis.MEASURE, Basis.REGISTER}]
    for source in split:
        question, _, values = source.category.partition("=")
        assert source.basis is not Basis.REGISTER or question in BREAKDOWNS[source.measure]
        assert set(values.split("|")) <= {"poor", "near_poor", *HOUSEHOLD_GROUPS, *CLUB_KINDS}


def test_the_clubs_of_the_plan_and_the_others_are_all_clubs_and_none_twice():
    kinds = [
        category.removeprefix("kind=")
        for row in plan(IN_FORCE, "indicators")
        if row["code"] in {"I4a", "I4a-k"}
        for category in counted(row)[1].categories
    ]
    assert sorted([*kinds, "duong_day_nong"]) == sorted(CLUB_KINDS)


def test_the_union_and_its_two_parts_stand_over_the_same_households():
    for code, pool, parts in (("I2", "knowledge", ("I2a", "I2b")), ("I5", "policy", ("I5a", "I5b"))):
        rows_of = {row["code"]: row for row in plan(IN_FORCE, "indicators")}
        assert rows_of[code]["numerator"] == f"pool.{pool}"
        joined = {
            f"{settings(form)['form_id']}.{row['name']}" for form, row in EVERY_MEASURE if row.get("joins") == pool
        }
        assert {rows_of[part]["numerator"] for part in parts} == joined
        assert {rows_of[one]["denominator"] for one in (code, *parts)} == {"register:households"}


def test_policy_information_stands_by_poverty_and_by_every_group_of_households():
    parts = {
        row["numerator"].removeprefix("pool.policy_"): row["denominator"]
        for row in plan(IN_FORCE, "indicators")
        if row["numerator"].startswith("pool.policy_")
    }
    beneficiary = {"beneficiary": "register:households[groups=policy]"}
    poverty = {name: f"register:households[poverty={name}]" for name in ("poor", "near_poor")}
    groups = {name: f"register:households[groups={name}]" for name in ("disabled", "hardship")}
    assert parts == {**poverty, **beneficiary, **groups}
    assert {source.split("=")[1].rstrip("]") for source in (*beneficiary.values(), *groups.values())} == (
        {*HOUSEHOLD_GROUPS} - {"none"}
    )
    for part in parts:
        joined = [form for form, row in EVERY_MEASURE if row.get("joins") == f"policy_{part}"]
        assert joined == ["household_conduct_survey", "training_event"]


def test_the_conduct_indicator_has_three_readings_over_the_register_and_one_over_those_visited():
    readings = {
        row["code"]: (row["numerator"], row["denominator"])
        for row in plan(IN_FORCE, "indicators")
        if row["code"].startswith("I6")
    }
    prefix = "household_conduct_survey."
    assert readings == {
        "I6": (f"{prefix}implementing", "register:households"),
        "I6a": (f"{prefix}registered", "register:households"),
        "I6b": (f"{prefix}assessed", "register:households"),
        "I6-kv": (f"{prefix}implementing", f"{prefix}visited"),
    }


@pytest.mark.parametrize("name", PLANS)
def test_a_note_is_shown_as_it_stands_and_stands_in_vietnamese_alone(name):
    noted = [row for row in plan(name, "indicators") if row.get("note")]
    assert len(noted) > 20
    assert [row["code"] for row in noted if " / " in row["note"] or " the " in row["note"]] == []


@pytest.mark.parametrize("name", PLANS)
def test_incidents_enter_a_plan_by_release_tables_alone_and_no_household_figure(name):
    every = plan(name, "indicators")
    assert [row["code"] for row in every if "phieu_b" in row["numerator"] + row.get("denominator", "")] == []
    published = {row["code"] for row in every if row["numerator"].startswith("release:")}
    assert published == {"I7", "I7a", "I7b", "I7c"}


@pytest.mark.parametrize("name", PLANS)
def test_the_yearly_change_is_over_the_year_before_and_stands_beside_its_counts(name):
    rows_of = {row["code"]: row for row in plan(name, "indicators")}
    change = rows_of["I7"]
    assert (change["denominator"], change["unit"], change["direction"]) == ("previous", "change", "down")
    assert rows_of["I7a"]["numerator"] == change["numerator"]
    assert {rows_of[code]["numerator"] for code in ("I7b", "I7c")} == {
        "release:vu-theo-xa[state=reported]",
        "release:vu-theo-xa[state=not_reported]",
    }
    assert "20" in change["definition::vi"]
    assert "I7a, I7b, I7c" in change["definition::vi"]


@pytest.mark.parametrize("name", PLANS)
def test_what_other_bodies_count_is_typed_for_the_province_alone(name):
    typed = [row for row in plan(name, "indicators") if row["numerator"].startswith("import:")]
    assert [row["code"] for row in typed] == ["I8a", "I8b", "I8c", "I8d"]
    assert {(row["unit"], row["direction"], row["level"]) for row in typed} == {("count", "down", "province")}


@pytest.mark.parametrize("name", PLANS)
def test_every_row_says_in_words_what_it_counts_and_where_that_comes_from(name):
    words = ("definition::vi", "definition::en", "source")
    assert all(row.get(column) for row in plan(name, "indicators") for column in ("label::vi", "label::en", *words))


@pytest.mark.parametrize("name", PLANS)
def test_the_conduct_rule_of_a_plan_is_the_one_the_form_works_by(name):
    (rule,) = plan(name, "rules")
    assert rule["name"] == "conduct_rule"
    assert f"'{rule['version']}'" == question("household_conduct_survey", "criteria_version")["calculation"]


def test_the_targets_of_the_plan_are_those_of_2025():
    targets = plan(IN_FORCE, "targets")
    at_the_end = [row for row in targets if row["indicator"] != "I7"]
    assert {(row["year"], row["status"]) for row in at_the_end} == {("2025", "official")}
    yearly = [(row["year"], row["unit"], row["value"]) for row in targets if row["indicator"] == "I7"]
    assert yearly == [(str(year), "province", "-10") for year in range(2021, 2026)]
    assert {row["indicator"]: row["value"] for row in at_the_end if row["unit"] == "province"} == {
        "I1": "100", "I2": "70", "I3": "80", "I4a": "100", "I4b": "100", "I5": "70", "I5-n": "70", "I5-cn": "70",
        "I5-cs": "70", "I5-kk": "70", "I6": "70", "I6a": "70", "I6-kv": "70",
    }  # fmt: skip


def test_the_plan_of_2026_to_2030_is_the_same_and_marked_a_draft_wherever_it_is_read():
    theirs, ours = plan(IN_FORCE, "indicators"), plan(DRAFT, "indicators")
    assert [(row["code"], *counted(row)) for row in ours] == [(row["code"], *counted(row)) for row in theirs]
    assert all(row["label::vi"].startswith("DỰ THẢO") and row["source"].startswith("DỰ THẢO") for row in ours)
    targets = plan(DRAFT, "targets")
    assert {row["status"] for row in targets} == {"draft"}
    assert {row["year"] for row in targets} == {str(year) for year in range(2026, 2031)}
