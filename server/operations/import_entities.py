"""Load a file into an entity list: a trial that writes nothing, and the run, a thousand rows a transaction.

Every row that changes something makes a version of the batch; a row that says what is already so makes none, so a run
that broke off is ended by running the same file again. What others changed after the day of the list is not overwritten
in silence: the version carries a conflict, as one from a phone would.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from server.operations.import_report import ChangedCell, ImportReport, RowChange
from server.operations.read_rows import FileReading
from server.operations.write_entities import Written, create_entities, nobody, write_versions
from server.operations.write_entity import Source, Touched, advanced
from server.registers.lists import COMMUNE, VILLAGE
from server.registers.versions import LABEL, Action, Conflict, NewVersion, amended

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from server.operations.import_order import Load
    from server.operations.progress import Progress
    from server.operations.services import Services
    from server.registers.wishes import LoadedList, Wish
    from server.storage.repositories.entities import EntityList, StoredEntity
    from server.storage.unit_of_work import UnitOfWork

_PLACES = frozenset({VILLAGE, COMMUNE})
_PLACE_TITLES = {VILLAGE: "Thôn", COMMUNE: "Xã/phường"}
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Batch:
    """The batch a run writes in."""

    batch_id: int
    known: EntityList


@dataclass(frozen=True, slots=True)
class _Change:
    wish: Wish
    stored: StoredEntity
    new: NewVersion


def try_entities(services: Services, load: Load, *, content: BinaryIO, progress: Progress) -> ImportReport:
    """Return what loading the file would do; raises what `file_rows` raises."""
    reading, sight = _reading(services, load), load.asker.sight
    with services.reading(sight) as uow:
        known = uow.entities.lists(load.order.project_id).get(load.order.kind)
    for wishes in reading.chunks(content):
        with services.reading(sight) as uow:
            matched = reading.match(uow, known.list_id if known else None, wishes)
            keys = [key for _, key in matched if key is not None]
            stored = uow.entities.standing(keys)
            changes = list(_changes(reading, uow, matched, stored))
        reading.report.new += len(matched) - len(keys)
        _count(reading, len(keys) - _gone(stored), changes)
        progress("register.progress.read", rows=reading.report.rows)
    return reading.report


def run_entities(
    services: Services, load: Load, batch: Batch, *, content: BinaryIO, progress: Progress
) -> ImportReport:
    """Load the file; *progress* is told after each transaction that is kept. Raises what `file_rows` raises."""
    reading, sight = _reading(services, load), load.asker.sight
    with services.unit_of_work(sight) as uow:
        uow.entities.note_properties(batch.known.list_id, reading.filled.properties, sent=())
    for wishes in reading.chunks(content):
        with services.unit_of_work(sight) as uow:
            _write(reading, uow, batch, wishes)
        progress("register.progress.written", rows=reading.report.rows)
    return reading.report


def _reading(services: Services, load: Load) -> FileReading:
    return FileReading(services, load.order, load.asker, ImportReport(), services.atlas.current())


def _write(reading: FileReading, uow: UnitOfWork, batch: Batch, wishes: list[Wish]) -> None:
    """Write what a thousand rows want; each counter of a list and unit is raised once."""
    uow.entity_imports.hold_list(batch.known.list_id)
    matched = reading.match(uow, batch.known.list_id, wishes)
    keys = [key for _, key in matched if key is not None]
    stored = uow.entities.lock_keys(keys)
    changes = list(_changes(reading, uow, matched, stored))
    touched = Touched()
    _update(uow, changes, _source(reading, batch), touched)
    _create(reading, uow, batch, wishes=[wish for wish, key in matched if key is None], touched=touched)
    touched.tell(uow)
    _count(reading, len(keys) - _gone(stored), changes)


def _update(uow: UnitOfWork, changes: list[_Change], source: Source, touched: Touched) -> None:
    written = []
    for one in changes:
        after = advanced(one.stored, one.new, source)
        if one.new.changed & _PLACES:
            after = replace(after, unit_id=one.wish.unit_id)
        written.append(Written(one.stored, one.new, after))
    write_versions(uow, written, source, touched=touched)


def _create(reading: FileReading, uow: UnitOfWork, batch: Batch, *, wishes: list[Wish], touched: Touched) -> None:
    source, created = _source(reading, batch), dict[str, Written]()
    for wish in wishes:
        entity_id, new = reading.services.new_id().lower(), _first_version(reading, wish)
        before = nobody(batch.known, entity_id)
        after = replace(advanced(before, new, source), unit_id=wish.unit_id)
        created[entity_id] = Written(before, new, after)
    create_entities(uow, created, source, touched=touched)
    reading.report.new += len(created)


def _source(reading: FileReading, batch: Batch) -> Source:
    """Return what makes the versions; units were read from the rows already, no code is read again."""
    return Source(reading.services.now(), reading.here, (), batch_id=batch.batch_id, effective_on=reading.order.as_of)


def _first_version(reading: FileReading, wish: Wish) -> NewVersion:
    return NewVersion(
        version=1,
        label=reading.filled.label(wish, wish.values, ""),
        values=wish.values,
        changed=frozenset(wish.values) | {LABEL},
        action=Action.IMPORT,
        conflict=Conflict.NONE,
    )


def _changes(
    reading: FileReading, uow: UnitOfWork, matched: list[tuple[Wish, int | None]], stored: Mapping[int, StoredEntity]
) -> Iterator[_Change]:
    """Yield what changes of the entities that are there."""
    since = _versions_on_the_day(reading, uow, stored)
    for wish, key in matched:
        if key is None:
            continue
        one = stored[key]
        if one.state.is_deleted or one.merged_into_id is not None:
            reading.refuse(wish, "register.row.gone_meanwhile", "id", label=one.state.label)
            continue
        values = reading.filled.allowed(wish, one.state.values)
        reading.report.withheld += len(values) < len(wish.values)
        if one.unit_id in reading.units_of(wish.unit_id):
            values = {name: text for name, text in values.items() if name not in _PLACES}
        differing = {name for name, text in values.items() if one.state.values.get(name, "") != text}
        label = None
        if differing & reading.filled.named_by:
            label = reading.filled.label(wish, {**one.state.values, **values}, one.state.label)
        base = None if since is None else since.get(key, 0)
        new = amended(one.state, values, label=label, action=Action.IMPORT, since=base)
        if new is not None:
            yield _Change(wish, one, new)


def _changed_cells(filled: LoadedList, one: _Change) -> Iterator[ChangedCell]:
    """Yield what a row changes, as lists say it, in the order of the columns."""
    titles = {**_PLACE_TITLES, **{column.name: column.title for column in filled.columns}}
    before, after = one.stored.state.values, one.new.values
    for name in sorted(one.new.changed - {LABEL}, key=list(titles).index):
        old, new = (filled.said(name, values.get(name, ""))[:_SHOWN] for values in (before, after))
        yield ChangedCell(titles[name], old, new)


def _gone(stored: Mapping[int, StoredEntity]) -> int:
    """Return how many of the entities left the list since they were looked for."""
    return sum(1 for one in stored.values() if one.state.is_deleted or one.merged_into_id is not None)


def _versions_on_the_day(
    reading: FileReading, uow: UnitOfWork, stored: Mapping[int, StoredEntity]
) -> dict[int, int] | None:
    """Return the version each entity had at the end of the day of the list; None where that is today."""
    day = reading.order.as_of
    if day >= reading.services.today() or not stored:
        return None
    zone = reading.services.settings.timezone
    return uow.entity_imports.versions_at(stored, datetime.combine(day + timedelta(days=1), time(), zone))


def _count(reading: FileReading, known: int, changes: list[_Change]) -> None:
    reading.report.unchanged += known - len(changes)
    for one in changes:
        cells = tuple(_changed_cells(reading.filled, one))
        change = RowChange(
            one.wish.sheet, one.wish.row, one.stored.state.label, cells, one.new.conflict is not Conflict.NONE
        )
        reading.report.show(change)
