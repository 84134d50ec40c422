"""The step that counts households by their groups counts those of before it as those of after it."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from server.operations.add_project import add_project
from server.storage.models.registers import RegisterTallyRow
from server.storage.schema import downgrade, upgrade
from tests.builders import load_territory
from tests.operations.test_open_figure import write
from tests.register_field import entity_id
from tests.register_world import HA_1, TU_1

pytestmark = pytest.mark.database


def tallies(services):
    rows = RegisterTallyRow
    with services.engine.connect() as connection:
        found = connection.execute(select(rows.category, rows.unit_id, rows.year, rows.live).where(rows.live != 0))
        return {tuple(row) for row in found}


def test_households_of_before_are_counted_in_each_of_their_groups(services):
    load_territory(services)
    world = SimpleNamespace(services=services, project_id=add_project(services, "Hộ (mẫu)").project_id)
    one, another, third = (entity_id() for _ in range(3))
    write(world, one, {"village": HA_1, "groups": "policy disabled"}, 1, day=date(2025, 3, 1))
    write(world, another, {"village": TU_1, "groups": "disabled"}, 1, day=date(2025, 3, 1))
    write(world, third, {"village": HA_1}, 1, day=date(2025, 3, 1))
    write(world, one, {"village": HA_1, "groups": "hardship disabled"}, 2, day=date(2026, 3, 1))
    write(world, another, {"village": TU_1, "groups": "disabled", "status": "gone"}, 2, day=date(2026, 3, 1))
    before = tallies(services)
    counted = {(category, year): live for category, _, year, live in before if category.startswith("groups=")}
    assert counted == {
        ("groups=", 2025): 1, ("groups=policy", 2025): 1, ("groups=disabled", 2025): 1,
        ("groups=policy", 2026): -1, ("groups=hardship", 2026): 1, ("groups=disabled", 2026): -1,
    }  # fmt: skip
    assert len([row for row in before if row[0] == "groups=disabled"]) == 3
    services.engine.dispose()
    downgrade(services.engine, "0037")
    assert not any(category.startswith("groups=") for category, *_ in tallies(services))
    upgrade(services.engine)
    assert tallies(services) == before
