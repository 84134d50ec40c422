"""A pool: households that were at a talk or say so themselves, each counted once, both parts beside it."""

from __future__ import annotations

import pytest
from console_world import example, send
from plan_world import DAK_HA, SURVEY, VILLAGE_1, PlanWorld, publish, workbook

from server.operations.figure_questions import FigureQuestion
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.read_figures import Cell, Part, indicator_table, records_behind_figure
from server.operations.rebuild_figures import rebuild_figures
from server.operations.review_submissions import Target
from server.submissions.review import Verdict

pytestmark = pytest.mark.database
APPROVE, REJECT = Verdict.APPROVE, Verdict.REJECT
A, B, C = (f"00000000-0000-4000-8000-00000000000{digit}" for digit in "abc")


def counted(code, source):
    return (code, "Hộ (mẫu)", source, "", "count", "up", "commune", "year")


INDICATORS = (
    counted("UNION", "pool.knowledge"),
    counted("THERE", "training_event.households_knowledge"),
    counted("SAID", f"{SURVEY}.knowledge_reached"),
    counted("POOR", "pool.policy_poor"),
    counted("HARD", "pool.policy_hardship"),
)


def made_world(services):
    services.now.advance(days=60)
    world = PlanWorld(services)
    publish(services, world.project_id, "training_event")
    publish_plan(services, world.project_id, PlanSource("pools", workbook(indicators=INDICATORS, targets=())))
    return world


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


def talk(world, number, *households, poor="", hardship=""):
    """Send a club meeting on knowledge and policy in a village, with these households."""
    there = " ".join(households)
    xml = example(
        "training_event", "club_meeting", number, commune=DAK_HA, village=VILLAGE_1, unit=VILLAGE_1,
        ev_households=there, poor_households=poor, near_poor_households="", hardship_households=hardship,
    )  # fmt: skip
    receipt = send(world._phones, "Y Mẫu", xml)
    return Target(receipt.submission_id, receipt.version_id)


def numbers(world):
    """Return what each indicator counts in the whole project, after proving that a rebuild changes none of them."""
    before = {code: total(world, code).numerator for code, *_ in INDICATORS}
    assert [one.differed for one in rebuild_figures(world.services)] == [0, 0]
    assert {code: total(world, code).numerator for code, *_ in INDICATORS} == before
    return before


def total(world, code):
    return indicator_table(world.services, world.actor(), FigureQuestion(code, 2026)).total


def test_a_household_reached_in_both_ways_counts_once_and_either_way_is_enough(world):
    both = world.send("couple_with_children", household=B)
    alone = world.send("couple_with_children", household=C)
    meeting = talk(world, 201, A, B, poor=A, hardship=f"{A} {B}")
    assert numbers(world) == {"UNION": 0, "THERE": 0, "SAID": 0, "POOR": 0, "HARD": 0}
    world.decide(APPROVE, both, alone, meeting)
    union = numbers(world)
    assert (union["UNION"], union["THERE"], union["SAID"], union["HARD"]) == (3, 2, 2, 3)
    world.decide(REJECT, meeting)
    assert numbers(world) == {**union, "UNION": 2, "THERE": 0, "POOR": union["POOR"] - 1, "HARD": 2}


def test_the_records_behind_a_pool_are_those_of_every_form_that_won(world):
    survey = world.send("couple_with_children", household=C)
    meeting = talk(world, 202, A, B)
    world.decide(APPROVE, survey, meeting)
    page = records_behind_figure(
        world.services, world.actor(), FigureQuestion("UNION", 2026), Cell(Part.NUMERATOR, world.unit(DAK_HA))
    )
    assert {line.submission_id: line.amount for line in page.lines} == {
        survey.submission_id: 1, meeting.submission_id: 2,
    }  # fmt: skip
    assert page.total == 2
    seen = total(world, "UNION")
    assert (seen.received, seen.approved) == (2, 2)


def test_taking_the_winner_back_lets_the_other_form_stand_for_the_household(world):
    survey = world.send("couple_with_children", household=A)
    meeting = talk(world, 203, A)
    batch = world.decide(APPROVE, survey)
    world.decide(APPROVE, meeting)
    assert numbers(world)["UNION"] == 1
    world.undo(batch)
    assert numbers(world) == {"UNION": 1, "THERE": 1, "SAID": 0, "POOR": 0, "HARD": 0}
