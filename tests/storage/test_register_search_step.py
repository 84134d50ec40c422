"""The step that brings searching finds what registers held before it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from server.storage.models.registers import EntityRow, EntityWordRow
from server.storage.schema import downgrade, upgrade
from tests.register_field import VILLAGE, created, entity_id, household, register_field

pytestmark = pytest.mark.database


def searched(services, kind, columns):
    with services.engine.connect() as connection:
        return connection.execute(select(*columns).order_by(*kind.__mapper__.primary_key)).all()


def test_entities_of_before_are_found_and_stand_as_those_of_after(services):
    field, one = register_field(services), entity_id()
    field.send(created(one, VILLAGE, head_name="A Đượm", last_survey_year="2025"))
    field.send(created(entity_id(), VILLAGE, head_name="Y Krông", status="moved_out"))
    field.send(household(one, update=True, base=1, size="5"))
    facts = (EntityRow.standing, EntityRow.surveyed_year, EntityRow.is_leaving)
    words = (EntityWordRow.entity_key, EntityWordRow.word, EntityWordRow.list_id, EntityWordRow.unit_id)
    before = searched(services, EntityRow, facts), searched(services, EntityWordRow, words)
    assert {row.word for row in before[1]} == {"a", "duom", "y", "krong", "ho", "mau"}
    services.engine.dispose()
    downgrade(services.engine, "0011")
    upgrade(services.engine)
    assert (searched(services, EntityRow, facts), searched(services, EntityWordRow, words)) == before
