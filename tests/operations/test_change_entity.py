"""What is put right at the office: by name, with a reason, within one's territory, as the forms could have said it."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG

from server.errors import Conflict, InvalidInput, NotFound
from server.operations.change_entity import (
    EntityEdit,
    answer_proposal,
    edit_entity,
    read_entity_form,
    remove_entity,
    restore_entity,
)
from server.operations.entity_hand import EntityTarget
from server.operations.read_entity import read_entity
from server.registers.standing import Standing
from tests.register_field import (
    NEIGHBOUR,
    VILLAGE,
    colleague,
    created,
    entity_id,
    household,
    on_phone,
    register_field,
    remarks,
    stored,
)
from tests.register_world import TU_1, make_officer, officer, put


@pytest.fixture
def beginning():
    return register_field


@pytest.fixture
def field(begun):
    return begun


@pytest.fixture
def home(field):
    one = entity_id()
    field.send(created(one, VILLAGE, size="4"))
    return one


@pytest.fixture
def account(services, field):
    return make_officer(services, DAK_HA)


def target(services, one):
    row = stored(services, one)
    return EntityTarget(row.id, row.version)


def edit(services, one, *, label="A Tik (mẫu)", reason="thôn trưởng báo", **values):
    return EntityEdit(target(services, one), label, values, reason)


def test_a_correction_names_who_and_why_and_reaches_the_phones(services, field, home, account):
    assert edit_entity(services, account, edit(services, home, label="A Tik con", size="6")) is True
    newest = read_entity(services, account, target(services, home).key).steps[0]
    changes = [(one.name, one.before, one.after) for one in newest.changes]
    assert changes == [("label", "A Tik (mẫu)", "A Tik con"), ("size", "4", "6")]
    source = newest.version.source
    assert (source.kind, source.account_name, source.comment) == ("change", "Cán bộ xã (mẫu)", "thôn trưởng báo")
    assert on_phone(field)[home]["label"] == "A Tik con"


def test_nothing_is_written_where_nothing_was_changed(services, home, account):
    assert edit_entity(services, account, edit(services, home, size="4", village=VILLAGE)) is False
    assert target(services, home).seen_version == 1


def test_a_household_moves_to_another_village_of_ones_territory(services, field, home, account):
    there = colleague(field, unit=NEIGHBOUR)
    edit_entity(services, account, edit(services, home, village=NEIGHBOUR))
    assert home not in on_phone(field)
    assert home in on_phone(there)
    villages = {one.code for one in read_entity_form(services, account, target(services, home).key).villages}
    assert {VILLAGE, NEIGHBOUR} <= villages
    assert TU_1 not in villages


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"village": TU_1}, "register.bad_value"),
        ({"village": ""}, "register.bad_value"),
        ({"village": "99999"}, "register.bad_value"),
        ({"size": "sáu"}, "register.bad_value"),
        ({"size": "x" * 301}, "register.bad_value"),
        ({"label": "  "}, "register.label_needed"),
        ({"reason": " "}, "register.reason_needed"),
    ],
)
def test_what_no_form_could_have_said_is_refused(services, home, account, values, code):
    with pytest.raises(InvalidInput) as refused:
        edit_entity(services, account, edit(services, home, **values))
    assert refused.value.code == code
    assert target(services, home).seen_version == 1


def test_properties_nobody_types_are_left_as_they_are(services, home, account):
    tricks = {"parent": entity_id(), "merged_into": entity_id(), "point": "1 2", "last_survey_year": "2030", "x": "1"}
    assert edit_entity(services, account, edit(services, home, **tricks)) is False


def test_a_removed_household_leaves_the_lists_and_comes_back_as_it_was(services, field, home, account):
    remove_entity(services, account, target(services, home), "ghi hai lần")
    key = target(services, home).key
    assert home not in on_phone(field)
    assert read_entity(services, account, key).line.standing is Standing.DELETED
    with pytest.raises(Conflict):
        remove_entity(services, account, target(services, home), "lần nữa")
    restore_entity(services, account, target(services, home), "xóa nhầm")
    view = read_entity(services, account, key)
    assert (view.line.standing, view.line.properties["size"], view.line.version) == (Standing.ACTIVE, "4", 3)
    assert home in on_phone(field)


def test_an_update_of_a_removed_household_is_kept_and_told(services, field, home, account):
    remove_entity(services, account, target(services, home), "ghi hai lần")
    field.send(household(home, update=True, base=1, trunk=1, size="8"))
    assert "entity.deleted" in remarks(services)
    view = read_entity(services, account, target(services, home).key)
    assert (view.line.standing, view.line.properties["size"]) == (Standing.DELETED, "8")


@pytest.mark.parametrize(("found", "status"), [("moved", "moved_out"), ("gone", "gone")])
@pytest.mark.parametrize("leaves", [True, False])
def test_a_visit_that_found_nobody_is_answered(services, field, account, found, status, leaves):
    key = put(services, field.project_id, village=VILLAGE, visit_result=found, last_survey_year="2026")
    answer_proposal(services, account, EntityTarget(key, 1), leaves=leaves, reason="thôn trưởng báo")
    line = read_entity(services, account, key).line
    assert line.is_leaving is False
    assert line.standing is (Standing(status) if leaves else Standing.ACTIVE)
    assert line.properties.get("status_date", "") == ("2026-10-05" if leaves else "")
    with pytest.raises(Conflict) as refused:
        answer_proposal(services, account, EntityTarget(key, 2), leaves=leaves, reason="lần nữa")
    assert refused.value.code == "register.nothing_proposed"


@pytest.mark.parametrize("units", [(TU_MO_RONG,), (NEIGHBOUR,), ()])
def test_nobody_changes_what_is_not_theirs(services, home, units):
    stranger, meant = officer(services, *units), target(services, home)
    for attempt in (
        lambda: edit_entity(services, stranger, edit(services, home, size="9")),
        lambda: remove_entity(services, stranger, meant, "x"),
        lambda: restore_entity(services, stranger, meant, "x"),
        lambda: answer_proposal(services, stranger, meant, leaves=True, reason="x"),
        lambda: read_entity_form(services, stranger, meant.key),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert target(services, home).seen_version == 1


def test_staff_and_trusted_addresses_are_not_changed_here(services, field, account):
    province = make_officer(services, PROVINCE, login="tinh")
    for name in ("staff", "trusted_addresses"):
        key = put(services, field.project_id, name, label="Mẫu", commune=DAK_HA, village=VILLAGE)
        for who in (account, province):
            with pytest.raises(NotFound):
                remove_entity(services, who, EntityTarget(key, 1), "x")
            with pytest.raises(NotFound):
                read_entity_form(services, who, key)
