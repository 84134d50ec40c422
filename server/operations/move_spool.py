"""Move the bytes that waited in the database while the object store was away to where they belong."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from server.errors import Unavailable
from server.media.store import MediaKey, checked_key, sha256_of

if TYPE_CHECKING:
    from server.operations.services import Services

log = logging.getLogger(__name__)


def move_spool(services: Services) -> int:
    """Put every waiting file into the store and forget it here; return how many were moved.

    Two that move the same file at once do no harm: its key is its content. Raises `Unavailable` as soon as the store
    refuses one, for then it is still away.
    """
    with services.reading(services.operator()) as uow:
        waiting = list(map(checked_key, uow.spool.keys()))
    for key in waiting:
        _move(services, key)
        with services.unit_of_work(services.operator()) as uow:
            uow.spool.remove(key)
    if waiting:
        log.info("spool.moved", extra={"files": len(waiting)})
    return len(waiting)


def _move(services: Services, key: MediaKey) -> None:
    with services.media.incoming() as file:
        with services.reading(services.operator()) as uow:
            for number in range(uow.spool.slices(key)):
                file.write(uow.spool.slice(key, number))
        file.seal()
        if file.sha256 != sha256_of(key):
            raise Unavailable("media.spool_damaged", key=key)
        services.media.put_file(file.path, key, size_bytes=file.size_bytes)
