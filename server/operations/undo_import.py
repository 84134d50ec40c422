"""Take back what a load did, as far as nobody changed it since.

What it changed is again what it was; what it made leaves the list. An entity that somebody changed after the load, or
that now lies where the asker has no post, stays as it is and is named.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.access.deeds import DeedKind
from server.errors import Conflict, NotFound
from server.operations.import_order import PAPER_KINDS
from server.operations.import_paper import undo_paper
from server.operations.import_totals import undo_totals
from server.operations.note_loads import LoadDone, note_load
from server.operations.read_rows import ROWS_AT_ONCE
from server.operations.run_import import is_broken, refuse_while_busy
from server.operations.write_entities import Written, write_versions
from server.operations.write_entity import Source, Touched, advanced, with_deletion
from server.registers.versions import LABEL, Action, NewVersion
from server.registers.versions import Conflict as VersionConflict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from server.operations.import_order import Asker
    from server.operations.progress import Progress
    from server.operations.services import Services
    from server.storage.repositories.entities import StoredEntity
    from server.storage.repositories.entity_imports import Before
    from server.storage.repositories.register_imports import StoredImport
    from server.storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)
MOST_NAMED: Final = 100


@dataclass(slots=True)
class Undone:
    """What undoing did: how many were taken back, how many were left, the names of the first of these."""

    undone: int = 0
    left: int = 0
    left_keys: list[int] | None = None
    left_names: tuple[str, ...] = ()

    def leave(self, keys: list[int]) -> None:
        """Note entities that stay as they are."""
        self.left += len(keys)
        self.left_keys = ((self.left_keys or []) + keys)[:MOST_NAMED]


def find_import(services: Services, import_id: int) -> StoredImport:
    """Return a file by its number; raises NotFound ``register.unknown_import``."""
    with services.reading(services.operator()) as uow:
        stored = uow.register_imports.one(import_id)
    if stored is None:
        raise NotFound("register.unknown_import", given=import_id)
    return stored


def begin_undo(services: Services, import_id: int) -> StoredImport:
    """Let a load that is done, or broke off, be one that is being undone; raises Conflict.

    The codes are ``register.not_done``, ``register.undone``, ``register.busy``.
    """
    with services.unit_of_work(services.operator()) as uow:
        stored = uow.register_imports.one(import_id)
        if stored is None:
            raise NotFound("register.unknown_import", given=import_id)
        if stored.state == "undone":
            raise Conflict("register.undone")
        if stored.state != "done" and not is_broken(services, stored):
            raise Conflict("register.not_done")
        refuse_while_busy(services, uow, stored)
        uow.register_imports.set(import_id, {"state": "undoing", "rows_done": 0, "touched_at": services.now()})
    return stored


def undo_import(services: Services, import_id: int, asker: Asker, *, progress: Progress) -> Undone:
    """Take back a load for which `begin_undo` was called; running it again after a break does the rest."""
    stored = find_import(services, import_id)
    done = Undone()
    if stored.batch_id is None:
        _undo_figures(_Undoing(services, stored, asker, done))
    else:
        _undo_entities(_Undoing(services, stored, asker, done), progress)
    _end(services, stored, asker, done)
    log.info("register.undone", extra={"import": import_id, "undone": done.undone, "left": done.left})
    return done


@dataclass(frozen=True, slots=True)
class _Undoing:
    services: Services
    stored: StoredImport
    asker: Asker
    done: Undone


def _undo_figures(undoing: _Undoing) -> None:
    services, stored, done = undoing.services, undoing.stored, undoing.done
    territory, today = services.atlas.current().territory, services.today()
    with services.unit_of_work(undoing.asker.sight) as uow:
        if stored.kind in PAPER_KINDS:
            done.undone, figures = undo_paper(uow, stored, undoing.asker)
            names = [
                f"{territory.name(one.place.unit_id, one.frame_day)} – {one.place.period} – {one.place.key}"
                for one in figures
            ]
        else:
            done.undone, totals = undo_totals(uow, stored, undoing.asker)
            names = [f"{territory.name(one.unit_id, today)} – {one.year}" for one in totals]
    done.left, done.left_names = len(names), tuple(names[:MOST_NAMED])


def _undo_entities(undoing: _Undoing, progress: Progress) -> None:
    services, stored, asker, done = undoing.services, undoing.stored, undoing.asker, undoing.done
    undo_id = _undo_batch(services, stored, asker)
    after, rows = 0, 0
    while True:
        with services.unit_of_work(asker.sight) as uow:
            keys = uow.entity_imports.of_batch(stored.batch_id or 0, after=after, most=ROWS_AT_ONCE)
            if not keys:
                break
            _take_back(_Step(services, uow, stored.batch_id or 0, undo_id, stored.as_of), keys, done)
        after, rows = keys[-1], rows + len(keys)
        with services.unit_of_work(services.operator()) as uow:
            uow.register_imports.set(stored.import_id, {"rows_done": rows, "touched_at": services.now()})
        progress("register.progress.undone", rows=rows)
    with services.unit_of_work(services.operator()) as uow:
        uow.entities.set_batch(
            undo_id, {"counts": {"undone": done.undone, "left": done.left}, "ended_at": services.now()}
        )
    with services.reading(asker.sight) as uow:
        done.left_names = tuple(label for _, label in uow.entity_imports.labels(done.left_keys or []))


def _undo_batch(services: Services, stored: StoredImport, asker: Asker) -> int:
    """Return the batch that undoes this one, made if there is none yet."""
    assert stored.batch_id is not None, "totals have no batch"
    with services.unit_of_work(services.operator()) as uow:
        known = uow.entity_imports.undone_by(stored.batch_id)
        if known is not None:
            return known
        found = uow.entities.lists(stored.project_id)[stored.kind]
        undo_id = uow.entities.add_batch(
            {
                "list_id": found.list_id,
                "kind": "undo",
                "account_id": asker.account_id,
                "counts": {},
                "started_at": services.now(),
            },
            is_sensitive=found.is_sensitive,
        )
        uow.entities.set_batch(stored.batch_id, {"undone_by_id": undo_id})
    return undo_id


@dataclass(frozen=True, slots=True)
class _Step:
    services: Services
    uow: UnitOfWork
    batch_id: int
    undo_id: int
    as_of: date


def _take_back(step: _Step, keys: list[int], done: Undone) -> None:
    """Take back what the batch did to a thousand entities."""
    imports = step.uow.entity_imports
    in_sight = imports.units_in_sight(keys)
    stored = step.uow.entities.lock_keys(in_sight)
    made, again = imports.written(step.batch_id, keys), imports.written(step.undo_id, keys)
    ours = [one for one in stored.values() if one.state.version == made[one.key][-1]]
    done.leave([key for key in keys if key not in again and key not in {one.key for one in ours}])
    firsts = {one.key: made[one.key][0] for one in ours}
    before = imports.before({key: first for key, first in firsts.items() if first > 1})
    open_conflicts = imports.settle(step.batch_id, list(firsts), by_batch_id=step.undo_id, at=step.services.now())
    _write(step, ours, before, open_conflicts)
    done.undone += len(ours) + len(again)


def _write(
    step: _Step, ours: list[StoredEntity], before: Mapping[int, Before], open_conflicts: Mapping[int, str]
) -> None:
    # It is counted back in the year it was counted for.
    source = Source(
        step.services.now(), step.services.atlas.current(), (), batch_id=step.undo_id, effective_on=step.as_of
    )
    touched, written = Touched(), []
    for one in ours:
        earlier = before.get(one.key)
        new = _reversal(one, earlier)
        after = advanced(with_deletion(one, is_deleted=earlier is None), new, source)
        unit_id = one.unit_id if earlier is None else earlier.unit_id
        after = replace(after, unit_id=unit_id, conflict=VersionConflict(open_conflicts[one.key]))
        written.append(Written(one, new, after))
    write_versions(step.uow, written, source, touched=touched)
    touched.tell(step.uow)


def _reversal(one: StoredEntity, before: Before | None) -> NewVersion:
    """Return the version that says again what was said before the load; of a new entity, the same once more."""
    label, values = (one.state.label, one.state.values) if before is None else (before.label, before.values)
    names = {name for name in {*values, *one.state.values} if values.get(name, "") != one.state.values.get(name, "")}
    return NewVersion(
        version=one.state.version + 1,
        label=label,
        values=values,
        changed=frozenset(names | ({LABEL} if label != one.state.label else set())),
        action=Action.UNDO,
        conflict=VersionConflict.NONE,
        base_version=one.state.version,
    )


def _end(services: Services, stored: StoredImport, asker: Asker, done: Undone) -> None:
    undone = {
        "undone": done.undone,
        "left": done.left,
        "left_keys": done.left_keys or [],
        "names": list(done.left_names),
    }
    if done.left_keys:
        undone["names"] = []  # names of households are read again in the sight of who asks
    with services.unit_of_work(services.operator()) as uow:
        uow.register_imports.set(
            stored.import_id,
            {"state": "undone", "report": {**stored.report, "undo": undone}, "touched_at": services.now()},
        )
        told = LoadDone(stored.import_id, DeedKind.FILE_UNDONE, asker.account_id, done.undone)
        note_load(services, uow, told)
