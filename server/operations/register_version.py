"""Hand a version of a record to registers: as it is filed, or later when it could not be at the time.

A failure of ours never costs the record: its transaction is begun anew without registers, and a job tries again. A
savepoint would say the same, and cost every record two more questions to the database.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.operations.apply_entities import Applying, apply_entities
from server.operations.derive_submission import Origin, derive
from server.operations.postings import posting_of
from server.operations.write_entity import Source
from server.submissions.decision import Edit, New
from server.submissions.instance import read_instance

if TYPE_CHECKING:
    from datetime import datetime

    from server.operations.derive_submission import Derived
    from server.operations.envelope import Filed
    from server.operations.services import Services
    from server.registers.reach import Posting
    from server.storage.unit_of_work import UnitOfWork
    from server.territory.units import UnitId

log = logging.getLogger(__name__)
APPLY_JOB = "apply_entities"


class RegistersFailed(Exception):
    """Registers could not take a version; the transaction that tried is to be rolled back."""


@dataclass(frozen=True, slots=True)
class Registering:
    """Who sent a version to which project, and when."""

    project_id: int
    collaborator_id: int | None
    received_at: datetime
    territory_revision: int
    post_units: frozenset[UnitId]


def register_version(services: Services, uow: UnitOfWork, sent: Registering, *, filed: Filed, derived: Derived) -> None:
    """Let a version that was just filed make and change entities; one sent again did so before.

    Raises RegistersFailed whatever goes wrong.
    """
    match filed.decision:
        case New():
            is_current, is_edit = True, False
        case Edit(becomes_current=becomes_current):
            is_current, is_edit = becomes_current, True
        case _:
            return
    if not derived.is_derived or not (derived.changes or is_edit):
        return
    applying = Applying(
        project_id=sent.project_id,
        submission_id=filed.submission_id,
        version_id=filed.version_id,
        changes=derived.changes,
        is_current=is_current,
        is_edit=is_edit,
        source=_source(services, sent, filed.version_id, derived),
        posting=_posting(services, sent),
    )
    try:
        apply_entities(services, uow, applying)
    except Exception as fault:
        log.exception("entities.failed", extra={"version": filed.version_id})
        raise RegistersFailed from fault


def register_later(_services: Services, uow: UnitOfWork, sent: Registering, *, filed: Filed, derived: Derived) -> None:
    """Have a job hand a version that was just filed to registers."""
    if derived.is_derived and isinstance(filed.decision, New | Edit):
        uow.outbox.add([(APPLY_JOB, {"version_id": filed.version_id})], sent.received_at)


def register_kept_version(services: Services, version_id: int) -> None:
    """Let a kept version make and change entities, unless it did; for those that failed or were derived late."""
    with services.reading(services.operator()) as uow:
        raw = uow.versions.one(version_id)
        if raw is None or uow.entity_effects.has_any(version_id):
            return
        on = raw.received_at.astimezone(services.settings.timezone).date()
        posts = uow.versions.posts_on(raw.collaborator_id, on) if raw.collaborator_id is not None else frozenset()
    form = services.shelf.version_by_id(raw.form_version_id)
    if not form.entity_blocks:
        return
    revision = services.atlas.current().revision
    origin = Origin(raw.received_at, posts, revision)
    derived = derive(services, read_instance(raw.xml), form, origin)
    if not derived.is_derived:
        return
    sent = Registering(raw.project_id, raw.collaborator_id, raw.received_at, revision, posts)
    with services.unit_of_work(services.operator()) as uow:
        history = uow.submissions.history(raw.submission_id)
        if uow.entity_effects.has_any(version_id):
            return
        apply_entities(
            services,
            uow,
            Applying(
                project_id=raw.project_id,
                submission_id=history.submission_id,
                version_id=version_id,
                changes=derived.changes,
                is_current=history.current_version_id == version_id,
                is_edit=len(history.versions) > 1,
                source=_source(services, sent, version_id, derived),
                posting=_posting(services, sent),
            ),
        )


def _posting(services: Services, sent: Registering) -> Posting | None:
    if sent.collaborator_id is None:
        return None
    on = sent.received_at.astimezone(services.settings.timezone).date()
    return posting_of(services.atlas.at(sent.territory_revision), sent.collaborator_id, sent.post_units, on)


def _source(services: Services, sent: Registering, version_id: int, derived: Derived) -> Source:
    return Source(
        at=sent.received_at,
        here=services.atlas.at(sent.territory_revision),
        code_days=derived.place_days,
        submission_version_id=version_id,
        holder_id=sent.collaborator_id,
        unit_id=derived.unit_id,
        effective_on=derived.event_date,
    )
