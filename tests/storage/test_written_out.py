"""Long lists of ids stand in a statement as numbers: no parameter each, and the same rows found."""

from __future__ import annotations

import pytest
from figure_world import FigureWorld
from sqlalchemy import event, select
from sqlalchemy.exc import StatementError

from server.storage.models.territory import UnitRow
from server.storage.written_out import among

pytestmark = pytest.mark.database


@pytest.mark.parametrize("ids", [[], [13], [22, 11, 22, 99], range(-3, 2000)], ids=len)
def test_ids_are_written_out_and_find_what_they_name(engine, ids):
    FigureWorld(engine)
    sent = []

    def keep(_connection, _cursor, statement, parameters, *_rest):
        if statement.startswith("SELECT"):
            sent.append(len(parameters))

    event.listen(engine, "before_cursor_execute", keep)
    with engine.connect() as connection:
        every = set(connection.execute(select(UnitRow.id)).scalars())
        found = connection.execute(select(UnitRow.id).where(among(UnitRow.id, ids))).scalars().all()
    event.remove(engine, "before_cursor_execute", keep)
    assert sorted(found) == sorted(every & set(ids))
    assert sent == [0, 0]


def test_what_is_no_number_is_refused_before_it_is_sent(engine):
    with engine.connect() as connection, pytest.raises(StatementError, match="Could not render literal value"):
        connection.execute(select(UnitRow.id).where(among(UnitRow.id, ["1) OR (1=1"])))
