"""What plans in force set beside their figures: deadlines of periods, and how the records of forms are approved.

Where two plans of a project speak of the same, the one published last does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from server.indicators.deadlines import Deadline
from server.indicators.review_policies import Policy, ReviewPolicy
from server.storage.models.plan_rules import DeadlineRow, ReviewPolicyRow
from server.storage.models.projects import PlanRow
from server.territory.units import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class PolicyInForce:
    """The rule for a form of a project, and the plan that sets it."""

    policy_id: int
    project_id: int
    plan_name: str
    rule: ReviewPolicy


class PlanRules:
    """Deadlines and review policies of plans."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, plan_id: int, deadlines: Iterable[Deadline], policies: Iterable[ReviewPolicy]) -> None:
        """Insert what a plan sets."""
        days = [
            {
                "plan_id": plan_id,
                "position": position,
                "level": one.level.value,
                "part": one.part,
                "month": one.month,
                "day": one.day,
                "years_after": one.years_after,
                "first_year": one.first_year,
                "last_year": one.last_year,
                "source": one.source,
            }
            for position, one in enumerate(deadlines)
        ]
        if days:
            self._connection.execute(insert(DeadlineRow), days)
        rules = [
            {
                "plan_id": plan_id,
                "form_id": one.form_id,
                "policy": one.policy.value,
                "days": one.days,
                "held_back": one.held_back,
                "source": one.source,
            }
            for one in policies
        ]
        if rules:
            self._connection.execute(insert(ReviewPolicyRow), rules)

    def deadlines(self, plan_ids: Sequence[int]) -> list[Deadline]:
        """Return the deadlines of plans, in the order of *plan_ids* and of their sheets."""
        rows = self._connection.execute(
            select(DeadlineRow).where(DeadlineRow.plan_id.in_(plan_ids)).order_by(DeadlineRow.position)
        ).all()
        return [_deadline(row) for row in sorted(rows, key=lambda row: plan_ids.index(row.plan_id))]

    def policies(self, plan_ids: Sequence[int]) -> list[PolicyInForce]:
        """Return the rule for each form of a project that any of these plans names: that of the first of them."""
        rules = ReviewPolicyRow
        rows = self._connection.execute(
            select(rules, PlanRow.project_id, PlanRow.name)
            .join(PlanRow, PlanRow.id == rules.plan_id)
            .where(rules.plan_id.in_(plan_ids))
            .order_by(rules.id)
        ).all()
        found: dict[tuple[int, str], PolicyInForce] = {}
        for row in sorted(rows, key=lambda row: plan_ids.index(row.plan_id)):
            found.setdefault(
                (row.project_id, row.form_id), PolicyInForce(row.id, row.project_id, row.name, _policy(row))
            )
        return list(found.values())


def policy_among(rows: Iterable[Any]) -> PolicyInForce | None:
    """Return the rule in force for one form, among the plans of its project with what each says, the newest first."""
    newest: dict[str, Any] = {}
    for row in rows:
        newest.setdefault(row.name, row)
    found = next((one for one in newest.values() if one.policy is not None), None)
    return None if found is None else PolicyInForce(found.id, found.project_id, found.name, _policy(found))


def _deadline(row: Any) -> Deadline:  # noqa: ANN401 a row of the table
    return Deadline(
        Level(row.level), row.part, row.month, row.day, row.years_after, row.first_year, row.last_year, row.source
    )


def _policy(row: Any) -> ReviewPolicy:  # noqa: ANN401 a row of the table
    return ReviewPolicy(row.form_id, Policy(row.policy), row.days, row.held_back, row.source)
