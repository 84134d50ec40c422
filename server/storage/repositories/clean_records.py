"""Records that may be approved by rule, and the days on which some were.

Clean is what was received, has no error, was not filled in too quickly, lacks no file, was never decided about, and
about which nothing is open: no held upload that clashes with it, no conflict or waiting change of a register that it
made. A sensitive record is never among them, whatever a plan says.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, not_, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased

from server.storage.models.forms import FormRow, FormVersionRow
from server.storage.models.plan_rules import PolicyRunRow, ReviewPolicyRow
from server.storage.models.projects import PlanRow, ProjectRow
from server.storage.models.registers import EntityEffectRow, EntityVersionRow
from server.storage.models.reviews import ReviewRow
from server.storage.models.submissions import FindingRow, SubmissionRow, SubmissionVersionRow
from server.storage.models.tray import HeldUploadRow
from server.storage.repositories.plan_rules import PolicyInForce, policy_among
from server.storage.visible import visible
from server.submissions.pace import TOO_QUICK
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection, Row

    from server.storage.visible import Sight


@dataclass(frozen=True, slots=True)
class CleanRecord:
    """A record that may be approved by rule, in the version that was seen to be clean."""

    submission_id: int
    version_id: int
    root_instance_id: str


@dataclass(frozen=True, slots=True)
class CleanWaiting:
    """A clean record that a person has not decided about: its project, id, when its version came in, and the rule."""

    project_id: int
    root_instance_id: str
    received_at: datetime
    rule: PolicyInForce | None
    """Of its form; None where no plan in force has one."""


@dataclass(frozen=True, slots=True)
class PolicyRun:
    """What one run approved of the records in sight under one rule, and how many of these were taken back since."""

    batch_id: str
    ran_on: date
    form_id: str
    form_title: str
    plan_name: str
    days: int
    held_back: int
    approved: int
    undone: int


@dataclass(frozen=True, slots=True)
class RuleApplied:
    """What a run approved by one rule: the plan that sets it, how many records, and the units these are of."""

    plan_id: int
    plan_name: str
    form_id: str
    records: int
    units: frozenset[UnitId]


class CleanRecords:
    """Records that may be approved by rule, as *sight* sees them."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def waiting(
        self, project_id: int, form_id: str, *, received_before: datetime, after: int, at_most: int
    ) -> list[CleanRecord]:
        """Return clean records of a form that came in before a time, by id, those after record *after*."""
        records, versions = SubmissionRow, SubmissionVersionRow
        found = (
            visible(self.sight)
            .join(FormRow, FormRow.id == records.form_key)
            .join(ProjectRow, ProjectRow.id == records.project_id)
            .join(versions, and_(versions.submission_id == records.id, versions.is_current))
            .where(
                records.project_id == project_id,
                ProjectRow.kind == "main",
                FormRow.form_id == form_id,
                FormRow.is_sensitive.is_(False),
                records.received_at < received_before,
                versions.received_at < received_before,
                records.id > after,
                _is_clean(),
            )
            .order_by(records.id)
            .limit(at_most)
            .with_only_columns(records.id, versions.id.label("version_id"), records.root_instance_id)
        )
        return [CleanRecord(row.id, row.version_id, row.root_instance_id) for row in self._connection.execute(found)]

    def one_waiting(self, submission_id: int) -> CleanWaiting | None:
        """Return a record in sight if it is clean, however long it has waited, with the rule for it."""
        records, versions, rules = SubmissionRow, SubmissionVersionRow, ReviewPolicyRow
        found = (
            visible(self.sight)
            .join(FormRow, FormRow.id == records.form_key)
            .join(versions, and_(versions.submission_id == records.id, versions.is_current))
            .outerjoin(PlanRow, PlanRow.project_id == records.project_id)
            .outerjoin(rules, and_(rules.plan_id == PlanRow.id, rules.form_id == FormRow.form_id))
            .where(records.id == submission_id, _is_clean())
            .order_by(PlanRow.published_at.desc(), PlanRow.id.desc())
            .with_only_columns(records.project_id, PlanRow.name, rules, records.root_instance_id, versions.received_at)
        )
        rows = self._connection.execute(found).all()
        if not rows:
            return None
        return CleanWaiting(rows[0].project_id, rows[0].root_instance_id, rows[0].received_at, policy_among(rows))

    def begin_run(self, ran_on: date, batch_id: str, at: datetime) -> bool:
        """Begin the run of a day; False if it was begun before."""
        insert_of = postgresql_insert if self._connection.dialect.name == "postgresql" else sqlite_insert
        row = insert_of(PolicyRunRow).values(ran_on=ran_on, batch_id=batch_id, started_at=at)
        begun = row.on_conflict_do_nothing(index_elements=["ran_on"]).returning(PolicyRunRow.id)
        return self._connection.execute(begun).scalar() is not None

    def has_run(self, day: date) -> bool:
        """Return whether the run of a day was begun."""
        return self._connection.execute(select(PolicyRunRow.id).where(PolicyRunRow.ran_on == day)).first() is not None

    def last_run(self) -> tuple[str, datetime] | None:
        """Return the batch of the newest run and when it was begun."""
        rows = PolicyRunRow
        found = select(rows.batch_id, rows.started_at).order_by(rows.id.desc()).limit(1)
        row = self._connection.execute(found).first()
        return None if row is None else (row.batch_id, row.started_at)

    def applied_in(self, batch_id: str) -> list[RuleApplied]:
        """Return what a run approved of the records in sight, by rule."""
        reviews, rules, records = ReviewRow, ReviewPolicyRow, SubmissionRow
        rows = self._connection.execute(
            visible(self.sight)
            .join(reviews, reviews.submission_id == records.id)
            .join(rules, rules.id == reviews.policy_id)
            .join(PlanRow, PlanRow.id == rules.plan_id)
            .where(reviews.batch_id == batch_id)
            .group_by(rules.id, PlanRow.id, PlanRow.name, rules.form_id, records.unit_id)
            .order_by(rules.id)
            .with_only_columns(PlanRow.id, PlanRow.name, rules.form_id, records.unit_id, func.count().label("records"))
        )
        return [_applied(list(same)) for _, same in groupby(rows, key=lambda row: (row.id, row.form_id))]

    def runs(self, since: datetime) -> list[PolicyRun]:
        """Return what was approved by rule of the records in sight since a time, the newest run first."""
        reviews, rules, undo = ReviewRow, ReviewPolicyRow, aliased(ReviewRow)
        seen = visible(self.sight).with_only_columns(SubmissionRow.id)
        told = (
            PolicyRunRow.batch_id,
            PolicyRunRow.ran_on,
            PlanRow.name,
            FormVersionRow.title,
            rules.form_id,
            rules.days,
            rules.held_back,
        )
        was_undone = exists().where(undo.undoes_id == reviews.id)
        rows = self._connection.execute(
            select(*told, func.count().label("approved"), func.sum(case((was_undone, 1), else_=0)).label("undone"))
            .select_from(PolicyRunRow)
            .join(reviews, reviews.batch_id == PolicyRunRow.batch_id)
            .join(rules, rules.id == reviews.policy_id)
            .join(PlanRow, PlanRow.id == rules.plan_id)
            .join(FormRow, and_(FormRow.project_id == PlanRow.project_id, FormRow.form_id == rules.form_id))
            .join(FormVersionRow, and_(FormVersionRow.form_key == FormRow.id, FormVersionRow.is_current))
            .where(PolicyRunRow.started_at >= since, reviews.submission_id.in_(seen))
            .group_by(PolicyRunRow.id, *told)
            .order_by(PolicyRunRow.id.desc(), rules.form_id)
        )
        return [
            PolicyRun(
                batch_id=row.batch_id,
                ran_on=row.ran_on,
                form_id=row.form_id,
                form_title=row.title,
                plan_name=row.name,
                days=row.days,
                held_back=row.held_back,
                approved=row.approved,
                undone=int(row.undone),
            )
            for row in rows
        ]


def _applied(rows: Sequence[Row[*tuple[Any, ...]]]) -> RuleApplied:
    units = frozenset(UnitId(one.unit_id) for one in rows if one.unit_id is not None)
    return RuleApplied(rows[0].id, rows[0].name, rows[0].form_id, sum(one.records for one in rows), units)


def _is_clean() -> ColumnElement[bool]:
    records, version_id = SubmissionRow, SubmissionVersionRow.id
    uploads, made, effects = HeldUploadRow, EntityVersionRow, EntityEffectRow
    return and_(
        records.review_state == "received",
        records.is_sensitive.is_(False),
        records.is_derived,
        not_(records.is_flagged),
        records.missing_media == 0,
        ~exists().where(FindingRow.version_id == version_id, FindingRow.code == TOO_QUICK),
        ~exists().where(ReviewRow.submission_id == records.id),
        ~exists().where(uploads.submission_id == records.id, uploads.state == "held"),
        ~exists().where(made.submission_version_id == version_id, made.conflict != "none", made.settled_at.is_(None)),
        ~exists().where(
            effects.submission_version_id == version_id, or_(effects.outcome == "held", effects.outcome == "refused")
        ),
    )
