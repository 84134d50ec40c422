"""The official copy reads 0 where it was said, by each commune and for each quarter that is due, and nowhere else."""

from __future__ import annotations

import pytest
from report_world import COMMUNE, DAK_HA, PROVINCE, WHOLE, YEAR

from server.access.roles import Role
from server.indicators.periods import Period
from server.operations.confirm_no_case import NoCaseOrder, confirm_for_the_operator
from server.operations.no_case_sheet import may_be_confirmed
from server.operations.official_copy import Act, official_copy
from server.territory.units import Level

pytestmark = pytest.mark.database
CASES = "2 Tổng số vụ bạo lực gia đình"


@pytest.fixture
def world(reports):
    return reports


def cases(world, unit=DAK_HA, name=COMMUNE):
    """Return how the number of cases of a unit reads in its official copy."""
    officer = world.actor(Role.INCIDENT_OFFICER, unit, elevated=True)
    copy = official_copy(world.services, officer, world.order(name, unit), act=Act.OPEN, reason="Lập báo cáo (mẫu)")
    rows = (row for row in copy.page.sheets[0].rows if len(row) > 2 and row[-1].mark)
    return {f"{row[0].text} {row[1].text}": row[-1].text for row in rows}[CASES]


def due(world):
    return [one for one in Period(YEAR).quarters if may_be_confirmed(one, world.services.today())]


def confirm(world, quarters, unit_ids):
    for unit_id in unit_ids:
        for quarter in quarters:
            order = NoCaseOrder(world.separate_id, unit_id, quarter)
            confirm_for_the_operator(world.services, order, "Cán bộ (mẫu)")


def test_without_a_record_and_without_every_quarter_confirmed_it_is_not_reported(world):
    quarters = due(world)
    assert len(quarters) > 1
    assert cases(world) == "chưa báo cáo"
    confirm(world, quarters[:-1], [world.unit(DAK_HA)])
    assert cases(world) == "chưa báo cáo"
    confirm(world, quarters[-1:], [world.unit(DAK_HA)])
    assert cases(world) == "0"


def test_a_case_is_counted_whatever_was_confirmed(world):
    confirm(world, due(world)[:1], [world.unit(DAK_HA)])
    world.cases(DAK_HA, 2)
    assert cases(world) == "2"


def test_a_province_has_none_once_each_of_its_communes_said_so(world):
    territory = world.services.atlas.current().territory
    communes = [one.unit_id for one in territory.units_of_level(Level.COMMUNE, world.services.today())]
    confirm(world, due(world), communes[:-1])
    assert cases(world, PROVINCE, WHOLE) == "chưa báo cáo"
    confirm(world, due(world), communes[-1:])
    assert cases(world, PROVINCE, WHOLE) == "0"
