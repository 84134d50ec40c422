"""The review states: what may follow what, and which version counts."""

from __future__ import annotations

import pytest

from server.submissions.review import (
    STATE_AFTER,
    VERDICTS_IN,
    PastDecision,
    ReviewState,
    Verdict,
    counted_version,
    may_decide,
)

FIRST, SECOND = 11, 22
APPROVED, RETURNED, REJECTED = ReviewState.APPROVED, ReviewState.HAS_ISSUES, ReviewState.REJECTED


def decisions(*steps):
    """Return decisions numbered from 1; a step is (version, state) or (version, state, undone decision)."""
    return [
        PastDecision(number, step[0], step[1], step[2] if len(step) > 2 else None)
        for number, step in enumerate(steps, 1)
    ]


@pytest.mark.parametrize(
    ("state", "verdicts"),
    [
        (ReviewState.RECEIVED, {Verdict.APPROVE, Verdict.RETURN, Verdict.REJECT}),
        (ReviewState.EDITED, {Verdict.APPROVE, Verdict.RETURN, Verdict.REJECT}),
        (ReviewState.HAS_ISSUES, {Verdict.APPROVE, Verdict.RETURN, Verdict.REJECT}),
        (ReviewState.APPROVED, {Verdict.RETURN, Verdict.REJECT}),
        (ReviewState.REJECTED, {Verdict.APPROVE, Verdict.RETURN}),
    ],
)
def test_what_may_be_decided_in_each_state(state, verdicts):
    assert {verdict for verdict in Verdict if may_decide(state, verdict)} == verdicts


def test_every_state_and_verdict_stands_in_the_tables():
    assert set(VERDICTS_IN) == set(ReviewState)
    assert set(STATE_AFTER) == set(Verdict)


@pytest.mark.parametrize(
    ("steps", "counted"),
    [
        ((), None),
        (((FIRST, APPROVED),), FIRST),
        (((FIRST, RETURNED),), None),
        (((FIRST, REJECTED),), None),
        (((FIRST, APPROVED), (FIRST, RETURNED)), None),
        (((FIRST, APPROVED), (SECOND, RETURNED)), FIRST),
        (((FIRST, APPROVED), (SECOND, REJECTED)), None),
        (((FIRST, APPROVED), (SECOND, APPROVED)), SECOND),
        (((FIRST, RETURNED), (SECOND, APPROVED)), SECOND),
        (((FIRST, REJECTED), (FIRST, APPROVED)), FIRST),
        (((FIRST, APPROVED), (FIRST, ReviewState.RECEIVED, 1)), None),
        (((FIRST, APPROVED), (SECOND, APPROVED), (SECOND, ReviewState.EDITED, 2)), FIRST),
        (((FIRST, APPROVED), (FIRST, REJECTED), (FIRST, APPROVED, 2)), FIRST),
        (((FIRST, APPROVED), (FIRST, ReviewState.RECEIVED, 1), (FIRST, APPROVED)), FIRST),
    ],
)
def test_the_version_that_counts_after_a_history(steps, counted):
    assert counted_version(decisions(*steps)) == counted
