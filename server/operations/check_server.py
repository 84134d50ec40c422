"""Look a server over: does the database keep what it confirms, does the media store, is there room, is the clock right.

Nothing is repaired here; each check says what it found and whether that is well.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from server.errors import DomainError
from server.media.address import LocalAddress, read_address
from server.media.probe import probe
from server.operations.open_services import incoming_folder
from server.settings import sqlite_path
from server.storage.durability import database_state
from server.storage.schema import current, head

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from server.operations.services import Services

LEAST_FREE_BYTES: Final = 2_000_000_000
FURTHEST_CLOCK: Final = timedelta(seconds=60)
OLDEST_CLOCK: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""A machine whose battery died wakes up in the past; this server did not exist before."""
MOST_ATTEMPTS: Final = 5
"""A job that failed this often will not mend itself."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: a message code with its parameters, and whether all is well."""

    code: str
    is_good: bool
    params: Mapping[str, object] = field(default_factory=dict)


def check_server(services: Services) -> tuple[Check, ...]:
    """Return every check, in the order an operator would look."""
    checks = [Check("doctor.settings", True, {"public_url": services.settings.public_url})]
    try:
        for found in (_database(services), _backlog(services), _locks(services)):
            checks.extend(found)  # one by one: what was found before a fault is told with it
    except DomainError as fault:
        checks.append(Check(fault.code, False, fault.params))
    checks.append(_media(services))
    checks += [_room(folder) for folder in _folders(services)]
    return tuple(checks)


def _database(services: Services) -> Iterator[Check]:
    state = database_state(services.engine)
    yield Check("doctor.database", True, {"kind": state.kind})
    for one in state.weaknesses:
        yield Check("doctor.weak", False, {"setting": one.setting, "value": one.value, "wanted": one.wanted})
    if not state.weaknesses:
        yield Check("doctor.durable", True)
    yield _clock(services.now(), state.clock)
    stands, newest = current(services.engine) or "–", head()
    yield Check("doctor.schema" if stands == newest else "doctor.schema_behind", stands == newest, {"step": stands})


def _clock(here: datetime, there: datetime) -> Check:
    apart = abs(here - there)
    is_good = here > OLDEST_CLOCK and apart <= FURTHEST_CLOCK
    code = "doctor.clock" if is_good else "doctor.clock_wrong"
    return Check(code, is_good, {"time": here.isoformat(timespec="seconds"), "apart": round(apart.total_seconds())})


def _backlog(services: Services) -> Iterator[Check]:
    with services.reading(services.operator()) as uow:
        waiting, spooled = uow.outbox.waiting(), uow.spool.keys()
    stuck = [one for one in waiting if one[1] >= MOST_ATTEMPTS]
    code = "doctor.jobs_stuck" if stuck else "doctor.jobs"
    error = stuck[0][2] if stuck else ""
    yield Check(code, not stuck, {"waiting": len(waiting), "stuck": len(stuck), "error": error})
    yield Check("doctor.spool" if not spooled else "doctor.spool_waiting", not spooled, {"files": len(spooled)})


def _locks(services: Services) -> Iterator[Check]:
    """Yield whether the bytes of every locked period still have their hash."""
    with services.reading(services.operator()) as uow:
        damaged = uow.locks.damaged(lambda content: hashlib.sha256(content).hexdigest())
    locks = ", ".join(map(str, damaged))
    yield Check("doctor.locks_damaged" if damaged else "doctor.locks", not damaged, {"locks": locks})


def _media(services: Services) -> Check:
    try:
        probe(services.media)
    except DomainError as fault:
        return Check(fault.code, False, fault.params)
    return Check("doctor.media", True)


def _folders(services: Services) -> tuple[Path, ...]:
    """Return the folders of this machine that records, photos and uploads need room in."""
    address = read_address(services.settings.media_url)
    media = address.root if isinstance(address, LocalAddress) else incoming_folder(services.settings)
    database = sqlite_path(services.settings.database_url)
    folders = [database.parent, media] if database else [media]
    return tuple(dict.fromkeys(_existing(one) for one in folders))


def _existing(folder: Path) -> Path:
    return next(one for one in (folder.absolute(), *folder.absolute().parents) if one.is_dir())


def _room(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    is_good = free >= LEAST_FREE_BYTES
    return Check("doctor.room" if is_good else "doctor.no_room", is_good, {"folder": str(folder), "free": free / 1e9})
