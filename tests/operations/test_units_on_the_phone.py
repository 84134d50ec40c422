"""A unit is a choice if the phone may have offered it: its list is of the day it was fetched, not of the visit."""

import pytest
from sqlalchemy import select

from server.storage.models.figures import ContributionRow
from server.storage.models.submissions import FindingRow, SubmissionRow
from tests.builders import instance, make_field

pytestmark = pytest.mark.database
VILLAGE = "23521-01"
"""Lay in commune 23521 until 30 June 2025, lies in 23500 since."""


def made_field(services):
    return make_field(services, unit=VILLAGE)


@pytest.fixture
def beginning():
    return made_field


@pytest.fixture
def field(begun):
    return begun


@pytest.mark.parametrize(
    ("visit_date", "commune", "is_offered"),
    [
        ("2026-10-01", "23500", True),
        ("2025-06-01", "23500", True),  # an old visit, written down with the list of today
        ("2025-06-01", "23521", True),  # a late arrival, written down with the list of its day
        ("2026-10-01", "23521", False),  # on no list since the merger
    ],
)
def test_units_of_the_visit_s_day_and_of_receipt_may_be_chosen(field, services, visit_date, commune, is_offered):
    field.send(instance(visit_date=visit_date, commune=commune))
    with services.engine.connect() as connection:
        codes = connection.execute(select(FindingRow.code)).scalars().all()
    assert ("answer.not_a_choice" not in codes) == is_offered


@pytest.mark.parametrize(
    ("filled_on", "visit_date", "name"),
    [
        ("2026-10-04", "2026-10-01", "Xã Tu Mơ Rông"),
        ("2026-10-04", "2025-06-01", "Xã Tu Mơ Rông"),  # written down today: the code is of today's list
        ("2025-06-02", "2025-06-01", "Xã Đăk Hà"),  # written down then: the code is of the list of that time
    ],
)
def test_a_code_used_again_means_what_it_meant_on_the_phone_s_list(field, services, filled_on, visit_date, name):
    xml = instance(visit_date=visit_date, commune="23425").replace(b"2026-10-04", filled_on.encode())
    field.send(xml)
    with services.engine.connect() as connection:
        unit_id = connection.execute(select(SubmissionRow.unit_id)).scalar_one()
        counted_at = connection.execute(select(ContributionRow.unit_id).distinct()).scalars().all()
    assert services.atlas.current().territory.name(unit_id, services.today()) == name
    assert counted_at == [unit_id]
