"""The step that lets an entity's row tell whether changes of it wait finds those that waited before it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from server.operations.release_changes import force_waiting
from server.storage.models.registers import EntityRow
from server.storage.schema import downgrade, upgrade
from tests.register_field import created, entity_id, household, register_field

pytestmark = pytest.mark.database


def waiting(services) -> set[str]:
    with services.engine.connect() as connection:
        return set(connection.execute(select(EntityRow.entity_id).where(EntityRow.has_waiting.is_(True))).scalars())


def test_changes_that_waited_before_the_step_wait_after_it(services, clock):
    field, quiet, awaited, held = register_field(services), *(entity_id() for _ in range(3))
    field.send(created(quiet))
    field.send(created(held))
    field.send(household(awaited, update=True, base=2, trunk=2, size="5"))
    field.send(household(held, update=True, base=3, trunk=1, size="5"))
    assert waiting(services) == {awaited, held}
    services.engine.dispose()
    downgrade(services.engine, "0022")
    upgrade(services.engine)
    assert waiting(services) == {awaited, held}
    clock.advance(days=6)
    assert force_waiting(services) == 2
    assert waiting(services) == set()
