"""The number of households of every unit at the end of a year, kept in step and counted anew."""

import random

import pytest
from sqlalchemy import func, select

from server.operations.rebuild_tallies import rebuild_tallies
from server.storage.models.registers import EntityRow, RegisterTallyRow
from tests.builders import new_id
from tests.register_field import NEIGHBOUR, VILLAGE, created, entity_id, household, register_field, stored

pytestmark = pytest.mark.database


@pytest.fixture
def beginning():
    return register_field


@pytest.fixture
def field(begun):
    return begun


def tally(services, village: str, year: int) -> int:
    unit_id = services.atlas.current().territory.resolve(village, services.today()).unit_id
    rows = RegisterTallyRow
    with services.engine.connect() as connection:
        found = select(func.coalesce(func.sum(rows.live), 0)).where(
            rows.unit_id == unit_id, rows.category == "", rows.year <= year
        )
        return int(connection.execute(found).scalar_one())


def test_households_are_counted_at_the_end_of_each_year(field, services):
    one, two = entity_id(), entity_id()
    field.send(created(one))
    field.send(created(two))
    assert [tally(services, VILLAGE, year) for year in (2025, 2026, 2027)] == [0, 2, 2]
    gone = household(one, update=True, base=1, trunk=1, status="gone", visit_date="2027-02-01")
    field.send(gone)
    assert [tally(services, VILLAGE, year) for year in (2025, 2026, 2027)] == [0, 2, 1]


def test_a_change_that_took_effect_earlier_never_counts_before_the_one_before(field, services):
    one = entity_id()
    field.send(created(one))
    field.send(household(one, update=True, base=1, trunk=1, village=NEIGHBOUR, visit_date="2024-05-01"))
    assert tally(services, VILLAGE, 2026) == 0
    assert [tally(services, NEIGHBOUR, year) for year in (2024, 2025, 2026)] == [0, 0, 1]


@pytest.mark.parametrize("seed", range(3))
def test_counting_anew_gives_what_was_kept_in_step(field, services, seed):
    chance = random.Random(seed)
    known: list[tuple[str, str]] = []
    for _ in range(40):
        if not known or chance.random() < 0.4:
            known.append((entity_id(), new_id()))
            field.send(created(known[-1][0], chance.choice((VILLAGE, NEIGHBOUR)), instance_id=known[-1][1]))
            continue
        one, first = chance.choice(known)
        version = stored(services, one).version
        answers = {"village": chance.choice((VILLAGE, NEIGHBOUR)), "status": chance.choice(("", "gone", "moved_out"))}
        if chance.random() < 0.3:
            field.send(created(one, instance_id=new_id(), deprecated_id=first, size=str(chance.randrange(9))))
        else:
            field.send(household(one, update=True, base=version, trunk=version, label="A Tik (mẫu)", **answers))
    live = {village: tally(services, village, 2030) for village in (VILLAGE, NEIGHBOUR)}
    assert sum(live.values()) == _live(services)
    assert [one.differed for one in rebuild_tallies(services)] == [0]


def test_counting_anew_mends_what_was_wrong(field, services):
    field.send(created(entity_id()))
    with services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE register_tally SET live = live + 3")
    assert rebuild_tallies(services)[0].differed > 0
    assert tally(services, VILLAGE, 2026) == 1
    assert [one.differed for one in rebuild_tallies(services)] == [0]


def _live(services) -> int:
    with services.engine.connect() as connection:
        return connection.execute(select(func.count()).where(EntityRow.is_live.is_(True))).scalar_one()
