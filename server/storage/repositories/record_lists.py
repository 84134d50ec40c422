"""Lists of records: narrowed, in one of several orders, paged by key and counted to a bound.

Every statement starts at `visible()`. The page is chosen before anything is joined to it; the last page costs what the
first does. One record with its versions and files is for `records`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, assert_never

from sqlalchemy import Select, and_, case, false, func, literal, or_, select, true, tuple_

from server.storage.models.forms import FormRow, FormVersionRow
from server.storage.models.people import CollaboratorRow
from server.storage.models.submissions import FindingRow, RecordWordRow, SubmissionRow, SubmissionVersionRow
from server.storage.models.territory import UnitAncestorRow
from server.storage.repositories.record_conditions import conditions, has_word, starts_with
from server.storage.repositories.records import line_of, lines_in
from server.storage.repositories.reviews import REVIEWABLE, reviewable_of
from server.storage.visible import Sight, visible, visible_record_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, SQLColumnExpression

    from server.storage.repositories.records import RecordLine
    from server.storage.repositories.reviews import Reviewable
    from server.submissions.review import ReviewState
    from server.territory.units import UnitId

MOST_HITS: Final = 2000
"""So many records are gathered by what they have; what more of them have is looked for record by record instead."""

_WORDS_COUNTED: Final = 5_000
"""How far it is counted how many have a word, to begin with the rarest."""

_SENDERS_AT_FIRST: Final = 8
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


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; an empty filter narrows nothing. Days are instants by now: [since, before)."""

    is_practice: bool
    is_sensitive: bool
    form_key: int | None = None
    unit_id: UnitId | None = None
    states: frozenset[ReviewState] = frozenset()
    is_flagged: bool | None = None
    finding: str = ""
    """The code of a finding its current version has."""
    lacks_files: bool = False
    """Only those that lack a file they name."""
    keys: tuple[int, ...] | None = None
    """Only of these, where they were looked up before: no more than `MOST_HITS`."""
    sender_id: int | None = None
    since: datetime | None = None
    before: datetime | None = None
    figure_year: int | None = None
    """The year whose figures they bear on."""
    words: tuple[str, ...] = ()
    """As `words_in` makes them; each must begin a word of the record."""
    is_in_few_units: bool = False
    """Whether its units are few among all there are, so that reading them whole costs less than looking for them."""


@dataclass(frozen=True, slots=True)
class FormLine:
    """A form of which records are in sight, with the title of its version in force."""

    form_key: int
    form_id: str
    title: str


@dataclass(frozen=True, slots=True)
class SenderLine:
    """A collaborator who sent records."""

    collaborator_id: int
    name: str


class RecordLists:
    """Lists of records in sight."""

    def __init__(self, connection: Connection, sight: Sight) -> None:
        self._connection = connection
        self.sight = sight

    def looked_up(self, filters: Filters) -> Filters:
        """Return the filters with the records that have the words and the finding, where these are few."""
        return self.with_finding(self.with_words(filters))

    def with_finding(self, filters: Filters) -> Filters:
        """Return the filters with the records that have the finding, where these are few."""
        if not filters.finding:
            return filters
        rows = SubmissionVersionRow
        found = select(rows.submission_id).join(FindingRow, FindingRow.version_id == rows.id)
        having = found.where(FindingRow.code == filters.finding, rows.is_current).limit(MOST_HITS + 1)
        keys = self._connection.execute(having).scalars().all()
        return filters if len(keys) > MOST_HITS else replace(filters, finding="", keys=_both(filters.keys, keys))

    def with_words(self, filters: Filters) -> Filters:
        """Return the filters with the records that have every word, where these are few; looked up by the rarest."""
        if not filters.words:
            return filters
        words = self._rarest_first(filters.words)
        has_others = (has_word(RecordWordRow.submission_id, word) for word in words[1:])
        found = self._having(words[0]).where(*has_others).limit(MOST_HITS + 1)
        keys = self._connection.execute(found).scalars().all()
        if len(keys) > MOST_HITS:
            return replace(filters, words=words)
        return replace(filters, words=(), keys=_both(filters.keys, keys))

    def _rarest_first(self, words: tuple[str, ...]) -> tuple[str, ...]:
        if len(words) == 1:
            return words
        bounded = (self._having(one).limit(_WORDS_COUNTED).subquery() for one in words)
        counted = [select(func.count()).select_from(one).scalar_subquery() for one in bounded]
        counts = dict(zip(words, self._connection.execute(select(*counted)).one(), strict=True))
        return tuple(sorted(words, key=lambda one: (counts[one], -len(one))))

    def _having(self, word: str) -> Select[Any]:
        rows = RecordWordRow
        return (
            visible_record_words(self.sight).where(*starts_with(rows.word, word)).with_only_columns(rows.submission_id)
        )

    def page(self, filters: Filters, order: Order, *, after: Cursor | None, size: int) -> list[RecordLine]:
        """Return *size* records at most that come after *after*; by sender, see `page_by_sender`."""
        chosen = self._narrowed(filters).where(_begins(order) if after is None else _comes_after(order, after))
        # The page is chosen before anything is joined to it, or all that is in sight would be joined to be sorted.
        ids = chosen.order_by(*_order(filters, order)).limit(size).scalar_subquery()
        page = lines_in(self.sight).where(SubmissionRow.id.in_(ids)).order_by(*_ORDERED[order])
        return [line_of(row) for row in self._connection.execute(page)]

    def page_by_sender(
        self, filters: Filters, senders: Sequence[int], *, after: Cursor | None, size: int
    ) -> list[RecordLine]:
        """Return *size* records at most that come after *after*, in the order of *senders*, of each the newest first.

        The senders are gone through a few at a time until the page is full; records without one come last.
        """
        rest = _senders_from(senders, after)
        if filters.keys is not None:
            return self._few_by_sender(filters, (*rest, None), after=after, size=size)
        ids = self._ids_of_senders(filters, rest[:_SENDERS_AT_FIRST], after=after, size=size)
        if len(ids) < size:
            ids += self._ids_of_senders(filters, (*rest[_SENDERS_AT_FIRST:], None), after=after, size=size - len(ids))
        places = {one: place for place, one in enumerate(ids)}
        found = self._connection.execute(lines_in(self.sight).where(SubmissionRow.id.in_(ids))) if ids else ()
        return sorted((line_of(row) for row in found), key=lambda line: places[line.submission_id])

    def _few_by_sender(
        self, filters: Filters, senders: Sequence[int | None], *, after: Cursor | None, size: int
    ) -> list[RecordLine]:
        ids = self._of_senders(filters, senders, after=after, size=size).scalar_subquery()
        found = self._connection.execute(lines_in(self.sight).where(SubmissionRow.id.in_(ids)))
        ranks = {one: place for place, one in enumerate(senders)}
        lines = [line_of(row) for row in found]
        lines.sort(key=lambda line: (line.received_at, line.submission_id), reverse=True)
        return sorted(lines, key=lambda line: ranks.get(line.collaborator_id, len(ranks)))

    def count(self, filters: Filters, *, at_most: int) -> int:
        """Return how many records there are, counting no further than *at_most*."""
        counted = select(func.count()).select_from(self._narrowed(filters).limit(at_most).subquery())
        return int(self._connection.execute(counted).scalar_one())

    def reviewables(self, filters: Filters, *, at_most: int) -> list[Reviewable]:
        """Return the newest *at_most* of the records there are, as they stand; they are not locked."""
        rows, versions = SubmissionRow, SubmissionVersionRow
        ids = self._narrowed(filters).order_by(*_order(filters, Order.NEWEST)).limit(at_most).scalar_subquery()
        found = (
            visible(self.sight)
            .join(versions, and_(versions.submission_id == rows.id, versions.is_current))
            .where(rows.id.in_(ids))
            .order_by(*_ORDERED[Order.NEWEST])
        )
        return [reviewable_of(row) for row in self._connection.execute(found.with_only_columns(*REVIEWABLE))]

    def error_codes(self, version_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """Return the codes of the errors of versions that were found in sight, each once."""
        rows = FindingRow
        found = select(rows.version_id, rows.code).where(
            rows.version_id.in_(sorted(version_ids)), rows.severity == "error"
        )
        codes: dict[int, dict[str, None]] = {}
        for row in self._connection.execute(found.order_by(rows.id)):
            codes.setdefault(row.version_id, {})[row.code] = None
        return {version_id: tuple(each) for version_id, each in codes.items()}

    def documents(self, version_ids: Iterable[int]) -> dict[int, bytes]:
        """Return the bytes of versions that were found in sight, by version."""
        rows = SubmissionVersionRow
        found = select(rows.id, rows.xml).where(rows.id.in_(sorted(version_ids)))
        return {row.id: row.xml for row in self._connection.execute(found)}

    def form_versions(self, form_key: int) -> tuple[int, ...]:
        """Return the versions of an everyday form, the newest first; none of a sensitive one."""
        everyday = select(FormRow.id).where(FormRow.id == form_key, FormRow.is_sensitive.is_(False))
        found = select(FormVersionRow.id).where(FormVersionRow.form_key.in_(everyday))
        return tuple(self._connection.execute(found.order_by(FormVersionRow.id.desc())).scalars())

    def forms(self, *, is_sensitive: bool) -> list[FormLine]:
        """Return the forms a list can be narrowed to, by title."""
        rows = self._connection.execute(
            select(FormRow.id, FormRow.form_id, FormVersionRow.title)
            .join(FormVersionRow, and_(FormVersionRow.form_key == FormRow.id, FormVersionRow.is_current))
            .where(FormRow.is_sensitive.is_(is_sensitive))
            .order_by(FormVersionRow.title, FormRow.id)
        )
        return [FormLine(row.id, row.form_id, row.title) for row in rows]

    def finding_codes(self, filters: Filters, *, among: int) -> list[str]:
        """Return the codes of the findings of *among* of the records there are: the newest, or any that have words."""
        ordered = () if filters.words else _order(filters, Order.NEWEST)
        newest = self._narrowed(filters).order_by(*ordered).limit(among).scalar_subquery()
        found = (
            select(FindingRow.code)
            .join(SubmissionVersionRow, SubmissionVersionRow.id == FindingRow.version_id)
            .where(SubmissionVersionRow.is_current, SubmissionVersionRow.submission_id.in_(newest))
        )
        return list(self._connection.execute(found.distinct().order_by(FindingRow.code)).scalars())

    def senders(self) -> list[SenderLine]:
        """Return everybody who may have sent one, by id; who sent what is not told."""
        rows = self._connection.execute(select(CollaboratorRow.id, CollaboratorRow.name).order_by(CollaboratorRow.id))
        return [SenderLine(row.id, row.name) for row in rows]

    def senders_below(self, unit_id: UnitId, *, at_most: int) -> list[SenderLine]:
        """Return who sent the records in sight at or below a unit, by id, no more than *at_most*."""
        below = select(UnitAncestorRow.unit_id).where(UnitAncestorRow.ancestor_id == unit_id)
        return self._senders_of(SubmissionRow.unit_id.in_(below), at_most)

    def sender(self, collaborator_id: int) -> list[SenderLine]:
        """Return who that is, if a record in sight was sent by them."""
        return self._senders_of(SubmissionRow.collaborator_id == collaborator_id, 1)

    def _senders_of(self, where: ColumnElement[bool], at_most: int) -> list[SenderLine]:
        sent = visible(self.sight).where(where).with_only_columns(SubmissionRow.collaborator_id).distinct()
        found = select(CollaboratorRow.id, CollaboratorRow.name).where(CollaboratorRow.id.in_(sent))
        rows = self._connection.execute(found.order_by(CollaboratorRow.id).limit(at_most))
        return [SenderLine(row.id, row.name) for row in rows]

    def _of_senders(
        self, filters: Filters, senders: Sequence[int | None], *, after: Cursor | None, size: int
    ) -> Select[Any]:
        """Return records of these senders, None standing for those without one; of *after*'s, those after it alone."""
        rows, ranks = SubmissionRow, {one: place for place, one in enumerate(senders) if one is not None}
        nobody = rows.collaborator_id.is_(None) if None in senders else false()
        within = or_(rows.collaborator_id.in_(list(ranks)), nobody)
        chosen = self._narrowed(filters).where(within)
        if after is not None:
            is_hers = func.coalesce(rows.collaborator_id, 0) == (after.collaborator_id or 0)
            chosen = chosen.where(or_(~is_hers, _comes_after(Order.NEWEST, after)))
        by_name = [case(ranks, value=rows.collaborator_id, else_=len(ranks) + 1)] if ranks else []
        return chosen.order_by(*by_name, *_ORDERED[Order.NEWEST]).limit(size)

    def _ids_of_senders(
        self, filters: Filters, senders: Sequence[int | None], *, after: Cursor | None, size: int
    ) -> list[int]:
        return list(self._connection.execute(self._of_senders(filters, senders, after=after, size=size)).scalars())

    def _narrowed(self, filters: Filters) -> Select[Any]:
        """Return the ids of the records in sight that the filters leave."""
        narrowed = visible(self.sight).where(*conditions(filters))
        return narrowed.with_only_columns(SubmissionRow.id)


_ORDERED: Final = {
    Order.NEWEST: (SubmissionRow.received_at.desc(), SubmissionRow.id.desc()),
    Order.OLDEST: (SubmissionRow.received_at, SubmissionRow.id),
    Order.VISIT: (SubmissionRow.event_date.desc(), SubmissionRow.id.desc()),
}


def _order(filters: Filters, order: Order) -> Sequence[SQLColumnExpression[Any]]:
    """Return the order; of records that were looked up before, or lie in few units, written as no index has it.

    PostgreSQL would go through all records in their order for those few.
    """
    if filters.keys is None and not filters.is_in_few_units:
        return _ORDERED[order]
    column = SubmissionRow.event_date if order is Order.VISIT else SubmissionRow.received_at
    plain = func.coalesce(column, column)
    return (plain, SubmissionRow.id) if order is Order.OLDEST else (plain.desc(), SubmissionRow.id.desc())


def _begins(order: Order) -> ColumnElement[bool]:
    """Return what holds of every record, but tells SQLite by which index the order is had."""
    rows = SubmissionRow
    return rows.event_date >= literal(_FIRST_DAY, rows.event_date.type) if order is Order.VISIT else true()


def _comes_after(order: Order, after: Cursor) -> ColumnElement[bool]:
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


def _senders_from(senders: Sequence[int], after: Cursor | None) -> Sequence[int]:
    """Return the senders from that of *after* on; none where only records without a sender are left."""
    if after is None:
        return senders
    if after.collaborator_id is None:
        return ()
    return senders[senders.index(after.collaborator_id) :] if after.collaborator_id in senders else senders


def _both(keys: tuple[int, ...] | None, found: Sequence[int]) -> tuple[int, ...]:
    """Return those of *found* that are among *keys*, if there are any to be among."""
    return tuple(sorted(set(found) if keys is None else set(found) & set(keys)))
