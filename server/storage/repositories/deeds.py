"""What people did and opened: added to, and read by those in whose territory it was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, select, true
from sqlalchemy.orm import aliased

from server.access.deeds import DeedKind, Thing
from server.storage.models.deeds import DeedRow
from server.storage.models.people import AccountRow
from server.storage.visible import Reading, Sight, visible_deeds, visible_deeds_by_unit
from server.storage.written_out import number
from server.territory.units import UnitId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row, ScalarSelect, Select


_STROKE: Final = timedelta(hours=1)
"""Longer takes nothing that is done in one stroke."""


@dataclass(frozen=True, slots=True)
class DeedFilters:
    """Which deeds are looked for; None leaves a side open, as an empty login does. *before* is not included."""

    is_sensitive: bool
    kinds: frozenset[DeedKind] | None = None
    login: str = ""
    thing: Thing | None = None
    thing_id: int | None = None
    since: datetime | None = None
    before: datetime | None = None
    is_in_few_units: bool = False
    """Whether the units in sight are few among all there are."""


@dataclass(frozen=True, slots=True)
class DeedPlace:
    """A place in a list of deeds, newest first: the moment, and how many of that very moment lie before it.

    Not the row's number, whose gaps would tell how much was done at the incident desk.
    """

    at: datetime
    shown: int


@dataclass(frozen=True, slots=True)
class DeedLine:
    """One deed with the names of those who did it; *account_name* is empty for what the server did."""

    done_at: datetime
    account_id: int | None
    login: str
    account_name: str
    stands_in_for: str
    kind: DeedKind
    thing: Thing
    thing_id: int | None
    unit_id: UnitId | None
    params: Mapping[str, Any]
    batch_id: str


class Deeds:
    """Deeds in sight."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert deeds."""
        self._connection.execute(insert(DeedRow), [dict(one) for one in rows])

    def has(self, kind: DeedKind, account_id: int, since: datetime) -> bool:
        """Return whether an account did something of a kind since a moment; told to nobody."""
        rows = DeedRow
        found = select(rows.id).where(rows.account_id == account_id, rows.done_at > since, rows.kind == kind.value)
        return self._connection.execute(found.limit(1)).first() is not None

    def has_batch(self, kind: DeedKind, batch_id: str, since: datetime) -> bool:
        """Return whether a deed of a batch was kept since a moment; told to nobody."""
        rows = DeedRow
        found = select(rows.id).where(rows.done_at >= since, rows.kind == kind.value, rows.batch_id == batch_id)
        return self._connection.execute(found.limit(1)).first() is not None

    def last_doer(self, kind: DeedKind, thing: Thing, thing_id: int) -> int | None:
        """Return the account that did a kind of deed to a thing last; None too where the command line did."""
        rows = DeedRow
        found = select(rows.account_id).where(
            rows.thing == thing.value, rows.thing_id == thing_id, rows.kind == kind.value
        )
        return self._connection.execute(found.order_by(rows.done_at.desc(), rows.id.desc()).limit(1)).scalar()

    def stand_ins(self, submission_id: int) -> dict[str, str]:
        """Return whose post was filled in what was done to a record that was found in sight, by batch."""
        rows = DeedRow
        found = (
            select(rows.batch_id, AccountRow.name)
            .join(AccountRow, AccountRow.id == rows.stands_in_for_id)
            .where(rows.thing == Thing.RECORD.value, rows.thing_id == submission_id, rows.batch_id != "")
        )
        return {row.batch_id: row.name for row in self._connection.execute(found)}

    def page(self, filters: DeedFilters, *, after: DeedPlace | None, size: int) -> list[DeedLine]:
        """Return *size* deeds at most, newest first, from *after* on."""
        rows, other = DeedRow, aliased(AccountRow)
        told = visible_deeds(self.sight).outerjoin(AccountRow, AccountRow.id == rows.account_id)
        chosen = _narrowed(told, filters)
        if self._goes_by_unit(filters):
            chosen = told.where(rows.id.in_(self._newest_by_unit(filters, after=after, size=size)))
        if after is not None:
            chosen = chosen.where(rows.done_at <= after.at).offset(after.shown)
        shown = (
            chosen.outerjoin(other, other.id == rows.stands_in_for_id)
            .add_columns(AccountRow.login, AccountRow.name.label("account_name"), other.name.label("stands_in_for"))
            .order_by(rows.done_at.desc(), rows.id.desc())
            .limit(number(size))
        )
        return [_line(row) for row in self._connection.execute(shown).all()]

    def _goes_by_unit(self, filters: DeedFilters) -> bool:
        """Tell whether units are few, and neither a person nor a thing leaves fewer; SQLite joins no LATERAL."""
        is_open = filters.is_in_few_units and not filters.login and filters.thing_id is None
        return is_open and self._connection.dialect.name == "postgresql"

    def _newest_by_unit(self, filters: DeedFilters, *, after: DeedPlace | None, size: int) -> ScalarSelect[Any]:
        """Return the ids of the deeds of a page: of each unit no more are read than the page reaches."""
        assert isinstance(self.sight, Reading), "who sees few units reads in them"
        rows, most = DeedRow, number(size + (after.shown if after else 0))
        places, deeds = visible_deeds_by_unit(self.sight, is_sensitive=filters.is_sensitive)
        each = _narrowed(deeds, filters).with_only_columns(rows.id, rows.done_at)
        if after is not None:
            each = each.where(rows.done_at <= after.at)
        found = each.order_by(rows.done_at.desc(), rows.id.desc()).limit(most).lateral()
        newest = select(found.c.id).select_from(places.join(found, true()))
        return newest.order_by(found.c.done_at.desc(), found.c.id.desc()).limit(most).scalar_subquery()

    def count_of_stroke(self, filters: DeedFilters, one: DeedLine) -> int:
        """Return how many deeds were done in one stroke with *one*, of those that are looked for."""
        rows = DeedRow
        told = visible_deeds(self.sight).outerjoin(AccountRow, AccountRow.id == rows.account_id)
        same = _narrowed(told, filters).where(
            rows.batch_id == one.batch_id,
            rows.kind == one.kind.value,
            rows.done_at.between(one.done_at - _STROKE, one.done_at + _STROKE),
        )
        return int(self._connection.execute(same.with_only_columns(func.count())).scalar_one())


def _narrowed(chosen: Select[Any], filters: DeedFilters) -> Select[Any]:
    rows = DeedRow
    wanted: dict[Any, object | None] = {
        rows.thing: filters.thing.value if filters.thing else None,
        rows.thing_id: filters.thing_id,
    }
    chosen = chosen.where(rows.is_sensitive.is_(filters.is_sensitive))
    chosen = chosen.where(*(column == value for column, value in wanted.items() if value is not None))
    if filters.login:
        chosen = chosen.where(AccountRow.login == filters.login)
    if filters.kinds is not None:
        chosen = chosen.where(rows.kind.in_(sorted(filters.kinds)))
    if filters.since is not None:
        chosen = chosen.where(rows.done_at >= filters.since)
    if filters.before is not None:
        chosen = chosen.where(rows.done_at < filters.before)
    return chosen


def _line(row: Row[*tuple[Any, ...]]) -> DeedLine:
    return DeedLine(
        row.done_at,
        row.account_id,
        row.login or "",
        row.account_name or "",
        row.stands_in_for or "",
        DeedKind(row.kind),
        Thing(row.thing),
        row.thing_id,
        None if row.unit_id is None else UnitId(row.unit_id),
        row.params,
        row.batch_id,
    )
