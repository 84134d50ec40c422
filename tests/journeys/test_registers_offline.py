"""A register that many people work on offline for weeks: every phone ends with the server's view of its villages.

The server's view is computed apart, by `registers_model`. Phones merge lists and chain updates as Collect does.
"""

import csv
import io
from collections import Counter
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import Row, select

from server.app import create_app
from server.operations.add_project import add_project
from server.storage.models.registers import EntityEffectRow, EntityListRow, EntityRow, EntityVersionRow
from server.storage.models.submissions import SubmissionVersionRow
from tests.builders import load_territory
from tests.collect_double import EntityState, JavaRosa
from tests.journeys.registers_history import YEAR, History
from tests.journeys.registers_model import Entity, Said
from tests.journeys.registers_world import (
    FIELDS,
    LIST,
    SENT_COLUMNS,
    Person,
    World,
    make_reviewer,
    make_world,
    villages,
)

pytestmark = pytest.mark.database


@pytest.fixture
def client(services):
    load_territory(services)
    with create_app(services).test_client() as client:
        yield client


@pytest.fixture
def new_world(services, client):
    """Return a maker of worlds, each a project of its own on one server."""
    reviewer = make_reviewer(services)

    def make(posts: list[list[str]], seed: int = 1) -> World:
        project = add_project(services, f"Công tác gia đình {seed} (mẫu)")
        return make_world(services, client, project.project_id, posts, reviewer=reviewer, seed=seed)

    return make


def assert_phones_hold_the_servers_view(world: World) -> None:
    """Check each list: ids, labels, versions and every column that travels; nothing is left that was only made here."""
    for person in world.people:
        expected = {
            entity_id: (one.label, len(one.versions), columns(one))
            for entity_id, one in world.register.listed(person.villages).items()
        }
        homes = person.phone.homes
        assert {key: (one.label, one.version, dict(one.properties)) for key, one in homes.items()} == expected
        assert all(one.state is EntityState.ONLINE and not one.is_dirty for one in homes.values())


def columns(entity: Entity) -> dict[str, str]:
    return {name: entity.values.get(name, "") for name in SENT_COLUMNS} | {"village": entity.place}


def assert_nothing_is_lost(world: World) -> None:
    """Check every entity and its versions in the database: each instance made the version that says what it says."""
    with world.services.engine.connect() as connection:
        entities = connection.execute(_of_project(EntityRow, world)).all()
        versions = connection.execute(
            _of_project(EntityVersionRow, world)
            .join(EntityRow, EntityRow.id == EntityVersionRow.entity_key)
            .join(SubmissionVersionRow, SubmissionVersionRow.id == EntityVersionRow.submission_version_id)
            .add_columns(SubmissionVersionRow.instance_id)
            .order_by(EntityVersionRow.version)
        ).all()
        waiting = connection.execute(
            _of_project(EntityEffectRow, world)
            .join(EntityRow, EntityRow.id == EntityEffectRow.entity_key)
            .where(EntityEffectRow.outcome == "held")
        ).all()
    assert waiting == []
    numbers: dict[int, list[int]] = {}
    for row in versions:
        numbers.setdefault(row.entity_key, []).append(row.version)
    assert {row.entity_id: (row.label, _told(row.properties), row.is_live, numbers[row.id]) for row in entities} == {
        entity_id: (one.label, _told(one.values), one.is_listed, list(range(1, len(one.versions) + 1)))
        for entity_id, one in world.register.entities.items()
    }
    first: dict[str, Row] = {}
    for row in versions:
        if row.action in {"create", "update"}:
            first.setdefault(row.instance_id, row)
    originals = {one for one in world.said.values() if one.replaces is None}
    assert {one for one in originals if one.instance_id not in first} <= excused(world)
    for said in originals:
        if said.instance_id in first:
            assert first[said.instance_id].properties.items() >= _told(said.values).items()


def excused(world: World) -> set[Said]:
    """Return what needs no version of its own: edited or rejected while it still waited."""
    replaced = {one.replaces for one in world.said.values()}
    return {one for one in world.said.values() if one.instance_id in replaced or world.register.is_rejected(one)}


def _of_project(model, world: World):
    lists = select(EntityListRow.id).where(EntityListRow.project_id == world.project_id)
    return select(model.__table__).where(EntityRow.list_id.in_(lists))


def _told(values: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in values.items() if text}


def some_seeds(services) -> list[int]:
    """Return half of the first eight, the other half for the other kind of database."""
    return list(range(int(services.settings.database_url.startswith("sqlite")), 8, 2))


def all_seeds(_services) -> list[int]:
    return list(range(500))


@pytest.mark.parametrize(
    "seeds", [pytest.param(some_seeds, id="some"), pytest.param(all_seeds, id="all", marks=pytest.mark.full)]
)
def test_random_weeks_end_with_every_phone_holding_the_servers_view(services, new_world, subtests, seeds):
    places = villages()[:4]
    posts = [places[:2], places[1:3], places[:3]]
    happened: Counter[str] = Counter()
    for seed in seeds(services):
        with subtests.test(seed=seed):
            world = new_world(posts, seed)
            history = History(world, seed, villages=places)
            history.settle(6)
            history.live(10, busy=2)
            history.come_home()
            assert_phones_hold_the_servers_view(world)
            assert_nothing_is_lost(world)
            happened += world.register.happened
    assert min(happened[one] for one in ("waited", "forced", "corrected", "taken back", "moved")) > 3, happened


@pytest.mark.parametrize(
    ("people", "households", "days"),
    [
        pytest.param(2, 50, 14, id="a twentieth, half as long"),
        pytest.param(40, 2_000, 28, id="forty people", marks=pytest.mark.full),
    ],
)
def test_weeks_of_forty_people_and_two_thousand_households(new_world, people, households, days):
    places = villages()
    world = new_world([sorted({places[n % len(places)], places[(n * 7 + 1) % len(places)]}) for n in range(people)])
    history = History(world, 40, villages=places)
    history.settle(households)
    history.live(days, busy=4)
    history.come_home()
    assert_phones_hold_the_servers_view(world)
    assert_nothing_is_lost(world)
    for person in world.people:
        before = person.phone.entities.entities(LIST)
        assert person.phone.sync().rechecked, "what was in order stays so"
        assert person.phone.entities.entities(LIST) == before


def test_three_surveys_offline_make_the_list_three_shorter_before_and_after_they_are_sent(new_world):
    world = new_world([villages()[:1]])
    History(world, 3, villages=villages()).settle(10)
    (person,) = world.people
    for entity_id in sorted(person.phone.homes)[:3]:
        person.phone.change(entity_id, {"year": YEAR})
    assert len(_to_visit(person)) == 7
    world.sync(person)
    assert len(_to_visit(person)) == 7, "the server does not know yet, and does not bring them back"
    for filled in reversed(list(person.phone.outbox)):
        world.deliver(person, filled)
    world.sync(person)
    assert len(_to_visit(person)) == 7
    assert_phones_hold_the_servers_view(world)


def test_an_update_taken_back_while_it_waits_leaves_no_phone_ahead_of_the_server(new_world):
    world = new_world([villages()[:1]])
    History(world, 6, villages=villages()).settle(1)
    (person,) = world.people
    (household,) = person.phone.homes
    for size in ("5", "6"):
        person.phone.change(household, {"size": size})
    first, second = person.phone.outbox
    world.deliver(person, second)
    person.phone.edit(second, {})
    world.deliver(person, person.phone.outbox[-1])
    world.deliver(person, first)
    world.sync(person)
    home = person.phone.homes[household]
    assert (home.properties["size"], home.is_dirty) == ("5", False)


def _to_visit(person: Person) -> list[str]:
    return [one.id for one in person.phone.homes.values() if one.properties["last_survey_year"] != YEAR]


def test_a_list_has_a_header_the_phone_can_read_with_the_columns_the_form_reads(new_world):
    world = new_world([villages()[:1], villages()[1:2]])
    History(world, 4, villages=villages()).settle(1)
    rows = [list(csv.reader(io.StringIO(one.phone.file(f"{LIST}.csv").decode()))) for one in world.people]
    header = ["name", "label", "__version", *SENT_COLUMNS]
    assert [lines[0] for lines in rows] == [header, header]
    assert [len(lines) for lines in rows] == [2, 1]


@pytest.mark.java
def test_the_instances_written_by_hand_are_those_the_form_engine_writes(new_world):
    world = new_world([villages()[:1]])
    History(world, 5, villages=villages()).settle(1)
    (person,) = world.people
    (home,) = person.phone.homes.values()
    with JavaRosa() as engine:
        for answers in (
            {"/data/act": "new", "head": "Mẫu & Con", "village": "23500-01", "size": "3"},
            {"/data/act": "change", "/data/home": home.id, "note": "xa; 'hẻo lánh'", "status": "active", "year": YEAR},
        ):
            form = engine.load(person.phone.form, {f"{LIST}.csv": person.phone.entities.render(LIST)})
            told = {name: text for name, text in answers.items() if name in FIELDS}
            is_new = answers["/data/act"] == "new"
            if is_new:
                person.phone.make(told)
            else:
                person.phone.change(home.id, told)
            given = {name if name not in FIELDS else f"/data/{name}": text for name, text in answers.items()}
            by_engine = engine.fill(form, given | {"/data/visit_date": "2026-10-01", "/data/says": " ".join(told)})
            assert (by_engine.valid, by_engine.unused) == (True, ())
            assert _nodes(by_engine.survey.xml) == _nodes(person.phone.outbox[-1].xml)


def _nodes(xml: bytes) -> list[tuple[str, str | None, dict[str, str]]]:
    """Return names, texts and attributes in order, without the ids each filling makes for itself."""
    root = ET.fromstring(xml)
    own = {root.findtext("new_id"), root.findtext("meta/instanceID"), None}
    return [
        (one.tag, one.text if one.text not in own else "", {k: v for k, v in one.attrib.items() if v not in own})
        for one in root.iter()
    ]
