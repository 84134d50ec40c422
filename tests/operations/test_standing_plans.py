"""A new form version may not end a count that a plan in force names."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from console_world import FORMS
from plan_world import I6, POOR, SURVEY, PlanWorld, measures_csv, publish, workbook

from server.forms.faults import FormRefused
from server.forms.sheets import SourceKind
from server.forms.xform import read_form
from server.indicators.plan import PlanRefused
from server.operations.publish_form import Audience, FormSource, publish_form
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.publish_report import ReportSource, publish_report
from tests.operations.test_report_workbook import template

pytestmark = pytest.mark.database
CURRENT = read_form((FORMS / SURVEY / "form.xml").read_bytes()).version
UNION = ("I2", "Hộ (mẫu)", "pool.knowledge", f"{SURVEY}.visited", "%", "up", "commune", "year")


@pytest.fixture
def beginning():
    return PlanWorld


@pytest.fixture
def world(begun):
    return begun


def edited(world, change, version="2099010101"):
    """Publish the survey again with *change* made to each row of its measures, rows made None left out."""
    rows = list(csv.DictReader(StringIO(measures_csv(SURVEY).decode())))
    written = StringIO()
    sheet = csv.DictWriter(written, [*rows[0], "continues"])
    sheet.writeheader()
    sheet.writerows(filter(None, map(change, rows)))
    folder = FORMS / SURVEY
    files = {one.name: one.read_bytes() for one in (folder / "media").iterdir()}
    xform = (folder / "form.xml").read_bytes().replace(CURRENT.encode(), version.encode())
    source = FormSource(xform, SourceKind.XFORM, files, written.getvalue().encode())
    return publish_form(world.services, world.project_id, source, audience=Audience())


def refused(world, change):
    with pytest.raises(FormRefused) as error:
        edited(world, change)
    for fault in error.value.faults:
        assert world.services.catalogue.sentence(fault.code, fault.params)
        assert world.services.catalogue.sentence(fault.cure_code, fault.params)
    with world.services.reading(world.services.operator()) as uow:
        (current,) = (one for one in uow.forms.current(world.project_id) if one.form_id == SURVEY)
    assert current.version == CURRENT
    return [(one.code, one.column, one.params["measure"], one.params["indicators"]) for one in error.value.faults]


def without(*names):
    return lambda row: None if row["name"] in names else row


def with_cell(name, column, text):
    return lambda row: {**row, column: text} if row["name"] == name else row


def test_a_version_that_ends_a_count_is_refused_with_the_indicators_that_need_it(world):
    publish_plan(world.services, world.project_id, PlanSource("again", workbook(indicators=(I6,), targets=())))
    assert refused(world, without("visited", "answered", "refused")) == [
        ("measure.breaks_plan", "name", f"{SURVEY}.visited", "I6"),
        ("measure.breaks_plan", "name", f"{SURVEY}.answered[hh_poverty=poor]", "P1"),
    ]


def test_so_is_one_that_no_longer_breaks_a_count_down_as_the_plan_does(world):
    assert refused(world, with_cell("answered", "by", "${respondent}")) == [
        ("measure.breaks_plan", "by", f"{SURVEY}.answered[hh_poverty=poor]", "P1")
    ]


def test_so_is_one_that_drops_the_choice_the_plan_counts(world):
    assert refused(world, with_cell("answered", "by", "${hh_poverty} (poor=poorest)")) == [
        ("measure.breaks_plan", "by", f"{SURVEY}.answered[hh_poverty=poor]", "P1")
    ]


@pytest.mark.parametrize(("column", "text"), [("combine", "sum"), ("subject", "${village}")])
def test_so_is_one_that_would_combine_new_records_otherwise_than_those_that_are_there(world, column, text):
    publish_plan(world.services, world.project_id, PlanSource("again", workbook(indicators=(I6,), targets=())))
    assert refused(world, with_cell("visited", column, text)) == [
        ("measure.counts_otherwise", column, f"{SURVEY}.visited", "I6")
    ]
    assert edited(world, with_cell("refused", column, text)).is_new, "no plan counts it"


def test_a_measure_with_a_new_name_goes_on_if_it_says_which_one_it_continues(world):
    named = {"name": "households_visited", "continues": "visited"}
    publish_plan(world.services, world.project_id, PlanSource("again", workbook(indicators=(I6,), targets=())))
    assert refused(world, lambda row: row | {"name": named["name"]} if row["name"] == "visited" else row)
    assert edited(world, lambda row: row | (named if row["name"] == "visited" else {})).is_new


def test_and_one_that_leaves_a_pool_the_plan_counts(world):
    publish_plan(world.services, world.project_id, PlanSource("union", workbook(indicators=(UNION,), targets=())))
    assert refused(world, with_cell("knowledge_reached", "joins", "")) == [
        ("measure.breaks_plan", "joins", "pool.knowledge", "I2")
    ]


def test_counts_no_plan_needs_may_go_and_others_may_change_otherwise(world):
    assert edited(world, without("refused", "policy_reached_poor")).is_new
    assert edited(world, with_cell("visited", "label::vi", "Nhãn mới"), "2099010102").is_new


def test_once_a_plan_does_without_it_the_count_may_go(world):
    world.services.now.advance(days=1)
    publish_plan(world.services, world.project_id, PlanSource("plan", workbook(indicators=(POOR,), targets=())))
    assert edited(world, without("visited")).is_new


def test_a_plan_may_name_a_pool_only_once_a_form_joins_it(world):
    publish(world.services, world.project_id, "training_event")
    wanted = workbook(indicators=(UNION, ("I5", UNION[1], "pool.nobody", *UNION[3:])), targets=())
    with pytest.raises(PlanRefused) as error:
        publish_plan(world.services, world.project_id, PlanSource("union", wanted))
    assert [(one.code, one.row) for one in error.value.faults] == [("plan.unknown_measure", 3)]


def test_a_report_in_force_needs_its_counts_too(world):
    layout = template(B2="{{%s.refused}}" % SURVEY, C2="{{%s.answered | respondent=wife}}" % SURVEY)  # noqa: UP031 braces
    publish_report(world.services, world.project_id, ReportSource("bao-cao", layout, "Mẫu"))
    assert refused(world, without("refused")) == [("measure.breaks_plan", "name", f"{SURVEY}.refused", "bao-cao")]
    assert refused(world, with_cell("answered", "by", "${hh_poverty}")) == [
        ("measure.breaks_plan", "by", f"{SURVEY}.answered[respondent=wife]", "bao-cao")
    ]
