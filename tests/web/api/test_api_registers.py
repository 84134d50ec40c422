"""Registers at the JSON door: the same entities as on the pages, in the same scope, without positions and addresses."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG

from server.access.roles import Role
from tests.register_world import HA_1, HA_3, TU_1, put


@pytest.fixture
def homes(world):
    told = {"house_no": "137", "head_name": "A Đượm", "size": "4", "point": "14.5 107.9 600 5"}
    here = put(world.services, world.project_id, village=HA_1, **told)
    return here, put(world.services, world.project_id, village=TU_1, head_name="A Tiên")


def test_a_list_is_that_of_the_askers_territory_narrowed_and_page_by_page(ask, world, homes):
    for number in range(35):
        put(world.services, world.project_id, village=HA_3, head_name=f"A Mẫu {number:02}", last_survey_year="2026")
    get = ask((Role.SUPERVISOR, DAK_HA))
    first = get("/api/v1/registers/households?q=mau").get_json()
    rest = get(f"/api/v1/registers/households?q=mau&after={first['next_after']}").get_json()
    keys = [one["key"] for page in (first, rest) for one in page["entities"]]
    assert (len(set(keys)), first["total"], rest["next_after"]) == (36, 36, None)
    assert homes[1] not in keys
    unsurveyed = get("/api/v1/registers/households?q=mau&show=unsurveyed").get_json()
    assert [one["key"] for one in unsurveyed["entities"]] == [homes[0]]


def test_an_entity_is_told_with_its_history_and_without_its_position(ask, homes):
    answer = ask((Role.SUPERVISOR, DAK_HA))(f"/api/v1/entities/{homes[0]}")
    told = answer.get_json()
    assert (told["label"], told["place"]) == ("A Đượm – hộ 137 (mẫu)", ["Thôn 1 (mẫu)", "Xã Đăk Hà"])
    assert (told["standing"], told["conflict"], told["has_point"]) == ("active", "none", True)
    assert told["properties"]["size"] == "4"
    assert told["history"][0]["changes"]["size"] == ["", "4"]
    assert "107.9" not in answer.text


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        (Role.SUPERVISOR, TU_MO_RONG, 404),
        (Role.SUPERVISOR, HA_3, 404),
        (Role.ANALYST, PROVINCE, 403),
        (Role.ADMINISTRATOR, PROVINCE, 403),
        (None, PROVINCE, 401),
    ],
)
def test_nobody_else_is_told(ask, homes, role, unit, status):
    get = ask(*([(role, unit)] if role else []))
    assert get(f"/api/v1/entities/{homes[0]}").status_code == status
    listed = get("/api/v1/registers/households?show=all")
    assert listed.status_code == (200 if status == 404 else status)
    assert "Đượm" not in listed.text


def test_trusted_addresses_are_not_to_be_had_here(ask, world):
    key = put(world.services, world.project_id, "trusted_addresses", label="Nhà bà Mẫu", village=HA_1)
    get = ask((Role.SUPERVISOR, PROVINCE), (Role.INCIDENT_OFFICER, PROVINCE))
    for path in ("registers/trusted_addresses", f"entities/{key}", "registers/nothing"):
        assert get(f"/api/v1/{path}").status_code == 404


def test_unsound_parameters_are_named(ask):
    answer = ask((Role.SUPERVISOR, PROVINCE))("/api/v1/registers/households?show=x&after=-1&desk=incidents")
    assert (answer.status_code, sorted(answer.get_json()["error"]["parameters"])) == (400, ["after", "desk", "show"])
