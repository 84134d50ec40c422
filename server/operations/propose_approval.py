"""What approving many records at once would do, before it is done: which ones, and which are left out and why.

Records with errors are never among those approved together; they are named with what was found in them, to be looked
at one by one. Deciding is `review_submissions`', which is told these very versions, so that what changes in between is
left alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.errors import InvalidInput
from server.operations.browse_submissions import filters_of, within
from server.operations.review_submissions import MOST_AT_ONCE, SkipReason, Target, reason_to_skip
from server.operations.sights import review_sight_of
from server.storage.repositories.record_lists import Filters
from server.submissions.review import AWAITING, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.access.actors import Account
    from server.operations.browse_submissions import Question
    from server.operations.services import Services
    from server.storage.repositories.reviews import Reviewable
    from server.submissions.review import ReviewState

MOST_NAMED: Final = 200


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A record that would be left as it is; *findings* are the codes of its errors."""

    submission_id: int
    instance_name: str
    reason: SkipReason
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be approved, and what would not: *named*, of all *left_out*, are the first `MOST_NAMED`.

    *is_part*: more records match than are decided about at once.
    """

    targets: tuple[Target, ...]
    named: tuple[LeftOut, ...]
    left_out: int
    is_part: bool


def propose_approval(
    services: Services, account: Account, question: Question, ticked: Sequence[Target] | None
) -> Proposal:
    """Return what approving the *ticked* records would do; None: all that wait and that the question leaves.

    Raises InvalidInput ``review.nothing_chosen`` or ``review.too_many``.
    """
    if ticked is not None and not ticked:
        raise InvalidInput("review.nothing_chosen")
    if ticked is not None and len(ticked) > MOST_AT_ONCE:
        raise InvalidInput("review.too_many", most=MOST_AT_ONCE)
    sight = review_sight_of(account, question.desk, services.today())
    sight, filters = within(services.atlas.current(), sight, _asked(services, question, ticked))
    with services.reading(sight) as uow:
        found = uow.record_lists.reviewables(uow.record_lists.looked_up(filters), at_most=MOST_AT_ONCE + 1)
        seen = {one.submission_id: one.version_id for one in found} if ticked is None else _seen(ticked)
        judged = [(one, _reason(one, seen, question.states)) for one in found[:MOST_AT_ONCE]]
        left_out = [(one, reason) for one, reason in judged if reason is not None]
        errors = uow.record_lists.error_codes([one.version_id for one, _ in left_out[:MOST_NAMED]])
    targets = (Target(one.submission_id, one.version_id) for one, reason in judged if reason is None)
    named = (
        LeftOut(one.submission_id, one.instance_name, reason, errors.get(one.version_id, ()))
        for one, reason in left_out[:MOST_NAMED]
    )
    return Proposal(tuple(targets), tuple(named), len(left_out), is_part=len(found) > MOST_AT_ONCE)


def _asked(services: Services, question: Question, ticked: Sequence[Target] | None) -> Filters:
    """Return the records in question: of all that match, those that wait; somebody sent the others back on purpose."""
    filters = filters_of(services, question)
    if ticked is None:
        waiting = filters.states & AWAITING if filters.states else AWAITING
        if not waiting:
            raise InvalidInput("review.nothing_chosen")
        return replace(filters, states=waiting)
    keys = tuple(sorted(one.submission_id for one in ticked))
    return Filters(question.is_practice, filters.is_sensitive, keys=keys)


def _seen(ticked: Sequence[Target]) -> dict[int, int]:
    return {one.submission_id: one.version_id for one in ticked}


def _reason(one: Reviewable, seen: Mapping[int, int], seen_in: frozenset[ReviewState]) -> SkipReason | None:
    return reason_to_skip(one, Verdict.APPROVE, seen[one.submission_id], spares_flagged=True, seen_in=seen_in)
