"""A rebuild gives the same rows, and mends what was damaged, from the raw bytes alone."""

import pytest
from sqlalchemy import delete, select, update

from server.operations.progress import silent
from server.operations.rebuild import VERSIONS_A_STEP, rebuild
from server.operations.rederive_submission import rederive
from server.storage.models.figures import ContributionRow
from server.storage.models.people import CollaboratorPostRow
from server.storage.models.submissions import FindingRow, SubmissionRow
from tests.builders import instance, make_field, new_id

pytestmark = pytest.mark.database
DERIVED = (ContributionRow, FindingRow, SubmissionRow)


@pytest.fixture
def filled(services):
    """Records that are right, odd, and edited."""
    field = make_field(services)
    root = new_id()
    field.send(instance(instance_id=root))
    field.send(instance(instance_id=new_id(), deprecated_id=root, members="5"))
    field.send(instance(members="99"))
    field.send(instance(commune="00000"))
    return field


def tables(services, *models):
    """Return the derived rows without the numbers findings happen to get."""
    found = {}
    with services.engine.connect() as connection:
        for model in models:
            rows = connection.execute(
                select(*[c for c in model.__table__.c if c.name != "id" or model is SubmissionRow])
            )
            found[model] = sorted(map(repr, rows))
    return found


def change(services, statement):
    with services.engine.connect() as connection:
        connection.execute(statement)
        connection.commit()


def test_a_rebuild_gives_the_same_rows(services, filled):
    before = tables(services, *DERIVED)
    done = rebuild(services, silent)
    assert (done.versions, done.differed, done.underived) == (4, 0, 0)
    assert tables(services, *DERIVED) == before


@pytest.mark.parametrize(
    "damage",
    [
        delete(FindingRow),
        delete(ContributionRow),
        update(ContributionRow).values(thousandths=7),
        update(FindingRow).values(code="other.code"),
        update(SubmissionRow).values(instance_name="other", is_flagged=False, event_date=None),
    ],
    ids=["no findings", "no contributions", "other amounts", "other codes", "other facts"],
)
def test_a_rebuild_mends_what_was_damaged(services, filled, damage):
    before = tables(services, *DERIVED)
    change(services, damage)
    assert tables(services, *DERIVED) != before
    assert rebuild(services, silent).differed > 0
    assert tables(services, *DERIVED) == before
    assert rebuild(services, silent).differed == 0


def test_progress_is_told_step_by_step(services, filled):
    told = []
    rebuild(services, lambda code, **params: told.append((code, params)))
    assert told == [("rebuild.progress", {"done": 4, "whole": 4}), ("rebuild.figures", {})]
    assert VERSIONS_A_STEP <= 200, "a step's raw bytes are in memory at once"


def test_where_she_worked_when_it_came_decides_not_where_she_works_now(services, filled, clock):
    """Whether a record is out of its sender's territory is judged as of receipt."""
    before = tables(services, FindingRow)
    today = services.today()
    change(services, update(CollaboratorPostRow).values(valid_to=today))
    clock.advance(days=40)
    assert rebuild(services, silent).differed == 0
    assert tables(services, FindingRow) == before


def test_one_version_can_be_derived_again_alone(services, filled):
    change(services, delete(FindingRow))
    with services.reading(services.operator()) as uow:
        versions = uow.versions.after(0, 10)
    assert all(rederive(services, one.version_id) for one in versions)
    assert rebuild(services, silent).differed == 0
