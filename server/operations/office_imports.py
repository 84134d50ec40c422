"""Loading lists at the console: a file is taken in, read and shown, loaded when its sender agrees, and can be undone.

Small files are read and loaded while their sender waits, large ones by background work that the page looks in on; what
the first leave undone when something breaks, the second ends. The bytes are kept in the media store until the file is
loaded or forgotten, a day at most. A load is seen by whoever covers all the posts it was made under.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from io import BufferedReader
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from server.access.authorisation import units_for
from server.errors import Conflict, DomainError, InvalidInput, NotFound, TooLarge
from server.media.store import MediaFolder, checked_key, key_of
from server.operations.import_order import ImportOrder, Load, asker_of, check_order, kinds_for, permission_for
from server.operations.import_report import as_document, from_document
from server.operations.progress import silent
from server.operations.run_import import BROKEN_AFTER, FileFacts, is_broken, keep_file, run_import, try_import
from server.operations.undo_import import begin_undo, find_import, undo_import

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from typing import BinaryIO

    from server.access.actors import Account
    from server.media.incoming import IncomingFile
    from server.operations.import_order import Asker
    from server.operations.import_report import ImportReport
    from server.operations.progress import Progress
    from server.operations.services import Services
    from server.storage.repositories.projects import Project
    from server.storage.repositories.register_imports import StoredImport
    from server.storage.unit_of_work import UnitOfWork

MOST_BYTES: Final = 25 * 1024 * 1024
SMALL_BYTES: Final = 500_000
"""What is read while its sender waits."""
SMALL_ROWS: Final = 2_000
"""What is loaded or taken back while its sender waits."""
KEPT_FOR: Final = timedelta(days=1)
READ_JOB: Final = "read_import"
RUN_JOB: Final = "run_import"
UNDO_JOB: Final = "undo_import"
DROP_JOB: Final = "drop_import"
_NEWEST_LOOKED_AT: Final = 200
_NEWEST_SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class SentList:
    """A file as somebody sent it."""

    name: str
    content: IncomingFile


@dataclass(frozen=True, slots=True)
class ShownImport:
    """A load as a page shows it. *refusal* is why its file was refused: code and parameters."""

    stored: StoredImport
    project_name: str
    report: ImportReport
    is_broken: bool
    refusal: tuple[str, Mapping[str, Any]] | None
    undone: Mapping[str, Any] | None
    left_names: tuple[str, ...]

    @property
    def is_moving(self) -> bool:
        """Tell whether something will change by itself: the page looks in again."""
        return self.stored.state in {"reading", "waiting", "running", "undoing"}


def send_list(services: Services, account: Account, order: ImportOrder, sent: SentList) -> int:
    """Take a file in, read it if it is small, and return its number.

    Raises what `asker_of` and `check_order` raise, InvalidInput ``register.no_file``, TooLarge
    ``register.file_too_large``, Unavailable ``media.unavailable``.
    """
    if order.kind not in kinds_for(services, account):
        raise NotFound("register.unknown_kind", given=order.kind)
    check_order(services, order)
    load = Load(order, asker_of(services, account, order.kind))
    facts, size_bytes = _kept(services, order.project_id, sent)
    import_id = keep_file(services, load, facts, state="reading")
    is_small = size_bytes <= SMALL_BYTES
    with services.unit_of_work(services.operator()) as uow:
        _leave_to_jobs(services, uow, READ_JOB, {"import_id": import_id}, is_small=is_small)
        uow.outbox.add([(DROP_JOB, {"import_id": import_id})], services.now() + KEPT_FOR)
    if is_small:
        read_list(services, import_id)
    return import_id


def browse_imports(services: Services, account: Account) -> tuple[StoredImport, ...]:
    """Return the newest loads whose posts the account covers."""
    with services.reading(services.operator()) as uow:
        newest = uow.register_imports.newest(_NEWEST_LOOKED_AT)
    return tuple(one for one in newest if _is_covered(services, account, one))[:_NEWEST_SHOWN]


def read_import(services: Services, account: Account, import_id: int) -> ShownImport:
    """Return one load; raises NotFound ``access.not_found``."""
    stored = _seen(services, account, import_id)
    refusal, undone = stored.report.get("refusal"), stored.report.get("undo")
    names: tuple[str, ...] = tuple(undone["names"]) if undone else ()
    with services.reading(asker_of(services, account, stored.kind).sight) as uow:
        if undone and undone["left_keys"]:
            names = tuple(label for _, label in uow.entity_imports.labels(undone["left_keys"]))
    return ShownImport(
        stored=stored,
        project_name=_project_name(services, stored.project_id),
        report=from_document(stored.report),
        is_broken=is_broken(services, stored),
        refusal=(refusal[0], refusal[1]) if refusal else None,
        undone=undone,
        left_names=names,
    )


def agree(services: Services, account: Account, import_id: int) -> None:
    """Load a file that was read; raises NotFound ``access.not_found``, Conflict ``register.not_read``."""
    is_small = _seen(services, account, import_id).rows_total <= SMALL_ROWS
    with services.unit_of_work(services.operator()) as uow:
        if not uow.register_imports.move(import_id, "read", "waiting", services.now()):
            raise Conflict("register.not_read")
        _leave_to_jobs(services, uow, RUN_JOB, {"import_id": import_id}, is_small=is_small)
    if is_small:
        with suppress(Conflict):  # another file is being loaded; this one waits its turn
            run_list(services, import_id)


def take_back(services: Services, account: Account, import_id: int) -> None:
    """Undo a load; raises NotFound ``access.not_found`` and what `begin_undo` raises."""
    is_small = _seen(services, account, import_id).rows_total <= SMALL_ROWS
    begin_undo(services, import_id)
    payload = {"import_id": import_id, "account_id": account.account_id}
    with services.unit_of_work(services.operator()) as uow:
        _leave_to_jobs(services, uow, UNDO_JOB, payload, is_small=is_small)
    if is_small:
        undo_list(services, import_id, by=account.account_id)


def take_back_typed(services: Services, account: Account, import_id: int, *, kind: str) -> None:
    """Undo a batch of figures of that kind that somebody typed; raises NotFound ``access.not_found``, Conflict.

    The account acts as it is signed in, second step and all: no piece of work is left to others.
    """
    _seen(services, account, import_id, kinds=(kind,))
    begin_undo(services, import_id)
    undo_import(services, import_id, asker_of(services, account, kind), progress=silent)


def forget(services: Services, account: Account, import_id: int) -> None:
    """Drop a file that was read and is not to be loaded; raises NotFound ``access.not_found``."""
    stored = _seen(services, account, import_id)
    if stored.state in {"read", "refused"}:
        drop_list(services, import_id)


def read_list(services: Services, import_id: int, *, job_id: int | None = None) -> None:
    """Read a file that was sent; one that cannot be read is refused with why."""
    stored = find_import(services, import_id)
    if stored.state != "reading":
        return
    facts: dict[str, Any]
    try:
        with _opened(services, stored) as content:
            progress = _progress(services, import_id, job_id)
            report = try_import(services, _load_of(services, stored), content=content, progress=progress)
        facts = {"state": "read", "rows_total": report.rows, "report": as_document(report)}
    except (InvalidInput, TooLarge, NotFound) as refusal:
        facts = {"state": "refused", "report": _refused(refusal)}
    with services.unit_of_work(services.operator()) as uow:
        uow.register_imports.set(import_id, facts | {"touched_at": services.now()})


def run_list(services: Services, import_id: int, *, job_id: int | None = None) -> None:
    """Load a file its sender agreed to, or the rest of one whose load broke off; its bytes are dropped then."""
    stored = find_import(services, import_id)
    if stored.state not in {"waiting", "running"}:
        return
    with _opened(services, stored) as content:
        progress = _progress(services, import_id, job_id)
        run_import(services, _load_of(services, stored), import_id, content=content, progress=progress)
    _drop_bytes(services, find_import(services, import_id))


def undo_list(services: Services, import_id: int, *, by: int, job_id: int | None = None) -> None:
    """Take back a load for somebody, as far as they reach now."""
    stored = find_import(services, import_id)
    if stored.state == "undoing":
        asker = _asker(services, by, stored.kind)
        undo_import(services, import_id, asker, progress=_progress(services, import_id, job_id))


def drop_list(services: Services, import_id: int) -> None:
    """Forget a file nobody agreed to load, and its bytes."""
    stored = find_import(services, import_id)
    if stored.state in {"reading", "read", "refused"}:
        with services.unit_of_work(services.operator()) as uow:
            expired = {
                "state": "refused",
                "report": {"refusal": ["register.expired", {}]},
                "touched_at": services.now(),
            }
            uow.register_imports.set(import_id, expired)
        _drop_bytes(services, stored)


def _leave_to_jobs(
    services: Services, uow: UnitOfWork, kind: str, payload: Mapping[str, int], *, is_small: bool
) -> None:
    """Add the piece of work that does it; of a small one, that does it after all if whoever began did not end."""
    uow.outbox.add([(kind, payload)], services.now() + (BROKEN_AFTER if is_small else timedelta()))


def _read(services: Services, payload: Mapping[str, Any]) -> None:
    read_list(services, int(payload["import_id"]), job_id=int(payload["job_id"]))


def _run(services: Services, payload: Mapping[str, Any]) -> None:
    run_list(services, int(payload["import_id"]), job_id=int(payload["job_id"]))


def _undo(services: Services, payload: Mapping[str, Any]) -> None:
    by, job_id = int(payload["account_id"]), int(payload["job_id"])
    undo_list(services, int(payload["import_id"]), by=by, job_id=job_id)


def _drop(services: Services, payload: Mapping[str, Any]) -> None:
    drop_list(services, int(payload["import_id"]))


IMPORT_JOBS: Final[Mapping[str, Callable[[Services, Mapping[str, Any]], None]]] = MappingProxyType(
    {READ_JOB: _read, RUN_JOB: _run, UNDO_JOB: _undo, DROP_JOB: _drop}
)
"""What background work does of loads, by the kind of the piece."""


def _kept(services: Services, project_id: int, sent: SentList) -> tuple[FileFacts, int]:
    """Put a file into the media store, apart from records' files, and return what is known of it."""
    incoming = sent.content
    if not incoming.size_bytes:
        raise InvalidInput("register.no_file")
    if incoming.size_bytes > MOST_BYTES:
        raise TooLarge("register.file_too_large", megabytes=MOST_BYTES // 1024**2)
    incoming.seal()
    key = key_of(MediaFolder(f"{project_id}-lists"), incoming.sha256)
    services.media.put_file(incoming.path, key, size_bytes=incoming.size_bytes)
    return FileFacts(sent.name.replace("\0", " "), incoming.sha256, key), incoming.size_bytes


@contextmanager
def _opened(services: Services, stored: StoredImport) -> Iterator[BinaryIO]:
    """Open a kept file where it can be read back and forth, as an object store's answer cannot."""
    if stored.media_key is None:
        raise NotFound("register.expired")
    with services.media.incoming() as local, services.media.open(checked_key(stored.media_key)) as kept:
        shutil.copyfileobj(kept, local)
        yield cast("BinaryIO", BufferedReader(local))


def _drop_bytes(services: Services, stored: StoredImport) -> None:
    if stored.media_key is None:
        return
    with services.unit_of_work(services.operator()) as uow:
        uow.register_imports.set(stored.import_id, {"media_key": None})
        is_shared = uow.register_imports.uses(stored.media_key, stored.import_id)
    if not is_shared:
        services.media.delete(checked_key(stored.media_key))


def _load_of(services: Services, stored: StoredImport) -> Load:
    """Return the load as its sender reaches now: rights are read when they are used."""
    assert stored.account_id is not None, "the command line reads its own files"
    order = ImportOrder(stored.project_id, stored.kind, stored.as_of, stored.source)
    return Load(order, _asker(services, stored.account_id, stored.kind))


def _asker(services: Services, account_id: int, kind: str) -> Asker:
    with services.reading(services.operator()) as uow:
        account = uow.accounts.actor(account_id)
    if account is None:
        raise NotFound("access.not_found")
    return asker_of(services, account, kind)


def _progress(services: Services, import_id: int, job_id: int | None) -> Progress:
    """Return what notes how far a file is and keeps the piece of work from others."""
    if job_id is None:
        return silent

    def told(code: str, **params: object) -> None:  # noqa: ARG001 the page says it in its own words
        now = services.now()
        with services.unit_of_work(services.operator()) as uow:
            uow.register_imports.set(import_id, {"rows_done": params["rows"], "touched_at": now})
            uow.outbox.hold(job_id, now)

    return told


def _refused(refusal: DomainError) -> dict[str, Any]:
    params = {name: value if isinstance(value, int | list) else str(value) for name, value in refusal.params.items()}
    return {"refusal": [refusal.code, params]}


def _seen(services: Services, account: Account, import_id: int, kinds: Collection[str] = ()) -> StoredImport:
    with services.reading(services.operator()) as uow:
        stored = uow.register_imports.one(import_id)
    if stored is None or not _is_covered(services, account, stored, kinds):
        raise NotFound("access.not_found")
    return stored


def _is_covered(services: Services, account: Account, stored: StoredImport, kinds: Collection[str] = ()) -> bool:
    """Tell whether the account covers every post the file was loaded under, and may load such files.

    *kinds* are the only ones meant, else all the account is offered.
    """
    if not stored.unit_ids or stored.kind not in (kinds or kinds_for(services, account)):
        return False
    posts = units_for(account, permission_for(stored.kind), services.today())
    return stored.unit_ids <= services.atlas.current().scope_of(posts).unit_ids


def _project_name(services: Services, project_id: int) -> str:
    with services.reading(services.operator()) as uow:
        project: Project | None = uow.projects.by_id(project_id)
    return project.name if project else ""
