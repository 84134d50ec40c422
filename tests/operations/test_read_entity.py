"""One entity, whole: its place and what it was, its kin, its visits side by side, and everything that changed it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG, example, load_sample_units, send

from server.access.roles import Role
from server.errors import NotFound
from server.operations.add_project import add_project
from server.operations.browse_submissions import Question
from server.operations.read_entity import STEPS_A_PAGE, read_entity
from server.operations.read_record import read_record
from server.operations.sights import Desk
from server.registers.versions import Action, Conflict
from tests.register_field import VILLAGE, colleague, created, entity_id, household, register_field, stored
from tests.register_world import HA_1, HA_3, TU_1, officer, put

SURVEY = "household_conduct_survey"
A_TIK = "7f0b7e0a-3f5e-4a43-9d0e-5a8d1c2b6e01"


@dataclass(frozen=True)
class Register:
    services: object
    project_id: int
    home: int
    """A household of Xã Đăk Hà."""


def made_register(services):
    load_sample_units(services)
    project_id = add_project(services, "Gia đình (mẫu)").project_id
    return Register(services, project_id, put(services, project_id, village=HA_1, head_name="A Tik"))


@pytest.fixture
def beginning():
    return made_register


@pytest.fixture
def register(begun):
    return begun


def test_a_village_that_moved_keeps_its_households_and_tells_where_it_was(register):
    key = put(register.services, register.project_id, village="23521-01")
    view = read_entity(register.services, officer(register.services, DAK_HA), key)
    assert view.place == ("Thôn 2 Hà Mòn (mẫu)", "Xã Đăk Hà")
    assert [(one.names[1], one.until.isoformat()) for one in view.former] == [("Xã Hà Mòn", "2025-06-30")]


@pytest.mark.parametrize(
    ("units", "role", "elevated"),
    [
        ((TU_MO_RONG,), Role.SUPERVISOR, False),
        ((HA_3,), Role.SUPERVISOR, False),
        ((), Role.SUPERVISOR, False),
        ((DAK_HA,), Role.ANALYST, False),
        ((DAK_HA,), Role.ADMINISTRATOR, False),
        ((DAK_HA,), Role.INCIDENT_OFFICER, True),
    ],
)
def test_an_entity_out_of_sight_is_not_there(register, units, role, elevated):
    with pytest.raises(NotFound):
        read_entity(register.services, officer(register.services, *units, role=role, elevated=elevated), register.home)


def test_a_trusted_address_is_seen_at_the_incident_desk_alone(register):
    services = register.services
    key = put(services, register.project_id, "trusted_addresses", label="Nhà bà Mẫu", village=HA_1)
    incident = officer(services, DAK_HA, role=Role.INCIDENT_OFFICER, elevated=True)
    view = read_entity(services, incident, key, desk=Desk.INCIDENTS)
    assert (view.line.label, view.may_manage) == ("Nhà bà Mẫu", False)
    for account, desk in ((incident, Desk.EVERYDAY), (officer(services, PROVINCE), Desk.EVERYDAY)):
        with pytest.raises(NotFound):
            read_entity(services, account, key, desk=desk)
    with pytest.raises(NotFound):
        read_entity(services, officer(services, DAK_HA), key, desk=Desk.INCIDENTS)
    with pytest.raises(NotFound):
        read_entity(services, incident, register.home, desk=Desk.INCIDENTS)


def test_staff_is_seen_from_a_commune_and_not_from_a_village(register):
    services = register.services
    key = put(services, register.project_id, "staff", label="Cán bộ (mẫu)", commune=DAK_HA)
    view = read_entity(services, officer(services, DAK_HA), key)
    assert (view.line.label, view.may_manage) == ("Cán bộ (mẫu)", False)
    with pytest.raises(NotFound):
        read_entity(services, officer(services, HA_1), key)


def test_kin_out_of_sight_is_not_told_of(register):
    services, project_id = register.services, register.project_id
    with services.reading(services.operator()) as uow:
        home = uow.register.one(register.home)
    near = put(services, project_id, village=HA_3, head_name="A Con", parent=home.entity_id)
    far = put(services, project_id, village=TU_1, head_name="A Xa", parent=home.entity_id)
    view = read_entity(services, officer(services, DAK_HA), register.home)
    assert [one.key for one in view.kin.children] == [near]
    assert [one.key for one in read_entity(services, officer(services, PROVINCE), register.home).kin.children] == [
        near,
        far,
    ]
    child = read_entity(services, officer(services, DAK_HA), near)
    assert child.kin.parent.key == register.home
    assert read_entity(services, officer(services, TU_MO_RONG), far).kin.parent is None
    assert read_entity(services, officer(services, TU_MO_RONG), far).line.properties["parent"] == home.entity_id


def test_visits_stand_by_year_and_two_of_one_year_say_so(world):
    for number, replaced in ((701, {"survey_year": "2025", "saved_year": "2025"}), (702, {"hh_poverty": "near_poor"})):
        send(world, "Y Mẫu", example(SURVEY, "couple_with_children", number, **replaced))
    key = stored_in(world, A_TIK)
    view = read_entity(world.services, officer(world.services, DAK_HA), key)
    years = [(one.year, one.is_one_of_several) for one in view.visits]
    assert years.count((2025, False)) == 1
    assert set(years) == {(2025, False), (2026, True)}
    newest = view.visits[0].answers
    assert [one.in_language("vi") for one in newest["hh_poverty"].chosen] == ["Hộ cận nghèo"]
    assert [one.in_language("vi") for one in newest["visit_result"].chosen] == ["Gặp được"]
    assert newest["implementing"].text in {"yes", "no"}


def stored_in(world, entity):
    with world.services.reading(world.services.operator()) as uow:
        known = uow.entities.lists(world.project_id)["households"]
        return uow.register.by_id(known.list_id, [entity])[entity].key


@pytest.mark.parametrize("beginning", [register_field])
def test_history_tells_what_each_version_changed_and_names_only_records_in_sight(services, begun):
    field, one = begun, entity_id()
    stranger = colleague(field, unit=TU_1)
    field.send(created(one, VILLAGE, size="4"))
    field.send(household(one, update=True, base=1, size="5"))
    stranger.send(household(one, update=True, base=1, size="6", village=TU_1))
    key = stored(services, one).id
    view = read_entity(services, officer(services, PROVINCE), key)
    assert [one.version.action for one in view.steps] == [Action.UPDATE, Action.UPDATE, Action.CREATE]
    newest = {change.name: (change.before, change.after) for change in view.steps[0].changes}
    assert newest["size"] == ("5", "6")
    assert view.steps[0].version.conflict is Conflict.HARD
    assert [one.is_record_seen for one in view.steps] == [True, True, True]
    elsewhere = read_entity(services, officer(services, TU_MO_RONG), key)
    assert [one.is_record_seen for one in elsewhere.steps] == [True, False, False]
    with pytest.raises(NotFound):
        read_entity(services, officer(services, DAK_HA), key)


@pytest.mark.parametrize("beginning", [register_field])
def test_a_long_history_is_told_page_by_page(services, begun):
    field, one = begun, entity_id()
    field.send(created(one, VILLAGE, size="4"))
    for number in range(STEPS_A_PAGE + 2):
        field.send(household(one, update=True, base=number + 1, trunk=number + 1, size=str(number)))
    key, account = stored(services, one).id, officer(services, DAK_HA)
    first = read_entity(services, account, key)
    rest = read_entity(services, account, key, before=first.earlier_than)
    told = [one.version.version for one in (*first.steps, *rest.steps)]
    assert told == list(range(STEPS_A_PAGE + 3, 0, -1))
    assert rest.earlier_than is None
    assert first.steps[-1].changes[0].before
    assert read_entity(services, account, key, before=1).steps == (), "an address asks for what never was"


@pytest.mark.parametrize("beginning", [register_field])
def test_a_record_tells_of_its_entities_in_sight_and_of_what_waits(services, begun):
    field, one, other = begun, entity_id(), entity_id()
    made = field.send(created(one, VILLAGE))
    waits = field.send(household(one, update=True, base=3, trunk=1, size="9"))
    unknown = field.send(household(other, update=True, base=1, size="9"))
    account, question = officer(services, PROVINCE), Question(Desk.EVERYDAY)

    def entities(receipt):
        view = read_record(services, account, receipt.submission_id, question=question, version_id=None)
        return view, [(known.line.entity_id, known.is_waiting) for known in view.entities]

    assert entities(made)[1] == [(one, False)]
    view, told = entities(waits)
    assert told == [(one, True)]
    assert view.entity_questions == {"/data/meta/entity": "/data/chosen"}
    assert entities(unknown)[1] == []
