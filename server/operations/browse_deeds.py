"""*Lịch sử thao tác*: who did and opened what, within one's own territory, narrowed and paged or streamed whole.

At the incident desk the deeds of that desk and no others; at the everyday desk none of them, and no gap where they
would stand. Sign-ins and what is done to accounts are for administrators, and everybody's own for themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from server.access.authorisation import may_use, units_for
from server.access.deeds import Deed, DeedGroup, DeedKind, Thing, kinds_of
from server.access.roles import Permission
from server.operations.note_deeds import note_deeds
from server.operations.places import are_few
from server.operations.sights import Desk, history_sight_of, sight_of
from server.storage.repositories.deeds import DeedFilters, DeedPlace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from server.access.actors import Account
    from server.operations.services import Services
    from server.storage.repositories.deeds import DeedLine
    from server.storage.unit_of_work import UnitOfWork

PAGE_SIZE: Final = 100
_AT_ONCE: Final = 500
_FOR_ADMINISTRATORS: Final = frozenset(
    {
        *kinds_of(DeedGroup.SIGN_INS),
        DeedKind.ACCOUNT_ADDED,
        DeedKind.ACCOUNT_CLOSED,
        DeedKind.POST_ADDED,
        DeedKind.POST_ENDED,
        DeedKind.PASSWORD_RESET,
        DeedKind.PASSWORD_CHANGED,
    }
)
_ALARMS: Final = frozenset({DeedKind.MANY_OPENED})
"""For administrators alone: not even whoever it is about is told, for somebody else may hold their browser."""


@dataclass(frozen=True, slots=True)
class DeedQuestion:
    """What somebody wants to see; days are those of the server's people, both included."""

    desk: Desk
    group: DeedGroup | None = None
    login: str = ""
    """Of whoever did it."""
    thing: Thing | None = None
    thing_id: int | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class DeedStroke:
    """What was done in one stroke: the first deed, and every one with it, the newest first.

    Of a stroke that goes over the end of a page *deeds* are those on it, *count* is of all.
    """

    first: DeedLine
    deeds: tuple[DeedLine, ...]
    count: int
    is_continued: bool = False
    """Some of it stand on the page before."""
    goes_on: bool = False
    """Some of it stand on the next page."""


@dataclass(frozen=True, slots=True)
class DeedPage:
    """One page of the history, *following* is where the next begins; *names* are those of things that have one.

    *open_things* are those whose own page the account may open today: what was done here may have gone elsewhere.
    """

    strokes: tuple[DeedStroke, ...]
    following: DeedPlace | None
    names: Mapping[tuple[Thing, int], str]
    open_things: frozenset[tuple[Thing, int]]


def browse_deeds(services: Services, account: Account, question: DeedQuestion, *, after: DeedPlace | None) -> DeedPage:
    """Return the page of deeds in the account's sight that begins at *after*, newest first."""
    filters = _filters(services, account, question)
    with services.reading(history_sight_of(account, question.desk, services.today())) as uow:
        before, found = _around(uow, filters, after)
        shown, rest = found[:PAGE_SIZE], found[PAGE_SIZE:]
        strokes = [_whole(uow, filters, one, before=before, rest=rest) for one in _strokes(shown)]
        names = _names(uow, shown)
    following = _place(shown, after) if rest else None
    return DeedPage(tuple(strokes), following, names, _open_things(services, account, question.desk, shown))


def _around(uow: UnitOfWork, filters: DeedFilters, after: DeedPlace | None) -> tuple[list[DeedLine], list[DeedLine]]:
    """Return the deed before a page, if there is one, and those of the page with one more."""
    if after is None or not after.shown:
        return [], uow.deeds.page(filters, after=after, size=PAGE_SIZE + 1)
    found = uow.deeds.page(filters, after=replace(after, shown=after.shown - 1), size=PAGE_SIZE + 2)
    return found[:1], found[1:]


def _whole(
    uow: UnitOfWork, filters: DeedFilters, stroke: DeedStroke, *, before: list[DeedLine], rest: list[DeedLine]
) -> DeedStroke:
    """Return a stroke as part of what it is part of, where a page begins or ends in it."""
    is_continued = any(_is_one_stroke(one, stroke.first) for one in before)
    goes_on = any(_is_one_stroke(stroke.first, one) for one in rest)
    if not is_continued and not goes_on:
        return stroke
    count = uow.deeds.count_of_stroke(filters, stroke.first)
    return replace(stroke, count=count, is_continued=is_continued, goes_on=goes_on)


def stream_deeds(services: Services, account: Account, question: DeedQuestion) -> Iterator[DeedLine]:
    """Return all deeds in sight, newest first, read some at a time; that they were taken away is kept first."""
    sight = history_sight_of(account, question.desk, services.today())
    is_sensitive = question.desk is Desk.INCIDENTS
    units = sorted(sight.sensitive_units if is_sensitive else sight.units)
    told = Deed(DeedKind.HISTORY_DOWNLOADED, Thing.FILE, None, units[0], is_sensitive=is_sensitive)
    with services.unit_of_work(sight) as uow:
        note_deeds(services, uow, account, told)
    return _stream(services, account, question)


def _stream(services: Services, account: Account, question: DeedQuestion) -> Iterator[DeedLine]:
    sight, filters = history_sight_of(account, question.desk, services.today()), _filters(services, account, question)
    after: DeedPlace | None = None
    while True:
        with services.reading(sight) as uow:
            found = uow.deeds.page(filters, after=after, size=_AT_ONCE)
        yield from found
        if len(found) < _AT_ONCE:
            return
        after = _place(found, after)


def _filters(services: Services, account: Account, question: DeedQuestion) -> DeedFilters:
    kinds = frozenset(kinds_of(question.group)) if question.group else frozenset(DeedKind)
    is_everyday = question.desk is Desk.EVERYDAY
    if is_everyday and not may_use(account, Permission.MANAGE_ACCOUNTS, services.today()):
        kinds -= _ALARMS if question.login == account.login else _ALARMS | _FOR_ADMINISTRATORS
    here, sight = services.atlas.current(), history_sight_of(account, question.desk, services.today())
    plain = DeedFilters(
        is_sensitive=question.desk is Desk.INCIDENTS,
        is_in_few_units=are_few(here, here.scope_of(sight.units | sight.sensitive_units).unit_ids),
        login=question.login,
        thing=question.thing,
        thing_id=question.thing_id,
        since=_midnight(services, question.first_day),
        before=_midnight(services, question.last_day and question.last_day + timedelta(days=1)),
    )
    return replace(plain, kinds=kinds) if kinds != frozenset(DeedKind) else plain


def _strokes(lines: Iterable[DeedLine]) -> Iterator[DeedStroke]:
    """Yield deeds, those that follow each other in one batch together."""
    together: list[DeedLine] = []
    for line in lines:
        if together and not _is_one_stroke(together[0], line):
            yield DeedStroke(together[0], tuple(together), len(together))
            together = []
        together.append(line)
    if together:
        yield DeedStroke(together[0], tuple(together), len(together))


def _is_one_stroke(first: DeedLine, other: DeedLine) -> bool:
    return bool(first.batch_id) and (first.batch_id, first.kind) == (other.batch_id, other.kind)


def _place(shown: list[DeedLine], before: DeedPlace | None) -> DeedPlace:
    """Return where a list goes on: after as many deeds of the last moment as were shown of it."""
    at = shown[-1].done_at
    of_moment = sum(one.done_at == at for one in shown)
    earlier = before.shown if before is not None and before.at == at else 0
    return DeedPlace(at, earlier + of_moment)


def _open_things(
    services: Services, account: Account, desk: Desk, lines: list[DeedLine]
) -> frozenset[tuple[Thing, int]]:
    """Return what on a page the account may open; who carries incidents has no page."""
    today, found = services.today(), set[tuple[Thing, int]]()
    if may_use(account, desk.read, today) and (records := _ids(lines, Thing.RECORD)):
        with services.reading(sight_of(account, desk, today)) as uow:
            found |= {(Thing.RECORD, one) for one in uow.records.among(records)}
    managed = units_for(account, Permission.MANAGE_COLLABORATORS, today) if desk is Desk.EVERYDAY else frozenset()
    if managed and (people := _ids(lines, Thing.COLLABORATOR)):
        with services.reading(services.operator()) as uow:
            found |= {(Thing.COLLABORATOR, one) for one in uow.collaborators.among(managed, today, people)}
    if may_use(account, Permission.READ_FIGURES, today):
        found |= {(thing, one) for thing in (Thing.PERIOD, Thing.REPORT) for one in _ids(lines, thing)}
    return frozenset(found)


def _ids(lines: list[DeedLine], thing: Thing) -> set[int]:
    return {one.thing_id for one in lines if one.thing is thing and one.thing_id is not None}


def _names(uow: UnitOfWork, lines: list[DeedLine]) -> dict[tuple[Thing, int], str]:
    people, accounts = _ids(lines, Thing.COLLABORATOR), _ids(lines, Thing.ACCOUNT)
    found = {(Thing.COLLABORATOR, key): name for key, name in uow.collaborators.names(people).items()} if people else {}
    named = {(Thing.ACCOUNT, key): name for key, name in uow.accounts.names(accounts).items()} if accounts else {}
    return found | named


def _midnight(services: Services, day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), services.settings.timezone).astimezone(UTC)
