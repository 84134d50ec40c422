"""The shipped forms and the registers they keep: each example does to the lists what it says, and phones see it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from server.forms.entities import STANDARD_LISTS
from server.forms.sheets import SourceKind
from server.operations.add_project import add_project
from server.operations.publish_form import Audience, FormSource, publish_form
from server.operations.sample_registers import SampleList, put_sample_entities
from server.registers.reach import REACH_OF
from tests.builders import Field, enrol, load_territory
from tests.register_field import on_phone, remarks, stored

FORMS = Path(__file__).parents[2] / "xlsforms"
DAK_HA, TU_MO_RONG = "23500", "23425"
TIK, BLUN = "7f0b7e0a-3f5e-4a43-9d0e-5a8d1c2b6e01", "e5a7d290-1c4b-4b86-b2f9-7c6d8e3a4f04"
HLIM = "2c9f4d16-8b1a-4f7e-a6c3-0d4e9b7f1a02"
KRONG, CLUB = "b41e8c73-6d2f-4c95-8e17-9a3f5d0c2b03", "bd9f1420-8ac5-4882-ac01-7cdfa966f9cb"


def shipped(services):
    """Return a project with the shipped forms, their samples on its lists, and a collaborator of Đăk Hà."""
    load_territory(services)
    project_id = add_project(services, "Công tác gia đình (mẫu)").project_id
    for form in ("household_register", "household_conduct_survey", "commune_register"):
        media = {path.name: path.read_bytes() for path in (FORMS / form / "media").iterdir()}
        source = FormSource((FORMS / form / "form.xml").read_bytes(), SourceKind.XFORM, media)
        publish_form(services, project_id, source, audience=Audience(allows_empty_lists=True))
    for path in sorted(FORMS.glob("*/media/*.csv")):
        if path.stem in STANDARD_LISTS:
            put_sample_entities(services, SampleList(project_id, path.stem, path.read_bytes()))
    return Field(services, project_id, enrol(services, project_id, unit=DAK_HA))


@pytest.fixture
def beginning():
    return shipped


@pytest.fixture
def village(begun):
    return begun


def example(form: str, name: str) -> bytes:
    return (FORMS / form / "examples" / f"{name}.xml").read_bytes()


def about(xml: bytes) -> str:
    """Return the id of the one household a record is about."""
    (found,) = re.findall(rb'<entity dataset="households"[^>]* id="([^"]*)"', xml)
    return found.decode()


def register(village: Field, name: str):
    xml = example("household_register", name)
    village.send(xml)
    assert remarks(village.services) == [], name
    return stored(village.services, about(xml))


ACTIONS = [
    ("new_household", "A Tik (mẫu) – vợ Y Bét (mẫu) – hộ 52", "active"),
    ("moved_in", "Y Krông (mẫu) – chồng A Nhum (mẫu) – hộ 54", "active"),
    ("split_from_parent", "A Blưn (mẫu) – hộ 53", "active"),
    ("refused", "Hộ số 37 (không lưu tên)", "active"),
    ("corrected", "A Tik (mẫu) – vợ Y Bét (mẫu) – hộ 37", "active"),
    ("correction_refused", "Hộ số 12 (không lưu tên)", "active"),
    ("change_of_head", "Y Thảo (mẫu) – hộ 3", "active"),
    ("moved_out", "Y Krông – hộ 12 (mẫu)", "moved_out"),
    ("merged", "A Blưn – hộ 5 (mẫu)", "merged"),
]
VISITS = [
    ("couple_with_children", TIK, "2026", "met"),
    ("refused", HLIM, "2026", "refused"),
    ("long_away", KRONG, "", "long_away"),
    ("nobody_home_after_an_answer", BLUN, "2026", ""),
]


def test_each_action_on_a_household_reaches_its_list(village):
    rows = {name: register(village, name) for name, _, _ in ACTIONS}
    carried = on_phone(village)
    for name, label, status in ACTIONS:
        row = rows[name]
        assert (row.label, row.properties.get("status") or "active", row.conflict) == (label, status, "none")
        assert (row.entity_id in carried) is (status == "active"), name
    for name in ("refused", "correction_refused"):
        properties = rows[name].properties
        assert properties["named"] == "no"
        assert not any(properties.get(one) for one in ("head_name", "spouse_name", "address", "ethnic", "point"))
    assert rows["split_from_parent"].properties["parent"] == HLIM
    assert rows["merged"].properties["merged_into"] in carried


def test_a_survey_writes_back_what_its_visit_settled(village):
    for name, whose, year, result in VISITS:
        village.send(example("household_conduct_survey", name))
        properties = stored(village.services, whose).properties
        assert (properties.get("last_survey_year", ""), properties.get("visit_result", "")) == (year, result), name
    assert remarks(village.services) == []


def test_clubs_and_models_reach_the_commune_and_trusted_addresses_their_holder_alone(village):
    village.send(example("commune_register", "active_model"))
    assert remarks(village.services) == []
    assert stored(village.services, CLUB).properties["members"] == "34"
    clubs = {row["label"] for row in on_phone(village, "clubs").values()}
    assert "Tổ truyền thông Thôn 2 (mẫu)" in clubs
    assert len(on_phone(village, "models")) == 1
    # The other address, put there by the office, is nobody's.
    assert [row["label"] for row in on_phone(village, "trusted_addresses").values()] == ["Trạm y tế xã (mẫu)"]
    colleague = Field(village.services, village.project_id, enrol(village.services, village.project_id, unit=DAK_HA))
    assert on_phone(colleague, "trusted_addresses") == {}
    elsewhere = Field(
        village.services, village.project_id, enrol(village.services, village.project_id, unit=TU_MO_RONG)
    )
    assert (on_phone(elsewhere, "trusted_addresses"), CLUB in on_phone(elsewhere, "clubs")) == ({}, False)


def test_every_column_a_sample_has_is_one_phones_get(village):
    for name in ("households", "clubs", "models", "trusted_addresses"):
        path = next(FORMS.glob(f"*/media/{name}.csv"))
        with path.open(encoding="utf-8", newline="") as file:
            sample = set(next(csv.reader(file)))
        carried = set(next(iter(on_phone(village, name).values()), sample))
        assert sample - carried <= {"post", "valid_from"}, name
        assert "point" not in carried


def test_the_lists_forms_may_count_on_are_those_the_server_keeps():
    assert set(REACH_OF) == STANDARD_LISTS
