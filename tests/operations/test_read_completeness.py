"""Who has sent and who has not: communes and villages, expected against received, whoever asks."""

from __future__ import annotations

from datetime import date

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG, example, send
from plan_world import PlanWorld
from plan_world import publish as publish_with_measures

from server.access.roles import Role
from server.errors import Forbidden, InvalidInput, NotFound
from server.indicators.completeness import Expectation, Sending
from server.indicators.periods import Period
from server.operations.lock_period import LockOrder, lock_period
from server.operations.read_completeness import CompletenessQuestion, read_completeness
from server.submissions.review import Verdict
from server.territory.units import Level
from tests.register_world import HA_1, HA_3, put

pytestmark = pytest.mark.database


def made_world(services):
    services.now.advance(days=60)
    world = PlanWorld(services)
    for form_id in ("commune_register", "training_event"):
        publish_with_measures(services, world.project_id, form_id)
    return world


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


def read(world, year=2026, actor=None, *, title="2 Ứng xử", within=None):
    table = read_completeness(world.services, actor or world.actor(), CompletenessQuestion(year))
    form = next(one for one in table.forms if one.title.startswith(title))
    return read_completeness(world.services, actor or world.actor(), CompletenessQuestion(year, form.form_key, within))


def row(table, name):
    return next(one for one in table.rows if one.unit.name == name)


def test_households_of_the_register_are_expected_and_visits_are_what_reaches_them(world):
    keys = [put(world.services, world.project_id, village=village) for village in (HA_1, HA_1, HA_3)]
    assert row(read(world), "Xã Đăk Hà").sending is Sending.NONE
    put(world.services, world.project_id, village=HA_3, last_survey_year="2026")
    sent = [world.send("refused"), world.send("refused")]
    world.decide(Verdict.APPROVE, sent[0])
    one = row(read(world), "Xã Đăk Hà")
    assert (one.expected, one.arrived.received, one.arrived.approved) == (len(keys) + 1, 2, 1)
    assert (one.parts_sent, one.sending) == (1, Sending.PARTLY)
    assert one.arrived.reached >= 1
    assert one.missing == one.expected - one.arrived.reached


def test_villages_of_a_commune_make_its_line(world):
    for village in (HA_1, HA_3, HA_3):
        put(world.services, world.project_id, village=village)
    world.send("refused")
    whole, inside = row(read(world), "Xã Đăk Hà"), read(world, within=world.unit(DAK_HA))
    assert (inside.level, inside.within) == (Level.VILLAGE, "Xã Đăk Hà")
    assert len(inside.rows) == whole.parts
    assert sum(one.arrived.received for one in inside.rows) == whole.arrived.received == inside.total.arrived.received
    assert sum(one.expected for one in inside.rows) == whole.expected == inside.total.expected == 3
    assert [one.sending for one in inside.rows].count(Sending.NONE) == whole.parts - whole.parts_sent


def test_what_lies_above_communes_lists_its_communes(world):
    put(world.services, world.project_id, village=HA_1)
    world.send("refused")
    whole, province = read(world), read(world, within=world.unit(PROVINCE))
    assert (province.level, province.rows) == (Level.COMMUNE, whole.rows)
    assert province.within == world.services.atlas.current().territory.name(
        world.unit(PROVINCE), world.services.today()
    )
    former = read(world, 2024, within=world.services.atlas.current().territory.find("612", date(2024, 12, 31)).unit_id)
    assert (former.level, former.within) == (Level.COMMUNE, "Huyện Đắk Tô")
    assert 0 < len(former.rows) < len(read(world, 2024).rows)


def test_a_commune_sends_one_record_of_itself_a_year(world):
    table = read(world, title="4 ")
    assert (table.form.expectation, row(table, "Xã Đăk Hà").expected) == (Expectation.COMMUNES, 1)
    assert (table.total.expected, table.total.sending) == (40, Sending.NONE)
    send(world._phones, "Y Mẫu", example("commune_register", "active_model", 77, commune=DAK_HA))
    table = read(world, title="4 ")
    assert row(table, "Xã Đăk Hà").sending is Sending.COMPLETE
    assert (table.total.arrived.received, table.total.parts_sent, table.total.sending) == (1, 1, Sending.PARTLY)


def test_of_activities_nothing_is_expected(world):
    table = read(world, title="3 ")
    assert (table.form.expectation, table.total.expected) == (Expectation.NOTHING, None)


def test_practice_records_are_not_sent(world):
    world.send("refused", by="Y Tập")
    assert read(world).total.arrived.received == 0


def test_records_of_the_commune_itself_stand_in_no_village(world):
    world.send("refused", village="23500-99")
    table = read(world, within=world.unit(DAK_HA))
    assert (table.total.arrived.received, table.unplaced) == (1, 1)


def test_a_year_that_is_over_tells_of_records_on_its_own_boundaries(world):
    world.send("not_on_the_list", by="A Mẫu", village=f"{TU_MO_RONG}-01")
    assert sum(one.arrived.received for one in read(world, 2025).rows) == 1
    old = read(world, 2024)
    assert (len(old.rows), old.total.arrived.received, old.total.arrived.reached) == (102, 0, None)


def test_a_locked_year_says_so(world):
    assert row(read(world), "Xã Đăk Hà").locked_on is None
    lock_period(
        world.services,
        world.actor(Role.SUPERVISOR, DAK_HA),
        LockOrder(world.project_id, world.unit(DAK_HA), Period(2026)),
    )
    assert row(read(world), "Xã Đăk Hà").locked_on == world.services.today()


def test_everybody_who_reads_figures_sees_the_same_and_others_nothing(world):
    put(world.services, world.project_id, village=HA_1)
    world.send("refused")
    for actor in (world.actor(Role.SUPERVISOR, TU_MO_RONG), world.actor(Role.ANALYST)):
        assert read(world, actor=actor) == read(world)
    with pytest.raises(Forbidden):
        read(world, actor=world.actor(Role.ADMINISTRATOR))


@pytest.mark.parametrize(
    ("question", "error", "code"),
    [
        (CompletenessQuestion(2026, 999), NotFound, "completeness.no_form"),
        (CompletenessQuestion(1066), InvalidInput, "figures.bad_year"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_code(world, question, error, code):
    with pytest.raises(error) as refused:
        read_completeness(world.services, world.actor(), question)
    assert refused.value.code == code
