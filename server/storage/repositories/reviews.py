"""Decisions about records: read to decide the next one, and only ever added to."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, bindparam, exists, func, insert, literal_column, or_, select, update
from sqlalchemy.orm import aliased

from server.storage.models.people import AccountRow
from server.storage.models.plan_rules import ReviewPolicyRow
from server.storage.models.projects import PlanRow, ProjectRow
from server.storage.models.reviews import QuestionCommentRow, ReviewRow
from server.storage.models.row_ids import insertion, is_sensitive_id
from server.storage.models.submissions import SubmissionRow, SubmissionVersionRow
from server.storage.visible import Sight, visible
from server.submissions.review import PastDecision, QuestionComment, ReviewState
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row, Select


_CLEARED_AT_ONCE: Final = 500
# The sum hides an index from SQLite, which takes decisions that undo none for few: it would go through all there are.
_UNDOES_NONE: Final = (ReviewRow.undoes_id + literal_column("0")).is_(None)


@dataclass(frozen=True, slots=True)
class Reviewable:
    """A record as it stands while it is being decided; its row is locked."""

    submission_id: int
    version_id: int
    instance_name: str
    state: ReviewState
    is_flagged: bool
    unit_id: UnitId | None


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision as the history of a record shows it; *account_name* is empty for what the server did.

    What was approved by rule has the rule.
    """

    decision_id: int
    version_id: int
    state_before: ReviewState
    state: ReviewState
    comment: str
    account_name: str
    batch_id: str
    decided_at: datetime
    undoes_id: int | None
    by_rule: AppliedRule | None
    questions: tuple[QuestionComment, ...]
    """What was said of single questions, in the order of their paths."""


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """The rule a record was approved by: clean for *days*, *held_back* per cent left to a person, set by a plan."""

    days: int
    held_back: int
    plan_name: str


@dataclass(frozen=True, slots=True)
class BatchDecision:
    """One decision of a batch that may be taken back."""

    decision_id: int
    submission_id: int
    version_id: int
    state_before: ReviewState
    state: ReviewState
    decided_at: datetime
    is_by_rule: bool


@dataclass(frozen=True, slots=True)
class LatestBatch:
    """The last thing somebody decided that stands as yet: into which state, how many records."""

    batch_id: str
    state: ReviewState
    records: int
    decided_at: datetime


REVIEWABLE: Final = (
    SubmissionRow.id,
    SubmissionVersionRow.id.label("version_id"),
    SubmissionRow.instance_name,
    SubmissionRow.review_state,
    SubmissionRow.is_flagged,
    SubmissionRow.is_derived,
    SubmissionRow.unit_id,
)
"""What `reviewable_of` reads, of a record and its current version."""


class Reviews:
    """Decisions about records in sight."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def lock(self, submission_ids: Iterable[int]) -> dict[int, Reviewable]:
        """Return those of the records that are in sight, locked in the order of their ids."""
        rows = self._connection.execute(
            visible(self.sight)
            .join(
                SubmissionVersionRow,
                and_(SubmissionVersionRow.submission_id == SubmissionRow.id, SubmissionVersionRow.is_current),
            )
            .where(SubmissionRow.id.in_(sorted(submission_ids)))
            .order_by(SubmissionRow.id)
            .with_only_columns(*REVIEWABLE)
            .with_for_update(of=SubmissionRow)
        )
        return {row.id: reviewable_of(row) for row in rows}

    def past(self, submission_ids: Sequence[int]) -> dict[int, list[PastDecision]]:
        """Return the decisions about records that were found in sight, oldest first."""
        rows = self._connection.execute(
            select(ReviewRow.id, ReviewRow.submission_id, ReviewRow.version_id, ReviewRow.state, ReviewRow.undoes_id)
            .where(ReviewRow.submission_id.in_(submission_ids))
            .order_by(ReviewRow.id)
        )
        found: dict[int, list[PastDecision]] = {submission_id: [] for submission_id in submission_ids}
        for row in rows:
            found[row.submission_id].append(PastDecision(row.id, row.version_id, ReviewState(row.state), row.undoes_id))
        return found

    def add(self, decisions: Sequence[Mapping[str, Any]]) -> None:
        """Insert decisions; those about records with ids apart have ids apart."""
        for apart in (False, True):
            rows = [dict(one) for one in decisions if is_sensitive_id(one["submission_id"]) is apart]
            if rows:
                self._connection.execute(insertion(ReviewRow, is_sensitive=apart), rows)

    def comment_questions(self, batch_id: str, comments: Sequence[QuestionComment]) -> None:
        """Add to each decision of a batch that was just made what was said of single questions."""
        if not comments:
            return
        made = self._connection.execute(select(ReviewRow.id).where(ReviewRow.batch_id == batch_id)).scalars()
        rows = [
            {"review_id": review_id, "path": one.path, "comment": one.text} for review_id in made for one in comments
        ]
        if rows:
            self._connection.execute(insert(QuestionCommentRow), rows)

    def set_state(self, submission_id: int, state: ReviewState, counted_version_id: int | None) -> None:
        """Let a locked record stand where a decision put it."""
        self._connection.execute(
            update(SubmissionRow)
            .where(SubmissionRow.id == submission_id)
            .values(review_state=state.value, counted_version_id=counted_version_id)
        )

    def set_states(self, standings: Iterable[tuple[int, ReviewState, int | None]]) -> None:
        """Let many locked records stand where decisions put them: record, state, the version that counts."""
        rows = [
            {"key": submission_id, "state": state.value, "counted": counted}
            for submission_id, state, counted in standings
        ]
        if rows:
            self._connection.execute(_SET_STATE, rows)

    def count_practice(self) -> int:
        """Return how many practice records there are in sight."""
        return int(self._connection.execute(self._practice().with_only_columns(func.count())).scalar_one())

    def practice_ids(self) -> list[int]:
        """Return the practice records in sight, locked in the order of their ids."""
        found = self._practice().with_only_columns(SubmissionRow.id).order_by(SubmissionRow.id)
        return list(self._connection.execute(found.with_for_update(of=SubmissionRow)).scalars())

    def clear(self, submission_ids: Sequence[int], at: datetime) -> None:
        """Take records that were found in sight out of everybody's; they wait for no decision any more."""
        gone = {"cleared_at": at, "review_state": ReviewState.REJECTED.value}
        for start in range(0, len(submission_ids), _CLEARED_AT_ONCE):
            some = submission_ids[start : start + _CLEARED_AT_ONCE]
            self._connection.execute(update(SubmissionRow).where(SubmissionRow.id.in_(some)).values(**gone))

    def _practice(self) -> Select[Any]:
        # Asked first: of projects it does not know, PostgreSQL thinks that they hold most of all records.
        found = select(ProjectRow.id).where(ProjectRow.kind == "practice").order_by(ProjectRow.id)
        practice = list(self._connection.execute(found).scalars())
        return visible(self.sight).where(SubmissionRow.project_id.in_(practice), SubmissionRow.is_sensitive.is_(False))

    def batch(self, batch_id: str, account_id: int) -> list[BatchDecision]:
        """Return the decisions of a batch about records in sight, but for those taken back.

        A batch is the account's own, or made by rule: that is for every reviewer to take back in their own territory.
        """
        undo = aliased(ReviewRow)
        rows = self._connection.execute(
            visible(self.sight)
            .join(ReviewRow, ReviewRow.submission_id == SubmissionRow.id)
            .where(
                ReviewRow.batch_id == batch_id,
                or_(ReviewRow.account_id == account_id, ReviewRow.policy_id.is_not(None)),
                _UNDOES_NONE,
                ~exists().where(undo.undoes_id == ReviewRow.id),
            )
            .order_by(ReviewRow.submission_id)
            .with_only_columns(*ReviewRow.__table__.columns)
        )
        return [
            BatchDecision(
                row.id,
                row.submission_id,
                row.version_id,
                ReviewState(row.state_before),
                ReviewState(row.state),
                row.decided_at,
                row.policy_id is not None,
            )
            for row in rows
        ]

    def latest(self, account_id: int, since: datetime) -> LatestBatch | None:
        """Return what an account decided last about records in sight, if not before *since* and not taken back."""
        rows, undo = ReviewRow, aliased(ReviewRow)
        newest = select(rows.batch_id).where(rows.account_id == account_id, rows.decided_at >= since)
        last = newest.order_by(rows.decided_at.desc(), rows.id.desc()).limit(1).scalar_subquery()
        found = self._connection.execute(
            visible(self.sight)
            .join(rows, rows.submission_id == SubmissionRow.id)
            .where(rows.batch_id == last, _UNDOES_NONE, ~exists().where(undo.undoes_id == rows.id))
            .group_by(rows.batch_id, rows.state, rows.decided_at)
            .with_only_columns(rows.batch_id, rows.state, rows.decided_at, func.count().label("records"))
        ).first()
        return (
            None
            if found is None
            else LatestBatch(found.batch_id, ReviewState(found.state), found.records, found.decided_at)
        )

    def history(self, submission_id: int) -> list[DecisionLine]:
        """Return the decisions about a record that was found in sight, newest first."""
        rows = self._connection.execute(
            select(
                ReviewRow,
                func.coalesce(AccountRow.name, "").label("account_name"),
                ReviewPolicyRow.days,
                ReviewPolicyRow.held_back,
                PlanRow.name.label("plan_name"),
                QuestionCommentRow.path,
                QuestionCommentRow.comment.label("said"),
            )
            .outerjoin(AccountRow, AccountRow.id == ReviewRow.account_id)
            .outerjoin(ReviewPolicyRow, ReviewPolicyRow.id == ReviewRow.policy_id)
            .outerjoin(PlanRow, PlanRow.id == ReviewPolicyRow.plan_id)
            .outerjoin(QuestionCommentRow, QuestionCommentRow.review_id == ReviewRow.id)
            .where(ReviewRow.submission_id == submission_id)
            .order_by(ReviewRow.id.desc(), QuestionCommentRow.path)
        )
        return [_decision(list(same)) for _, same in groupby(rows, key=lambda row: row.id)]


def reviewable_of(row: Row[*tuple[Any, ...]]) -> Reviewable:
    """Return a record as it stands, of a row of the columns `REVIEWABLE`."""
    return Reviewable(
        row.id,
        row.version_id,
        row.instance_name,
        ReviewState(row.review_state),
        row.is_flagged or not row.is_derived,
        None if row.unit_id is None else UnitId(row.unit_id),
    )


_SET_STATE: Final = (
    update(SubmissionRow)
    .where(SubmissionRow.id == bindparam("key"))
    .values(review_state=bindparam("state"), counted_version_id=bindparam("counted"))
)


def _decision(rows: Sequence[Row[*tuple[Any, ...]]]) -> DecisionLine:
    """Return a decision from its rows, one for each question that was commented on."""
    row = rows[0]
    return DecisionLine(
        row.id,
        row.version_id,
        ReviewState(row.state_before),
        ReviewState(row.state),
        row.comment,
        row.account_name,
        row.batch_id,
        row.decided_at,
        row.undoes_id,
        None if row.days is None else AppliedRule(row.days, row.held_back, row.plan_name),
        tuple(QuestionComment(one.path, one.said) for one in rows if one.path is not None),
    )
