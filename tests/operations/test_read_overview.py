"""Every indicator of one unit and year at a glance says what the table of each says."""

from __future__ import annotations

import pytest
from plan_world import DAK_HA, I6, TU_MO_RONG, PlanWorld, workbook

from server.access.roles import Role
from server.errors import Forbidden, NotFound
from server.operations.figure_questions import FigureQuestion
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.read_figures import indicator_table
from server.operations.read_overview import OverviewQuestion, read_overview
from server.operations.read_series import indicator_series
from server.submissions.review import Verdict

pytestmark = pytest.mark.database


def made_world(services):
    services.now.advance(days=60)
    world = PlanWorld(services)
    sent = [
        world.send("couple_with_children"),
        world.send("refused"),
        world.send("couple_with_children", by="A Mẫu", village=f"{TU_MO_RONG}-01"),
    ]
    world.decide(Verdict.APPROVE, *sent)
    return world


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


def overview(world, year=2026, within=None, actor=None):
    return read_overview(world.services, actor or world.actor(), OverviewQuestion(year, within))


def test_each_line_is_what_the_table_of_its_indicator_says(world):
    seen = 0
    for unit in (None, world.unit(DAK_HA), world.unit(TU_MO_RONG)):
        for line in overview(world, within=unit).lines:
            table = indicator_table(world.services, world.actor(), FigureQuestion(line.entry.indicator.code, 2026))
            rows = {row.unit.unit_id: row.figure for row in table.rows} | {None: table.total}
            assert line.figure == rows[unit]
            seen += line.figure.value is not None
    assert seen >= 3


def test_a_year_is_read_by_the_plan_that_has_a_target_for_it(world):
    older = ((*I6[:1], "Tỷ lệ cũ (mẫu)", "household_conduct_survey.visited", "", "count", *I6[5:]),)
    targets = (("I6", "province", 2021, 5, ""), ("I6", "province", 2025, 9, ""))
    publish_plan(world.services, world.project_id, PlanSource("old", workbook(indicators=older, targets=targets)))
    in_2021 = {line.entry.indicator.code: line for line in overview(world, year=2021).lines}
    in_2026 = {line.entry.indicator.code: line for line in overview(world).lines}
    assert (in_2021["I6"].entry.plan_name, in_2021["I6"].figure.target) == ("old", 5)
    assert in_2026["I6"].entry.plan_name == "plan"
    in_2024 = {line.entry.indicator.code: line for line in overview(world, year=2024).lines}
    assert in_2024["I6"].entry.plan_name == "old"  # which leads up to its target of 2025
    assert {2021, 2025} <= set(overview(world).years)


def test_a_year_that_is_still_to_come_has_no_figure_though_the_register_stands(world):
    shares = [("S1", *I6[1:2], "household_conduct_survey.visited", "units:commune", *I6[4:])]
    publish_plan(world.services, world.project_id, PlanSource("shares", workbook(indicators=shares, targets=())))
    for unit in (None, world.unit(DAK_HA)):
        lines = overview(world, year=2028, within=unit).lines
        assert {line.figure.value for line in lines} == {None}
        table = indicator_table(world.services, world.actor(), FigureQuestion("S1", 2028, within=unit))
        assert {one.figure.value for one in table.rows} | {table.total.value} == {None}
        series = indicator_series(world.services, world.actor(), FigureQuestion("S1", 2028, within=unit))
        values = {point.year: point.figure.value for point in series.points}
        assert {value for year, value in values.items() if year > 2026} == {None}
        assert values[2026] is not None


def test_whoever_reads_no_figures_is_refused_and_an_unknown_unit_is_not_found(world):
    with pytest.raises(Forbidden):
        overview(world, actor=world.actor(Role.ADMINISTRATOR))
    with pytest.raises(NotFound):
        overview(world, within=999_999)


def test_ones_own_units_below_the_province_are_offered(world):
    (own,) = overview(world, actor=world.actor(Role.SUPERVISOR, DAK_HA)).own
    assert own.unit_id == world.unit(DAK_HA)
    assert overview(world).own == ()
