"""A record nobody sent before is written with all that it says, to the letter, or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from figure_world import VILLAGE_A, FigureWorld
from sqlalchemy import select

from server.indicators.contribution import TOTAL, Combine, Contribution
from server.storage.models.figures import ContributionRow
from server.storage.repositories.new_records import Said
from server.storage.repositories.record_words import Findable

pytestmark = pytest.mark.database
AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
ODD = ("", "NULL", "null", "a,b", '"', "\\", '\\"', "{x}", "a\tb\nc", " lề ", "Đăk Hà 😀", "'; --", "%s %(x)s :x")


def adding(position, text, **other):
    facts = {
        "measure": "f.visited",
        "position": position,
        "subject": text or "hộ",
        "category": text,
        "period": 2026,
        "event_date": date(2026, 2, 28),
        "unit_id": VILLAGE_A,
        "combine": Combine.LATEST,
        "thousandths": -1500 * position,
    }
    return Contribution(**facts | other)


@pytest.fixture
def world(engine):
    return FigureWorld(engine)


def arrive(world, root, contributions):
    """Add a record, the first under its root or not."""
    with world.uow() as uow:
        place = {"project_id": world.project_id, "form_key": world.form_key}
        shared = place | {"received_at": AT, "collaborator_id": None}
        record = shared | {
            "root_instance_id": root,
            "is_sensitive": False,
            "unit_id": VILLAGE_A,
            "event_date": date(2026, 2, 28),
            "figure_year": 2026,
            "instance_name": "Phiếu mẫu",
            "name_folded": "phieu mau",
            "review_state": "received",
            "is_flagged": False,
            "is_derived": True,
            "missing_media": 0,
            "longitude_e5": None,
            "latitude_e5": None,
            "cell": None,
        }
        version = shared | {
            "form_version_id": world.form_version_id,
            "instance_id": root,
            "deprecated_id": None,
            "sha256": f"{root:0>64}",
            "xml": b"<x/>",
            "device_id": "",
            "is_current": True,
        }
        found = Findable(world.project_id, VILLAGE_A, "phieu mau", "A Mẫu", ())
        return uow.new_records.add(record, version, Said(found, contributions))


def kept(world, version_id):
    columns = [getattr(ContributionRow, name) for name in Contribution._fields]
    with world.uow() as uow:
        rows = uow._connection.execute(
            select(*columns, ContributionRow.is_counted, ContributionRow.is_displaced)
            .where(ContributionRow.version_id == version_id, ContributionRow.project_id == world.project_id)
            .order_by(ContributionRow.position)
        ).all()
    assert not any(row.is_counted or row.is_displaced for row in rows)
    return [Contribution(*row[:-2]) for row in rows]


def test_what_it_adds_is_kept_to_the_letter(world):
    said = [adding(place, text) for place, text in enumerate(ODD)]
    said.append(adding(len(ODD), TOTAL, measure="pool.odd", combine=Combine.SUM, thousandths=10**15, period=1987))
    arrived = arrive(world, "uuid:1", said)
    assert kept(world, arrived.version_id) == said


def test_one_that_adds_nothing_adds_nothing(world):
    assert kept(world, arrive(world, "uuid:1", ()).version_id) == []


def test_of_what_is_known_nothing_is_written_again(world):
    first = arrive(world, "uuid:1", [adding(0, TOTAL)])
    assert arrive(world, "uuid:1", [adding(0, TOTAL), adding(1, "x=1")]) is None
    assert len(kept(world, first.version_id)) == 1
    second = arrive(world, "uuid:2", [adding(0, TOTAL)])
    assert second.submission_id > first.submission_id
    assert len(kept(world, second.version_id)) == 1
