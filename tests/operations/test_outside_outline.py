"""A record made outside its commune is remarked, at once and by a rebuild; its spot is kept and added up."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.exc import IntegrityError

from server.operations.load_boundaries import BoundaryFile, load_boundaries, undo_boundaries
from server.operations.progress import silent
from server.operations.rebuild import rebuild
from server.storage.models.submissions import FindingRow, SubmissionRow, SubmissionVersionRow
from server.storage.repositories.record_tallies import tallied
from tests.builders import COMMUNE, SURVEY, Field, instance, make_field, new_id, publish

pytestmark = pytest.mark.database

OUTSIDE = "place.outside_outline"
WITH_SPOT = SURVEY.replace("| | image | photo |", "| | geopoint | spot | Vị trí | | | |\n| | image | photo |", 1)
MIDDLE, HALF = (107.9, 14.5), 0.05


@pytest.fixture
def field(services) -> Field:
    field = make_field(services, with_form=False)
    publish(services, field.project_id, workbook=WITH_SPOT)
    return field


def at(spot: str, **answers: str) -> bytes:
    return instance(**answers).replace(b"<photo>", f"<spot>{spot}</spot><photo>".encode(), 1)


def square(services) -> int:
    """Load a made-up square for the commune and return the load's number."""
    (x, y), half = MIDDLE, HALF
    ring = [
        [x - half, y - half],
        [x + half, y - half],
        [x + half, y + half],
        [x - half, y + half],
        [x - half, y - half],
    ]
    feature = {
        "type": "Feature",
        "properties": {"code": COMMUNE},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    loaded = load_boundaries(services, BoundaryFile("mau.geojson", content, "code", None), is_rehearsal=False)
    assert loaded.load_id is not None
    return loaded.load_id


def remarked(services) -> list[int]:
    with services.engine.connect() as connection:
        found = select(SubmissionVersionRow.submission_id).join(
            FindingRow, FindingRow.version_id == SubmissionVersionRow.id
        )
        return sorted(connection.execute(found.where(FindingRow.code == OUTSIDE)).scalars())


def test_records_outside_their_commune_are_remarked_when_they_arrive_and_by_a_rebuild(services, field):
    inside = field.send(at("14.51 107.91 600 8", household="1")).submission_id
    # 0.003° north of the edge: 333 m, which a phone that is off by 150 m may have said of a place within 200 m.
    near = field.send(at("14.553 107.9 600 150", household="2")).submission_id
    off = field.send(at("14.553 107.9 600 8", household="3")).submission_id
    field.send(instance(household="4"))
    assert remarked(services) == []

    load_id = square(services)
    rebuild(services, silent)
    assert remarked(services) == [off]
    at_once = field.send(at("14.7 107.9 600 8", household="5")).submission_id
    assert remarked(services) == [off, at_once]
    assert not {inside, near} & set(remarked(services))
    assert rebuild(services, silent).differed == 0

    undo_boundaries(services, load_id)
    rebuild(services, silent)
    assert remarked(services) == []


def test_an_outline_costs_a_statement_once_and_nothing_where_there_is_none(services, field):
    def statements(xml: bytes) -> int:
        seen = []
        listener = lambda _connection, _cursor, said, *_: seen.append(said)  # noqa: E731 to take it off again
        event.listen(services.engine, "before_cursor_execute", listener)
        field.send(xml)
        event.remove(services.engine, "before_cursor_execute", listener)
        return sum(not said.startswith("BEGIN") for said in seen)

    field.send(at("14.51 107.91 600 8", household="1"))
    without_spot, with_spot = (statements(xml) for xml in (instance(household="2"), at("14.51 107.91", household="3")))
    assert with_spot == without_spot
    square(services)
    services.atlas.current()
    assert statements(at("14.51 107.91", household="4")) == with_spot + 1
    assert statements(at("14.51 107.91", household="5")) == with_spot


def test_the_spot_is_that_of_the_current_version_and_the_tallies_add_it_up(services, field):
    def sums():
        rows = tallied()
        with services.engine.connect() as connection:
            found = connection.execute(select(rows.c.records, rows.c.points, rows.c.longitude_sum, rows.c.latitude_sum))
            return tuple(map(sum, zip(*found, strict=True)))

    root = new_id()
    record = field.send(at("14.51 107.91 600 8", instance_id=root, household="1")).submission_id
    field.send(at("14.53 107.93 600 8", household="2"))
    field.send(instance(household="3"))
    assert sums() == (3, 2, 21_584_000, 2_904_000)
    with services.unit_of_work(services.operator()) as uow:
        uow.record_tallies.add_up()
    edited = at("14.52 107.92 600 8", household="1").replace(
        b"<meta>", f"<meta><deprecatedID>{root}</deprecatedID>".encode()
    )
    assert field.send(edited).submission_id == record
    assert sums() == (3, 2, 21_585_000, 2_905_000)
    with services.engine.connect() as connection:
        rows = SubmissionRow
        spot = connection.execute(select(rows.longitude_e5, rows.latitude_e5, rows.cell).where(rows.id == record)).one()
        assert tuple(spot) == (10_792_000, 1_452_000, 20905758)
        with pytest.raises(IntegrityError):  # records of sensitive forms are never points
            connection.execute(update(SubmissionRow).where(SubmissionRow.id == record).values(is_sensitive=True))


def test_a_damaged_spot_is_mended_by_a_rebuild(services, field):
    record = field.send(at("14.51 107.91 600 8")).submission_id
    with services.engine.connect() as connection:
        connection.execute(update(SubmissionRow).values(longitude_e5=None, cell=None))
        connection.commit()
    assert rebuild(services, silent).differed == 1
    with services.engine.connect() as connection:
        assert (
            connection.execute(select(SubmissionRow.longitude_e5).where(SubmissionRow.id == record)).scalar()
            == 10_791_000
        )
