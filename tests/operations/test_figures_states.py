"""Of how places stand, only the latest word counts: a new commune's for those it was made of, on every boundary."""

from __future__ import annotations

from dataclasses import replace

import pytest
from console_world import example, send
from plan_world import VILLAGE_1, PlanWorld, publish, workbook

from server.access.roles import Role
from server.indicators.periods import Period
from server.operations.figure_questions import FigureQuestion
from server.operations.lock_period import LockOrder, lock_period
from server.operations.open_figure import open_figure
from server.operations.publish_plan import PlanSource, publish_plan
from server.operations.read_figures import Cell, Part, indicator_table, read_indicator, records_behind_figure
from server.operations.read_locks import LateCell, late_records, locked_bytes, read_locked
from server.operations.read_series import indicator_series
from server.operations.review_submissions import Target
from server.submissions.review import Verdict

pytestmark = pytest.mark.database
FORM = "commune_register"
OLD, NEW = "until-2025-06-30", "from-2025-07-01"
BEFORE = "@2025-06-30"
DAK_HA, HA_MON, NGOC_WANG = "23500", "23521", "23524"
"""Two of the communes of which Xã Đăk Hà was made; its own code was that of a third."""
KINDS = {
    "CLUBS": (f"{FORM}.clubs_active", "", "count"),
    "MODELS": (f"{FORM}.model_active", "", "count"),
    "REACHED": (f"{FORM}.model_active", "units:commune", "%"),
    "GROWTH": (f"{FORM}.clubs_active", "previous", "change"),
    "EACH": (f"{FORM}.clubs_active", f"{FORM}.communes_reported", "‰"),
}
PLAN = [(code, "Chỉ số (mẫu)", *kind, "up", "commune", "year") for code, kind in KINDS.items()]


class Reporting(PlanWorld):
    """Communes that report how they stand, and a plan of one's own that adds it up."""

    def __init__(self, services):
        services.now.advance(days=60)
        super().__init__(services)
        publish(services, self.project_id, FORM)
        plan = workbook(indicators=PLAN, targets=())
        publish_plan(services, self.project_id, PlanSource("rieng", plan))

    def report(self, commune, day, clubs, *, active="yes"):
        """Send what a commune reports of a day, on that day, and approve it."""
        self._number += 1
        at = f"{day}T08:02:11.317+07:00"
        answers = {"start": at, "end": at, "today": day, "commune": commune, "as_of": day}
        answers |= {"n_main_clubs": f"{clubs}", "model_active": active}
        self.services.now.advance(minutes=1)
        receipt = send(self._phones, "Y Mẫu", example(FORM, "no_model", self._number, **answers))
        sent = Target(receipt.submission_id, receipt.version_id)
        self.decide(Verdict.APPROVE, sent)
        return sent


@pytest.fixture
def beginning():
    return Reporting


@pytest.fixture
def world(begun):
    return begun


def table(world, code, frame, year=2025):
    return indicator_table(world.services, world.actor(), FigureQuestion(code, year, frame=frame))


def left_out(world, frame, within):
    question = FigureQuestion("CLUBS", 2025, frame=frame, within=within)
    return read_indicator(world.services, world.actor(), question).past


def said(world, code, frame, year=2025):
    """Return the rows that say anything by unit, what lies in none of them, and the whole; each number its records."""
    found = table(world, code, frame, year)
    question = FigureQuestion(code, year, frame=frame)
    rows = {row.unit.unit_id: row.figure.numerator for row in found.rows if row.figure.value is not None}
    for unit_id, amount in (*rows.items(), (None, found.total.numerator)):
        cell = Cell(Part.NUMERATOR, unit_id)
        opened = open_figure(world.services, world.actor(), question, cell)
        assert sum(one.amount for one in opened.records) == amount
        listed = records_behind_figure(world.services, world.actor(), question, cell)
        assert (listed.total, listed.lines) == (opened.total, opened.records)
        assert len(listed.lines) == listed.total
    unplaced = 0 if found.unplaced is None else found.unplaced.numerator
    assert sum(rows.values()) + unplaced == found.total.numerator
    return rows, unplaced, found.total.numerator


def test_the_latest_word_of_a_merged_commune_is_the_only_one_added_up(world):
    ha_mon, dak_ha = world.unit(HA_MON + BEFORE), world.unit(DAK_HA)
    world.report(HA_MON, "2025-03-20", 3)
    world.report(NGOC_WANG, "2025-03-21", 2)
    assert said(world, "CLUBS", NEW) == ({dak_ha: 5}, 0, 5)
    assert said(world, "CLUBS", OLD) == ({ha_mon: 3, world.unit(NGOC_WANG + BEFORE): 2}, 0, 5)
    autumn = world.report(DAK_HA, "2025-10-02", 4)
    assert said(world, "CLUBS", NEW) == ({dak_ha: 4}, 0, 4)
    assert said(world, "CLUBS", OLD) == ({}, 4, 4)
    assert [left_out(world, frame, within) for frame in (OLD, NEW) for within in (None, dak_ha)] == [2, 0, 2, 2]
    assert left_out(world, NEW, world.unit(VILLAGE_1)) == 0
    world.decide(Verdict.REJECT, autumn)
    assert said(world, "CLUBS", NEW) == ({dak_ha: 5}, 0, 5)


def test_what_is_asked_in_how_many_communes_it_is_so_still_counts_whatever_was_said(world):
    ha_mon, dak_ha = world.unit(HA_MON + BEFORE), world.unit(DAK_HA)
    world.report(HA_MON, "2025-03-20", 3)
    world.report(DAK_HA, "2025-10-02", 4, active="no")
    assert said(world, "MODELS", NEW) == ({dak_ha: 0}, 0, 0)
    assert table(world, "REACHED", NEW).total.numerator == 1
    reached = {row.unit.unit_id: row.figure.numerator for row in table(world, "REACHED", OLD).rows}
    assert reached[ha_mon] == 1
    opened = open_figure(
        world.services, world.actor(), FigureQuestion("REACHED", 2025, frame=NEW), Cell(Part.NUMERATOR, dak_ha)
    )
    assert len(opened.records) == 1


def test_a_change_and_a_rate_are_made_of_latest_words_alone(world):
    world.report(HA_MON, "2025-03-20", 3)
    world.report(NGOC_WANG, "2025-03-20", 5)
    world.report(DAK_HA, "2025-10-02", 4)
    world.report(DAK_HA, "2026-02-02", 6)
    assert table(world, "GROWTH", NEW, 2026).total.value == 50
    for frame in (OLD, NEW):
        rate = table(world, "EACH", frame).total
        assert (rate.numerator, rate.denominator, rate.value) == (4, 1, 4000)


def test_another_year_is_not_spoken_for(world):
    ha_mon, dak_ha = world.unit(HA_MON + BEFORE), world.unit(DAK_HA)
    world.report(HA_MON, "2024-11-20", 3)
    world.report(DAK_HA, "2025-10-02", 4)
    assert said(world, "CLUBS", OLD, 2024) == ({ha_mon: 3}, 0, 3)
    assert said(world, "CLUBS", NEW, 2024) == ({dak_ha: 3}, 0, 3)


def test_a_word_of_none_any_more_is_a_word(world):
    world.report(HA_MON, "2025-03-20", 3)
    world.report(DAK_HA, "2025-10-02", 0)
    assert said(world, "CLUBS", NEW) == ({world.unit(DAK_HA): 0}, 0, 0)


def test_a_lock_freezes_the_latest_word_and_the_years_and_quarters_say_it_too(world):
    world.report(HA_MON, "2025-03-20", 3)
    world.report(DAK_HA, "2025-10-02", 4)
    dak_ha = world.unit(DAK_HA)
    series = indicator_series(world.services, world.actor(), FigureQuestion("CLUBS", 2025, within=dak_ha))
    assert {one.year: one.figure.value for one in series.points}[2025] == 4
    assert [int(one) for one in series.quarters] == [0, 0, 0, 4]
    order = LockOrder(world.project_id, dak_ha, Period(2025))
    lock = lock_period(world.services, world.actor(Role.SUPERVISOR, DAK_HA), order)
    shown = read_locked(world.services, world.actor(), lock.lock_id)
    frozen = next(one for one in shown.tables if one.now.indicator.code == "CLUBS")
    assert (frozen.total.then.numerator, frozen.total.now.numerator) == (4, 4)


def test_what_is_past_since_a_lock_is_named_beside_what_came_late(world):
    spring, dak_ha = world.report(HA_MON, "2025-03-20", 3), world.unit(DAK_HA)
    order = LockOrder(world.project_id, dak_ha, Period(2025))
    lock = lock_period(world.services, world.actor(Role.SUPERVISOR, DAK_HA), order)
    frozen = locked_bytes(world.services, world.actor(), lock.lock_id)
    late = world.report(DAK_HA, "2025-10-02", 4)
    assert moved(world, lock) == (3, 4, {spring.submission_id: -3, late.submission_id: 4})
    again = lock_period(world.services, world.actor(Role.SUPERVISOR, DAK_HA), replace(order, reason="Báo cáo muộn"))
    assert moved(world, again) == (4, 4, {})
    world.decide(Verdict.REJECT, late)
    assert moved(world, again) == (4, 3, {spring.submission_id: 3, late.submission_id: -4})
    assert moved(world, lock) == (3, 3, {})
    assert locked_bytes(world.services, world.actor(), lock.lock_id) == frozen


def moved(world, lock):
    """Return the clubs as locked and now, and the records that make the difference."""
    shown = read_locked(world.services, world.actor(), lock.lock_id)
    clubs = next(one for one in shown.tables if one.now.indicator.code == "CLUBS")
    cell = LateCell("CLUBS", Part.NUMERATOR, lock.unit_id)
    late = late_records(world.services, world.actor(), lock.lock_id, cell)
    named = {one.submission_id: int(one.amount) for one in late.lines}
    assert (late.records, late.amount) == (len(named), sum(named.values()))
    return int(clubs.total.then.numerator), int(clubs.total.now.numerator), named
