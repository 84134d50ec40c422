"""Spots that would lie on each other are one mark, with the numbers of each kind."""

from __future__ import annotations

import pytest

from server.territory.clusters import MOST_CLUSTERS, Spot, clusters
from server.territory.units import UnitId


def spot(longitude, latitude, amount=1, kind="received", unit=1, key=None):
    return Spot(longitude, latitude, amount, kind, UnitId(unit), key)


def test_far_away_they_are_one_and_close_by_they_are_two():
    spots = [spot(108.01, 14.0, 3, "approved"), spot(108.03, 14.0, 1, unit=2)]
    (one,) = clusters(spots, zoom=8)
    assert (one.amount, one.kinds) == (4, (("approved", 3), ("received", 1)))
    assert one.units == {UnitId(1), UnitId(2)}
    assert one.longitude == pytest.approx(108.015)
    assert [found.amount for found in clusters(spots, zoom=14)] == [1, 3]


def test_a_thing_alone_is_known_by_its_key_and_several_by_none():
    alone, together = spot(108.0, 14.0, key=7), spot(108.000001, 14.000001, key=8)
    assert [one.key for one in clusters([alone], zoom=19)] == [7]
    assert [one.key for one in clusters([alone, together], zoom=19)] == [None]


def test_there_are_never_more_marks_than_an_eye_can_tell_apart_and_none_is_lost():
    spots = [spot(107 + row / 40, 13 + column / 40) for row in range(60) for column in range(60)]
    found = clusters(spots, zoom=19)
    assert 1 < len(found) <= MOST_CLUSTERS
    assert sum(one.amount for one in found) == len(spots)
