"""Clubs, models, trusted addresses and staff on the phone: made once, found again, and never in anyone's way."""

from __future__ import annotations

import uuid

import pytest
from phone import TIK, VILLAGE, phone_with

from tests.collect_double.entity_store import EntityState

pytestmark = pytest.mark.java

REGISTER, EVENT = "commune_register", "training_event"
CLUB, HOTLINE = "bd9f1420-8ac5-4882-ac01-7cdfa966f9cb", "0d6f5a0b-3d1e-4a0f-9a55-6b0c3e4f7d21"
MODEL, ADDRESS = "3b0d7c1e-52a4-4c8e-9f60-1d2e3f4a5b6c", "9c2e4b7a-6d15-4f38-8b0c-7e9a1d3f5c24"
OFFICER, GONE_OFFICER = "578461b0-5452-4362-91a1-08d12632b552", "6f3a9a52-7d0e-4c1b-8a36-2f4b1c9d0e83"
DAK_HA = {"/data/where/commune": "23500", "/data/where/as_of": "2026-11-18", "/data/model/board": "own"}
REST = {"/data/has_documents": "no", "/data/budget": 0}
NEW_CLUB = {
    "unit_page/unit_kind": "to_truyen_thong",
    "unit_page/unit_name": "Tổ truyền thông Thôn 2 (mẫu)",
    "unit_page/unit_village": "23521-01",
    "unit_page/unit_status": "active",
    "unit_start/start_precision": "unknown",
    "unit_members/members": 7,
    "unit_members/members_female": 4,
    "unit_members/member_households": 7,
    "unit_members/meets_every": 3,
    "unit_members/meeting_precision": "unknown",
}
KNOWN_CLUB = {"unit_which/unit_source": "known", "unit_which/club": CLUB, "unit_members/meeting_precision": "unknown"}
KNOWN_HOTLINE = {"unit_which/unit_source": "known", "unit_which/club": HOTLINE}
NEW_ADDRESS = {
    "address_page/address_name": "Trạm y tế xã (mẫu)",
    "address_page/dctc_kind": "collective",
    "address_page/address_status": "active",
}
KNOWN_ADDRESS = {"address_which/address_source": "known", "address_which/trusted_address": ADDRESS}
TALK = {
    "/data/what/ev_type": "club_meeting",
    "/data/what/ev_level": "village",
    "/data/where/commune": "23500",
    "/data/where/village": "23500-01",
    "/data/when/ev_day": "2026-10-20",
    "/data/content/ev_organiser": "culture",
    "/data/content/ev_topics": "k1",
    "/data/clubs/club_guidance": "yes",
    "/data/count/n_total": 9,
    "/data/count/n_female": 5,
    "/data/count/n_minority": 9,
}


@pytest.fixture
def phone(engine):
    return phone_with(engine)


def units(*several: dict, repeat: str = "unit") -> dict[str, object]:
    has = {"unit": "has_units", "address": "has_addresses"}[repeat]
    numbered = enumerate(several, start=1)
    return {
        f"/data/{has}": "yes" if several else "no",
        **{f"/data/{repeat}[{number}]/{path}": value for number, one in numbered for path, value in one.items()},
    }


def addresses(*several: dict) -> dict[str, object]:
    return units(*several, repeat="address")


def made(phone, list_name: str):
    return [one for one in phone.entities.entities(list_name).values() if one.state is EntityState.OFFLINE]


def test_what_is_listed_is_found_again_and_changed_not_made_twice(phone):
    before = phone.entities.find("clubs", CLUB)
    phone.fill(REGISTER, {**DAK_HA, **units({**KNOWN_CLUB, "unit_members/members": 40}), **addresses(), **REST})
    after = phone.entities.find("clubs", CLUB)
    assert made(phone, "clubs") == []
    assert (after.label, after.version) == (before.label, before.version + 1)
    changed = {name for name, value in after.properties.items() if value != before.properties.get(name, "")}
    assert changed == {"members"}


def test_the_same_one_cannot_be_chosen_twice_in_one_form(phone):
    filled = phone.try_to_fill(REGISTER, {**DAK_HA, **units(KNOWN_CLUB, KNOWN_CLUB), **addresses(), **REST})
    assert "/data/unit[2]/unit_which/club" in [one.path for one in filled.refused if one.reason == "not_a_choice"]


def test_a_new_one_has_an_id_of_its_own_and_is_on_the_list_at_once(phone):
    new = {"unit_which/unit_source": "new", **NEW_CLUB}
    other = {**new, "unit_page/unit_name": "Tổ truyền thông Thôn 10 (mẫu)"}
    phone.fill(REGISTER, {**DAK_HA, **units(new, KNOWN_HOTLINE, other), **addresses(), **REST})
    first, second = made(phone, "clubs")
    assert {uuid.UUID(first.id).version, uuid.UUID(second.id).version} == {4}
    assert first.properties["commune"] == "23500"
    assert first.properties["kind"] == "to_truyen_thong"
    event = phone.fill(EVENT, {**TALK, "/data/clubs/ev_clubs": first.id, "/data/households/ev_households": TIK})
    assert event.findtext("clubs/ev_clubs") == first.id
    again = {"unit_which/unit_source": "known", "unit_which/club": first.id, "unit_page/unit_status": "dissolved"}
    done = {"unit_start/start_precision": "unknown", "unit_members/meeting_precision": "unknown"}
    phone.fill(REGISTER, {**DAK_HA, **units({**again, **done}), **addresses(), **REST})
    refused = phone.try_to_fill(EVENT, {**TALK, "/data/clubs/ev_clubs": first.id})
    assert [one.reason for one in refused.refused if one.path == "/data/clubs/ev_clubs"][:1] == ["not_a_choice"]


def test_a_name_that_is_listed_is_told(phone):
    found_again = phone.fill(REGISTER, {**DAK_HA, **units(KNOWN_CLUB), **addresses(), **REST})
    assert found_again.find("unit/unit_page/name_taken") is None
    name = phone.entities.find("clubs", CLUB).label
    twin = {"unit_which/unit_source": "new", **NEW_CLUB, "unit_page/unit_name": name}
    told = phone.fill(REGISTER, {**DAK_HA, **units(twin), **addresses(), **REST})
    assert told.find("unit/unit_page/name_taken") is not None


def test_what_is_listed_and_not_entered_is_told(phone):
    told = phone.fill(REGISTER, {**DAK_HA, **units(KNOWN_CLUB, KNOWN_HOTLINE), **addresses(), **REST})
    assert (told.findtext("clubs_missing"), told.find("clubs_left") is not None) == ("2", True)


def test_a_hotline_is_one_of_the_clubs_with_its_number(phone):
    phone.fill(
        REGISTER, {**DAK_HA, **units({**KNOWN_HOTLINE, "unit_line/hotline_no": "18001567"}), **addresses(), **REST}
    )
    assert phone.entities.find("clubs", HOTLINE).properties["hotline"] == "18001567"


def test_a_known_model_is_changed_and_its_decision_not_asked_again(phone):
    told = phone.fill(REGISTER, {**DAK_HA, "/data/model/model_status": "stopped", **units(), **addresses(), **REST})
    after = phone.entities.find("models", MODEL)
    assert (made(phone, "models"), after.properties["status"]) == ([], "stopped")
    assert after.properties["decision_date"] == told.findtext("decision/decision_date") == "2025-08-15"
    none = phone.try_to_fill(REGISTER, {**DAK_HA, "/data/model/model_status": "none"})
    assert ("/data/model/model_status", "constraint") in [(one.path, one.reason) for one in none.refused]


def test_a_first_model_is_made_once_and_then_known(phone):
    tu_mo_rong = {**DAK_HA, "/data/where/commune": "23425", "/data/model/model_standard": "ministry"}
    decision = {
        "/data/model/model_status": "established",
        "/data/decision/decision_no": "31/QĐ-UBND (mẫu)",
        "/data/decision/decision_precision": "exact",
        "/data/decision/decision_day": "2026-11-02",
    }
    phone.fill(REGISTER, {**tu_mo_rong, **decision, **units(), **addresses(), **REST})
    (model,) = made(phone, "models")
    assert model.label == "Mô hình phòng, chống bạo lực gia đình (31/QĐ-UBND (mẫu))"
    phone.fill(REGISTER, {**tu_mo_rong, "/data/model/model_status": "active", **units(), **addresses(), **REST})
    (again,) = made(phone, "models")
    assert (again.id, again.version, again.properties["status"]) == (model.id, 2, "active")
    assert again.properties["decision_no"] == "31/QĐ-UBND (mẫu)"


def test_a_commune_without_a_model_makes_none(phone):
    none = {**DAK_HA, "/data/where/commune": "23425", "/data/model/model_status": "none"}
    phone.fill(REGISTER, {**none, **units(), **addresses(), **REST})
    assert made(phone, "models") == []


def test_trusted_addresses_are_a_list_of_their_own(phone):
    new = {"address_which/address_source": "new", **NEW_ADDRESS}
    paused = {**KNOWN_ADDRESS, "address_page/address_status": "paused"}
    told = phone.fill(REGISTER, {**DAK_HA, **units(), **addresses(paused, new), **REST})
    (address,) = made(phone, "trusted_addresses")
    filled = {name: value for name, value in address.properties.items() if value}
    assert filled == {"commune": "23500", "kind": "collective", "status": "active"}
    assert phone.entities.find("trusted_addresses", ADDRESS).properties["status"] == "paused"
    assert (told.findtext("n_addresses"), made(phone, "clubs")) == ("1", [])


@pytest.mark.parametrize("emptied", ["clubs", "staff", "models", "trusted_addresses"])
def test_a_list_without_a_row_stops_nobody(engine, emptied: str):
    phone = phone_with(engine, emptied=frozenset({emptied, "clubs"}))
    address = NEW_ADDRESS if emptied == "trusted_addresses" else KNOWN_ADDRESS
    training = {**TALK, "/data/what/ev_type": "staff_training", "/data/what/ev_level": "commune"}
    training = {path: value for path, value in training.items() if "village" not in path and "/clubs/" not in path}
    chosen = {} if emptied == "staff" else {"/data/ev_staff": OFFICER}
    assert (phone.fill(EVENT, {**training, **chosen}).find("no_staff") is not None) is (emptied == "staff")
    assert phone.fill(EVENT, {**TALK, "/data/households/headcount_only": "yes"}).find("clubs/no_clubs") is not None
    status = {"/data/model/model_status": "none"} if emptied == "models" else {}
    phone.fill(
        REGISTER,
        {
            **DAK_HA,
            **status,
            **units(NEW_CLUB),
            **addresses(address),
            **REST,
        },
    )
    assert len(made(phone, "clubs")) == 1


def test_staff_are_those_in_office_on_the_day(phone):
    training = {**TALK, "/data/what/ev_type": "staff_training", "/data/what/ev_level": "commune"}
    training = {path: value for path, value in training.items() if "village" not in path and "/clubs/" not in path}
    refused = phone.try_to_fill(EVENT, {**training, "/data/ev_staff": GONE_OFFICER})
    assert "not_a_choice" in [one.reason for one in refused.refused if one.path == "/data/ev_staff"]
    earlier = {**training, "/data/when/ev_day": "2024-05-14", "/data/ev_staff": f"{OFFICER} {GONE_OFFICER}"}
    assert phone.fill(EVENT, earlier).findtext("ev_staff") == f"{OFFICER} {GONE_OFFICER}"


def test_a_household_that_has_left_takes_part_in_nothing(phone):
    gone = {"/data/hh_action": "gone", "/data/which/household": TIK, "/data/when/change_precision": "unknown"}
    phone.fill("household_register", {**VILLAGE, **gone})
    filled = phone.try_to_fill(EVENT, {**TALK, "/data/households/ev_households": TIK})
    assert "not_a_choice" in [one.reason for one in filled.refused if one.path == "/data/households/ev_households"]
