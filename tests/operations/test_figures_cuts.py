"""Tables by any level on any boundaries: whatever is listed and what lies beside it make the same whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_world import DAK_HA, TU_MO_RONG, VILLAGE_2, PlanWorld

from server.errors import NotFound
from server.indicators.figures import Course
from server.operations.figure_questions import FigureQuestion
from server.operations.read_figures import read_indicator
from server.submissions.review import Verdict
from server.territory.units import Level

pytestmark = pytest.mark.database
THIS_YEAR = FigureQuestion("I6", 2026)


def made_world(services):
    services.now.advance(days=60)
    world = PlanWorld(services)
    sent = [
        world.send("couple_with_children"),
        world.send("refused"),
        world.send("couple_with_children", village=VILLAGE_2),
        world.send("couple_with_children", by="A Mẫu", village=f"{TU_MO_RONG}-01"),
        world.send("lives_alone", by="A Mẫu", village=f"{TU_MO_RONG}-01"),
    ]
    world.decide(Verdict.APPROVE, *sent)
    world.send("refused", village=VILLAGE_2)
    return world


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


def read(world, question):
    return read_indicator(world.services, world.actor(), question)


def numbers(figure):
    return figure.numerator, figure.denominator, figure.received, figure.approved


def whole_of(table):
    """Return the rows and what lies in none of them, added together."""
    parts = [row.figure for row in table.rows] + ([table.unplaced] if table.unplaced else [])
    return tuple(map(sum, zip(*map(numbers, parts), strict=True))) if parts else (0, 0, 0, 0)


@pytest.mark.parametrize("level", Level)
def test_the_rows_make_the_total_on_every_boundary(world, level):
    frames = world.services.atlas.current().territory.frames()
    assert len(frames) == 2
    for frame in frames:
        table = read(world, replace(THIS_YEAR, level=level, frame=frame.key)).table
        assert (numbers(table.total), whole_of(table)) == ((3, 5, 6, 5), (3, 5, 6, 5)), (frame.key, level)


def test_districts_are_listed_on_the_boundaries_on_which_there_were_any(world):
    reading = read(world, replace(THIS_YEAR, level=Level.DISTRICT))
    assert (len(reading.table.rows), reading.frame.valid_to.isoformat()) == (10, "2025-06-30")
    assert numbers(reading.table.total) == (3, 5, 6, 5)


def test_villages_of_one_commune_make_that_communes_figure(world):
    commune = world.unit(DAK_HA)
    by_commune = {row.unit.unit_id: row.figure for row in read(world, THIS_YEAR).table.rows}
    reading = read(world, replace(THIS_YEAR, level=Level.VILLAGE, within=commune))
    assert reading.within == "Xã Đăk Hà"
    assert {row.unit.within for row in reading.table.rows} == {"Xã Đăk Hà"}
    assert numbers(reading.table.total) == numbers(by_commune[commune]) == (2, 3, 4, 3)
    assert whole_of(reading.table) == numbers(reading.table.total)
    assert reading.table.total.target == by_commune[commune].target


def test_a_commune_of_long_ago_is_read_on_its_own_boundaries(world):
    old = world.services.atlas.current().territory.resolve("23500@2025-06-30", world.services.today()).unit_id
    reading = read(world, replace(THIS_YEAR, level=Level.VILLAGE, within=old))
    assert reading.frame.valid_to.isoformat() == "2025-06-30"


def test_nobody_lists_the_parts_of_a_unit_that_never_was(world):
    with pytest.raises(NotFound, match="unknown_unit"):
        read(world, replace(THIS_YEAR, within=999_999))


def test_a_row_says_how_it_moved_since_the_year_before(world):
    last = world.send("not_on_the_list", by="A Mẫu", village=f"{TU_MO_RONG}-01")
    world.decide(Verdict.APPROVE, last)
    rows = {row.unit.unit_id: row.figure.trend for row in read(world, THIS_YEAR).table.rows}
    assert (rows[world.unit(TU_MO_RONG)].course, rows[world.unit(TU_MO_RONG)].change) == (Course.RISING, 50)
    assert (rows[world.unit(DAK_HA)].course, rows[world.unit(DAK_HA)].since) == (Course.UNKNOWN, 2025)
