"""Work to do later, claimed row by row so that several workers never do one piece twice at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, or_, select, update

from server.storage.models.queue import OutboxRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

_CLAIM_LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed piece of work."""

    job_id: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int


class Outbox:
    """The table of work to do later."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, jobs: Sequence[tuple[str, Mapping[str, Any]]], run_at: datetime) -> None:
        """Add (kind, payload) pairs in the transaction that made them necessary."""
        if jobs:
            self._connection.execute(
                insert(OutboxRow),
                [{"kind": kind, "payload": dict(payload), "run_at": run_at} for kind, payload in jobs],
            )

    def claim(self, now: datetime, most: int) -> list[Job]:
        """Take up to *most* due pieces for five minutes; other workers pass over them."""
        due = (
            select(OutboxRow.id)
            .where(OutboxRow.run_at <= now, or_(OutboxRow.claimed_until.is_(None), OutboxRow.claimed_until < now))
            .order_by(OutboxRow.run_at, OutboxRow.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        rows = self._connection.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_(due.scalar_subquery()))
            .values(claimed_until=now + _CLAIM_LASTS, attempts=OutboxRow.attempts + 1)
            .returning(OutboxRow.id, OutboxRow.kind, OutboxRow.payload, OutboxRow.attempts)
        ).all()
        return [Job(row.id, row.kind, row.payload, row.attempts) for row in sorted(rows, key=lambda row: row.id)]

    def hold(self, job_id: int, now: datetime) -> None:
        """Keep a claimed piece for five more minutes: it gets on and is not to be taken by another worker."""
        self._connection.execute(
            update(OutboxRow).where(OutboxRow.id == job_id).values(claimed_until=now + _CLAIM_LASTS)
        )

    def finish(self, job_id: int) -> None:
        """Forget a piece that is done."""
        self._connection.execute(delete(OutboxRow).where(OutboxRow.id == job_id))

    def postpone(self, job_id: int, *, until: datetime, error: str) -> None:
        """Put a piece that failed back, to be tried again at *until*."""
        self._connection.execute(
            update(OutboxRow)
            .where(OutboxRow.id == job_id)
            .values(run_at=until, claimed_until=None, last_error=error[:2000])
        )

    def waiting(self) -> list[tuple[str, int, str]]:
        """Return kind, attempts and last error of every piece not yet done."""
        rows = self._connection.execute(select(OutboxRow.kind, OutboxRow.attempts, OutboxRow.last_error)).all()
        return [(row.kind, row.attempts, row.last_error) for row in rows]
