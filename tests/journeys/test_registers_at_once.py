"""Offline chains that arrive all at the same moment, each link twice, from several people about the same households."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from server.app import create_app
from server.operations.add_project import add_project
from server.storage.models.registers import EntityEffectRow, EntityRow, EntityVersionRow
from tests.builders import load_territory
from tests.journeys.registers_world import FastPhone, Filled, make_reviewer, make_world, villages

pytestmark = pytest.mark.database
THREADS, LINKS, HOUSEHOLDS = 8, 6, 4


@pytest.fixture
def app(services):
    load_territory(services)
    return create_app(services)


@pytest.fixture
def world(services, app):
    project = add_project(services, "Công tác gia đình (mẫu)")
    posts = [villages()[:1]] * 3
    return make_world(services, app.test_client(), project.project_id, posts, reviewer=make_reviewer(services), seed=9)


def post_all_at_once(app, letters: list[tuple[FastPhone, Filled]], seed: int) -> None:
    """Post each letter twice, in any order, from many threads."""
    twice = letters * 2
    random.Random(seed).shuffle(twice)

    def post(letter: tuple[FastPhone, Filled]) -> None:
        phone, filled = letter
        phone.on(app.test_client()).post(filled)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(post, twice))


def rows(services):
    with services.engine.connect() as connection:
        entities = connection.execute(select(EntityRow)).all()
        versions = connection.execute(select(EntityVersionRow).order_by(EntityVersionRow.version)).all()
        outcomes = connection.execute(select(EntityEffectRow.outcome)).scalars().all()
    return entities, versions, outcomes


@pytest.mark.parametrize("seed", range(2))
def test_chains_made_offline_end_as_they_were_made(services, app, world, seed):
    phone = world.people[0].phone
    made = {}
    for number in range(HOUSEHOLDS):
        household = phone.make({"head": f"Hộ mẫu {number}", "village": villages()[0], "size": "1"})
        for size in range(2, LINKS + 2):
            phone.change(household, {"size": str(size), "note": f"lần {size}"})
        made[household] = phone.homes[household]
    post_all_at_once(app, [(phone, one) for one in phone.outbox], seed)
    entities, versions, outcomes = rows(services)
    assert {one.entity_id: (one.version, one.properties["size"], one.properties["note"]) for one in entities} == {
        key: (LINKS + 1, str(LINKS + 1), f"lần {LINKS + 1}") for key in made
    }
    assert {one.conflict for one in versions} == {"none"}
    assert (set(outcomes), len(outcomes)) == ({"applied"}, HOUSEHOLDS * (LINKS + 1))
    phone.sync()
    assert {key: (one.version, one.is_dirty) for key, one in phone.homes.items()} == {
        key: (one.version, False) for key, one in made.items()
    }


@pytest.mark.parametrize("seed", range(2))
def test_three_peoples_chains_on_one_household_all_go_in(services, app, world, seed):
    first = world.people[0].phone
    household = first.make({"head": "Hộ mẫu", "village": villages()[0], "size": "99"})
    first.post(first.outbox.pop())
    letters = []
    for number, person in enumerate(world.people):
        person.phone.sync()
        for size in range(LINKS):
            person.phone.change(household, {"size": f"{number}{size}"})
        letters += [(person.phone, one) for one in person.phone.outbox]
    post_all_at_once(app, letters, seed)
    (entity,), versions, outcomes = rows(services)
    assert [one.version for one in versions] == list(range(1, len(letters) + 2))
    assert (set(outcomes), len(outcomes)) == ({"applied"}, len(letters) + 1)
    for number in range(len(world.people)):
        told = [one.properties["size"] for one in versions if one.properties["size"].startswith(str(number))]
        assert told == [f"{number}{size}" for size in range(LINKS)], "each chain keeps its order"
    assert entity.conflict == "hard"
