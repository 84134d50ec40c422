"""The list of records of one's own territory, narrowed, searched and paged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from server.access.authorisation import units_for
from server.language.folding import fold
from server.operations.sights import Desk, sight_of
from server.storage.repositories.records import Cursor, Filters
from server.territory.units import Level

if TYPE_CHECKING:
    from datetime import date

    from server.access.actors import Account
    from server.operations.atlas import Map
    from server.operations.services import Services
    from server.storage.repositories.records import FormLine, RecordLine
    from server.submissions.review import ReviewState
    from server.territory.units import UnitId, UnitPeriod

PAGE_SIZE: Final = 30
COUNTED_AT_MOST: Final = 1000


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
    first_day: date | None = None
    last_day: date | None = None
    figure_year: int | None = None
    """The year whose figures they bear on."""
    words: str = ""


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


@dataclass(frozen=True, slots=True)
class Choices:
    """What a list can be narrowed to: forms, and the units of one's territory as they are today."""

    forms: tuple[FormLine, ...]
    communes: tuple[UnitPeriod, ...]
    villages: tuple[UnitPeriod, ...]
    """Of the commune chosen, or of the only one there is."""
    findings: tuple[str, ...]
    """The codes of what was found in the records the rest of the question leaves, and the one asked for."""


def browse_submissions(services: Services, account: Account, question: Question, *, after: Cursor | None) -> RecordPage:
    """Return the page of records in the account's sight that begins after *after*, newest first."""
    filters = filters_of(services, question)
    with services.reading(sight_of(account, question.desk, services.today())) as uow:
        lines = uow.records.page(filters, after=after, size=PAGE_SIZE + 1)
        total = uow.records.count(filters, at_most=COUNTED_AT_MOST)
    shown = lines[:PAGE_SIZE]
    last = shown[-1] if len(lines) > PAGE_SIZE else None
    atlas = services.atlas.current()
    return RecordPage(
        tuple(ListedRecord(line, place_of(atlas, line, services.today())) for line in shown),
        Cursor(last.received_at, last.submission_id) if last else None,
        total,
    )


def list_choices(services: Services, account: Account, question: Question) -> Choices:
    """Return what the account can narrow its list to."""
    today = services.today()
    with services.reading(sight_of(account, question.desk, today)) as uow:
        forms = uow.records.forms(is_sensitive=question.desk is Desk.INCIDENTS)
        codes = uow.records.finding_codes(filters_of(services, replace(question, finding="")))
    atlas = services.atlas.current()
    in_scope = atlas.communes_of(units_for(account, question.desk.read, today), today)
    every = atlas.territory.units_of_level(Level.COMMUNE, today)
    communes = tuple(one for one in every if one.unit_id in in_scope)
    villages = _villages(atlas, communes, question.unit_id, today)
    asked = {question.finding} if question.finding else set()
    return Choices(tuple(forms), communes, villages, tuple(sorted({*codes, *asked})))


def filters_of(services: Services, question: Question) -> Filters:
    """Return the question as the tables can answer it."""
    return Filters(
        is_practice=question.is_practice,
        is_sensitive=question.desk is Desk.INCIDENTS,
        form_key=question.form_key,
        unit_id=question.unit_id,
        states=question.states,
        is_flagged=question.is_flagged,
        finding=question.finding,
        since=_midnight(services, question.first_day),
        before=_midnight(services, question.last_day and question.last_day + timedelta(days=1)),
        figure_year=question.figure_year,
        words=tuple(fold(question.words).split()),
    )


def place_of(atlas: Map, line: RecordLine, today: date) -> tuple[str, ...]:
    """Return the names of the record's unit and of the unit above, as of the day it tells of."""
    if line.unit_id is None or not atlas.territory.holds(line.unit_id):
        return ()
    return atlas.territory.path(line.unit_id, line.event_date or today)[:2]


def _villages(
    atlas: Map, communes: tuple[UnitPeriod, ...], unit_id: UnitId | None, today: date
) -> tuple[UnitPeriod, ...]:
    chosen = {unit_id} if unit_id is not None else set()
    if unit_id is not None and atlas.territory.holds(unit_id):
        parent = atlas.territory.period(unit_id, today).parent_id
        chosen |= {parent} if parent is not None else set()
    opened = communes if len(communes) == 1 else [one for one in communes if one.unit_id in chosen]
    return tuple(village for commune in opened for village in atlas.territory.children(commune.unit_id, today))


def _midnight(services: Services, day: date | None) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day, time(), services.settings.timezone).astimezone(UTC)
