"""Locked periods: kept once, read as they were kept; and what moved their figures since, record by record.

What is frozen has no sensitive measure in it. Late changes of one are never asked for: whoever reads them names the
sources of frozen figures, and those of a form that became sensitive since are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, distinct, func, insert, select, union_all
from sqlalchemy.orm import aliased

from server.indicators.periods import Period
from server.storage.models.figures import ContributionRow
from server.storage.models.forms import FormRow
from server.storage.models.locks import LateChangeRow, PeriodLockRow
from server.storage.models.submissions import SubmissionRow, SubmissionVersionRow
from server.storage.models.territory import UnitAncestorRow
from server.storage.repositories.past_words import past_units, units_past_then
from server.storage.visible import visible
from server.storage.written_out import among
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row, Select, Subquery

    from server.indicators.sources import Source
    from server.storage.repositories.past_words import Word
    from server.storage.visible import Sight


@dataclass(frozen=True, slots=True)
class KeptLock:
    """One revision of a lock, without its table."""

    lock_id: int
    project_id: int
    unit_id: UnitId
    period: Period
    revision: int
    sha256: str
    locked_at: datetime
    author: str
    reason: str
    last_change_id: int


@dataclass(frozen=True, slots=True)
class LateRecord:
    """A record that moved a frozen figure since: *thousandths* is what it adds now beyond what it added then."""

    submission_id: int
    unit_id: UnitId
    instance_name: str
    review_state: str
    received_at: datetime
    thousandths: int


@dataclass(frozen=True, slots=True)
class Turned:
    """Units whose word of how they stood is past (see `past_words`): *gone* since the lock, *still* since before.

    Of those *back* it was past then, and counts again.
    """

    gone: frozenset[UnitId] = frozenset()
    still: frozenset[UnitId] = frozenset()
    back: frozenset[UnitId] = frozenset()


NOTHING_TURNED: Final = Turned()


@dataclass(frozen=True, slots=True)
class LateExtent:
    """Which late changes: since a lock, to the figures of *year*, below *unit_id* on the boundaries of *frame*."""

    lock: KeptLock
    year: int
    frame: str
    unit_id: UnitId
    turned: Turned = NOTHING_TURNED


class Locks:
    """Locked periods and what came late."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def add(self, facts: Mapping[str, Any]) -> int:
        """Keep a lock for ever and return its id; no review may move a figure meanwhile."""
        last = self._connection.execute(select(func.coalesce(func.max(LateChangeRow.id), 0))).scalar_one()
        statement = insert(PeriodLockRow).returning(PeriodLockRow.id)
        return int(self._connection.execute(statement, {**facts, "last_change_id": last}).scalar_one())

    def revisions(self, project_id: int, unit_id: UnitId, period: Period) -> list[KeptLock]:
        """Return the revisions of one lock, the first one first."""
        rows = PeriodLockRow
        asked = _locks().where(rows.project_id == project_id, rows.unit_id == unit_id, rows.period == period.label)
        return self._found(asked.order_by(rows.revision))

    def one(self, lock_id: int) -> KeptLock | None:
        """Return one lock."""
        return next(iter(self._found(_locks().where(PeriodLockRow.id == lock_id))), None)

    def content(self, lock_id: int) -> bytes:
        """Return the bytes of a lock's table."""
        rows = select(PeriodLockRow.content).where(PeriodLockRow.id == lock_id)
        return bytes(self._connection.execute(rows).scalar_one())

    def opened(self, lock_id: int) -> tuple[list[KeptLock], bytes]:
        """Return every revision of a lock, the first one first, and the bytes of this one; nothing for none."""
        rows, this = PeriodLockRow, aliased(PeriodLockRow)
        is_its = and_(rows.project_id == this.project_id, rows.unit_id == this.unit_id, rows.period == this.period)
        content = case((rows.id == lock_id, rows.content)).label("content")
        asked = _locks().add_columns(content).join(this, is_its).where(this.id == lock_id).order_by(rows.revision)
        found = self._connection.execute(asked).all()
        return self._kept(found), b"".join(bytes(row.content) for row in found if row.content is not None)

    def every(self, year: int | None = None) -> list[KeptLock]:
        """Return the locks of a year or of all, the newest first."""
        rows = PeriodLockRow
        asked = _locks() if year is None else _locks().where(rows.year == year)
        return self._found(asked.order_by(rows.id.desc()))

    def years(self) -> list[int]:
        """Return the years there are locks of."""
        rows = select(PeriodLockRow.year).distinct().order_by(PeriodLockRow.year)
        return list(self._connection.execute(rows).scalars())

    def damaged(self, hash_of: Callable[[bytes], str]) -> list[int]:
        """Return the locks whose bytes no longer have their hash."""
        rows = self._connection.execute(select(PeriodLockRow.id, PeriodLockRow.content, PeriodLockRow.sha256))
        return [row.id for row in rows if hash_of(bytes(row.content)) != row.sha256]

    def turned(self, extent: LateExtent, word: Word) -> Turned:
        """Return whose word is past now, and whose was when the period was locked."""
        now = past_units(self._connection, word)
        then = units_past_then(self._connection, word, extent.lock.last_change_id)
        return Turned(gone=now - then, still=now & then, back=then - now)

    def late_records(self, extent: LateExtent, source: Source, *, after: int | None, at_most: int) -> list[LateRecord]:
        """Return records in sight that moved a frozen figure since, the newest first, those before record *after*."""
        rows, records = _moves(extent, source), SubmissionRow
        found = (
            visible(self.sight)
            .join(SubmissionVersionRow, SubmissionVersionRow.submission_id == records.id)
            .join(rows, rows.c.version_id == SubmissionVersionRow.id)
            .group_by(records.id)
            .having(func.sum(rows.c.thousandths) != 0)
            .order_by(records.id.desc())
            .limit(at_most)
            .with_only_columns(
                records.id,
                records.received_at,
                records.instance_name,
                records.review_state,
                func.max(rows.c.unit_id).label("unit_id"),
                func.sum(rows.c.thousandths).label("thousandths"),
            )
        )
        if after is not None:
            found = found.where(records.id < after)
        return [
            LateRecord(
                submission_id=row.id,
                unit_id=UnitId(row.unit_id),
                instance_name=row.instance_name,
                review_state=row.review_state,
                received_at=row.received_at,
                thousandths=int(row.thousandths),
            )
            for row in self._connection.execute(found)
        ]

    def late_by_unit(self, extent: LateExtent, source: Source) -> dict[UnitId, int]:
        """Return by how much a frozen figure moved since in each lowest unit, whoever may see its records."""
        rows = _moves(extent, source)
        asked = select(rows.c.unit_id, func.sum(rows.c.thousandths).label("thousandths"))
        found = self._connection.execute(asked.group_by(rows.c.unit_id))
        return {UnitId(row.unit_id): int(row.thousandths) for row in found}

    def late_total(self, extent: LateExtent, source: Source) -> tuple[int, int]:
        """Return how many records moved a frozen figure since, in sight or not, and by how much together."""
        rows = _moves(extent, source)
        moved = (
            select(SubmissionVersionRow.submission_id, func.sum(rows.c.thousandths).label("thousandths"))
            .join(rows, rows.c.version_id == SubmissionVersionRow.id)
            .group_by(SubmissionVersionRow.submission_id)
            .having(func.sum(rows.c.thousandths) != 0)
            .subquery()
        )
        whole = select(func.count(), func.coalesce(func.sum(moved.c.thousandths), 0)).select_from(moved)
        records, thousandths = self._connection.execute(whole).one()
        return int(records), int(thousandths)

    def arrived_late(self, extent: LateExtent, form_ids: Iterable[str]) -> int:
        """Return how many records of these forms about the locked year came in after it was locked, in sight or not."""
        records = SubmissionRow
        return self._connection.execute(
            select(func.count(distinct(records.id)))
            .join(FormRow, FormRow.id == records.form_key)
            .where(
                records.project_id == extent.lock.project_id,
                records.is_sensitive.is_(False),
                records.merged_into_id.is_(None),
                records.figure_year == extent.year,
                records.received_at > extent.lock.locked_at,
                FormRow.form_id.in_(sorted(form_ids)),
                records.unit_id.in_(_below(extent)),
            )
        ).scalar_one()

    def _found(self, asked: Any) -> list[KeptLock]:  # noqa: ANN401 a select of columns
        return self._kept(self._connection.execute(asked))

    @staticmethod
    def _kept(rows: Iterable[Row[Any]]) -> list[KeptLock]:
        return [
            KeptLock(
                lock_id=row.id,
                project_id=row.project_id,
                unit_id=UnitId(row.unit_id),
                period=Period.parse(row.period),
                revision=row.revision,
                sha256=row.sha256,
                locked_at=row.locked_at,
                author=row.author,
                reason=row.reason,
                last_change_id=row.last_change_id,
            )
            for row in rows
        ]


def _locks() -> Any:  # noqa: ANN401 a select of columns has no type of its own
    rows = PeriodLockRow
    return select(
        rows.id,
        rows.project_id,
        rows.unit_id,
        rows.period,
        rows.revision,
        rows.sha256,
        rows.locked_at,
        rows.author,
        rows.reason,
        rows.last_change_id,
    )


def _moves(extent: LateExtent, source: Source) -> Subquery:
    """Return by how much each version moved *source* in the extent since, by unit.

    What came late moved it, unless the unit's word was past by the lock. A word that is past since then counts no more,
    and one that is not any more counts again.
    """
    late, words, turned = LateChangeRow, ContributionRow, extent.turned
    came = select(late.version_id, late.unit_id, late.thousandths).where(
        _is_of(late, extent, source), late.id > extent.lock.last_change_id
    )
    if turned == NOTHING_TURNED:
        return came.subquery("moved")
    counted = and_(_is_of(words, extent, source), words.is_counted)
    sides = ((-words.thousandths, turned.gone), (words.thousandths, turned.back))
    switched = (
        select(words.version_id, words.unit_id, moved).where(counted, among(words.unit_id, units))
        for moved, units in sides
    )
    came = came.where(~among(late.unit_id, turned.still | turned.back))
    return union_all(came, *switched).subquery("moved")


def _is_of(rows: Any, extent: LateExtent, source: Source) -> ColumnElement[bool]:  # noqa: ANN401 either table
    """Return what makes a row one of *source* in the extent."""
    return and_(
        rows.project_id == extent.lock.project_id,
        rows.period == extent.year,
        rows.measure == source.measure,
        rows.category.in_(source.categories),
        rows.unit_id.in_(_below(extent)),
    )


def _below(extent: LateExtent) -> Select[Any]:
    above = UnitAncestorRow
    return select(above.unit_id).where(
        above.frame == extent.frame, above.ancestor_id == extent.unit_id, above.is_partial.is_(False)
    )
