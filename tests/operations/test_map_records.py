"""The map and its table say the same from the tallies and from the records, on each kind of database."""

from __future__ import annotations

import pytest
from console_world import DAK_HA, PROVINCE, TU_MO_RONG, example, send
from map_field import MIDDLES, load_squares, meeting
from test_browse_submissions import officer

from server.access.roles import Role
from server.operations import map_records
from server.operations.browse_submissions import Question
from server.operations.map_outlines import map_outlines
from server.operations.map_records import Window, map_marks, map_overview
from server.operations.sights import Desk
from server.territory.outlines import Box

pytestmark = pytest.mark.database
X, Y = MIDDLES[DAK_HA]
ALL = Question(Desk.EVERYDAY)
AROUND = Window(Box(X - 0.02, Y - 0.02, X + 0.02, Y + 0.02), 18)


def drawn(world, account, question=ALL, window=Window(None, 18)):  # noqa: B008 a frozen value
    found = map_marks(world.services, account, question, window)
    return sorted((round(one.longitude, 4), round(one.latitude, 4), one.amount) for one in found.clusters)


def test_tallies_and_records_say_the_same_of_ones_own_records(world, monkeypatch):
    for number, east in ((901, 0.0), (902, 0.001)):
        meeting(world, number, X + east, Y)
    meeting(world, 903, X, Y + 0.3, village="03")
    meeting(world, 904, *MIDDLES[TU_MO_RONG], commune=TU_MO_RONG)
    here, province = officer(world, DAK_HA), officer(world, PROVINCE)

    one_by_one = [(X, Y, 1), (X, round(Y + 0.3, 4), 1), (round(X + 0.001, 4), Y, 1)]
    assert drawn(world, here) == one_by_one
    assert drawn(world, here, window=AROUND) == [one_by_one[0], one_by_one[2]]
    by_village = [(X, round(Y + 0.3, 4), 1), (round(X + 0.0005, 4), Y, 2)]
    assert drawn(world, here, window=Window(None, 12)) == by_village
    assert sum(one[2] for one in drawn(world, province)) == 4

    def table(account):
        overview = map_overview(world.services, account, ALL)
        return [(one.unit.name, dict(one.states), one.points) for one in overview.places], overview.records

    exact = [table(account) for account in (here, province)]
    monkeypatch.setattr(map_records, "is_counted_by_place", lambda _question: False)
    assert [table(account) for account in (here, province)] == exact
    assert drawn(world, here, window=Window(None, 18)) == one_by_one


def test_incidents_and_others_communes_are_on_no_map(world):
    meeting(world, 904, *MIDDLES[TU_MO_RONG], commune=TU_MO_RONG)
    send(world, "Cán bộ mẫu", example("incident", "new_case", 950))
    load_squares(world.services, DAK_HA, TU_MO_RONG)
    here = officer(world, DAK_HA)
    sworn = officer(world, DAK_HA, role=Role.INCIDENT_OFFICER, elevated=True)
    assert drawn(world, here) == []
    assert '"23425"' not in map_outlines(world.services, here, ALL).text
    assert '"23500"' in map_outlines(world.services, here, ALL).text
    assert drawn(world, sworn) == []
    assert map_overview(world.services, sworn, ALL).records == 0
    assert map_outlines(world.services, sworn, ALL).text == '{"type":"FeatureCollection","features":[]}'
