"""One phone asks about thousands of households at once, in one address: nothing on the way may find it too long."""

from uuid import uuid4

import pytest

from server.operations.add_project import add_project
from tests.builders import enrol, load_territory, publish
from tests.collect_double import Phone
from tests.collect_double.entity_store import EntityAction, FormEntity
from tests.journeys.real_server import RealServer, environment_of, free_port
from tests.journeys.registers_world import LIST, villages, workbook

pytestmark = pytest.mark.database
MADE_HERE = 5_000


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def environment(database_url, tmp_path, port):
    return environment_of(database_url, tmp_path, port)


def test_a_phone_asks_about_five_thousand_households_in_one_request(services, environment, port, tmp_path):
    load_territory(services)
    project = add_project(services, "Công tác gia đình (mẫu)")
    publish(services, project.project_id, workbook=workbook())
    enrolment = enrol(services, project.project_id, unit=villages()[0])
    with RealServer(environment, port, tmp_path / "said"):
        phone = Phone(enrolment.server_url)
        assert phone.sync().failed == {}
        phone.entities.apply(
            FormEntity(EntityAction.CREATE, LIST, str(uuid4()), "Hộ mẫu", {}) for _ in range(MADE_HERE)
        )
        report = phone.sync()
        assert (report.failed, len(report.rechecked)) == ({}, 1)
        (asked,) = [one for one in phone.log if "/integrity" in one.url]
        assert (asked.status, asked.url.count("%2C")) == (200, MADE_HERE - 1)
    assert len(phone.entities.entities(LIST)) == MADE_HERE, "what the server never got is not deleted"
