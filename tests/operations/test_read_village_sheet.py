"""The list a collaborator walks with: her village alone, by house number, and how many are left this year."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, TU_MO_RONG, load_sample_units

from server.errors import NotFound
from server.operations import read_village_sheet as sheets
from server.operations.add_project import add_practice, add_project
from server.operations.read_village_sheet import read_village_sheet, read_work_left
from tests.register_world import HA_1, HA_3, TU_1, officer, put


def made_village(services):
    """A village of four households and one next door, by house number."""
    load_sample_units(services)
    project_id = add_project(services, "Gia đình (mẫu)").project_id
    practice_id = add_practice(services, project_id).project_id
    for house_no, more in (("10", {}), ("2", {"last_survey_year": "2026"}), ("", {}), ("2b", {"status": "moved_out"})):
        put(services, project_id, village=HA_1, house_no=house_no, head_name="A Mẫu", **more)
    put(services, project_id, village=HA_3, house_no="1", head_name="A Bên", last_survey_year="2026")
    put(services, project_id, village=TU_1, house_no="1", head_name="A Xa")
    put(services, practice_id, village=HA_1, house_no="99", head_name="A Tập")
    return services


@pytest.fixture
def beginning():
    return made_village


@pytest.fixture
def village(begun):
    return begun


def unit(services, code):
    return services.atlas.current().territory.resolve(code, services.today()).unit_id


def numbers(sheet):
    return [one.properties.get("house_no", "") for one in sheet.households]


def test_a_sheet_holds_the_households_of_one_village_by_house_number(village):
    account = officer(village, DAK_HA)
    sheet = read_village_sheet(village, account, unit(village, HA_1))
    assert (numbers(sheet), sheet.place[0], sheet.is_cut) == (["2", "10", ""], "Thôn 1 (mẫu)", False)
    left = read_village_sheet(village, account, unit(village, HA_1), only_unsurveyed=True)
    assert numbers(left) == ["10", ""]


@pytest.mark.parametrize("asked", [TU_1, DAK_HA, TU_MO_RONG])
def test_another_commune_s_village_and_a_whole_commune_have_none(village, asked):
    with pytest.raises(NotFound):
        read_village_sheet(village, officer(village, DAK_HA), unit(village, asked))


def test_more_households_than_a_sheet_holds_are_said_to_be_missing(village, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_HOUSEHOLDS", 2)
    sheet = read_village_sheet(village, officer(village, DAK_HA), unit(village, HA_1))
    assert (len(sheet.households), sheet.is_cut) == (2, True)


def test_what_is_left_is_counted_by_village_within_one_s_territory(village):
    account, project_id = officer(village, DAK_HA), 1
    asked = [unit(village, one) for one in (HA_1, HA_3, TU_1)]
    left = read_work_left(village, account, asked, project_id=project_id)
    assert [(name, count) for _, name, count in left.households] == [("Thôn 1 (mẫu)", 2), ("Thôn Đăk La (mẫu)", 0)]
    assert (left.count, left.year, left.due_on) == (2, village.today().year, None)


def test_a_whole_commune_is_told_village_by_village(village):
    left = read_work_left(village, officer(village, DAK_HA), [unit(village, DAK_HA)], project_id=1)
    assert {name: count for _, name, count in left.households if count} == {"Thôn 1 (mẫu)": 2}
    assert len(left.households) > 2
