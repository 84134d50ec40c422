"""Read locked periods: the frozen table, today's beside it with the difference, and the records that make it.

Frozen figures are the province's to read, as figures are; those of the villages of a commune, and the bytes that hold
them, only from a post that covers the commune. Records are shown as far as the reader's posts reach.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from server.access.authorisation import authorise, units_for
from server.access.roles import Permission
from server.errors import Conflict, InvalidInput, NotFound
from server.indicators.contribution import amount_of
from server.indicators.lock_format import read_lock
from server.indicators.locks import Restated, restated
from server.indicators.sources import PREVIOUS, Basis
from server.language.ordering import sort_key
from server.operations.figure_sums import counts_units
from server.operations.late_units import late_units
from server.operations.read_figures import Part
from server.operations.sights import Desk, sight_of
from server.operations.unit_figures import UnitPlace, tables_of
from server.operations.unit_parts import turns_of
from server.storage.repositories.locks import LateExtent
from server.territory.units import Level

if TYPE_CHECKING:
    from datetime import datetime

    from server.access.actors import Actor
    from server.indicators.locks import LockedPeriod
    from server.indicators.plan import Indicator
    from server.indicators.sources import Source
    from server.operations.atlas import Map
    from server.operations.late_units import LateUnits
    from server.operations.services import Services
    from server.storage.repositories.locks import KeptLock, LateRecord
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

LATE_A_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class LockLine:
    """A lock as a list shows it; *is_newest* until it is revised."""

    lock: KeptLock
    unit_name: str
    is_newest: bool


@dataclass(frozen=True, slots=True)
class LockShown:
    """A lock with its frozen tables and today's; *arrived_late* records came after it (*Gửi sau khi chốt*).

    *content* are the bytes that were frozen; empty for a reader who may not see what lies in the unit.
    """

    lock: KeptLock
    content: bytes
    frozen: LockedPeriod
    tables: tuple[Restated, ...]
    arrived_late: int
    revisions: tuple[KeptLock, ...]


@dataclass(frozen=True, slots=True)
class LateCell:
    """One number of a lock: of an indicator, in the locked unit or one in it."""

    indicator: str
    part: Part
    unit_id: UnitId


@dataclass(frozen=True, slots=True)
class LateLine:
    """A record that moved a frozen number since: *amount* is what it adds now beyond what it added then."""

    submission_id: int
    instance_name: str
    unit_id: UnitId
    unit_name: str
    received_at: datetime
    review_state: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LateUnit:
    """A commune that moved in a number of communes: *change* is what that number gained or lost by it."""

    name: str
    change: int
    lines: tuple[LateLine, ...]


@dataclass(frozen=True, slots=True)
class LatePage:
    """The records that moved a number, the newest first; *records* and *amount* are of all, in scope or not.

    Where the number is one of communes, *amount* is in communes, and *units* are those that moved with their records.
    """

    lock: KeptLock
    indicator: Indicator
    unit_name: str
    records: int
    amount: Decimal
    lines: tuple[LateLine, ...]
    next_after: int | None
    units: tuple[LateUnit, ...] | None = None


def list_locks(services: Services, actor: Actor, year: int | None = None) -> tuple[LockLine, ...]:
    """Return the locks of a year or of all, the newest first; raises what `authorise` raises for READ_FIGURES."""
    _authorise(services, actor)
    return locks_for_the_operator(services, year)


def locks_for_the_operator(services: Services, year: int | None = None) -> tuple[LockLine, ...]:
    """Return what `list_locks` returns, to the command line, which no actor uses."""
    here = services.atlas.current()
    with services.reading(services.operator()) as uow:
        found = uow.locks.every(year)
    seen: set[tuple[int, int, str]] = set()
    lines = []
    for one in found:
        key = (one.project_id, one.unit_id, one.period.label)
        on = min(one.period.last_day, services.today())
        lines.append(LockLine(one, here.territory.name(one.unit_id, on), key not in seen))
        seen.add(key)
    return tuple(lines)


def lock_years(services: Services) -> tuple[int, ...]:
    """Return the years there are locks of."""
    with services.reading(services.operator()) as uow:
        return tuple(uow.locks.years())


def read_locked(services: Services, actor: Actor, lock_id: int) -> LockShown:
    """Return a lock, with the villages of a commune only for those whose post covers it.

    Raises what `authorise` raises for READ_FIGURES, NotFound ``locks.unknown``, Conflict ``locks.damaged``.
    """
    _authorise(services, actor)
    here = services.atlas.current()
    with services.reading(services.operator()) as uow:
        shown = _shown(uow, here, lock_id)
    return shown if _sees_within(services, here, actor, shown) else _without_rows(shown)


def locked_for_the_operator(services: Services, lock_id: int) -> LockShown:
    """Return a whole lock to the command line; raises what `read_locked` raises but for rights."""
    with services.reading(services.operator()) as uow:
        return _shown(uow, services.atlas.current(), lock_id)


def locked_bytes(services: Services, actor: Actor, lock_id: int) -> tuple[KeptLock, bytes]:
    """Return the very bytes that were frozen.

    Raises what `read_locked` raises, NotFound ``locks.unknown`` too for a commune the actor's posts do not cover.
    """
    _authorise(services, actor)
    here = services.atlas.current()
    with services.reading(services.operator()) as uow:
        lock = _known(uow, lock_id)
        content = _content(uow, lock)
    if read_lock(content).unit.level is Level.COMMUNE and not _covers(services, here, actor, lock.unit_id):
        raise NotFound("locks.unknown")
    return lock, content


def late_records(
    services: Services, actor: Actor, lock_id: int, cell: LateCell, *, after: int | None = None
) -> LatePage:
    """Return the records that moved a frozen number since, as far as the actor's posts let them be seen.

    Raises what `read_locked` raises, NotFound ``locks.unknown`` for a number the lock does not hold for this actor,
    InvalidInput ``figures.no_denominator``.
    """
    _authorise(services, actor)
    here = services.atlas.current()
    with services.reading(sight_of(actor, Desk.EVERYDAY, services.today())) as uow:
        lock = _known(uow, lock_id)
        frozen = read_lock(_content(uow, lock))
        indicator, unit_name = _cell_of(frozen, cell, sees_within=_covers(services, here, actor, lock.unit_id))
        source, year = _moved_by(indicator, cell.part, lock.period.year)
        extent = LateExtent(lock, year, frozen.frame, cell.unit_id)
        is_of_units = cell.part is Part.NUMERATOR and counts_units(indicator)
        is_open = source.measure in uow.figure_tables.open_measures(lock.project_id, [source.measure])
        if is_open and not is_of_units:
            extent = _turned(uow, here, extent, source)
        records, thousandths = uow.locks.late_total(extent, source) if is_open else (0, 0)
        found = uow.locks.late_records(extent, source, after=after, at_most=LATE_A_PAGE + 1) if is_open else []
        moved = late_units(uow, here, extent, indicator) if is_open and is_of_units else None
    shown = found[:LATE_A_PAGE]
    page = LatePage(
        lock=lock,
        indicator=indicator,
        unit_name=unit_name,
        records=records,
        amount=amount_of(thousandths),
        lines=tuple(_line(here, one, services) for one in shown),
        next_after=shown[-1].submission_id if len(found) > LATE_A_PAGE else None,
    )
    return page if moved is None else _in_units(services, page, moved, is_first=after is None)


def _turned(uow: UnitOfWork, here: Map, extent: LateExtent, source: Source) -> LateExtent:
    """Return the extent with the units whose word of how they stood is past, now or when it was locked."""
    word = uow.figure_tables.word_of(extent.lock.project_id, extent.year, source, turns_of(here))
    return extent if word is None else replace(extent, turned=uow.locks.turned(extent, word))


def _in_units(services: Services, page: LatePage, moved: LateUnits, *, is_first: bool) -> LatePage:
    """Return the page with its records under their communes; the first page names those without a record in sight."""
    territory, today = services.atlas.current().territory, services.today()
    lines: dict[UnitId, list[LateLine]] = {unit_id: [] for unit_id in moved.changes} if is_first else {}
    for one in page.lines:
        lines.setdefault(moved.holding.get(one.unit_id, one.unit_id), []).append(one)
    units = [
        LateUnit(territory.name(unit_id, today), moved.changes.get(unit_id, 0), tuple(some))
        for unit_id, some in lines.items()
    ]
    ordered = sorted(units, key=lambda one: (not one.change, sort_key(one.name)))
    return replace(page, amount=Decimal(sum(moved.changes.values())), units=tuple(ordered))


def _shown(uow: UnitOfWork, here: Map, lock_id: int) -> LockShown:
    revisions, content = uow.locks.opened(lock_id)
    lock = next((one for one in revisions if one.lock_id == lock_id), None)
    if lock is None:
        raise NotFound("locks.unknown")
    frozen = read_lock(_undamaged(lock, content))
    indicators = [(one.plan.plan_id, one.table.indicator) for one in frozen.tables]
    now = tables_of(uow, here, _place_of(here, frozen), project_id=lock.project_id, indicators=indicators)
    measures = {one.measure for _, indicator in indicators for one in indicator.sources if one.basis is Basis.MEASURE}
    forms = uow.figure_tables.forms_behind(lock.project_id, measures)
    late = LateExtent(lock, lock.period.year, frozen.frame, lock.unit_id)
    return LockShown(
        lock=lock,
        content=content,
        frozen=frozen,
        tables=restated(frozen.tables, now),
        arrived_late=uow.locks.arrived_late(late, {form_id for some in forms.values() for form_id in some}),
        revisions=tuple(revisions),
    )


def _place_of(here: Map, frozen: LockedPeriod) -> UnitPlace:
    """Return the unit and what lay in it, as they were when it was locked."""
    below = tuple(row.unit for row in frozen.tables[0].table.rows)
    on = min(frozen.period.last_day, frozen.locked_at.date())
    level = here.territory.period(below[0].unit_id, on).level if below else None
    return UnitPlace(frozen.period.year, frozen.unit, frozen.frame, below, level)


def _known(uow: UnitOfWork, lock_id: int) -> KeptLock:
    lock = uow.locks.one(lock_id)
    if lock is None:
        raise NotFound("locks.unknown")
    return lock


def _content(uow: UnitOfWork, lock: KeptLock) -> bytes:
    return _undamaged(lock, uow.locks.content(lock.lock_id))


def _undamaged(lock: KeptLock, content: bytes) -> bytes:
    if hashlib.sha256(content).hexdigest() != lock.sha256:
        raise Conflict("locks.damaged", lock=lock.lock_id)
    return content


def _sees_within(services: Services, here: Map, actor: Actor, shown: LockShown) -> bool:
    """Return whether the actor may see what lies in the unit: figures of communes are everybody's, of villages not."""
    return shown.frozen.unit.level is not Level.COMMUNE or _covers(services, here, actor, shown.lock.unit_id)


def _covers(services: Services, here: Map, actor: Actor, unit_id: UnitId) -> bool:
    return here.scope_of(units_for(actor, Permission.READ_FIGURES, services.today())).covers(unit_id)


def _without_rows(shown: LockShown) -> LockShown:
    return replace(shown, content=b"", tables=tuple(replace(one, rows=(), moved=()) for one in shown.tables))


def _cell_of(frozen: LockedPeriod, cell: LateCell, *, sees_within: bool) -> tuple[Indicator, str]:
    """Return the indicator and what the unit was called."""
    table = next((one.table for one in frozen.tables if one.table.indicator.code == cell.indicator), None)
    if table is None:
        raise NotFound("locks.unknown")
    if cell.unit_id == frozen.unit.unit_id:
        return table.indicator, frozen.unit.name
    is_shown = sees_within or frozen.unit.level is not Level.COMMUNE
    row = next((one for one in table.rows if one.unit.unit_id == cell.unit_id and is_shown), None)
    if row is None:
        raise NotFound("locks.unknown")
    return table.indicator, row.unit.name


def _moved_by(indicator: Indicator, part: Part, year: int) -> tuple[Source, int]:
    """Return the source of a number and the year it is counted in: the one before, for a change since then."""
    source = indicator.numerator if part is Part.NUMERATOR else indicator.denominator
    if source is None:
        raise InvalidInput("figures.no_denominator", indicator=indicator.code)
    return (indicator.numerator, year - 1) if source == PREVIOUS else (source, year)


def _line(here: Map, one: LateRecord, services: Services) -> LateLine:
    return LateLine(
        submission_id=one.submission_id,
        instance_name=one.instance_name,
        unit_id=one.unit_id,
        unit_name=here.territory.name(one.unit_id, services.today()),
        received_at=one.received_at,
        review_state=one.review_state,
        amount=amount_of(one.thousandths),
    )


def _authorise(services: Services, actor: Actor) -> None:
    scope_of = services.atlas.current().scope_of
    authorise(actor, Permission.READ_FIGURES, scope_of=scope_of, on=services.today())
