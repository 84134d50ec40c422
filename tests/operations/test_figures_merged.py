"""Two households that were merged count as one, by the latest of all that names either, until they are parted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from figures_field import COUNTS, HOUSEHOLDS, VISITED
from plan_world import DAK_HA, VILLAGE_1

from server.operations.figure_questions import FigureQuestion
from server.operations.read_figures import Cell, Part, indicator_table, records_behind_figure
from server.operations.rederive_submission import rederive
from server.submissions.review import Verdict

pytestmark = pytest.mark.database
APPROVE, REJECT = Verdict.APPROVE, Verdict.REJECT
A, B, C = HOUSEHOLDS[:3]
VILLAGE_3 = "23500-03"


@pytest.fixture
def field(figures_field):
    return figures_field


def numbers(field):
    """Return what each indicator counts in all, after proving that a rebuild from nothing gives the same rows."""
    field.prove_rebuilt()
    found = (indicator_table(field.services, field.actor(), FigureQuestion(code, 2026)).total for code in COUNTS)
    return tuple(int(one.numerator) for one in found)


def places(field):
    """Return where the households seen are counted."""
    return {row[3] for row in field.kept()[1] if row[1] == VISITED}


def test_a_merged_household_counts_once_by_the_latest_survey_of_either(field):
    early, late = field.survey(A, "couple_with_children"), field.survey(B, day="2026-11-02")
    field.decide(APPROVE, early, late)
    assert numbers(field) == (2, 1, 1)
    field.join(A, B)
    assert numbers(field)[:2] == (1, 1)
    whole = Cell(Part.NUMERATOR, field.unit(DAK_HA))
    page = records_behind_figure(field.services, field.actor(), FigureQuestion("SEEN", 2026), whole)
    assert [line.submission_id for line in page.lines] == [late.submission_id]


def test_parted_households_count_for_themselves_again_as_if_nothing_had_been(field):
    field.decide(APPROVE, field.survey(A), field.survey(B, day="2026-11-02"))
    before = field.kept()
    field.part(field.join(A, B))
    assert field.kept() == before
    assert numbers(field) == (2, 2, 0)


def test_what_arrives_late_for_the_one_given_up_counts_for_the_survivor(field):
    field.decide(APPROVE, field.survey(A))
    batch = field.join(A, B)
    late = field.survey(B, village=VILLAGE_3, day="2026-11-03")
    field.decide(APPROVE, late)
    assert numbers(field)[0] == 1
    assert places(field) == {field.unit(VILLAGE_3)}
    field.decide(REJECT, late)
    assert places(field) == {field.unit(VILLAGE_1)}
    field.part(batch)
    assert numbers(field) == (1, 1, 0)


def test_merges_of_merged_households_lead_to_the_last_one_and_back_step_by_step(field):
    field.decide(APPROVE, *(field.survey(one) for one in (A, B, C)))
    first, second = field.join(B, C), field.join(A, B)
    assert numbers(field) == (1, 1, 0)
    assert {row[1:] for row in field.kept()[2]} == {(B, A), (C, A)}
    field.part(second)
    assert numbers(field) == (2, 2, 0)
    assert {row[1:] for row in field.kept()[2]} == {(C, B)}
    field.part(first)
    assert numbers(field) == (3, 3, 0)
    assert field.kept()[2] == set()


def test_a_meeting_that_names_both_counts_the_merged_household_once_in_a_pool(field):
    field.decide(APPROVE, field.talk(A, B), field.survey(B, "couple_with_children"))
    assert numbers(field)[2] == 2
    batch = field.join(A, B)
    assert numbers(field)[2] == 1
    field.part(batch)
    assert numbers(field)[2] == 2


def test_a_version_derived_again_counts_for_the_survivor(field):
    seen = field.survey(B)
    field.decide(APPROVE, seen)
    field.join(A, B)
    right = field.kept()
    with field.services.unit_of_work(field.services.operator()) as uow:
        uow.figures.replace(field.project_id, seen.version_id, ())
    assert field.kept()[:2] == (set(), set())
    rederive(field.services, seen.version_id)
    assert field.kept() == right


def test_merging_and_approving_at_once_leave_what_a_rebuild_finds(field):
    batches = [[field.survey(one, day=f"2026-11-{day:02}")] for day in (1, 2, 3) for one in (A, B, C)]

    def join_and_part():
        field.part(field.join(A, B))
        field.join(A, C)

    with ThreadPoolExecutor(4) as people:
        work = [people.submit(field.decide, APPROVE, *batch) for batch in batches]
        work.insert(3, people.submit(join_and_part))
        for one in work:
            one.result()
    assert numbers(field) == (2, 2, 0)
