"""The measures that come with the project, read off the examples that come with it, against a count by hand."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from household_visit import read_part

from server.forms.logic import Context, Shape, bind_known, bind_tree
from server.forms.sheets import SourceKind, read_sheets
from server.forms.xform import read_form
from server.indicators.contribution import Combine
from server.indicators.contributions import RecordFacts, contributions
from server.indicators.measures import paths_read, read_measures, states_in
from server.operations.load_units import SAMPLE_FILE, SEED_FILE, seed_text
from server.submissions.instance import read_instance
from server.territory.collection import Territory
from server.territory.merging import merge
from server.territory.units import TerritoryRows
from server.territory.units_csv import read_units_csv

FORMS = Path(__file__).parent.parent.parent / "xlsforms"
EXAMPLES = [
    (path.parent.parent.name, path.stem)
    for path in sorted(FORMS.glob("*/examples/*.xml"))
    if not path.stem.startswith("bad_")
]
SURVEY = "household_conduct_survey"
DAY = date(2026, 11, 20)


@cache
def territory():
    rows = TerritoryRows()
    for name in (SEED_FILE, SAMPLE_FILE):
        rows = merge(rows, read_units_csv(seed_text(name))).rows
    return Territory.from_rows(rows)


@cache
def form(name):
    definition = read_form((FORMS / name / "form.xml").read_bytes())
    sheets = read_sheets((FORMS / name / "form.xlsx").read_bytes(), SourceKind.XLSX)
    return definition, read_measures(next(one for one in sheets if one.name == "measures"), definition)


def contributed(name, example, *, in_part=False):
    definition, read = form(name)
    instance = read_instance((FORMS / name / "examples" / f"{example}.xml").read_bytes())
    shape = Shape.of(definition)
    tree = bind_known(read_part(read.measures, shape), instance.root) if in_part else bind_tree(shape, instance.root)
    context = Context(tree, tree, datetime(2026, 11, 21, tzinfo=UTC), ZoneInfo("Asia/Ho_Chi_Minh"), {}, definition)
    unit_id = territory().find("23500", DAY).unit_id
    return contributions(read.measures, RecordFacts(instance.instance_id, DAY, unit_id, territory(), (DAY,)), context)


@pytest.mark.parametrize("name", sorted({name for name, _ in EXAMPLES}))
def test_every_measures_sheet_can_be_read(name):
    assert form(name)[1].faults == ()


@pytest.mark.parametrize("name", sorted({name for name, _ in EXAMPLES}))
def test_no_shipped_measure_has_to_see_the_whole_record(name):
    definition, read = form(name)
    paths = paths_read(read.measures, definition.root.path)
    assert paths is not None
    assert len(paths) < len(definition.nodes) / 2


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_a_sound_example_gives_its_contributions_without_a_finding(name, example):
    found = contributed(name, example)
    assert found.findings == ()
    assert contributed(name, example, in_part=True) == found
    totals = Counter()
    parts = Counter()
    for one in found.contributions:
        key = (one.measure, one.position, one.category.partition("=")[0])
        (parts if one.category else totals)[key] += one.thousandths
    for (measure, position, _), amount in parts.items():
        assert amount == totals[measure, position, ""], measure


@pytest.mark.parametrize(
    ("example", "counted"),
    [
        ("couple_with_children", {"visited": 1, "answered": 1, "registered": 1, "assessed": 1, "implementing": 1}),
        ("lives_alone", {"visited": 1, "answered": 1, "registered": 0, "assessed": 0, "implementing": 0}),
        ("refused", {"visited": 1, "refused": 1}),
        ("long_away", {"visited": 1, "refused": 0}),
    ],
)
def test_a_conduct_survey_counts_as_the_plan_says(example, counted):
    found = contributed(SURVEY, example).contributions
    totals = {one.measure.removeprefix(f"{SURVEY}."): one.thousandths / 1000 for one in found if not one.category}
    assert totals.items() >= counted.items()
    assert ("implementing" in totals) == ("implementing" in counted)
    latest = {one.subject for one in found if one.combine is Combine.LATEST}
    assert len(latest) == 1


@pytest.mark.parametrize("form_id", sorted({form_id for form_id, _ in EXAMPLES}))
def test_measures_of_how_a_place_stands_are_known_from_the_sheet_alone(form_id):
    found = form(form_id)[1].measures
    told = {one.code for one in found if one.is_of_its_place and one.combine is Combine.LATEST}
    sheets = read_sheets((FORMS / form_id / "form.xlsx").read_bytes(), SourceKind.XLSX)
    sheet = next(one for one in sheets if one.name == "measures")
    rows = [sheet.header, *([row.cells.get(column, "") for column in sheet.header] for row in sheet.rows)]
    assert states_in(form_id, rows) == told
    assert bool(told) is (form_id == "commune_register")


def test_a_question_written_two_ways_is_one_place():
    head = ("name", "label::vi", "subject", "place", "combine", "continues")
    rows = (
        head,
        ("a", "A", "${ commune }", "${commune}", "", ""),
        ("b", "B", "${commune}", "${commune}", "Latest", "old"),
        ("c", "C", "${commune}", "${commune}", "sum", ""),
        ("d", "D", "", "", "latest", ""),
        ("e", "E", "${household}", "${commune}", "latest", ""),
    )
    assert states_in("phieu", rows) == {"phieu.a", "phieu.old"}
