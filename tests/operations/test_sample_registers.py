"""Samples stand on the lists as the files beside the forms have them, once, in whichever project they are put."""

from __future__ import annotations

from pathlib import Path

from server.forms.lists import read_csv
from server.operations.sample_registers import SampleList, put_sample_entities
from tests.register_field import VILLAGE, on_phone, register_field, stored, versions

HOUSEHOLDS = Path(__file__).parents[2] / "xlsforms" / "household_register" / "media" / "households.csv"
TIK = "7f0b7e0a-3f5e-4a43-9d0e-5a8d1c2b6e01"


def test_a_phone_gets_the_samples_of_its_village(services):
    field = register_field(services)
    sample = SampleList(field.project_id, "households", HOUSEHOLDS.read_bytes())
    assert put_sample_entities(services, sample) == 55
    carried = on_phone(field)
    of_the_village = [row for row in read_csv("households", HOUSEHOLDS.read_bytes()).rows if row["village"] == VILLAGE]
    assert set(carried) == {row["name"] for row in of_the_village}
    assert carried[TIK]["label"] == "A Tik – vợ Y Bét – hộ 37 (mẫu)"
    assert (stored(services, TIK).version, [one.action for one in versions(services, TIK)]) == (1, ["import"])


def test_what_is_there_already_is_left_alone(services):
    field = register_field(services)
    first = f"name,label,__version,village\n{TIK},Hộ một (mẫu),1,23500-01\n".encode()
    assert put_sample_entities(services, SampleList(field.project_id, "households", first)) == 1
    again = SampleList(field.project_id, "households", HOUSEHOLDS.read_bytes())
    assert put_sample_entities(services, again) == 54
    assert put_sample_entities(services, again) == 0
    assert stored(services, TIK).label == "Hộ một (mẫu)"
