"""A merge of households after a lock: the frozen table stays, and the records that no longer count are named."""

from __future__ import annotations

import pytest
from figures_field import HOUSEHOLDS
from plan_world import DAK_HA

from server.access.roles import Role
from server.indicators.periods import Period
from server.operations.lock_period import LockOrder, lock_period
from server.operations.read_figures import Part
from server.operations.read_locks import LateCell, late_records, locked_bytes, read_locked
from server.submissions.review import Verdict

pytestmark = pytest.mark.database
A, B = HOUSEHOLDS[:2]


@pytest.fixture
def field(figures_field):
    return figures_field


def seen(field, lock_id):
    """Return the households seen, as locked and now, and the records that make the difference."""
    shown = read_locked(field.services, field.actor(), lock_id)
    table = next(one for one in shown.tables if one.now.indicator.code == "SEEN")
    cell = LateCell("SEEN", Part.NUMERATOR, field.unit(DAK_HA))
    late = late_records(field.services, field.actor(), lock_id, cell)
    named = {one.submission_id: int(one.amount) for one in late.lines}
    return int(table.total.then.numerator), int(table.total.now.numerator), named


def test_a_household_merged_after_the_lock_counts_once_today_and_twice_in_what_was_frozen(field):
    early, late = field.survey(A), field.survey(B, day="2026-11-02")
    field.decide(Verdict.APPROVE, early, late)
    order = LockOrder(field.project_id, field.unit(DAK_HA), Period(2026))
    lock_id = lock_period(field.services, field.actor(Role.SUPERVISOR, DAK_HA), order).lock_id
    before = locked_bytes(field.services, field.actor(), lock_id)
    merged = field.join(A, B)
    assert seen(field, lock_id) == (2, 1, {early.submission_id: -1})
    field.part(merged)
    assert seen(field, lock_id) == (2, 2, {})
    assert locked_bytes(field.services, field.actor(), lock_id) == before
