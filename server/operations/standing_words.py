"""What counts of an entity's past when one record's part in it is withdrawn or done again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.operations.asked_changes import asked_by
from server.registers.statements import Said, last_said, statements
from server.registers.versions import LABEL

if TYPE_CHECKING:
    from server.operations.services import Services
    from server.registers.changes import EntityChange
    from server.storage.repositories.entities import StoredEntity
    from server.storage.unit_of_work import UnitOfWork


def names_in(change: EntityChange) -> frozenset[str]:
    """Return what a change says something of."""
    return frozenset(change.values) | ({LABEL} if change.label else frozenset())


def last_words(services: Services, uow: UnitOfWork, stored: StoredEntity, names: frozenset[str]) -> Said:
    """Return what the records and batches that stand say of *names* of an entity, the last word on each."""
    said = {
        record: None if version_id is None else _said(services, uow, version_id, stored)
        for record, version_id in uow.entity_effects.done_to(stored.key).items()
    }
    return last_said(statements(uow.entities.told(stored.key), said), names)


def _said(services: Services, uow: UnitOfWork, version_id: int, stored: StoredEntity) -> Said:
    """Return what a version of a record says of the entity, at whatever places of it."""
    label: str | None = None
    values: dict[str, str] = {}
    for one in asked_by(services, uow, version_id):
        if (one.dataset, one.entity_id) == (stored.list_name, stored.entity_id):
            label, values = one.label or label, values | dict(one.values)
    return Said(label, values)
