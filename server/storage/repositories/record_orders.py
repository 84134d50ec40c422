"""In which order a list of records stands, where its next page begins, and how a page of few units is chosen.

The last page costs what the first does, and neither what a province holds: of few units each is read in the order of
the list, by an index and as far as a page reaches, and what they gave is put in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, assert_never

from sqlalchemy import Select, func, literal, select, true, tuple_

from server.storage.models.submissions import SubmissionRow
from server.storage.visible import visible_by_unit
from server.storage.written_out import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, SQLColumnExpression

    from server.storage.repositories.records import RecordLine
    from server.storage.visible import Reading

_FIRST_DAY: Final = date(1, 1, 1)


class Order(StrEnum):
    """In which order a list stands; the words are ``console.records.order.<value>``."""

    NEWEST = "newest"
    OLDEST = "oldest"
    VISIT = "visit"
    SENDER = "sender"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after which a list goes on, in whatever order: what the last record seen is ordered by."""

    received_at: datetime
    submission_id: int
    event_date: date | None
    collaborator_id: int | None

    @staticmethod
    def at(line: RecordLine) -> Cursor:
        """Return the place of a record."""
        return Cursor(line.received_at, line.submission_id, line.event_date, line.collaborator_id)


ORDERED: Final = {
    Order.NEWEST: (SubmissionRow.received_at.desc(), SubmissionRow.id.desc()),
    Order.OLDEST: (SubmissionRow.received_at, SubmissionRow.id),
    Order.VISIT: (SubmissionRow.event_date.desc(), SubmissionRow.id.desc()),
}


def unindexed(order: Order) -> Sequence[SQLColumnExpression[Any]]:
    """Return an order written as no index has it.

    PostgreSQL would go through all records in their order for the few that were looked up before.
    """
    column = SubmissionRow.event_date if order is Order.VISIT else SubmissionRow.received_at
    plain = func.coalesce(column, column)
    return (plain, SubmissionRow.id) if order is Order.OLDEST else (plain.desc(), SubmissionRow.id.desc())


def unit_by_unit(
    sight: Reading, where: Iterable[ColumnElement[bool]], order: Order, *, is_sensitive: bool, size: int
) -> Select[Any]:
    """Return the ids of the first *size* records in *sight* of which all of *where* holds, of each unit no more."""
    places, records = visible_by_unit(sight, is_sensitive=is_sensitive)
    column = SubmissionRow.event_date if order is Order.VISIT else SubmissionRow.received_at
    columns = (SubmissionRow.id.label("id"), column.label("at"))
    each = records.with_only_columns(*columns).where(*where).order_by(*ORDERED[order]).limit(number(size)).lateral()
    chosen = select(each.c.id).select_from(places.join(each, true())).limit(number(size))
    if order is Order.OLDEST:
        return chosen.order_by(each.c.at, each.c.id)
    return chosen.order_by(each.c.at.desc(), each.c.id.desc())


def any_of_units(sight: Reading, where: Iterable[ColumnElement[bool]], *, is_sensitive: bool, size: int) -> Select[Any]:
    """Return the ids of *size* records at most in *sight* of which all of *where* holds, whichever come first."""
    places, records = visible_by_unit(sight, is_sensitive=is_sensitive)
    each = records.with_only_columns(SubmissionRow.id.label("id")).where(*where).limit(number(size)).lateral()
    return select(each.c.id).select_from(places.join(each, true())).limit(number(size))


def begins(order: Order) -> ColumnElement[bool]:
    """Return what holds of every record, but tells SQLite by which index the order is had."""
    rows = SubmissionRow
    return rows.event_date >= literal(_FIRST_DAY, rows.event_date.type) if order is Order.VISIT else true()


def comes_after(order: Order, after: Cursor) -> ColumnElement[bool]:
    """Return what holds of the records that stand after a place of the list."""
    rows = SubmissionRow
    received = tuple_(rows.received_at, rows.id)
    place = tuple_(literal(after.received_at, rows.received_at.type), literal(after.submission_id))
    match order:
        case Order.NEWEST | Order.SENDER:
            return received < place
        case Order.OLDEST:
            return received > place
        case Order.VISIT:
            visited = tuple_(literal(after.event_date, rows.event_date.type), literal(after.submission_id))
            return tuple_(rows.event_date, rows.id) < visited
        case _:
            assert_never(order)
