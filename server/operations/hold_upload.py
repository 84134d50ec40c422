"""Put an upload into the tray, whole, with its reason and its owner; never lose it, never let one phone flood it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from server.errors import Forbidden
from server.operations.envelope import Arrived, Held, spool_waiting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from server.operations.envelope import Envelope
    from server.operations.services import Services
    from server.storage.repositories.collaborators import Sender
    from server.storage.unit_of_work import UnitOfWork
    from server.submissions.instance import Instance

UPLOADS_A_DAY = 300
BYTES_A_DAY = 300_000_000


@dataclass(frozen=True, slots=True)
class Holding:
    """An upload that is to be held, and why."""

    sender: Sender
    envelope: Envelope
    instance: Instance
    reason: str
    is_sensitive: bool
    received_at: datetime
    submission_id: int | None = None
    """The record it clashes with, if it does."""


def check_allowance(services: Services, holding: Holding) -> None:
    """Raise Forbidden ``openrosa.too_much_held`` when a revoked key has sent a day's worth already."""
    if holding.reason != "key_revoked":
        return
    since = holding.received_at - timedelta(days=1)
    with services.reading(services.intake(holding.sender.project_id)) as uow:
        uploads, size = uow.collaborators.held_since(holding.sender.collaborator_id, since)
    if uploads >= UPLOADS_A_DAY or size >= BYTES_A_DAY:
        raise Forbidden("openrosa.too_much_held")


def hold(services: Services, holding: Holding, arrived: Sequence[Arrived]) -> Held:
    """Keep the upload in a transaction of its own."""
    with services.unit_of_work(services.intake(holding.sender.project_id)) as uow:
        spool_waiting(uow, arrived)
        return hold_in(uow, holding, arrived)


def hold_in(uow: UnitOfWork, holding: Holding, arrived: Sequence[Arrived]) -> Held:
    """Keep the upload in the transaction at hand; the same upload twice is one."""
    instance = holding.instance
    facts = {
        "project_id": holding.sender.project_id,
        "collaborator_id": holding.sender.collaborator_id,
        "reason": holding.reason,
        "state": "held",
        "is_sensitive": holding.is_sensitive,
        "form_id": instance.form_id[:200],
        "form_version": instance.form_version[:200],
        "instance_id": instance.instance_id[:255],
        "sha256": instance.sha256,
        "xml": instance.xml,
        "device_id": holding.envelope.device_id,
        "received_at": holding.received_at,
        "submission_id": holding.submission_id,
    }
    return Held(uow.tray.hold(facts, [_held_file(one) for one in arrived]), holding.reason)


def _held_file(arrived: Arrived) -> dict[str, object]:
    return {
        "name": arrived.name,
        "name_key": arrived.name_key,
        "content_type": arrived.content_type,
        "sha256": arrived.placed.sha256,
        "media_key": arrived.placed.key,
        "size_bytes": arrived.placed.size_bytes,
    }
