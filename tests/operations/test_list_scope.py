"""No list, hash or answer about ids shows an entity outside the asker's share, whatever people and households do.

Random histories against a plain reading of the rules: who lies in whom is read from the territory's own rows, unit by
unit, and nothing that makes lists is asked.
"""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, insert

from server.operations.add_collaborator import NewCollaborator, add_collaborator
from server.operations.add_project import add_project
from server.operations.carry_lists import carried_lists, deleted_states, list_content
from server.operations.identify_sender import sender_by_token
from server.operations.write_entity import Source, Touched, with_merge, write_version
from server.registers.reach import Reach
from server.registers.versions import Action, Conflict, NewVersion
from server.storage.models.people import CollaboratorPostRow
from server.territory.units import Level
from tests.builders import load_territory

pytestmark = pytest.mark.database
LISTS = {"households": Reach.POSTS, "clubs": Reach.COMMUNES, "trusted_addresses": Reach.HOLDER, "staff": Reach.OFFICERS}
VILLAGES = ["23500-01", "23521-01", "23500-03", "23500-04", "23302-01", "23305-01", "23368-01", "23461-01"]
ENDED = ["23521@2025-06-30", "23500@2025-06-30", "23503@2025-06-30", "23535-03@2025-06-30", "615@2025-06-30"]
HIGHER = ["23500", "23302", "23368", "51"]
OFFICES = {Level.PROVINCE, Level.DISTRICT, Level.COMMUNE}


@dataclass
class Known:
    """What the test knows of one entity."""

    list_name: str
    unit: int | None
    holder: int
    version: int = 1
    is_live: bool = True


@dataclass
class World:
    """A project with people and entities, and every list that was ever seen by its hash."""

    services: object
    lot: random.Random
    project_id: int = 0
    people: dict[int, object] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    seen: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def __post_init__(self):
        self.here = self.services.atlas.current()
        self.above: dict[int, set[int]] = {}
        for row in self.here.territory.ancestors():
            self.above.setdefault(row.unit_id, set()).add(row.ancestor_id)
        self.today = self.services.today()

    def unit(self, code: str) -> int:
        return self.here.territory.resolve(code, self.today).unit_id

    def sender(self, person: int):
        return sender_by_token(self.services, self.project_id, self.people[person].token)

    def level(self, unit: int) -> Level:
        return self.here.territory.period(unit, self.today).level

    def stands(self, unit: int) -> bool:
        return self.here.territory.period(unit, self.today).is_valid_on(self.today)

    def communes(self, post: int) -> set[int]:
        """Return the communes of today around a post or below it; for one that ended, around what lay below it."""
        today = {unit for unit in self.above if self.level(unit) is Level.COMMUNE and self.stands(unit)}
        if self.stands(post):
            parent = self.here.territory.period(post, self.today).parent_id
            around = {parent} if self.level(post) is Level.VILLAGE else set()
            return {one for one in today if one in around or post in self.above[one]}
        places = {unit for unit, above in self.above.items() if post in above}
        return {one for one in today if any(one in self.above[place] for place in places)}

    def travels(self, one: Known, person: int) -> bool:
        """Tell by the rules alone whether an entity belongs on somebody's phone."""
        if one.unit is None or not one.is_live:
            return False
        return self.lies_in_reach(one, one.unit, person)

    def lies_in_reach(self, one: Known, unit: int, person: int) -> bool:
        above = self.above[unit]
        posts = self.sender(person).post_units
        match LISTS[one.list_name]:
            case Reach.POSTS:
                return bool(above & posts)
            case Reach.COMMUNES:
                return bool(above & posts) or any(above & self.communes(post) for post in posts)
            case Reach.HOLDER:
                within = bool(above & posts) or any(above & self.communes(post) for post in posts)
                return within and one.holder == person
            case Reach.OFFICERS:
                offices = {post for post in posts if self.level(post) in OFFICES}
                seats = offices | {commune for post in offices for commune in self.communes(post)}
                parents = {self.here.territory.period(seat, self.today).parent_id for seat in seats}
                return bool(above & seats) or unit in parents


def world_of(services, seed: int) -> World:
    load_territory(services)
    world = World(services, random.Random(seed))
    world.project_id = add_project(services, "Dự án (mẫu)").project_id
    with services.unit_of_work(services.operator()) as uow:
        for name in LISTS:
            one = uow.entities.ensure_list(world.project_id, name, services.now())
            uow.entities.note_properties(one.list_id, (), sent={"village", "commune", "note"})
    for _ in range(7):
        posts = tuple(world.lot.choice([*VILLAGES, *ENDED, *HIGHER]) for _ in range(world.lot.choice([1, 1, 2])))
        made = add_collaborator(services, NewCollaborator(world.project_id, "Y Mẫu", posts))
        world.people[made.collaborator_id] = made
    return world


def anywhere(world: World) -> int | None:
    codes = [*VILLAGES, *VILLAGES, *HIGHER, *ENDED]
    return None if world.lot.random() < 0.05 else world.unit(world.lot.choice(codes))


def write(world: World, entity_id: str, one: Known, *, merged: bool = False) -> None:
    """Make the next version of an entity as everything that changes registers does."""
    services = world.services
    source = Source(services.now(), world.here, (), batch_id=batch(world, one), holder_id=one.holder, unit_id=one.unit)
    with services.unit_of_work(services.operator()) as uow:
        known = uow.entities.lists(world.project_id)[one.list_name]
        stored = uow.entities.claimed(known, [entity_id], services.now())[entity_id]
        before, touched = stored.unit_id, Touched()
        values = {"note": str(one.version), "status": "" if one.is_live else "gone"}
        new = NewVersion(one.version, "Hộ (mẫu)", values, frozenset({"village"}), Action.IMPORT, Conflict.NONE)
        if merged:
            stored = with_merge(stored, stored.key)
        write_version(uow, replace(stored, unit_id=None), new, source, touched=touched)
        touched.parts |= set() if before is None else {(known.list_id, before)}
        touched.tell(uow)


def batch(world: World, one: Known) -> int:
    services = world.services
    with services.unit_of_work(services.operator()) as uow:
        list_id = uow.entities.lists(world.project_id)[one.list_name].list_id
        return uow.entities.add_batch(
            {"list_id": list_id, "kind": "import", "counts": {}, "started_at": services.now()}, is_sensitive=False
        )


def happen(world: World) -> tuple[Known | None, int | None]:
    """Let one thing happen; return the entity it was about and where that lay before."""
    act = world.lot.choice(["make", "make", "make", "move", "change", "end", "merge", "repost"])
    if act == "repost":
        repost(world)
        return None, None
    if act == "make" or not world.known:
        entity_id = str(UUID(int=world.lot.getrandbits(128), version=4))
        one = Known(world.lot.choice(list(LISTS)), anywhere(world), world.lot.choice(list(world.people)))
        world.known[entity_id] = one
        write(world, entity_id, one)
        return one, None
    entity_id = world.lot.choice(list(world.known))
    one = world.known[entity_id]
    before = one.unit
    one.version += 1
    if act == "move":
        one.unit = anywhere(world)
    one.is_live = one.is_live and act not in {"end", "merge"}
    write(world, entity_id, one, merged=act == "merge")
    return one, before


def repost(world: World) -> None:
    """Send somebody elsewhere; her old post ended yesterday."""
    rows = CollaboratorPostRow
    person = world.lot.choice(list(world.people))
    yesterday = world.today - timedelta(days=1)
    units = {world.unit(world.lot.choice([*VILLAGES, *ENDED, *HIGHER])), world.unit(world.lot.choice(VILLAGES))}
    ended = {"collaborator_id": person, "unit_id": world.unit("23473"), "valid_from": None, "valid_to": yesterday}
    posts = [{**ended, "unit_id": unit, "valid_to": None} for unit in sorted(units)]
    with world.services.engine.begin() as connection:
        connection.execute(delete(rows).where(rows.collaborator_id == person))
        connection.execute(insert(rows), [ended, *posts])


def check(world: World, person: int) -> None:
    """Hold every list of one person against the rules."""
    sender = world.sender(person)
    standing = carried_lists(world.services, sender, LISTS)
    for name, reach in LISTS.items():
        content, md5 = list_content(world.services, sender, name)
        listed = {row["name"] for row in csv.DictReader(io.StringIO(content.decode(), newline=""))}
        mine = {entity_id for entity_id, one in world.known.items() if one.list_name == name}
        expected = {entity_id for entity_id in mine if world.travels(world.known[entity_id], person)}
        assert listed == expected
        assert md5 == standing[name].hash
        assert world.seen.setdefault((name, md5), content) == content, "one hash, one content"
        answered = deleted_states(world.services, sender, name, [*world.known, str(UUID(int=7, version=4))])
        asked = {one for one in mine if reach is not Reach.HOLDER or world.known[one].holder == person}
        assert answered == {one: one not in expected for one in asked}


def hashes(world: World, person: int) -> dict[str, str]:
    return {name: one.hash for name, one in carried_lists(world.services, world.sender(person), LISTS).items()}


def check_that_others_see_nothing(world: World, person: int, before: dict[str, str], about, lay) -> None:
    """What happens outside a person's places leaves every hash of hers as it was; what she sees leaves none."""
    now = hashes(world, person)
    for name in LISTS:
        if about is None or about.list_name != name:
            continue
        places = {unit for unit in (lay, about.unit) if unit is not None}
        if not any(world.lies_in_reach(about, unit, person) for unit in places):
            assert now[name] == before[name]
        elif about.is_live:
            assert now[name] != before[name]


def run(services, seed: int, steps: int) -> None:
    world = world_of(services, seed)
    for _ in range(steps):
        watched = world.lot.sample(list(world.people), 2)
        before = {person: hashes(world, person) for person in watched}
        about, lay = happen(world)
        for person in watched:
            check_that_others_see_nothing(world, person, before[person], about, lay)
            check(world, person)
    for person in world.people:
        check(world, person)
    same_place_same_list(world)


def same_place_same_list(world: World) -> None:
    """People of the same posts have the same list under the same hash, but for what only its holder has."""
    by_posts: dict[tuple[str, object], set[str]] = {}
    for person in world.people:
        for name, md5 in hashes(world, person).items():
            if LISTS[name] is not Reach.HOLDER:
                by_posts.setdefault((name, world.sender(person).post_units), set()).add(md5)
    assert {len(found) for found in by_posts.values()} == {1}


def test_what_left_and_what_came_in_its_place_are_told_apart(services):
    world = world_of(services, 1)
    (person, *_), village = world.people, world.unit(VILLAGES[0])
    far = world.unit(VILLAGES[-1])
    with services.engine.begin() as connection:
        connection.execute(delete(CollaboratorPostRow).where(CollaboratorPostRow.collaborator_id == person))
        post = {"collaborator_id": person, "unit_id": village, "valid_from": None, "valid_to": None}
        connection.execute(insert(CollaboratorPostRow), post)
    left, came = (str(UUID(int=number, version=4)) for number in (1, 2))
    world.known[left] = Known("trusted_addresses", village, person)
    write(world, left, world.known[left])
    before = hashes(world, person)["trusted_addresses"]
    check(world, person)
    world.known[left] = replace(world.known[left], unit=far, version=2)
    write(world, left, world.known[left])
    world.known[came] = Known("trusted_addresses", village, person)
    write(world, came, world.known[came])
    assert hashes(world, person)["trusted_addresses"] != before
    check(world, person)


@pytest.mark.parametrize("seed", [1, 2])
def test_lists_hashes_and_integrity_keep_to_the_asker_s_share(services, seed):
    run(services, seed, steps=25)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(3, 23))
def test_they_do_in_long_histories_too(services, seed):
    run(services, seed, steps=120)
