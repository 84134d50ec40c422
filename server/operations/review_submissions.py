"""Deciding about records: one or many at a time, in one batch that can be taken back.

A reviewer decides about what they saw: if another version arrived meanwhile, or a colleague decided, that record is
left alone and named. From a list, flagged records are never approved; they are named, to be looked at one by one. The
figures move in the same transaction.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from server.access.deeds import Deed, DeedKind, Thing
from server.errors import Conflict, InvalidInput
from server.operations.count_submissions import count_submissions
from server.operations.note_deeds import note_deeds
from server.operations.open_case import check_open
from server.operations.register_decisions import register_decisions
from server.operations.sights import Desk, review_sight_of
from server.submissions.review import (
    LONGEST_COMMENT,
    MOST_QUESTION_COMMENTS,
    NEEDS_COMMENT,
    STATE_AFTER,
    ReviewState,
    Verdict,
    counted_version,
    may_decide,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from server.access.actors import Account
    from server.operations.register_decisions import Move
    from server.operations.services import Services
    from server.storage.repositories.reviews import BatchDecision, LatestBatch, Reviewable
    from server.storage.unit_of_work import UnitOfWork
    from server.submissions.review import QuestionComment

MOST_AT_ONCE: Final = 1000
UNDONE_WITHIN: Final = timedelta(hours=24)
"""For so long a person may take back at one stroke what they decided; what a rule did, whenever it is seen."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """A record and the version of it that the reviewer saw."""

    submission_id: int
    version_id: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer decided about some records."""

    verdict: Verdict
    comment: str
    targets: tuple[Target, ...]
    spares_flagged: bool
    """Ticked in a list, not looked at: leave flagged records unapproved."""
    questions: tuple[QuestionComment, ...] = ()
    """What there is to say of single questions; only with what is sent back."""
    seen_in: frozenset[ReviewState] = frozenset()
    """The states the reviewer saw them in: what another decided meanwhile is left alone. None: whatever their state."""
    batch_id: str = ""
    """Given beforehand: what is sent twice is carried out once. Empty: a new one."""


class SkipReason(StrEnum):
    """Why a record was left as it was; the words are ``review.skipped.<value>``."""

    FLAGGED = "flagged"
    CHANGED = "changed"
    ALREADY = "already"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that was left as it was. Records out of sight are not even named."""

    submission_id: int
    instance_name: str
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a decision; *batch_id* takes it back, until *undone_until*."""

    batch_id: str
    done: tuple[int, ...]
    skipped: tuple[Skipped, ...]
    undone_until: datetime


@dataclass(frozen=True, slots=True)
class _Batch:
    """What all decisions made at one moment share."""

    batch_id: str
    account_id: int
    decided_at: datetime
    comment: str

    def row(self, one: Reviewable, state: ReviewState, *, undoes_id: int | None) -> dict[str, Any]:
        return {
            "submission_id": one.submission_id,
            "version_id": one.version_id,
            "state_before": one.state.value,
            "state": state.value,
            "comment": self.comment,
            "account_id": self.account_id,
            "batch_id": self.batch_id,
            "decided_at": self.decided_at,
            "undoes_id": undoes_id,
        }

    def deed(self, one: Reviewable, kind: DeedKind, desk: Desk) -> Deed:
        is_sensitive = desk is Desk.INCIDENTS
        return Deed(
            kind, Thing.RECORD, one.submission_id, one.unit_id, is_sensitive=is_sensitive, batch_id=self.batch_id
        )


def review_submissions(services: Services, account: Account, decision: Decision, desk: Desk) -> Outcome:
    """Decide about the records that are the account's to decide.

    Raises InvalidInput ``review.nothing_chosen``, ``review.too_many``, ``review.comment_needed``,
    ``review.comment_too_long`` or ``review.too_many_comments``, and Forbidden ``case.not_open`` for an incident that
    does not lie open to the account.
    """
    comment = _checked(decision)
    seen = {target.submission_id: target.version_id for target in decision.targets}
    batch_id, state = decision.batch_id or services.new_id(), STATE_AFTER[decision.verdict]
    batch = _Batch(batch_id, account.account_id, services.now(), comment)
    with services.unit_of_work(review_sight_of(account, desk, services.today())) as uow:
        found = uow.reviews.lock(seen)
        check_open(services, uow, account, found if desk is Desk.INCIDENTS else ())
        before = _done_before(uow, found, decision, account)
        skipped = [
            Skipped(one.submission_id, one.instance_name, reason)
            for one in found.values()
            if one.submission_id not in before and (reason := _reason_to_skip(one, decision, seen))
        ]
        left = before | {one.submission_id for one in skipped}
        chosen = [one for one in found.values() if one.submission_id not in left]
        uow.reviews.add([batch.row(one, state, undoes_id=None) for one in chosen])
        uow.reviews.comment_questions(batch.batch_id, decision.questions)
        settle(services, uow, {one.submission_id: (one.state, state) for one in chosen})
        kind = DeedKind(f"decision.{decision.verdict.value}")
        note_deeds(services, uow, account, *(batch.deed(one, kind, desk) for one in chosen))
    log.info("review.decided", extra={"verdict": decision.verdict.value, "records": len(chosen)})
    done = tuple(sorted(before | {one.submission_id for one in chosen}))
    return Outcome(batch.batch_id, done, tuple(skipped), batch.decided_at + UNDONE_WITHIN)


def _done_before(
    uow: UnitOfWork, found: Mapping[int, Reviewable], decision: Decision, account: Account
) -> frozenset[int]:
    """Return the records about which this very decision was carried out already and stands: it was sent again."""
    if not decision.batch_id:
        return frozenset()
    state, kept = STATE_AFTER[decision.verdict], uow.reviews.batch(decision.batch_id, account.account_id)
    past = {one.submission_id: one for one in kept if one.state is state}
    return frozenset(one for one in past.keys() & found.keys() if _is_as_left(found[one], past[one]))


def undo_review(services: Services, account: Account, batch_id: str, desk: Desk) -> Outcome:
    """Take back what this account, or a rule, decided in a batch, wherever nothing happened to the record since.

    Raises Conflict ``review.undo_too_late`` for what a person decided more than `UNDONE_WITHIN` ago.
    """
    undo = _Batch(services.new_id(), account.account_id, services.now(), "")
    with services.unit_of_work(review_sight_of(account, desk, services.today())) as uow:
        decided = {one.submission_id: one for one in uow.reviews.batch(batch_id, account.account_id)}
        if any(not one.is_by_rule and one.decided_at < undo.decided_at - UNDONE_WITHIN for one in decided.values()):
            raise Conflict("review.undo_too_late", hours=UNDONE_WITHIN // timedelta(hours=1))
        found = uow.reviews.lock(decided)
        check_open(services, uow, account, found if desk is Desk.INCIDENTS else ())
        judged = [(one, _is_as_left(one, decided[one.submission_id])) for one in found.values()]
        unchanged = [one for one, is_as_left in judged if is_as_left]
        skipped = [
            Skipped(one.submission_id, one.instance_name, SkipReason.CHANGED)
            for one, is_as_left in judged
            if not is_as_left
        ]
        before = {one.submission_id: decided[one.submission_id].state_before for one in unchanged}
        uow.reviews.add(
            [
                undo.row(one, before[one.submission_id], undoes_id=decided[one.submission_id].decision_id)
                for one in unchanged
            ]
        )
        settle(services, uow, {one.submission_id: (one.state, before[one.submission_id]) for one in unchanged})
        note_deeds(services, uow, account, *(undo.deed(one, DeedKind.UNDONE, desk) for one in unchanged))
    log.info("review.undone", extra={"records": len(unchanged)})
    done = tuple(one.submission_id for one in unchanged)
    return Outcome(undo.batch_id, done, tuple(skipped), undo.decided_at)


def latest_decided(services: Services, account: Account, desk: Desk) -> LatestBatch | None:
    """Return what the account decided last, while it can be taken back."""
    with services.reading(review_sight_of(account, desk, services.today())) as uow:
        return uow.reviews.latest(account.account_id, services.now() - UNDONE_WITHIN)


def _checked(decision: Decision) -> str:
    """Return the comment, tidied, of a decision that may be carried out."""
    comment = decision.comment.strip()
    if not decision.targets:
        raise InvalidInput("review.nothing_chosen")
    if len(decision.targets) > MOST_AT_ONCE:
        raise InvalidInput("review.too_many", most=MOST_AT_ONCE)
    questions = decision.questions
    if decision.verdict in NEEDS_COMMENT and not comment and not questions:
        raise InvalidInput("review.comment_needed")
    if len(questions) > MOST_QUESTION_COMMENTS:
        raise InvalidInput("review.too_many_comments", most=MOST_QUESTION_COMMENTS)
    if max(len(text) for text in (comment, *(one.text for one in questions))) > LONGEST_COMMENT:
        raise InvalidInput("review.comment_too_long", most=LONGEST_COMMENT)
    return comment


def reason_to_skip(
    one: Reviewable,
    verdict: Verdict,
    seen_version_id: int,
    *,
    spares_flagged: bool,
    seen_in: frozenset[ReviewState],
) -> SkipReason | None:
    """Return why a record is left as it is, None if *verdict* is given to what was seen: the version, and its state."""
    if one.version_id != seen_version_id:
        return SkipReason.CHANGED
    if not may_decide(one.state, verdict):
        return SkipReason.ALREADY
    if seen_in and one.state not in seen_in:
        return SkipReason.CHANGED
    return SkipReason.FLAGGED if spares_flagged and one.is_flagged and verdict is Verdict.APPROVE else None


def _reason_to_skip(one: Reviewable, decision: Decision, seen: Mapping[int, int]) -> SkipReason | None:
    version_id, seen_in = seen[one.submission_id], decision.seen_in
    return reason_to_skip(one, decision.verdict, version_id, spares_flagged=decision.spares_flagged, seen_in=seen_in)


def _is_as_left(one: Reviewable, decision: BatchDecision) -> bool:
    return one.version_id == decision.version_id and one.state is decision.state


def settle(services: Services, uow: UnitOfWork, moves: dict[int, Move]) -> None:
    """Write where each record stands now and move the figures and the registers."""
    if not moves:
        return
    past = uow.reviews.past(sorted(moves))
    uow.reviews.set_states([(one, state, counted_version(past[one])) for one, (_, state) in sorted(moves.items())])
    count_submissions(uow, sorted(moves))
    register_decisions(services, uow, moves)
