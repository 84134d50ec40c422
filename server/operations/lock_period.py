"""Lock a period: freeze the figures of a unit and what lies in it, once, and revise them as a whole.

What is frozen are bytes with their author, time and hash; nothing unlocks them. What arrives later moves today's
figures and is kept beside the lock (see `read_locks`). A revision is a further lock with a number and a reason.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.access.deeds import Deed, DeedKind, Thing
from server.errors import Conflict, InvalidInput, NotFound
from server.indicators.lock_format import read_lock, written_lock
from server.indicators.locks import LockedPeriod, LockedPlan, LockedTable
from server.operations.lock_signers import authorise_signing
from server.operations.note_deeds import note_deeds
from server.operations.unit_figures import entries_of, place_of, tables_of

if TYPE_CHECKING:
    from server.access.actors import Account
    from server.indicators.periods import Period
    from server.operations.services import Services
    from server.storage.repositories.locks import KeptLock
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

log = logging.getLogger(__name__)
LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class LockOrder:
    """What to lock; *reason* says why a period that is locked already is to be revised, empty for a first lock."""

    project_id: int
    unit_id: UnitId
    period: Period
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """In whose name; no account for the command line."""

    account_id: int | None
    name: str


def lock_period(services: Services, account: Account, order: LockOrder) -> KeptLock:
    """Lock a period in the account's name and return the lock.

    Raises what `lock_within` raises.
    """
    with services.unit_of_work(services.operator()) as uow:
        return lock_within(services, uow, account, order)


def lock_within(services: Services, uow: UnitOfWork, account: Account, order: LockOrder) -> KeptLock:
    """Lock a period inside a transaction that keeps more with it, such as a report's file.

    Raises what `authorise_signing` and `place_of` raise, NotFound ``project.unknown``, InvalidInput
    ``locks.no_figures`` (period) or ``locks.reason_too_long`` (most), Conflict ``locks.already_locked`` (unit, period,
    revision), ``locks.not_locked`` or, for a revision, ``locks.nothing_changed``.
    """
    here = services.atlas.current()
    authorise_signing(here, account, order.unit_id, services.today())
    known = uow.accounts.by_id(account.account_id)
    assert known is not None, "a session has an account"
    lock = _lock(services, uow, order, Signer(account.account_id, known.name))
    told = Deed(
        DeedKind.PERIOD_LOCKED,
        Thing.PERIOD,
        lock.lock_id,
        order.unit_id,
        {"period": order.period.label, "revision": lock.revision},
    )
    note_deeds(services, uow, account, told)
    return lock


def lock_for_the_operator(services: Services, order: LockOrder, author: str) -> KeptLock:
    """Lock a period for the command line, in the name of *author*; raises what `lock_within` raises but for rights."""
    with services.unit_of_work(services.operator()) as uow:
        return _lock(services, uow, order, Signer(None, author))


def lock_as(services: Services, uow: UnitOfWork, order: LockOrder, signer: Signer) -> KeptLock:
    """Lock a period inside a transaction whose caller has looked at the signer's rights; raises as `lock_within`."""
    return _lock(services, uow, order, signer)


def is_locked(uow: UnitOfWork, project_id: int, unit_id: UnitId, period: Period) -> bool:
    """Return whether the period of the unit is locked."""
    return bool(uow.locks.revisions(project_id, unit_id, period))


def _lock(services: Services, uow: UnitOfWork, order: LockOrder, signer: Signer) -> KeptLock:
    reason = order.reason.strip()
    if len(reason) > LONGEST_REASON:
        raise InvalidInput("locks.reason_too_long", most=LONGEST_REASON)
    uow.figures.exclude_reviews()
    made = _made(services, uow, order, signer, reason=reason)
    before = uow.locks.revisions(order.project_id, order.unit_id, order.period)
    _check(uow, made, before)
    content = written_lock(made)
    lock_id = uow.locks.add(
        {
            "project_id": order.project_id,
            "unit_id": order.unit_id,
            "year": order.period.year,
            "period": order.period.label,
            "revision": made.revision,
            "content": content,
            "sha256": hashlib.sha256(content).hexdigest(),
            "locked_at": made.locked_at,
            "account_id": signer.account_id,
            "author": signer.name,
            "reason": reason,
        }
    )
    lock = uow.locks.one(lock_id)
    assert lock is not None, "it was kept just now"
    log.info("period.locked", extra={"lock": lock_id, "period": order.period.label, "revision": made.revision})
    return lock


def _made(services: Services, uow: UnitOfWork, order: LockOrder, signer: Signer, *, reason: str) -> LockedPeriod:
    project = uow.projects.by_id(order.project_id)
    if project is None:
        raise NotFound("project.unknown", project=order.project_id)
    here = services.atlas.current()
    place = place_of(here.territory, order.unit_id, order.period, services.today())
    entries = entries_of(uow, order.project_id, order.period)
    if not entries:
        raise InvalidInput("locks.no_figures", period=order.period.label)
    hashes = {one.plan_id: one.sha256 for one in uow.plans.in_force()}
    indicators = [(one.plan_id, one.indicator) for one in entries]
    tables = tables_of(uow, here, place, project_id=order.project_id, indicators=indicators)
    return LockedPeriod(
        project_id=order.project_id,
        project_name=project.name,
        unit=place.unit,
        period=order.period,
        frame=place.frame,
        revision=len(uow.locks.revisions(order.project_id, order.unit_id, order.period)) + 1,
        reason=reason,
        author=signer.name,
        locked_at=services.now(),
        tables=tuple(
            LockedTable(LockedPlan(one.plan_id, one.plan_name, hashes[one.plan_id]), table)
            for one, table in zip(entries, tables, strict=True)
        ),
    )


def _check(uow: UnitOfWork, made: LockedPeriod, before: list[KeptLock]) -> None:
    """Refuse a second first lock, a revision of nothing, and one that says what the lock before it says."""
    named = {"unit": made.unit.name, "period": made.period.label}
    if before and not made.reason:
        raise Conflict("locks.already_locked", **named, revision=before[-1].revision)
    if made.reason and not before:
        raise Conflict("locks.not_locked", **named)
    if before and read_lock(uow.locks.content(before[-1].lock_id)).tables == made.tables:
        raise Conflict("locks.nothing_changed", **named)
