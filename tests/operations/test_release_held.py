"""A held upload is released into the normal flow, whatever held it, once."""

import pytest
from sqlalchemy import select

from server.errors import Conflict, NotFound
from server.operations.add_collaborator import revoke_collaborator
from server.operations.envelope import Filed, Held
from server.operations.release_held import Assigned, _release
from server.storage.models.submissions import AttachmentRow, SubmissionRow, SubmissionVersionRow
from server.storage.models.tray import HeldUploadRow
from tests.builders import instance, make_field, new_id, publish

pytestmark = pytest.mark.database


@pytest.fixture
def beginning():
    return make_field


@pytest.fixture
def field(begun):
    return begun


def release(services, held: Held) -> Filed:
    return _release(services, services.operator(), held.upload_id, by=None, to=Assigned())


def rows(services, statement):
    with services.engine.connect() as connection:
        return connection.execute(statement).all()


def test_what_waited_for_a_version_is_filed_when_it_is_published(field, services, clock):
    sent_at = clock.at
    held = [field.send(instance(version="2026100102"), {"audit.csv": b"x"}) for _ in range(3)]
    assert {one.reason for one in held} == {"unknown_version"}
    clock.advance(days=2)
    publish(services, field.project_id, version="2026100102")
    assert rows(services, select(SubmissionRow.received_at)) == [(sent_at,)] * 3
    assert rows(services, select(HeldUploadRow.state).distinct()) == [("released",)]
    assert len(rows(services, select(AttachmentRow))) == 3


def test_a_version_still_unknown_stays_held(field, services):
    held = field.send(instance(version="2026100102"))
    with pytest.raises(Conflict, match=r"tray\.still_unknown"):
        release(services, held)
    assert rows(services, select(HeldUploadRow.state)) == [("held",)]


def test_other_content_becomes_an_edit_that_waits_for_review(field, services):
    instance_id = new_id()
    first = field.send(instance(instance_id))
    filed = release(services, field.send(instance(instance_id, household="ho-2")))
    assert filed.submission_id == first.submission_id
    versions = rows(services, select(SubmissionVersionRow).order_by(SubmissionVersionRow.id))
    assert [one.is_current for one in versions] == [False, True]
    assert b"ho-2" in versions[1].xml
    assert rows(services, select(SubmissionRow.review_state)) == [("edited",)]


def test_an_instance_without_an_id_is_filed_once_however_often_it_comes(field, services):
    xml = instance("")
    filed = release(services, field.send(xml))
    again = field.send(xml)
    assert isinstance(again, Held)
    with pytest.raises(Conflict, match=r"tray\.settled"):
        release(services, again)
    assert rows(services, select(SubmissionRow.id)) == [(filed.submission_id,)]


def test_a_revoked_phones_form_is_filed_as_its_owners(field, services):
    sender = field.sender()
    revoke_collaborator(services, sender.collaborator_id, is_stolen=False)
    filed = release(services, field.send(instance()))
    assert rows(services, select(SubmissionRow.id, SubmissionRow.collaborator_id)) == [
        (filed.submission_id, sender.collaborator_id)
    ]


def test_other_bytes_of_a_photo_take_its_place(field, services):
    xml = instance(photo="1.jpg")
    field.send(xml, {"1.jpg": b"one"})
    release(services, field.send(xml, {"1.jpg": b"another"}))
    (attachment,) = rows(services, select(AttachmentRow))
    with services.media.open(attachment.media_key) as content:
        assert content.read() == b"another"


def test_releasing_twice_is_refused_and_changes_nothing(field, services):
    held = field.send(instance(""))
    release(services, held)
    with pytest.raises(Conflict, match=r"tray\.settled"):
        release(services, held)
    assert len(rows(services, select(SubmissionRow))) == 1


def test_an_upload_out_of_sight_is_not_there(services):
    with pytest.raises(NotFound, match=r"tray\.unknown"):
        _release(services, services.operator(), 99, by=None, to=Assigned())
