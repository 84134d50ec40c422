"""A sensitive form does not exist for whoever is not offered it, however the question is put."""

import pytest
from sqlalchemy import select

from server.operations.envelope import Filed
from server.operations.offer_form import offer_form
from server.operations.publish_form import Audience
from server.storage.models.submissions import SubmissionRow
from server.storage.models.tray import HeldUploadRow
from server.storage.visible import Reading
from server.territory.units import UnitId
from tests.builders import instance, make_field, practice_field, publish

pytestmark = pytest.mark.database
SECRET = """
| survey   |            |         |                |                  |
|          | type       | name    | label::vi (vi) |                  |
|          | integer    | amount  | Số lượng       |                  |
| settings |            |         |                |                  |
|          | form_title | form_id | version        | default_language |
|          | Phiếu B    | secret  | {version}      | vi (vi)          |
"""


@pytest.fixture
def beginning():
    return make_field


@pytest.fixture
def field(begun):
    return begun


@pytest.fixture
def secret(field, services):
    """A sensitive form of her own project, offered to nobody."""
    published = publish(services, field.project_id, workbook=SECRET, is_sensitive=True)
    offer_form(services, published.version_id, Audience("nobody"))
    return published


def rows(services, statement):
    with services.engine.connect() as connection:
        return connection.execute(statement).all()


def test_an_instance_of_it_is_held_as_one_of_no_form_is(field, services, secret):
    receipts = [field.send(instance(form_id=form_id)) for form_id in ("secret", "no_such_form")]
    assert [one.reason for one in receipts] == ["unknown_form"] * 2
    held = rows(services, select(HeldUploadRow.form_id, HeldUploadRow.is_sensitive))
    assert sorted(held) == [("no_such_form", False), ("secret", True)]


def test_whoever_is_offered_it_sends_it_also_after_it_was_closed(field, services, secret):
    offer_form(services, secret.version_id, Audience("named", collaborators=(field.enrolment.collaborator_id,)))
    with services.unit_of_work(services.operator()) as uow:
        form_key, _ = uow.forms.form(field.project_id, "secret")
        uow.forms.set_state(form_key, "closed")
        uow.forms.raise_revision(field.project_id)
    assert isinstance(field.send(instance(form_id="secret")), Filed)
    assert rows(services, select(SubmissionRow.is_sensitive)) == [(True,)]


def test_it_is_not_in_practice_either(field, services, secret):
    offer_form(services, secret.version_id, Audience("all"))
    assert practice_field(field).send(instance(form_id="secret")).reason == "unknown_form"


def test_its_held_upload_is_in_the_tray_of_those_who_may_see_sensitive_records_alone(field, services, secret):
    field.send(instance(form_id="secret"))
    field.send(instance(form_id="no_such_form"))
    everywhere = frozenset(UnitId(one) for one in field.sender().post_units)

    def seen(sight: Reading) -> list[str]:
        with services.reading(sight) as uow:
            return sorted(one.form_id for one in uow.tray.page(before=None, size=10))

    assert seen(Reading(everywhere)) == ["no_such_form"]
    assert seen(Reading(frozenset(), everywhere)) == ["secret"]
