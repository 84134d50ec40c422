"""Do the work that was put off: the outbox, the spool, what dead uploads left behind.

One bad piece never stops the others: it is put back with its error and tried again, later each time. Any number of
runners may work at once; each piece is claimed by one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from server.errors import DomainError, Unavailable
from server.operations.approve_clean import approve_clean
from server.operations.find_suspects import COMPARE_JOB, find_suspects
from server.operations.move_spool import move_spool
from server.operations.office_imports import IMPORT_JOBS
from server.operations.rederive_submission import rederive
from server.operations.register_version import APPLY_JOB, register_kept_version
from server.operations.release_changes import force_waiting
from server.operations.seal_deeds import seal_deeds
from server.storage.repositories.record_tallies import STEPS_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.operations.services import Services
    from server.storage.repositories.outbox import Job

log = logging.getLogger(__name__)
CLAIMED_AT_ONCE: Final = 10
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=6)
SECONDS_BETWEEN_ROUNDS: Final = 5.0
UPLOAD_IS_DEAD: Final = timedelta(hours=24)
"""A slow upload writes to its file all the time; one untouched for a day belongs to no living request."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did."""

    done: int
    failed: int
    moved: int
    swept: int
    forced: int = 0
    """Changes of entities that waited too long for what comes before them."""
    added_up: int = 0
    """Steps that were added to the numbers of records."""
    approved: int = 0
    """Clean records that were approved by rule."""


def run_round(services: Services) -> Round:
    """Do everything that is due now; raises `Unavailable` when the database is away."""
    done = failed = 0
    while jobs := _claim(services):
        for job in jobs:
            if _try(services, job):
                done += 1
            else:
                failed += 1
    moved, swept, forced = _moved(services), _swept(services), force_waiting(services)
    approved = approve_clean(services).approved
    seal_deeds(services)
    return Round(done, failed, moved, swept, forced, _added_up(services), approved)


def run_until(services: Services, is_over: Callable[[float], bool]) -> None:
    """Do round after round; *is_over* waits the seconds it is given and says whether to end."""
    while True:
        try:
            run_round(services)
        except Unavailable as fault:
            log.warning("jobs.waiting", extra={"reason": fault.code})
        if is_over(SECONDS_BETWEEN_ROUNDS):
            return


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after that many failed attempts: doubled each time, up to a quarter of a day."""
    doublings: int = 1 << min(attempts - 1, 20)
    return min(FIRST_PAUSE * doublings, LONGEST_PAUSE)


def _derive(services: Services, payload: Mapping[str, Any]) -> None:
    rederive(services, int(payload["version_id"]))
    register_kept_version(services, int(payload["version_id"]))


def _apply(services: Services, payload: Mapping[str, Any]) -> None:
    register_kept_version(services, int(payload["version_id"]))


_WORK: Final[Mapping[str, Callable[[Services, Mapping[str, Any]], None]]] = {
    "derive_submission": _derive,
    APPLY_JOB: _apply,
    COMPARE_JOB: find_suspects,
    **IMPORT_JOBS,
}


def _claim(services: Services) -> list[Job]:
    with services.unit_of_work(services.operator()) as uow:
        return uow.outbox.claim(services.now(), CLAIMED_AT_ONCE)


def _try(services: Services, job: Job) -> bool:
    """Do one piece and forget it, or put it back with what went wrong; return whether it is done."""
    try:
        _WORK[job.kind](services, {**job.payload, "job_id": job.job_id})
    except Exception as fault:
        log.exception("job.failed", extra={"job": job.job_id, "kind": job.kind, "attempts": job.attempts})
        until = services.now() + pause_after(job.attempts)
        with services.unit_of_work(services.operator()) as uow:
            uow.outbox.postpone(job.job_id, until=until, error=_named(fault))
        return False
    with services.unit_of_work(services.operator()) as uow:
        uow.outbox.finish(job.job_id)
    return True


def _named(fault: Exception) -> str:
    """Return what may be kept of a fault: its code or kind, never its words, which may quote an answer."""
    return fault.code if isinstance(fault, DomainError) else type(fault).__name__


def _moved(services: Services) -> int:
    try:
        return move_spool(services)
    except DomainError as fault:
        log.warning("spool.waiting", extra={"reason": fault.code})
        return 0


def _added_up(services: Services) -> int:
    done = 0
    while True:
        with services.unit_of_work(services.operator()) as uow:
            some = uow.record_tallies.add_up()
        done += some
        if some < STEPS_AT_ONCE:
            return done


def _swept(services: Services) -> int:
    return services.media.sweep_incoming(written_before=services.now() - UPLOAD_IS_DEAD)
