"""Lists of records: narrowed, in one of several orders, paged by key and counted to a bound.

Every statement starts at `visible()`. The page is chosen before anything is joined to it; the last page costs what the
first does. One record with its versions and files is for `records`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Select, and_, case, false, func, or_, select

from server.storage.models.forms import FormRow, FormVersionRow
from server.storage.models.people import CollaboratorRow
from server.storage.models.submissions import FindingRow, RecordWordRow, SubmissionRow, SubmissionVersionRow
from server.storage.repositories.record_conditions import SET_BACK, conditions, has_word, starts_with
from server.storage.repositories.record_orders import (
    ORDERED,
    Order,
    any_of_units,
    begins,
    comes_after,
    unindexed,
    unit_by_unit,
)
from server.storage.repositories.records import line_of, lines_in
from server.storage.repositories.reviews import REVIEWABLE, reviewable_of
from server.storage.visible import Reading, Sight, visible, visible_record_words
from server.storage.written_out import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from server.storage.repositories.record_orders import Cursor
    from server.storage.repositories.records import RecordLine
    from server.storage.repositories.reviews import Reviewable
    from server.submissions.review import ReviewState
    from server.territory.units import UnitId

MOST_HITS: Final = 2000
"""So many records are gathered by what they have; what more of them have is looked for record by record instead."""

_WORDS_COUNTED: Final = 5_000
"""How far it is counted how many have a word, to begin with the rarest."""

_SENDERS_AT_FIRST: Final = 8


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
    some: tuple[int, ...] = ()
    """Some of the records that have the words, where these are too many to gather."""
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
        having = found.where(FindingRow.code == filters.finding, rows.is_current).limit(number(MOST_HITS + 1))
        keys = self._connection.execute(having).scalars().all()
        return filters if len(keys) > MOST_HITS else replace(filters, finding="", keys=_both(filters.keys, keys))

    def with_words(self, filters: Filters) -> Filters:
        """Return the filters with the records that have every word, where these are few; looked up by the rarest."""
        if not filters.words:
            return filters
        words = self._rarest_first(filters.words)
        has_others = (has_word(RecordWordRow.submission_id, word) for word in words[1:])
        found = self._having(words[0]).where(*has_others).limit(number(MOST_HITS + 1))
        keys = self._connection.execute(found).scalars().all()
        if len(keys) > MOST_HITS:
            return replace(filters, words=words, some=tuple(keys))
        return replace(filters, words=(), keys=_both(filters.keys, keys))

    def _rarest_first(self, words: tuple[str, ...]) -> tuple[str, ...]:
        if len(words) == 1:
            return words
        bounded = (self._having(one).limit(number(_WORDS_COUNTED)).subquery() for one in words)
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
        # The page is chosen before anything is joined to it, or all that is in sight would be joined to be sorted.
        ids = self._ids(filters, order, after=after, size=size).scalar_subquery()
        page = lines_in(self.sight).where(SubmissionRow.id.in_(ids)).order_by(*ORDERED[order])
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
        if filters.some:
            among_some = self.count(_of_some(filters), at_most=at_most)
            if among_some >= at_most:
                return among_some
        counted = select(func.count()).select_from(self._any(filters, at_most).subquery())
        return int(self._connection.execute(counted).scalar_one())

    def reviewables(self, filters: Filters, *, at_most: int) -> list[Reviewable]:
        """Return the newest *at_most* of the records there are, as they stand; they are not locked."""
        rows, versions = SubmissionRow, SubmissionVersionRow
        ids = self._ids(filters, Order.NEWEST, after=None, size=at_most).scalar_subquery()
        found = (
            visible(self.sight)
            .join(versions, and_(versions.submission_id == rows.id, versions.is_current))
            .where(rows.id.in_(ids))
            .order_by(*ORDERED[Order.NEWEST])
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

    def finding_codes(self, filters: Filters, *, of: int) -> list[str]:
        """Return the codes of the findings of so many of the records there are: the newest, or any that have words."""
        if filters.some:
            chosen = self._any(_of_some(filters), of)
        elif filters.words:
            chosen = self._any(filters, of)
        else:
            chosen = self._ids(filters, Order.NEWEST, after=None, size=of)
        found = (
            select(FindingRow.code)
            .join(SubmissionVersionRow, SubmissionVersionRow.id == FindingRow.version_id)
            .where(SubmissionVersionRow.is_current, SubmissionVersionRow.submission_id.in_(chosen.scalar_subquery()))
        )
        return list(self._connection.execute(found.distinct().order_by(FindingRow.code)).scalars())

    def senders(self) -> list[SenderLine]:
        """Return everybody who may have sent one, by id; who sent what is not told."""
        rows = self._connection.execute(select(CollaboratorRow.id, CollaboratorRow.name).order_by(CollaboratorRow.id))
        return [SenderLine(row.id, row.name) for row in rows]

    def senders_of(self, filters: Filters, *, newest: int, at_most: int) -> list[SenderLine]:
        """Return who sent the *newest* of the records there are, by id, no more than *at_most*."""
        ids = self._ids(filters, Order.NEWEST, after=None, size=newest).scalar_subquery()
        return self._senders_of(SubmissionRow.id.in_(ids), at_most)

    def sender(self, collaborator_id: int) -> list[SenderLine]:
        """Return who that is, if a record in sight was sent by them."""
        sent = visible(self.sight).where(SubmissionRow.collaborator_id == CollaboratorRow.id)
        person = select(CollaboratorRow.id, CollaboratorRow.name).where(CollaboratorRow.id == collaborator_id)
        rows = self._connection.execute(person.where(sent.with_only_columns(SubmissionRow.id).exists()))
        return [SenderLine(row.id, row.name) for row in rows]

    def _senders_of(self, where: ColumnElement[bool], at_most: int) -> list[SenderLine]:
        sent = visible(self.sight).where(where).with_only_columns(SubmissionRow.collaborator_id).distinct()
        found = select(CollaboratorRow.id, CollaboratorRow.name).where(CollaboratorRow.id.in_(sent))
        rows = self._connection.execute(found.order_by(CollaboratorRow.id).limit(number(at_most)))
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
            chosen = chosen.where(or_(~is_hers, comes_after(Order.NEWEST, after)))
        by_name = [case(ranks, value=rows.collaborator_id, else_=len(ranks) + 1)] if ranks else []
        return chosen.order_by(*by_name, *ORDERED[Order.NEWEST]).limit(number(size))

    def _ids_of_senders(
        self, filters: Filters, senders: Sequence[int | None], *, after: Cursor | None, size: int
    ) -> list[int]:
        return list(self._connection.execute(self._of_senders(filters, senders, after=after, size=size)).scalars())

    def _ids(self, filters: Filters, order: Order, *, after: Cursor | None, size: int) -> Select[Any]:
        """Return the ids of the first *size* records the filters leave."""
        where = begins(order) if after is None else comes_after(order, after)
        if self._goes_by_unit(filters) and isinstance(self.sight, Reading):
            wanted = (*conditions(filters), where)
            return unit_by_unit(self.sight, wanted, order, is_sensitive=filters.is_sensitive, size=size)
        is_plain = filters.keys is None and not filters.is_in_few_units
        ordered = ORDERED[order] if is_plain else unindexed(order)
        return self._narrowed(filters).where(where).order_by(*ordered).limit(number(size))

    def _any(self, filters: Filters, size: int) -> Select[Any]:
        """Return the ids of *size* records at most that the filters leave, whichever come first."""
        if self._goes_by_unit(filters) and isinstance(self.sight, Reading):
            return any_of_units(self.sight, conditions(filters), is_sensitive=filters.is_sensitive, size=size)
        return self._narrowed(filters).limit(number(size))

    def _goes_by_unit(self, filters: Filters) -> bool:
        """Tell whether units are few and nothing else leaves fewer; SQLite, which joins no LATERAL, sorts theirs."""
        is_rare = filters.keys is not None or filters.sender_id is not None or filters.lacks_files
        if is_rare or not filters.is_in_few_units or (filters.states and filters.states <= SET_BACK):
            return False
        return self._connection.dialect.name == "postgresql"

    def _narrowed(self, filters: Filters) -> Select[Any]:
        """Return the ids of the records in sight that the filters leave."""
        narrowed = visible(self.sight).where(*conditions(filters))
        return narrowed.with_only_columns(SubmissionRow.id)


def _senders_from(senders: Sequence[int], after: Cursor | None) -> Sequence[int]:
    """Return the senders from that of *after* on; none where only records without a sender are left."""
    if after is None:
        return senders
    if after.collaborator_id is None:
        return ()
    return senders[senders.index(after.collaborator_id) :] if after.collaborator_id in senders else senders


def _of_some(filters: Filters) -> Filters:
    """Return the filters as they narrow some of the records that have the words."""
    return replace(filters, words=(), keys=_both(filters.keys, filters.some), some=())


def _both(keys: tuple[int, ...] | None, found: Sequence[int]) -> tuple[int, ...]:
    """Return those of *found* that are among *keys*, if there are any to be among."""
    return tuple(sorted(set(found) if keys is None else set(found) & set(keys)))
