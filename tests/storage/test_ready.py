"""A statement made ready takes what is given in the types of its columns and answers as any other does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from figure_world import FigureWorld
from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError, StatementError

from server.storage.models.projects import ProjectRow
from server.storage.ready import Ready

pytestmark = pytest.mark.database
HANOI = timezone(timedelta(hours=7))
MADE_BEFORE = Ready(
    select(ProjectRow.id, ProjectRow.name, ProjectRow.kind).where(
        ProjectRow.created_at <= bindparam("moment"), ProjectRow.kind != "practice"
    )
)


@pytest.fixture
def connection(engine):
    FigureWorld(engine)
    with engine.connect() as connection:
        yield connection


def test_it_answers_as_any_other_the_first_time_and_later(connection):
    moment = datetime(2999, 1, 1, tzinfo=UTC)
    expected = connection.execute(MADE_BEFORE._statement, {"moment": moment}).all()
    assert len(expected) == 1
    for _ in range(3):
        rows = MADE_BEFORE.run(connection, {"moment": moment}).all()
        assert rows == expected
        assert [(row.id, row.name, row.kind) for row in rows] == [tuple(row) for row in expected]


def test_what_is_given_is_written_by_its_type(connection):
    """A moment without a zone is refused as everywhere, and one of another zone is the same moment."""
    with pytest.raises((StatementError, ValueError), match="a time without a zone"):
        MADE_BEFORE.run(connection, {"moment": datetime(2999, 1, 1)})  # noqa: DTZ001 what is to be refused
    made_at = connection.execute(select(ProjectRow.created_at)).scalar_one()
    assert len(MADE_BEFORE.run(connection, {"moment": made_at.astimezone(HANOI)}).all()) == 1
    before = made_at.astimezone(HANOI) - timedelta(seconds=1)
    assert MADE_BEFORE.run(connection, {"moment": before}).all() == []


def test_a_parameter_that_is_not_given_is_no_null(connection):
    with pytest.raises((DBAPIError, StatementError, KeyError)):
        MADE_BEFORE.run(connection, {})
