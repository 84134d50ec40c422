"""The list of records of one's own territory, narrowed, searched, ordered and paged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, assert_never

from server.language.folding import words_in
from server.language.ordering import sort_key
from server.operations.masked_cases import commune_or_above, masked, masked_place
from server.operations.note_openings import note_list_opening
from server.operations.places import are_few
from server.operations.sights import Desk, sight_of
from server.storage.repositories.record_lists import Filters
from server.storage.repositories.record_orders import Cursor, Order
from server.storage.visible import Reading

if TYPE_CHECKING:
    from server.access.actors import Account
    from server.operations.atlas import Map
    from server.operations.services import Services
    from server.storage.repositories.record_lists import SenderLine
    from server.storage.repositories.records import RecordLine
    from server.storage.unit_of_work import UnitOfWork
    from server.submissions.review import ReviewState
    from server.territory.units import UnitId

PAGE_SIZE: Final = 30
COUNTED_AT_MOST: Final = 1000
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
"""Between them anybody may look: the very first and last day of the calendar have no midnight in every zone."""
_MOST_WORDS: Final = 6


class Lately(StrEnum):
    """A span of days that moves on with the calendar; the words are ``console.records.lately.<value>``."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    MONTH = "month"

    def days(self, today: date) -> tuple[date, date]:
        """Return its first and last day."""
        match self:
            case Lately.TODAY:
                return today, today
            case Lately.YESTERDAY:
                return today - timedelta(days=1), today - timedelta(days=1)
            case Lately.WEEK:
                return today - timedelta(days=6), today
            case Lately.MONTH:
                return today.replace(day=1), today
            case _:
                assert_never(self)


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to see; days are those of the server's people, both included."""

    desk: Desk
    is_practice: bool = False
    form_key: int | None = None
    unit_id: UnitId | None = None
    states: frozenset[ReviewState] = frozenset()
    is_flagged: bool | None = None
    finding: str = ""
    """The code of a finding."""
    lacks_files: bool = False
    sender_id: int | None = None
    lately: Lately | None = None
    """Days counted from today; those that are named win."""
    first_day: date | None = None
    last_day: date | None = None
    figure_year: int | None = None
    """The year whose figures they bear on."""
    words: str = ""
    order: Order = Order.NEWEST


@dataclass(frozen=True, slots=True)
class ListedRecord:
    """A record with the name of its place, the lowest unit first; no names when the place is not known."""

    line: RecordLine
    place: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page of a list; *total* stops at `COUNTED_AT_MOST`, *following* is where the next page begins."""

    records: tuple[ListedRecord, ...]
    following: Cursor | None
    total: int
    worded: Filters
    """What the list is narrowed to, with what was looked up by words."""
    here: Map
    """The territory it was read in."""


def browse_submissions(services: Services, account: Account, question: Question, *, after: Cursor | None) -> RecordPage:
    """Return the page of records in the account's sight that begins after *after*, in the order asked for.

    At the incident desk they are masked.
    """
    atlas = services.atlas.current()
    sight, filters = within(atlas, sight_of(account, question.desk, services.today()), filters_of(services, question))
    with services.unit_of_work(sight) if question.desk is Desk.INCIDENTS else services.reading(sight) as uow:
        if question.desk is Desk.INCIDENTS:
            note_list_opening(services, uow, account)
        worded = uow.record_lists.with_words(filters)
        found = uow.record_lists.with_finding(worded)
        lines = lines_after(uow, found, question.order, after=after, size=PAGE_SIZE + 1)
        total = uow.record_lists.count(found, at_most=COUNTED_AT_MOST)
    if total < COUNTED_AT_MOST:  # some would not stand for all
        worded = replace(worded, some=())
    shown, today = lines[:PAGE_SIZE], services.today()
    if question.desk is Desk.INCIDENTS:
        shown = [masked(line) for line in shown]
    place = masked_place if question.desk is Desk.INCIDENTS else place_of
    return RecordPage(
        tuple(ListedRecord(line, place(atlas, line, today)) for line in shown),
        Cursor.at(shown[-1]) if len(lines) > PAGE_SIZE else None,
        total,
        worded,
        atlas,
    )


def within(here: Map, sight: Reading, filters: Filters) -> tuple[Reading, Filters]:
    """Return the same list with its unit as the sight, where all below it is in sight: a smaller place to look in."""
    unit_id = filters.unit_id
    seen = here.scope_of(sight.units | sight.sensitive_units).unit_ids
    inner = seen if unit_id is None else here.scope_of({unit_id}).unit_ids
    if unit_id is None or not inner <= seen or unit_id not in seen:
        return sight, replace(filters, is_in_few_units=are_few(here, seen & inner))
    units, sensitive_units = (frozenset({unit_id} if one else ()) for one in (sight.units, sight.sensitive_units))
    return Reading(units, sensitive_units), replace(filters, unit_id=None, is_in_few_units=are_few(here, inner))


def lines_after(
    uow: UnitOfWork, filters: Filters, order: Order, *, after: Cursor | None, size: int
) -> list[RecordLine]:
    """Return the records that come after a place of a list, *size* at most; no list of cases tells who sent them."""
    if filters.is_sensitive and order is Order.SENDER:
        order = Order.NEWEST
    if order is Order.SENDER:
        senders = by_name(tuple(uow.record_lists.senders()))
        return uow.record_lists.page_by_sender(filters, senders, after=after, size=size)
    return uow.record_lists.page(filters, order, after=after, size=size)


@lru_cache(maxsize=4)
def by_name(senders: tuple[SenderLine, ...]) -> tuple[int, ...]:
    """Return the ids of people in the Vietnamese order of their names."""
    ordered = sorted(senders, key=lambda one: (sort_key(one.name), one.collaborator_id))
    return tuple(one.collaborator_id for one in ordered)


def filters_of(services: Services, question: Question) -> Filters:
    """Return the question as the tables can answer it; nothing narrows a list of cases by what it does not show."""
    first_day, last_day = _days(question, services.today())
    filters = Filters(
        is_practice=question.is_practice,
        is_sensitive=question.desk is Desk.INCIDENTS,
        form_key=question.form_key,
        unit_id=question.unit_id,
        states=question.states,
        is_flagged=question.is_flagged,
        finding=question.finding,
        lacks_files=question.lacks_files,
        sender_id=question.sender_id,
        since=_midnight(services, first_day),
        before=_midnight(services, last_day and last_day + timedelta(days=1)),
        figure_year=question.figure_year,
        words=words_in(question.words)[:_MOST_WORDS],
    )
    if question.desk is not Desk.INCIDENTS:
        return filters
    unit_id = commune_or_above(services.atlas.current(), question.unit_id, services.today())
    return replace(filters, unit_id=unit_id, finding="", sender_id=None, words=())


def is_counted_by_place(question: Question) -> bool:
    """Tell whether nothing narrows the list that the numbers of records by place do not know."""
    plain = Question(question.desk, question.is_practice, question.form_key, question.unit_id, question.states)
    return replace(question, order=plain.order) == plain


def place_of(atlas: Map, line: RecordLine, today: date) -> tuple[str, ...]:
    """Return the names of the record's unit and of the unit above, as of the day it tells of."""
    if line.unit_id is None or not atlas.territory.holds(line.unit_id):
        return ()
    return atlas.territory.path(line.unit_id, line.event_date or today)[:2]


def _days(question: Question, today: date) -> tuple[date | None, date | None]:
    if question.lately is None or question.first_day or question.last_day:
        return question.first_day, question.last_day
    return question.lately.days(today)


def _midnight(services: Services, day: date | None) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day, time(), services.settings.timezone).astimezone(UTC)
