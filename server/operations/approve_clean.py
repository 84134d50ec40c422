"""Approve clean records by the rule of a plan in force: once a day, as one batch, which anybody can take back.

A batch is told of in the history once for each rule, as done by whoever put its plan in force.

What may be approved is for `clean_records`, which record is left to a person all the same for `review_policies`. A
record that somebody decided about, or whose approval was taken back, is never approved by rule again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from server.access.actors import Account
from server.access.deeds import Deed, DeedKind, Thing
from server.indicators.review_policies import Policy, is_held_back
from server.operations.note_deeds import lowest_above, note_deeds
from server.operations.review_submissions import settle
from server.operations.sights import Desk, review_sight_of, sight_of
from server.submissions.review import ReviewState

if TYPE_CHECKING:
    from datetime import date, datetime

    from server.access.deeds import Parameter
    from server.operations.services import Services
    from server.storage.repositories.clean_records import CleanRecord, PolicyRun
    from server.storage.repositories.plan_rules import PolicyInForce
    from server.storage.repositories.reviews import Reviewable
    from server.storage.unit_of_work import UnitOfWork

RECORDS_A_STEP: Final = 200
RUNS_SHOWN: Final = timedelta(days=60)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunDone:
    """What the run of a day did; no *batch_id* if there was no rule to run by, or it had run before."""

    batch_id: str
    approved: int
    held_back: int


NOTHING: Final = RunDone("", 0, 0)


@dataclass(frozen=True, slots=True)
class Fate:
    """What the rule in force will do with a clean record: from which day on it is approved, unless *is_held_back*."""

    due: date
    is_held_back: bool


def approve_clean(services: Services) -> RunDone:
    """Approve what the rules in force allow, if today's run was not made yet."""
    today, batch_id, begun_at = services.today(), services.new_id(), services.now()
    with services.reading(services.operator()) as uow:
        rules, before = clean_rules(uow), uow.clean_records.last_run()
        if not rules or uow.clean_records.has_run(today):
            return NOTHING
    with services.unit_of_work(services.operator()) as uow:
        if not uow.clean_records.begin_run(today, batch_id, begun_at):
            return NOTHING
    if before is not None:
        tell_of_rules(services, *before)  # it broke off before it was told of
    approved = held_back = 0
    for rule in rules:
        some, held = _approve_by(services, rule, batch_id)
        approved, held_back = approved + some, held_back + held
    tell_of_rules(services, batch_id, begun_at)
    log.info("review.by_rule", extra={"records": approved, "held_back": held_back})
    return RunDone(batch_id, approved, held_back)


def tell_of_rules(services: Services, batch_id: str, begun_at: datetime) -> None:
    """Keep what a run approved, one deed for each rule, unless that was kept before."""
    with services.unit_of_work(services.operator()) as uow:
        if uow.deeds.has_batch(DeedKind.APPROVED_BY_RULE, batch_id, begun_at):
            return
        for one in uow.clean_records.applied_in(batch_id):
            params: dict[str, Parameter] = {"plan": one.plan_name, "form": one.form_id, "records": one.records}
            unit_id = lowest_above(services, uow, one.units)
            told = Deed(DeedKind.APPROVED_BY_RULE, Thing.PLAN, one.plan_id, unit_id, params, batch_id=batch_id)
            note_deeds(services, uow, _setter(uow, one.plan_id), told)


def _setter(uow: UnitOfWork, plan_id: int) -> Account | None:
    """Return who put a plan in force last, with a post or without one by now; None where the command line did."""
    account_id = uow.deeds.last_doer(DeedKind.PLAN_PUBLISHED, Thing.PLAN, plan_id)
    known = None if account_id is None else uow.accounts.by_id(account_id)
    return None if known is None else Account(known.account_id, known.login, (), elevated=False)


def clean_rules(uow: UnitOfWork) -> list[PolicyInForce]:
    """Return the rules in force by which clean records are approved."""
    found = uow.plan_rules.policies([one.plan_id for one in uow.plans.in_force()])
    return [one for one in found if one.rule.policy is Policy.CLEAN_AFTER_DAYS]


def fate_of(services: Services, account: Account, submission_id: int) -> Fate | None:
    """Return what the rule in force will do with a record in the account's sight; None where none will do anything."""
    with services.reading(sight_of(account, Desk.EVERYDAY, services.today())) as uow:
        one = uow.clean_records.one_waiting(submission_id)
    if one is None or one.rule is None or one.rule.rule.policy is Policy.BY_HAND:
        return None
    rule = one.rule.rule
    due = (one.received_at + timedelta(days=rule.days)).astimezone(services.settings.timezone).date()
    return Fate(due, lot_of(services, one.project_id, one.root_instance_id, rule.held_back))


def list_runs(services: Services, account: Account, desk: Desk) -> tuple[PolicyRun, ...]:
    """Return what was approved by rule lately of the records that are the account's to decide, the newest first."""
    with services.reading(review_sight_of(account, desk, services.today())) as uow:
        return tuple(uow.clean_records.runs(services.now() - RUNS_SHOWN))


def lot_of(services: Services, project_id: int, root_instance_id: str, share: int) -> bool:
    """Return whether a record is left to a person by lot."""
    return is_held_back(f"{project_id}:{root_instance_id}", services.settings.secret_key, share)


def _approve_by(services: Services, rule: PolicyInForce, batch_id: str) -> tuple[int, int]:
    """Approve the clean records of one form, some at a time; return how many, and how many the lot held back."""
    before = services.now() - timedelta(days=rule.rule.days)
    approved = held_back = last = 0
    while True:
        with services.unit_of_work(services.operator()) as uow:
            found = uow.clean_records.waiting(
                rule.project_id, rule.rule.form_id, received_before=before, after=last, at_most=RECORDS_A_STEP
            )
            drawn = [
                one for one in found if lot_of(services, rule.project_id, one.root_instance_id, rule.rule.held_back)
            ]
            chosen = [one for one in found if one not in drawn]
            approved += _approve(services, uow, rule, batch_id, chosen=chosen)
        held_back += len(drawn)
        if len(found) < RECORDS_A_STEP:
            return approved, held_back
        last = found[-1].submission_id


def _is_drawn(services: Services, rule: PolicyInForce, one: CleanRecord) -> bool:
    return lot_of(services, rule.project_id, one.root_instance_id, rule.rule.held_back)


def _approve(
    services: Services, uow: UnitOfWork, rule: PolicyInForce, batch_id: str, *, chosen: list[CleanRecord]
) -> int:
    """Approve records that still are what they were when they were found."""
    versions = {one.submission_id: one.version_id for one in chosen}
    locked = [
        one
        for one in uow.reviews.lock(versions).values()
        if one.state is ReviewState.RECEIVED and not one.is_flagged and one.version_id == versions[one.submission_id]
    ]
    uow.reviews.add([_decision(services, rule, batch_id, one) for one in locked])
    settle(services, uow, {one.submission_id: (one.state, ReviewState.APPROVED) for one in locked})
    return len(locked)


def _decision(services: Services, rule: PolicyInForce, batch_id: str, one: Reviewable) -> dict[str, Any]:
    return {
        "submission_id": one.submission_id,
        "version_id": one.version_id,
        "state_before": one.state.value,
        "state": ReviewState.APPROVED.value,
        "comment": "",
        "account_id": None,
        "batch_id": batch_id,
        "decided_at": services.now(),
        "policy_id": rule.policy_id,
        "undoes_id": None,
    }
