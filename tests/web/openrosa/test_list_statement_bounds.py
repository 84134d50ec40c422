"""What lists and records with entities ask of the database: a few statements, however many entities and villages."""

import pytest

from server.operations.move_collaborator import Move, move_collaborator
from tests.builders import COMMUNE
from tests.register_field import NEIGHBOUR, VILLAGE, created, entity_id, household, register_field
from tests.web.openrosa.test_entity_lists import entry, path
from tests.web.openrosa.test_statement_bounds import counted, post

pytestmark = pytest.mark.database
VILLAGES = [VILLAGE, NEIGHBOUR, "23500-04", "23521-01"]


@pytest.fixture
def beginning():
    return register_field


@pytest.fixture
def field(begun):
    return begun


def fill(field, households: int = 12) -> None:
    """Put households into every village of the commune, some with a long past."""
    for number in range(households):
        one = entity_id()
        field.send(created(one, village=VILLAGES[number % len(VILLAGES)]))
        for version in range(1, 4):
            field.send(household(one, update=True, base=version, trunk=version, size=str(version)))


def reading(client, engine, field) -> dict[str, int]:
    """Return how many statements each thing a phone fetches costs, the list once as it is and once changed."""
    _, download, integrity = entry(client, field)
    manifest = download.rpartition("/files/")[0] + "/manifest"
    etag = client.get(download).headers["ETag"]
    costs = {}
    for name, asked, headers in (
        ("manifest", manifest, {}),
        ("unchanged", download, {"If-None-Match": etag}),
        ("integrity", f"{integrity}?id={'%2C'.join(entity_id() for _ in range(2000))}", {}),
    ):
        with counted(engine) as count:
            assert client.get(asked, headers=headers).status_code in {200, 304}
        costs[name] = len(count)
    field.send(created(entity_id()))
    with counted(engine) as count:
        assert client.get(download, headers={"If-None-Match": etag}).status_code == 200
    return {**costs, "changed": len(count)}


MOST = {"manifest": 2, "unchanged": 2, "integrity": 3, "changed": 4}


def test_reading_costs_the_same_few_statements_however_many_entities_and_villages(client, engine, field, services):
    field.send(created(entity_id()))
    few = reading(client, engine, field)
    fill(field)
    many = reading(client, engine, field)
    move_collaborator(services, Move(field.enrolment.collaborator_id, (COMMUNE,)))
    wide = reading(client, engine, field)
    assert few == many == wide
    assert all(many[name] <= most for name, most in MOST.items()), many


def writing(client, engine, field) -> dict[str, int]:
    one = entity_id()
    with counted(engine) as create:
        post(client, path(field), created(one))
    with counted(engine) as update:
        post(client, path(field), household(one, update=True, base=1, trunk=1, size="7"))
    return {"create": len(create), "update": len(update)}


def test_a_record_with_an_entity_costs_the_same_however_many_there_are(client, engine, field):
    post(client, path(field), created(entity_id()))
    few = writing(client, engine, field)
    fill(field)
    many = writing(client, engine, field)
    assert few == many
    assert many["create"] <= 18, many
    assert many["update"] <= 17, many
