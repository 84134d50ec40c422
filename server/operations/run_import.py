"""Run a load that was read and agreed to, and keep account of how far it is.

A run that was killed leaves its file in the state *running*; one that has not got on for some minutes counts as broken
off, and running the same file again does the rest.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from server.access.deeds import DeedKind
from server.errors import Conflict
from server.operations.import_entities import Batch, run_entities, try_entities
from server.operations.import_order import LISTS
from server.operations.import_paper import run_paper, try_paper
from server.operations.import_report import as_document
from server.operations.import_totals import run_totals, try_totals
from server.operations.note_loads import LoadDone, note_load
from server.registers.total_rows import TOTALS

if TYPE_CHECKING:
    from typing import BinaryIO

    from server.operations.import_order import Load
    from server.operations.import_report import ImportReport
    from server.operations.progress import Progress
    from server.operations.services import Services
    from server.storage.repositories.register_imports import StoredImport
    from server.storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

BROKEN_AFTER: Final = timedelta(minutes=5)
"""A thousand rows take seconds; what has not got on for so long runs no more."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file, without its bytes."""

    name: str
    sha256: str
    media_key: str | None = None


def try_import(services: Services, load: Load, *, content: BinaryIO, progress: Progress) -> ImportReport:
    """Return what loading the file would do, writing nothing; raises what `file_rows` raises."""
    if load.order.kind in LISTS:
        return try_entities(services, load, content=content, progress=progress)
    tried = try_totals if load.order.kind == TOTALS else try_paper
    return tried(services, load, content=content, progress=progress)


def keep_file(
    services: Services, load: Load, file: FileFacts, *, state: str, report: ImportReport | None = None
) -> int:
    """Insert a file that is to be loaded and return its number."""
    now = services.now()
    facts = {
        "project_id": load.order.project_id,
        "kind": load.order.kind,
        "account_id": load.asker.account_id,
        "unit_ids": sorted(load.asker.post_units),
        "file_name": file.name[:255],
        "file_sha256": file.sha256,
        "media_key": file.media_key,
        "as_of": load.order.as_of,
        "source": load.order.source,
        "state": state,
        "rows_total": report.rows if report else 0,
        "report": as_document(report) if report else {},
        "created_at": now,
        "touched_at": now,
    }
    with services.unit_of_work(services.operator()) as uow:
        return uow.register_imports.add(facts)


def run_import(
    services: Services, load: Load, import_id: int, *, content: BinaryIO, progress: Progress
) -> ImportReport:
    """Load the file; raises Conflict ``register.busy`` and what `file_rows` raises."""
    batch = _begin(services, load, import_id)

    def told(code: str, **params: object) -> None:
        with services.unit_of_work(services.operator()) as uow:
            uow.register_imports.set(import_id, {"rows_done": params["rows"], "touched_at": services.now()})
        progress(code, **params)

    is_done = False
    try:
        if batch is None:
            run = run_totals if load.order.kind == TOTALS else run_paper
            report = run(services, load, import_id, content=content, progress=told)
        else:
            report = run_entities(services, load, batch, content=content, progress=told)
        _end(services, LoadDone(import_id, DeedKind.FILE_LOADED, load.asker.account_id, report.rows), batch, report)
        is_done = True
    finally:
        if not is_done:
            let_go(services, import_id)
    log.info("register.imported", extra={"import": import_id, "kind": load.order.kind, **_logged(report)})
    return report


def is_broken(services: Services, stored: StoredImport) -> bool:
    """Tell whether a run that should be getting on does not."""
    return stored.state in {"running", "undoing"} and services.now() - stored.touched_at > BROKEN_AFTER


def let_go(services: Services, import_id: int) -> None:
    """Let a run that ended before its end be broken off at once, so that it can be run again."""
    with services.unit_of_work(services.operator()) as uow:
        uow.register_imports.set(import_id, {"touched_at": services.now() - 2 * BROKEN_AFTER})


def refuse_while_busy(services: Services, uow: UnitOfWork, stored: StoredImport) -> None:
    """Raise Conflict ``register.busy`` while another file of that kind is loaded or undone in the project."""
    others = uow.register_imports.running(stored.project_id, stored.kind, services.now() - BROKEN_AFTER)
    if [one for one in others if one != stored.import_id]:
        raise Conflict("register.busy")


def _begin(services: Services, load: Load, import_id: int) -> Batch | None:
    """Let the file be running and return the batch it writes in, the one it had if it ran before; None for figures."""
    order, now = load.order, services.now()
    with services.unit_of_work(services.operator()) as uow:
        known = uow.entities.ensure_list(order.project_id, order.kind, now) if order.kind in LISTS else None
        if known is not None:
            uow.entity_imports.hold_list(known.list_id)
        stored = uow.register_imports.one(import_id)
        assert stored is not None, "it was kept before it is run"
        refuse_while_busy(services, uow, stored)
        facts: dict[str, Any] = {"state": "running", "touched_at": now}
        batch_id = stored.batch_id
        if known is not None and batch_id is None:
            facts["batch_id"] = batch_id = uow.entities.add_batch(
                {
                    "list_id": known.list_id,
                    "kind": "import",
                    "account_id": load.asker.account_id,
                    "file_name": stored.file_name,
                    "file_sha256": stored.file_sha256,
                    "counts": {},
                    "started_at": now,
                },
                is_sensitive=known.is_sensitive,
            )
        uow.register_imports.set(import_id, facts)
    return None if known is None or batch_id is None else Batch(batch_id, known)


def _end(services: Services, done: LoadDone, batch: Batch | None, report: ImportReport) -> None:
    """Let the file be done, and tell of it; what was shown of people before is not kept beside it."""
    now = services.now()
    kept = as_document(report) | {"changes": []}
    with services.unit_of_work(services.operator()) as uow:
        if batch is not None:
            uow.entities.set_batch(batch.batch_id, {"counts": report.counts, "ended_at": now})
        uow.register_imports.set(
            done.import_id,
            {"state": "done", "rows_total": report.rows, "rows_done": report.rows, "report": kept, "touched_at": now},
        )
        note_load(services, uow, done)


def _logged(report: ImportReport) -> dict[str, int]:
    """Return the counts under names that a log record does not have itself."""
    return {f"rows_{name}": count for name, count in report.counts.items() if name != "rows"}
