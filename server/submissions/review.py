"""Review: in which state a record is, what may be decided next, and which version counts.

The states are a table. Decisions are append-only; taking one back is a decision too, that names the one it undoes.
Which version counts follows from them alone: an edit changes nothing until it is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class ReviewState(StrEnum):
    """Where a record stands; the words on screen are ``review.state.<value>``."""

    RECEIVED = "received"
    HAS_ISSUES = "has_issues"
    EDITED = "edited"
    APPROVED = "approved"
    REJECTED = "rejected"


class Verdict(StrEnum):
    """What a reviewer decides: Duyệt, Trả lại, Không tính."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"


AWAITING: Final = frozenset({ReviewState.RECEIVED, ReviewState.EDITED})
"""The states in which a record waits for a reviewer."""

NEEDS_COMMENT: Final = frozenset({Verdict.RETURN, Verdict.REJECT})
"""Verdicts that somebody must be able to act on or to understand later."""

LONGEST_COMMENT: Final = 1000
MOST_QUESTION_COMMENTS: Final = 100

STATE_AFTER: Final[Mapping[Verdict, ReviewState]] = MappingProxyType(
    {
        Verdict.APPROVE: ReviewState.APPROVED,
        Verdict.RETURN: ReviewState.HAS_ISSUES,
        Verdict.REJECT: ReviewState.REJECTED,
    }
)

_EVERY: Final = frozenset(Verdict)
VERDICTS_IN: Final[Mapping[ReviewState, frozenset[Verdict]]] = MappingProxyType(
    {
        ReviewState.RECEIVED: _EVERY,
        ReviewState.EDITED: _EVERY,
        ReviewState.HAS_ISSUES: _EVERY,  # sent back again, with another comment
        ReviewState.APPROVED: frozenset({Verdict.RETURN, Verdict.REJECT}),
        ReviewState.REJECTED: frozenset({Verdict.APPROVE, Verdict.RETURN}),
    }
)


@dataclass(frozen=True, slots=True)
class QuestionComment:
    """What a reviewer says of one question; *path* is that of the answer, with ``[n]`` on every repeat instance."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class PastDecision:
    """One decision as kept: the state *version_id* got by it, and the decision it takes back, if it is an undo."""

    decision_id: int
    version_id: int
    state: ReviewState
    undoes_id: int | None


def may_decide(state: ReviewState, verdict: Verdict) -> bool:
    """Return whether *verdict* may be given to a record in *state*."""
    return verdict in VERDICTS_IN[state]


def counted_version(decisions: Iterable[PastDecision]) -> int | None:
    """Return the version that counts after *decisions*, in their order; None if none does.

    An approved version counts until another is approved, until itself is sent back, or until the record is not
    counted any more. Sending back an edit leaves what was approved before.
    """
    every = tuple(decisions)
    undone = {one.undoes_id for one in every}
    counted: int | None = None
    for one in every:
        if one.undoes_id is None and one.decision_id not in undone:
            counted = _after(counted, one)
    return counted


def _after(counted: int | None, decision: PastDecision) -> int | None:
    match decision.state:
        case ReviewState.APPROVED:
            return decision.version_id
        case ReviewState.REJECTED:
            return None
        case ReviewState.HAS_ISSUES if counted == decision.version_id:
            return None
        case _:
            return counted
