"""Whatever a number is made of opens: as many as it says, as far as the reader's posts reach."""

from __future__ import annotations

import random
from datetime import date

import pytest
from plan_world import DAK_HA, PlanWorld, workbook

from server.access.roles import Role
from server.errors import Forbidden, InvalidInput
from server.operations import open_figure as opening
from server.operations.figure_questions import FigureQuestion
from server.operations.open_figure import open_figure
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.read_figures import Cell, Part, read_indicator
from server.operations.sights import Desk, register_sight_of
from server.operations.write_entity import Source, Touched, write_version
from server.registers.versions import LABEL, Action, Conflict, NewVersion
from server.storage.models.registers import EntityRow
from server.storage.visible import visible_entities
from server.submissions.review import Verdict
from server.territory.units import Level
from tests.operations.test_figure_sums import type_totals
from tests.register_world import HA_1, HA_3, HA_10, TU_1, put

pytestmark = pytest.mark.database
VISITED = "household_conduct_survey.visited"
INDICATORS = (
    ("R1", "Hộ nghèo (mẫu)", "register:households[poverty=poor]", "register:households", "%", "down"),
    ("R2", "Hộ nghèo, cận nghèo (mẫu)", "register:households[poverty=poor|near_poor]", "", "count", "down"),
    ("R3", "Hộ chính sách (mẫu)", "register:households[groups=policy]", "", "count", "up"),
    ("V1", "Hộ đã đến (mẫu)", VISITED, "register:households", "%", "up"),
    ("C1", "Thay đổi (mẫu)", VISITED, "previous", "change", "up"),
    ("U1", "Xã (mẫu)", VISITED, "units:commune", "%", "up"),
)
TOP, BOTTOM = Part.NUMERATOR, Part.DENOMINATOR


def made_world(services):
    services.now.advance(days=60)
    world = PlanWorld(services)
    rows = [(*one, "commune", "year") for one in INDICATORS]
    publish_plan(services, world.project_id, PlanSource("registers", workbook(indicators=rows, targets=())))
    return world


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


def opened(world, code, part, unit=None, *, year=2026, actor=None, frame=None):
    """Return everything a number opens, page by page."""
    pages, after, question = [], None, FigureQuestion(code, year, frame=frame)
    while not pages or after is not None:
        pages.append(open_figure(world.services, actor or world.actor(), question, Cell(part, unit), after=after))
        after = pages[-1].next_after
    return pages


def write(world, entity_id, values, version, *, day):
    """Write a version of a household, as of a day."""
    services = world.services
    with services.unit_of_work(services.operator()) as uow:
        known = uow.entities.ensure_list(world.project_id, "households", services.now())
        stored = uow.entities.claimed(known, [entity_id], services.now())[entity_id]
        batch = {"list_id": known.list_id, "kind": "import", "counts": {}, "started_at": services.now()}
        batch_id = uow.entities.add_batch(batch, is_sensitive=False)
        here, today = services.atlas.current(), (services.today(),)
        source = Source(services.now(), here, today, batch_id=batch_id, effective_on=day)
        action = Action.CREATE if version == 1 else Action.UPDATE
        new = NewVersion(version, "Hộ (mẫu)", values, frozenset(values) | {LABEL}, action, Conflict.NONE)
        touched = Touched()
        write_version(uow, stored, new, source, touched=touched)
        touched.tell(uow)


def random_history(world, chance):
    """Make households, move them, change their answers and end them, in any order of years."""
    villages, known = (HA_1, HA_3, HA_10, TU_1), {}
    for _ in range(45):
        day = date(chance.choice((2024, 2025, 2026)), chance.randint(1, 12), 5)
        groups = chance.choice(("policy", "disabled policy", "policy hardship", "policy_of_old", "none", ""))
        poverty = chance.choice(("poor", "near_poor", "none"))
        values = {"village": chance.choice(villages), "poverty": poverty, "groups": groups}
        entity_id = f"00000000-0000-4000-8000-{len(known):012d}"
        if known and chance.random() < 0.6:
            entity_id = chance.choice(sorted(known))
            changes = ({"poverty": poverty, "groups": groups}, {"village": values["village"]})
            ends = ({"status": chance.choice(("gone", "moved_out", "active"))},)
            values = known[entity_id][0] | chance.choice(changes + ends)
        known[entity_id] = (values, known.get(entity_id, ({}, 0))[1] + 1)
        write(world, entity_id, *known[entity_id], day=day)


def counts(world, code, year, frame):
    """Return what an indicator counts in each unit, and under None in all."""
    table = read_indicator(world.services, world.actor(), FigureQuestion(code, year, frame=frame)).table
    return {row.unit.unit_id: row.figure.numerator for row in table.rows} | {None: table.total.numerator}


@pytest.mark.parametrize("seed", [0, *(pytest.param(one, marks=pytest.mark.full) for one in (1, 2))])
def test_a_register_opens_as_many_as_its_number_says_in_every_year_and_place(world, seed, monkeypatch):
    monkeypatch.setattr(opening, "A_PAGE", 4)
    random_history(world, random.Random(seed))
    numbers = 0
    for frame in ("until-2025-06-30", "from-2025-07-01"):
        for year in (2024, 2025, 2026):
            reading = read_indicator(world.services, world.actor(), FigureQuestion("R1", year, frame=frame))
            both, grouped = (counts(world, code, year, frame) for code in ("R2", "R3"))
            rows = [*reading.table.rows, None]
            for row in rows:
                unit = None if row is None else row.unit.unit_id
                figure = reading.table.total if row is None else row.figure
                if not figure.denominator and unit is not None:
                    continue
                for code, part, number in (
                    ("R1", TOP, figure.numerator),
                    ("R1", BOTTOM, figure.denominator),
                    ("R2", TOP, both[unit]),
                    ("R3", TOP, grouped[unit]),
                ):
                    pages = opened(world, code, part, unit, year=year, frame=frame)
                    keys_shown = [one.key for page in pages for one in page.entities]
                    assert len(set(keys_shown)) == len(keys_shown) == number == pages[0].total, (code, part, unit, year)
                    numbers += 1
    assert numbers > 30


@pytest.mark.parametrize("year", [2025, 2026])
def test_whoever_has_few_of_many_households_opens_them_all_page_by_page(world, year, monkeypatch):
    monkeypatch.setattr(opening, "A_PAGE", 2)
    random_history(world, random.Random(5))
    services, officer = world.services, world.actor(Role.SUPERVISOR, DAK_HA)
    sight = register_sight_of(officer, Desk.EVERYDAY, services.atlas.current(), today=services.today())
    with services.engine.connect() as connection:
        in_sight = set(connection.execute(visible_entities(sight).with_only_columns(EntityRow.id)).scalars())
    every, hers = (
        [one for page in opened(world, "V1", BOTTOM, year=year, actor=actor) for one in page.entities]
        for actor in (world.actor(), officer)
    )
    assert hers == [one for one in every if one.key in in_sight]
    assert 2 < len(hers) < len(every)


def test_an_officer_opens_the_households_of_ones_own_commune_and_an_analyst_none(world):
    here, there = (
        put(world.services, world.project_id, village=HA_1),
        put(world.services, world.project_id, village=TU_1),
    )
    officer = world.actor(Role.SUPERVISOR, DAK_HA)
    (page,) = opened(world, "V1", BOTTOM, actor=officer)
    assert ([one.key for one in page.entities], page.total) == ([here], 2)
    assert page.entities[0].place == ("Thôn 1 (mẫu)", "Xã Đăk Hà")
    assert {one.key for one in opened(world, "V1", BOTTOM)[0].entities} == {here, there}
    (page,) = opened(world, "V1", BOTTOM, actor=world.actor(Role.ANALYST))
    assert (page.entities, page.total) == ((), 2)
    with pytest.raises(Forbidden):
        opened(world, "V1", BOTTOM, actor=world.actor(Role.ADMINISTRATOR))


def test_the_year_before_opens_what_made_the_numerator_then(world):
    last = world.send("not_on_the_list")
    now = [world.send("couple_with_children"), world.send("refused")]
    world.decide(Verdict.APPROVE, last, *now)
    (before,) = opened(world, "C1", BOTTOM)
    assert ([one.submission_id for one in before.records], before.year) == ([last.submission_id], 2025)
    (top,) = opened(world, "C1", TOP)
    assert ({one.submission_id for one in top.records}, top.year) == ({one.submission_id for one in now}, 2026)


def test_a_number_of_units_opens_their_names(world):
    (page,) = opened(world, "U1", BOTTOM)
    territory = world.services.atlas.current().territory
    assert page.units == tuple(one.name for one in territory.units_of_level(Level.COMMUNE, world.services.today()))
    assert (page.total, len(page.units)) == (40, 40)
    assert opened(world, "U1", BOTTOM, world.unit(DAK_HA))[0].units == ("Xã Đăk Hà",)
    assert len(opened(world, "U1", BOTTOM, frame="until-2025-06-30")[0].units) == 102


def test_a_typed_total_opens_its_document(world):
    type_totals(world, 2026, {DAK_HA: (1200, 80)})
    reading = read_indicator(world.services, world.actor(), FigureQuestion("V1", 2026))
    assert next(row.figure for row in reading.table.rows if row.unit.name == "Xã Đăk Hà").denominator == 1200
    (page,) = opened(world, "V1", BOTTOM, world.unit(DAK_HA))
    (line,) = page.totals
    assert (line.unit_name, line.count, line.source) == ("Xã Đăk Hà", 1200, "Rà soát hộ nghèo (mẫu)")
    assert (page.entities, page.total) == ((), 1200)


def test_a_plain_count_has_no_denominator_to_open(world):
    with pytest.raises(InvalidInput, match="no_denominator"):
        opened(world, "R2", BOTTOM)
