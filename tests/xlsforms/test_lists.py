"""The attached lists are samples, say so, and are what the forms' cascades expect."""

from __future__ import annotations

import csv
import uuid

import pytest
from workbooks import FORMS, ROOT, XLSFORMS, question, survey

from server.forms.entities import STANDARD_LISTS, columns_read
from server.forms.xform import read_form

COLUMNS = {
    "units.csv": ["name", "label", "kind", "commune", "commune_label", "frame"],
    "commune_numbers.csv": ["name", "label", "phone"],
}
ENTITY_COLUMNS = ["name", "label", "__version"]
SHIPPED = [path for form in FORMS for path in sorted((XLSFORMS / form / "media").iterdir())]
FORMS_WITH_VILLAGE = ("household_register", "household_conduct_survey", "training_event")


def listed(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def wanted(form):
    """Return the file names a form's survey sheet refers to."""
    from_file = {row["type"].split()[1] for row in survey(form) if row["type"].split()[0].endswith("_from_file")}
    return from_file | {f"{row['name']}.csv" for row in survey(form) if row["type"] == "csv-external"}


@pytest.mark.parametrize("form", FORMS)
def test_the_media_folder_holds_exactly_what_the_form_reads(form):
    assert {path.name for path in (XLSFORMS / form / "media").iterdir()} == wanted(form)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.parent.name}/{path.name}")
def test_every_row_has_its_columns_and_is_marked_as_a_sample(path):
    rows = listed(path)
    header = path.read_text(encoding="utf-8").splitlines()[0]
    # a semicolon in the header makes Collect split the whole file at semicolons
    columns = header.split(",")
    assert columns[:3] == ENTITY_COLUMNS if path.stem in STANDARD_LISTS else columns == COLUMNS[path.name]
    assert ";" not in header
    assert all("mẫu" in row["label"].lower() for row in rows)
    assert len({row["name"] for row in rows}) == len(rows)


@pytest.mark.parametrize("form", FORMS)
def test_a_sample_of_an_entity_list_has_what_the_forms_read(form):
    definition = read_form((XLSFORMS / form / "form.xml").read_bytes())
    for path in (XLSFORMS / form / "media").iterdir():
        if path.stem in STANDARD_LISTS:
            read = {one for one in columns_read(definition, path.stem) if one not in {"__trunkVersion", "__branchId"}}
            assert read <= set(path.read_text(encoding="utf-8").splitlines()[0].split(","))


@pytest.mark.parametrize("name", sorted(STANDARD_LISTS))
def test_a_list_is_the_same_in_every_form_that_reads_it(name):
    copies = {path.read_bytes() for path in XLSFORMS.glob(f"*/media/{name}.csv")}
    assert len(copies) == 1


@pytest.mark.parametrize("path", [one for one in SHIPPED if one.stem in STANDARD_LISTS], ids=lambda path: path.stem)
def test_entities_carry_random_ids_and_versions(path):
    rows = listed(path)
    assert [row["name"] for row in rows if uuid.UUID(row["name"]).version != 4] == []
    assert all(int(row["__version"]) >= 1 for row in rows)


def test_a_households_label_tells_namesakes_apart_by_its_number():
    rows = listed(XLSFORMS / "household_conduct_survey" / "media" / "households.csv")
    assert all(f"hộ {row['house_no']}" in row["label"] for row in rows)


@pytest.mark.parametrize("form", FORMS)
def test_communes_come_from_the_units_of_the_collaborator(form):
    commune = question(form, "commune")
    assert commune["type"] == "select_one_from_file units.csv"
    assert commune["choice_filter"] == "kind = 'commune'"
    assert "count(instance('units')/root/item[kind = 'commune']) = 1" in commune["default"]


@pytest.mark.parametrize("form", FORMS_WITH_VILLAGE)
def test_villages_follow_the_commune_and_default_to_the_last_one(form):
    village = question(form, "village")
    assert village["type"] == "select_one_from_file units.csv"
    assert village["choice_filter"] == "kind = 'village' and commune = ${commune}"
    assert "${last-saved#village}" in village["default"]
    assert "${last-saved#commune}" in question(form, "commune")["default"]


def test_households_are_filtered_by_village_and_by_what_is_done():
    chosen = question("household_conduct_survey", "household")
    assert chosen["type"] == "select_one_from_file households.csv"
    assert "village = ${village}" in chosen["choice_filter"]
    assert "(status = '' or status = 'active')" in chosen["choice_filter"]
    assert "last_survey_year = '' or last_survey_year < ${survey_year}" in chosen["choice_filter"]


def test_every_sample_village_of_the_cascade_has_households_to_survey():
    units = listed(XLSFORMS / "household_register" / "media" / "units.csv")
    households = listed(XLSFORMS / "household_register" / "media" / "households.csv")
    assert {row["name"] for row in units if row["kind"] == "village"} <= {row["village"] for row in households}


def test_sample_households_live_in_the_sample_villages_of_the_territory():
    villages = {row["code"] for row in listed(ROOT / "server" / "territory" / "seed" / "sample_villages.csv")}
    households = listed(XLSFORMS / "household_conduct_survey" / "media" / "households.csv")
    assert {row["village"] for row in households} <= villages
