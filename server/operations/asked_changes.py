"""What a kept version of a record asks of registers, read again from its bytes whenever it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.forms.logic import bind_tree
from server.registers.changes import EntityChange, changes_in
from server.submissions.instance import read_instance

if TYPE_CHECKING:
    from server.operations.services import Services
    from server.storage.unit_of_work import UnitOfWork


def asked_by(services: Services, uow: UnitOfWork, version_id: int) -> tuple[EntityChange, ...]:
    """Return what a kept version of a record asks of registers, read again from its bytes."""
    raw = uow.versions.one(version_id)
    assert raw is not None, "an effect names a version that is kept"
    form = services.shelf.version_by_id(raw.form_version_id)
    return changes_in(bind_tree(form.compiled.shape, read_instance(raw.xml).root), form.entity_blocks)
