"""Never an empty list by mistake: publishing, offering, moving people and changing a reach are refused with names."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from server.errors import Conflict, InvalidInput, NotFound
from server.forms.convert import Converter
from server.forms.sheets import SourceKind
from server.operations.add_collaborator import NewCollaborator, add_collaborator, revoke_collaborator
from server.operations.add_project import add_practice
from server.operations.browse_lists import NewReach, browse_lists, set_list_reach
from server.operations.move_collaborator import Move, move_collaborator
from server.operations.offer_form import offer_form
from server.operations.publish_form import Audience, FormSource, check_form, publish_checked
from server.registers.reach import Reach
from tests.builders import COMMUNE, Field, enrol
from tests.register_field import NEIGHBOUR, REGISTER, VILLAGE, created, entity_id, on_phone, register_field

pytestmark = pytest.mark.database
NEXT = "2026100102"


@pytest.fixture
def beginning():
    return register_field


@pytest.fixture
def field(begun):
    return begun


@pytest.fixture(scope="module")
def next_version():
    return FormSource(REGISTER.format(version=NEXT).encode(), SourceKind.MARKDOWN)


@pytest.fixture(scope="module")
def checked(next_version):
    """Checked once: converting costs a second."""
    made = []

    def check(services):
        if not made:
            with Converter() as converter:
                made.append(check_form(services, next_version, converter, is_sensitive=False))
        return made[0]

    return check


@pytest.fixture
def publish_next(services, field, next_version, checked):
    def publish(audience=Audience()):  # noqa: B008 a frozen value
        form = checked(services)
        return publish_checked(services, field.project_id, next_version, form, audience=audience, is_sensitive=False)

    return publish


def person(services, field, name, unit=NEIGHBOUR) -> Field:
    return Field(services, field.project_id, enrol(services, field.project_id, unit=unit, name=name))


def test_publishing_is_refused_with_the_names_of_those_who_would_get_nothing(services, field, publish_next):
    field.send(created(entity_id()))
    person(services, field, "Y Hằng (mẫu)")
    person(services, field, "A Blưn (mẫu)")
    with pytest.raises(Conflict) as refused:
        publish_next()
    assert refused.value.code == "list.empty_for"
    assert refused.value.params["people"] == ["Y Hằng (mẫu)", "A Blưn (mẫu)"]
    assert refused.value.params["lists"] == ["households"]
    with services.reading(services.operator()) as uow:
        assert uow.forms.version(field.project_id, "register", NEXT) is None


@pytest.mark.parametrize("language", ["vi", "en"])
def test_at_most_ten_are_named_then_their_number(services, field, publish_next, catalogue, language):
    field.send(created(entity_id()))
    for number in range(12):
        person(services, field, f"Y Mẫu {number}")
    with pytest.raises(Conflict) as refused:
        publish_next()
    said = catalogue.sentence(refused.value.code, refused.value.params, language)
    assert len(re.findall(r"Y Mẫu \d+", said)) == 10
    assert "12 " in said
    assert "2 người khác" in said or "2 others" in said
    assert "--allow-empty-lists" in said


def test_it_is_done_all_the_same_when_asked_for_and_told(field, services, publish_next):
    field.send(created(entity_id()))
    person(services, field, "Y Hằng (mẫu)")
    published = publish_next(Audience(allows_empty_lists=True))
    (empty,) = published.empty_lists
    assert (empty.name, empty.people, empty.is_empty_everywhere) == ("households", ("Y Hằng (mẫu)",), False)


def test_a_list_empty_for_everybody_is_only_told(publish_next):
    (empty,) = publish_next().empty_lists
    assert empty.is_empty_everywhere


def test_who_has_rows_is_not_named_and_nothing_is_told_when_all_have(field, services, publish_next):
    field.send(created(entity_id()))
    field.send(created(entity_id(), village=NEIGHBOUR))
    person(services, field, "Y Hằng (mẫu)")
    person(services, field, "A Blưn (mẫu)", unit=COMMUNE)
    assert publish_next().empty_lists == ()


def test_who_is_not_asked_is_not_named(field, services, clock, publish_next):
    """Revoked, out of the audience, without a post any more, or only practising."""
    field.send(created(entity_id()))
    revoked = person(services, field, "Y Hằng (mẫu)").enrolment.collaborator_id
    revoke_collaborator(services, revoked, is_stolen=False)
    ended = person(services, field, "A Blưn (mẫu)").enrolment.collaborator_id
    move_collaborator(services, Move(ended, until=services.today()))
    clock.advance(days=1)
    twin = add_practice(services, field.project_id)
    enrol(services, twin.project_id, unit=NEIGHBOUR)
    assert publish_next().empty_lists == ()


def test_only_the_audience_counts_and_widening_it_is_asked_again(field, services, publish_next):
    field.send(created(entity_id()))
    other = person(services, field, "Y Hằng (mẫu)").enrolment.collaborator_id
    version = publish_next(Audience("units", (VILLAGE,))).version_id
    for audience in (Audience(), Audience("units", (COMMUNE,)), Audience("named", collaborators=(other,))):
        with pytest.raises(Conflict):
            offer_form(services, version, audience)
        assert offer_form(services, version, replace(audience, allows_empty_lists=True)) != ()
        offer_form(services, version, Audience("units", (VILLAGE,)))


@pytest.mark.parametrize(("reach", "unit"), [(Reach.HOLDER, VILLAGE), (Reach.OFFICERS, VILLAGE)])
def test_a_list_whose_rule_gives_her_nothing_is_as_it_should_be(field, services, publish_next, reach, unit):
    field.send(created(entity_id()))
    set_list_reach(services, NewReach(field.project_id, "households", reach))
    person(services, field, "Y Hằng (mẫu)", unit=unit)
    assert publish_next().empty_lists == ()


def test_an_officer_of_a_place_without_staff_is_named(field, services, publish_next):
    field.send(created(entity_id()))
    set_list_reach(services, NewReach(field.project_id, "households", Reach.OFFICERS))
    person(services, field, "A Blưn (mẫu)", unit="23302")
    with pytest.raises(Conflict):
        publish_next()


def test_enrolling_into_an_empty_village_is_allowed_and_told(field, services):
    assert add_collaborator(services, NewCollaborator(field.project_id, "Y Một", (NEIGHBOUR,))).empty_lists == ()
    field.send(created(entity_id()))
    (empty,) = add_collaborator(services, NewCollaborator(field.project_id, "Y Hai", (NEIGHBOUR,))).empty_lists
    assert empty.people == ("Y Hai",)
    assert add_collaborator(services, NewCollaborator(field.project_id, "Y Ba", (VILLAGE,))).empty_lists == ()


def test_moving_somebody_to_an_empty_village_is_refused_and_changes_nothing(field, services):
    one = entity_id()
    field.send(created(one))
    mover = field.enrolment.collaborator_id
    with pytest.raises(Conflict) as refused:
        move_collaborator(services, Move(mover, (NEIGHBOUR,)))
    assert refused.value.params["people"] == [field.sender().name]
    assert set(on_phone(field)) == {one}
    moved = move_collaborator(services, Move(mover, (NEIGHBOUR,), allows_empty_lists=True))
    assert moved.empty_lists[0].name == "households"
    assert on_phone(field) == {}


def test_her_lists_follow_the_move_from_its_first_day_to_its_last(field, services, clock):
    here, there = entity_id(), entity_id()
    field.send(created(here))
    field.send(created(there, village=NEIGHBOUR))
    today = services.today()
    mover = field.enrolment.collaborator_id
    move_collaborator(services, Move(mover, (NEIGHBOUR,), today + timedelta(days=2), today + timedelta(days=3)))
    seen = []
    for _ in range(5):
        seen.append(set(on_phone(field)) if field.sender().post_units else None)
        clock.advance(days=1)
    assert seen == [{here}, {here}, {there}, {there}, None]


def test_several_places_and_a_second_move_on_one_day_leave_the_last_word(field, services):
    ids = {unit: entity_id() for unit in (VILLAGE, NEIGHBOUR, "23500-04")}
    for unit, one in ids.items():
        field.send(created(one, village=unit))
    mover = field.enrolment.collaborator_id
    move_collaborator(services, Move(mover, (NEIGHBOUR, "23500-04")))
    assert set(on_phone(field)) == {ids[NEIGHBOUR], ids["23500-04"]}
    move_collaborator(services, Move(mover, (VILLAGE,)))
    assert set(on_phone(field)) == {ids[VILLAGE]}


def test_a_move_says_where_to_and_not_into_the_past(field, services):
    mover, today = field.enrolment.collaborator_id, services.today()
    yesterday = today - timedelta(days=1)
    for move, code in (
        (Move(mover), "collaborator.no_move"),
        (Move(mover, starts=today), "collaborator.no_move"),
        (Move(mover, (VILLAGE,), yesterday), "collaborator.move_in_the_past"),
        (Move(mover, (VILLAGE,), today, yesterday), "collaborator.move_in_the_past"),
        (Move(mover, until=yesterday), "collaborator.move_in_the_past"),
        (Move(mover, ("99999",)), "territory.unknown_code"),
    ):
        with pytest.raises(InvalidInput) as refused:
            move_collaborator(services, move)
        assert refused.value.code == code
    with pytest.raises(NotFound):
        move_collaborator(services, Move(999, (VILLAGE,)))


def test_a_reach_that_would_empty_somebody_s_list_is_refused(field, services):
    field.send(created(entity_id()))
    set_list_reach(services, NewReach(field.project_id, "households", Reach.COMMUNES))
    neighbour = person(services, field, "Y Hằng (mẫu)")
    assert len(on_phone(neighbour)) == 1
    with pytest.raises(Conflict):
        set_list_reach(services, NewReach(field.project_id, "households", Reach.POSTS))
    assert len(on_phone(neighbour)) == 1
    assert set_list_reach(services, NewReach(field.project_id, "households", Reach.POSTS, allows_empty_lists=True))
    assert on_phone(neighbour) == {}


def test_a_sensitive_list_stays_with_its_holders(field, services):
    with services.unit_of_work(services.operator()) as uow:
        uow.entities.ensure_list(field.project_id, "trusted_addresses", services.now())
    with pytest.raises(InvalidInput):
        set_list_reach(services, NewReach(field.project_id, "trusted_addresses", Reach.COMMUNES))
    with pytest.raises(NotFound):
        set_list_reach(services, NewReach(field.project_id, "nothing", Reach.COMMUNES))


def test_lists_are_told_with_their_numbers(field, services):
    field.send(created(entity_id()))
    field.send(created(entity_id(), status="gone"))
    (line,) = browse_lists(services, field.project_id)
    assert (line.name, line.reach, line.size.listed, line.size.ended) == ("households", Reach.POSTS, 1, 1)
