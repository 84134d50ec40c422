"""From a phone to a figure: what a reviewer's decision moves, and what stands behind each number."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from plan_world import DAK_HA, TU_MO_RONG, VILLAGE_2, PlanWorld

from server.access.actors import Visitor
from server.access.roles import Role
from server.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from server.indicators.figures import Standing
from server.operations import read_figures
from server.operations.figure_questions import FigureQuestion
from server.operations.read_figures import Cell, Part, indicator_table, list_indicators, records_behind_figure
from server.operations.rebuild_figures import rebuild_figures
from server.submissions.review import Verdict

pytestmark = pytest.mark.database
THIS_YEAR = FigureQuestion("I6", 2026)
APPROVE, REJECT = Verdict.APPROVE, Verdict.REJECT


def made_world(services):
    services.now.advance(days=60)  # the examples are of November 2026
    return PlanWorld(services)


@pytest.fixture
def beginning():
    return made_world


@pytest.fixture
def world(begun):
    return begun


def figures(world, question=THIS_YEAR, actor=None):
    """Return the table's rows that have something in them, by unit, with the total under None."""
    table = indicator_table(world.services, actor or world.actor(), question)
    assert table.unplaced is None
    shown = {row.unit.unit_id: row.figure for row in table.rows if row.figure.received}
    return shown | {None: table.total}


def numbers(figure):
    return figure.numerator, figure.denominator, figure.received, figure.approved


def test_a_record_is_received_at_once_and_counts_when_it_is_approved(world):
    dak_ha = world.unit(DAK_HA)
    sent = world.send("couple_with_children")
    assert numbers(figures(world)[dak_ha]) == (0, 0, 1, 0)
    assert figures(world)[dak_ha].standing is Standing.NO_FIGURE
    world.decide(APPROVE, sent)
    assert numbers(figures(world)[dak_ha]) == (1, 1, 1, 1)
    assert figures(world)[dak_ha].standing is Standing.MET


def test_households_of_a_commune_are_its_villages_together_and_refusals_stay_below(world):
    sent = [
        world.send("couple_with_children"),
        world.send("couple_with_children", village=VILLAGE_2),
        world.send("refused"),
        world.send("long_away", village=VILLAGE_2),
    ]
    world.decide(APPROVE, *sent)
    figure = figures(world)[world.unit(DAK_HA)]
    assert numbers(figure) == (2, 4, 4, 4)
    assert (figure.value, figure.target, figure.gap) == (Decimal(50), Decimal(70), Decimal(-20))
    assert (figure.standing, figure.target_is_draft) == (Standing.NOT_MET, True)


def test_the_latest_approved_survey_of_a_household_counts_and_taking_it_back_restores_the_other(world):
    yes = world.send("couple_with_children", household="h1")
    later = world.send("lives_alone", household="h1", visit_date="2026-11-19", counted_on="2026-11-19")
    world.decide(APPROVE, yes)
    batch = world.decide(APPROVE, later)
    assert numbers(figures(world)[None]) == (0, 1, 2, 2)
    world.undo(batch)
    assert numbers(figures(world)[None]) == (1, 1, 2, 1)
    world.decide(APPROVE, later)
    world.decide(REJECT, yes, later)
    assert numbers(figures(world)[None]) == (0, 0, 2, 0)


def test_a_survey_about_last_year_counts_in_last_year(world):
    last = world.send("not_on_the_list", by="A Mẫu", village=f"{TU_MO_RONG}-01")
    world.decide(APPROVE, last)
    assert numbers(figures(world)[None]) == (0, 0, 0, 0)
    assert numbers(figures(world, FigureQuestion("I6", 2025))[world.unit(TU_MO_RONG)]) == (0, 1, 1, 1)


def test_a_figure_re_cut_on_the_old_boundaries_has_the_same_total(world):
    world.decide(APPROVE, world.send("couple_with_children"), world.send("refused"))
    territory = world.services.atlas.current().territory
    totals = {
        frame.key: numbers(indicator_table(world.services, world.actor(), replace(THIS_YEAR, frame=frame.key)).total)
        for frame in territory.frames()
    }
    assert len(totals) > 1
    assert set(totals.values()) == {(1, 2, 2, 2)}


def test_one_category_of_a_measure_can_be_an_indicator_of_its_own(world):
    world.decide(APPROVE, world.send("couple_with_children"), world.send("lives_alone"))
    table = indicator_table(world.services, world.actor(), FigureQuestion("P1", 2026))
    assert (table.total.value, table.total.denominator, table.total.received) == (Decimal(1), None, 2)


def test_practice_records_move_no_figure(world):
    sent = world.send("couple_with_children", by="Y Tập")
    world.decide(APPROVE, sent)
    assert set(figures(world)) == {None}
    assert numbers(figures(world)[None]) == (0, 0, 0, 0)


def test_each_number_opens_the_records_that_make_it_as_far_as_the_post_reaches(world):
    here = [world.send("couple_with_children"), world.send("refused"), world.send("couple_with_children")]
    there = world.send("couple_with_children", by="A Mẫu", village=f"{TU_MO_RONG}-01")
    world.decide(APPROVE, *here, there)
    officer = world.actor(Role.SUPERVISOR, DAK_HA)
    top, bottom = Cell(Part.NUMERATOR, None), Cell(Part.DENOMINATOR, None)
    page = records_behind_figure(world.services, officer, THIS_YEAR, top)
    assert [line.submission_id for line in page.lines] == [here[2].submission_id, here[0].submission_id]
    assert (page.total, page.next_after) == (3, None)
    assert records_behind_figure(world.services, officer, THIS_YEAR, bottom).total == 4
    theirs = records_behind_figure(world.services, officer, THIS_YEAR, Cell(Part.NUMERATOR, world.unit(TU_MO_RONG)))
    assert (theirs.lines, theirs.total, theirs.unit_name) == ((), 1, "Xã Tu Mơ Rông")
    analyst = world.actor(Role.ANALYST)
    assert records_behind_figure(world.services, analyst, THIS_YEAR, top).lines == ()
    assert figures(world, actor=analyst) == figures(world)


def test_a_list_of_records_goes_on_where_the_page_before_ended(world, monkeypatch):
    monkeypatch.setattr(read_figures, "RECORDS_A_PAGE", 2)
    sent = [world.send("couple_with_children") for _ in range(5)]
    world.decide(APPROVE, *sent)
    seen, after, pages = [], None, 0
    while pages == 0 or after is not None:
        cell = Cell(Part.NUMERATOR, world.unit(DAK_HA))
        page = records_behind_figure(world.services, world.actor(), THIS_YEAR, cell, after=after)
        seen += [line.submission_id for line in page.lines]
        after, pages = page.next_after, pages + 1
    assert (seen, pages) == ([one.submission_id for one in reversed(sent)], 3)


def test_those_who_may_not_read_figures_are_refused(world):
    for role in (Role.INCIDENT_OFFICER, Role.ADMINISTRATOR):
        with pytest.raises(Forbidden):
            indicator_table(world.services, world.actor(role, elevated=True), THIS_YEAR)
    with pytest.raises(Unauthenticated):
        list_indicators(world.services, Visitor())


def test_a_question_that_has_no_answer_is_refused_by_code(world):
    refusals = {
        FigureQuestion("I99", 2026): (NotFound, "figures.unknown_indicator"),
        FigureQuestion("I6", 2026, project_id=99): (NotFound, "figures.unknown_indicator"),
        FigureQuestion("I6", 99999): (InvalidInput, "figures.bad_year"),
        FigureQuestion("I6", 2026, frame="yesterday"): (InvalidInput, "figures.unknown_frame"),
    }
    for question, (error, code) in refusals.items():
        with pytest.raises(error) as refused:
            indicator_table(world.services, world.actor(), question)
        assert refused.value.code == code
        assert world.services.catalogue.sentence(code, refused.value.params)
    with pytest.raises(InvalidInput) as refused:
        records_behind_figure(world.services, world.actor(), FigureQuestion("P1", 2026), Cell(Part.DENOMINATOR, None))
    assert refused.value.code == "figures.no_denominator"


def test_a_rebuild_finds_nothing_that_differs(world):
    sent = [world.send("couple_with_children"), world.send("refused"), world.send("lives_alone")]
    world.decide(APPROVE, *sent)
    world.decide(REJECT, sent[1])
    before = figures(world)
    assert [one.differed for one in rebuild_figures(world.services)] == [0, 0]
    assert figures(world) == before
