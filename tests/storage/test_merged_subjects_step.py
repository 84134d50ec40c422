"""The step that lets figures follow merged households leaves every row that counts counting for its own subject."""

from __future__ import annotations

import pytest
from figure_world import FigureWorld, adds
from sqlalchemy import select

from server.storage.models.figures import ContributionRow
from server.storage.schema import downgrade, upgrade

pytestmark = pytest.mark.database


def test_what_counted_before_counts_for_its_own_subject_after(engine):
    world = FigureWorld(engine)
    record, version = world.receive(adds(), adds(category="poverty=poor"), adds("reached", combine="any"))
    world.receive(adds(subject="h2"))
    world.decide({record: version})
    before = world.kept()
    engine.dispose()
    downgrade(engine, "0023")
    upgrade(engine)
    assert world.kept() == before
    rows = ContributionRow
    with engine.connect() as connection:
        found = connection.execute(select(rows.subject, rows.is_counted, rows.counted_as)).all()
    assert {tuple(row) for row in found} == {("h1", True, "h1"), ("h2", False, None)}
    world.decide({record: None})
    assert world.kept() == (set(), set())
