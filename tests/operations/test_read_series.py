"""One indicator over the years, through several plans, and one unit beside its neighbours."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_world import DAK_HA, I6, TU_MO_RONG, VILLAGE_1, PlanWorld, workbook

from server.access.roles import Role
from server.errors import Forbidden, NotFound
from server.operations.figure_questions import FigureQuestion
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.read_figures import indicator_table
from server.operations.read_series import indicator_series
from server.submissions.review import Verdict

pytestmark = pytest.mark.database
THIS_YEAR = FigureQuestion("I6", 2026)


def made_world(services):
    services.now.advance(days=60)
    world = PlanWorld(services)
    sent = [
        world.send("couple_with_children"),
        world.send("refused"),
        world.send("couple_with_children", by="A Mẫu", village=f"{TU_MO_RONG}-01"),
        world.send("not_on_the_list", by="A Mẫu", village=f"{TU_MO_RONG}-01"),
    ]
    world.decide(Verdict.APPROVE, *sent)
    return world


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


def series(world, question=THIS_YEAR, actor=None):
    return indicator_series(world.services, actor or world.actor(), question)


def test_each_year_is_what_its_table_says(world):
    for unit in (None, world.unit(DAK_HA), world.unit(TU_MO_RONG)):
        for point in series(world, replace(THIS_YEAR, within=unit)).points:
            table = indicator_table(world.services, world.actor(), FigureQuestion("I6", point.year))
            rows = {row.unit.unit_id: row.figure for row in table.rows} | {None: table.total}
            if unit in rows:
                assert point.figure == replace(rows[unit], trend=None), (unit, point.year)


def test_a_series_passes_from_the_plan_of_one_year_to_that_of_the_next(world):
    older = ((*I6[:1], "Tỷ lệ cũ (mẫu)", "household_conduct_survey.visited", "", "count", *I6[5:]),)
    targets = (("I6", "province", 2021, 5, ""), ("I6", "province", 2025, 9, ""))
    publish_plan(world.services, world.project_id, PlanSource("old", workbook(indicators=older, targets=targets)))
    points = {one.year: one for one in series(world).points}
    assert (min(points), max(points)) == (2021, 2026)
    assert (points[2025].entry.plan_name, points[2026].entry.plan_name) == ("old", "plan")
    assert (points[2025].figure.value, points[2025].figure.target) == (1, 9)
    assert (points[2026].figure.value.quantize(1), points[2026].figure.target) == (67, None)


def test_neighbours_are_ranked_with_the_best_first_and_those_without_a_figure_last(world):
    found = series(world, replace(THIS_YEAR, within=world.unit(DAK_HA)))
    assert (found.unit.name, found.unit.within) == ("Xã Đăk Hà", "Tỉnh Quảng Ngãi")
    values = [row.figure.value for row in found.neighbours]
    known = [one for one in values if one is not None]
    assert known == sorted(known, reverse=True)
    assert values[len(known) :] == [None] * (len(values) - len(known))
    assert world.unit(DAK_HA) in {row.unit.unit_id for row in found.neighbours}
    assert series(world).neighbours == ()


def test_figures_of_others_are_read_and_those_without_the_right_are_refused(world):
    officer = world.actor(Role.SUPERVISOR, DAK_HA)
    there = replace(THIS_YEAR, within=world.unit(TU_MO_RONG))
    assert series(world, there, officer) == series(world, there)
    with pytest.raises(Forbidden):
        series(world, actor=world.actor(Role.ADMINISTRATOR))
    with pytest.raises(NotFound, match="unknown_indicator"):
        series(world, FigureQuestion("I99", 2026))


def test_quarters_of_a_commune_add_up_to_the_numerator_of_its_year(world):
    for day in ("2026-02-10", "2026-05-10", "2026-05-11", "2026-12-02"):
        world.decide(Verdict.APPROVE, world.send("couple_with_children", visit_date=day, counted_on=day))
    for unit in (world.unit(DAK_HA), world.unit(VILLAGE_1)):
        found = series(world, replace(THIS_YEAR, within=unit))
        point = next(one for one in found.points if one.year == 2026)
        assert sum(found.quarters) == point.figure.numerator == 5
        assert found.quarters[:3] == (1, 2, 0)
    assert series(world, replace(THIS_YEAR, within=world.unit(DAK_HA), year=2024)).quarters == ()
    assert series(world).quarters == ()
    assert series(world, replace(THIS_YEAR, within=world.unit("51"))).quarters == ()
