"""How far a unit is: what was to be reached counts, else what came."""

from __future__ import annotations

import pytest

from server.indicators.completeness import Arrived, CompletenessRow, Sending, sending_of
from server.indicators.tables import ListedUnit
from server.territory.units import UnitId


@pytest.mark.parametrize(
    ("expected", "arrived", "sending", "missing"),
    [
        (None, Arrived(), Sending.NONE, None),
        (None, Arrived(3, 1), Sending.SENT, None),
        (0, Arrived(), Sending.NONE, 0),
        (0, Arrived(2), Sending.SENT, 0),  # records of households nobody listed
        (10, Arrived(), Sending.NONE, 10),
        (10, Arrived(12, 0, 7), Sending.PARTLY, 3),  # two records of one household reach one
        (10, Arrived(12, 9, 10), Sending.COMPLETE, 0),
        (10, Arrived(10, 0), Sending.COMPLETE, 0),  # of a year that is over, records are all there is
        (10, Arrived(0, 0, 2), Sending.NONE, 8),  # a list that was loaded said so, and nobody sent anything
        (1, Arrived(1, 0), Sending.COMPLETE, 0),
    ],
)
def test_a_unit_is_as_far_as_what_it_reached(expected, arrived, sending, missing):
    assert sending_of(expected, arrived) is sending
    row = CompletenessRow(ListedUnit(UnitId(1), "Xã (mẫu)", ""), expected, arrived, 0, 0, sending)
    assert row.missing == missing
