"""Crafted ids, names and edits: everything is kept once, nothing is joined, overwritten or lost from sight."""

import pytest
from sqlalchemy import select

from server.errors import Conflict
from server.operations.envelope import Envelope, Filed, Held, SentFile
from server.operations.receive_submission import receive_submission
from server.operations.release_held import Assigned, _release
from server.storage.models.submissions import AttachmentRow, FindingRow, SubmissionRow, SubmissionVersionRow
from server.storage.models.tray import HeldAttachmentRow, HeldUploadRow
from tests.builders import instance, make_field, new_id, publish

pytestmark = pytest.mark.database


@pytest.fixture
def beginning():
    return make_field


@pytest.fixture
def field(begun):
    return begun


def rows(services, statement):
    with services.engine.connect() as connection:
        return connection.execute(statement).all()


def column(services, wanted) -> list:
    return [row[0] for row in rows(services, select(wanted))]


def release(services, held: Held):
    return _release(services, services.operator(), held.upload_id, by=None, to=Assigned())


def twins(services, xml: bytes, name: str, *contents: bytes) -> Envelope:
    """One POST with several parts of one name."""
    files = []
    for content in contents:
        incoming = services.media.incoming()
        incoming.write(content)
        files.append(SentFile(name, "image/jpeg", incoming))
    return Envelope(xml, tuple(files), "collect:phone")


def test_ids_longer_than_their_column_make_one_record_and_one_chain(field, services):
    original, edit = "uuid:" + "a" * 10_000, "uuid:" + "b" * 10_000
    first = field.send(instance(original))
    assert field.send(instance(edit, deprecated_id=original, household="ho-2")).submission_id == first.submission_id
    assert field.send(instance(original, household="ho-3")).reason == "other_content"
    assert field.send(instance("uuid:" + "a" * 10_001)).submission_id != first.submission_id


def test_held_content_under_the_longest_id_is_released_as_an_edit(field, services):
    longest = "x" * 255
    first = field.send(instance(longest))
    held = field.send(instance(longest, household="ho-2"))
    assert release(services, held).submission_id == first.submission_id


@pytest.mark.parametrize("name", ["n" * 300 + ".jpg", "../../../etc/passwd", "a\nb.jpg", "ả" * 300, "😀" * 255])
def test_any_file_name_is_kept_and_found_again(field, services, name):
    xml = instance(photo=name)
    for _ in range(2):
        assert isinstance(field.send(xml, {name: b"photo"}), Filed)
    unknown = instance(version="2026100102", photo=name)
    assert isinstance(field.send(unknown, {name: b"photo"}), Held)
    publish(services, field.project_id, version="2026100102")
    assert column(services, SubmissionRow.missing_media) == [0, 0]
    assert field.send(xml, {name: b"other"}).reason == "other_attachment"


def test_a_content_type_of_any_length_is_kept(field, services):
    for form_id in ("survey", "unknown"):
        envelope = twins(services, instance(form_id=form_id), "1.jpg", b"1")
        (file,) = envelope.files
        strange = SentFile(file.name, "image/" + "j" * 500, file.content)
        receive_submission(services, field.sender(), Envelope(envelope.xml, (strange,), ""))
    kinds = column(services, AttachmentRow.content_type) + column(services, HeldAttachmentRow.content_type)
    assert kinds == [("image/" + "j" * 500)[:100]] * 2


def test_two_contents_of_one_name_in_one_post_are_both_kept(field, services):
    xml = instance(photo="1.jpg")
    field.send(xml)
    receipt = receive_submission(services, field.sender(), twins(services, xml, "1.jpg", b"one", b"two"))
    assert receipt.reason == "other_attachment"
    kept, held = column(services, AttachmentRow.sha256), column(services, HeldAttachmentRow.sha256)
    assert len(kept) == len(held) == 1
    assert kept != held


def test_an_element_name_of_any_length_is_kept_with_its_finding(field, services):
    strange = b"<" + b"t" * 10_000 + b">x</" + b"t" * 10_000 + b">"
    assert isinstance(field.send(instance().replace(b"<meta>", strange + b"<meta>")), Filed)
    assert max(len(path) for path in column(services, FindingRow.path)) == 500


def test_a_crafted_edit_joins_no_two_records(field, services):
    mine, hers = new_id(), new_id()
    records = {field.send(instance(one)).submission_id for one in (mine, hers)}
    receipt = field.send(instance(hers, deprecated_id=mine, household="ho-9"))
    assert receipt.reason == "other_content"
    visible = rows(services, select(SubmissionRow.id).where(SubmissionRow.merged_into_id.is_(None)))
    assert {row.id for row in visible} == records


def test_a_known_edit_with_other_bytes_is_held_whatever_it_claims_to_replace(field, services):
    first, second, edit = new_id(), new_id(), new_id()
    field.send(instance(first))
    field.send(instance(second))
    field.send(instance(edit, deprecated_id=second))
    receipt = field.send(instance(edit, deprecated_id=first, household="ho-9"))
    assert receipt.reason == "other_content"
    assert column(services, SubmissionVersionRow.instance_id).count(edit) == 1


def test_edits_that_replace_each_other_or_themselves_are_one_record(field, services):
    one, other, own = new_id(), new_id(), new_id()
    ring = [instance(one, deprecated_id=other), instance(other, deprecated_id=one), instance(own, deprecated_id=own)]
    first = [field.send(xml).submission_id for xml in ring]
    assert [field.send(xml).submission_id for xml in ring] == first
    assert first[0] == first[1] != first[2]


def test_photos_that_follow_a_released_upload_open_it_again(field, services):
    instance_id = new_id()
    field.send(instance(instance_id))
    other = instance(instance_id, household="ho-2", photo="1.jpg")
    held = field.send(other)
    release(services, held)
    assert column(services, HeldUploadRow.state) == ["released"]
    field.send(other)
    assert column(services, HeldUploadRow.state) == ["released"]
    field.send(other, {"1.jpg": b"photo"})
    assert column(services, HeldUploadRow.state) == ["held"]
    release(services, held)
    assert column(services, SubmissionRow.missing_media) == [0]


def test_a_released_upload_that_is_sent_again_with_its_photo_stays_settled(field, services):
    """A phone that heard no answer repeats all of it: there is nothing in it that nobody has seen."""
    instance_id = new_id()
    field.send(instance(instance_id))
    other, photo = instance(instance_id, household="ho-2", photo="1.jpg"), {"1.jpg": b"photo"}
    release(services, field.send(other, photo))
    field.send(other, photo)
    assert column(services, HeldUploadRow.state) == ["released"]


def test_one_clash_does_not_keep_the_others_waiting_for_a_version(field, services):
    twice = new_id()
    sent = [instance(twice, version="2026100102", household=f"ho-{place}") for place in range(2)]
    for xml in [*sent, instance(version="2026100102")]:
        assert field.send(xml).reason == "unknown_version"
    publish(services, field.project_id, version="2026100102")
    assert len(column(services, SubmissionRow.id)) == 2
    waiting = rows(services, select(HeldUploadRow.reason, HeldUploadRow.xml).where(HeldUploadRow.state == "held"))
    assert waiting == [("other_content", sent[1])]


def test_a_form_id_cut_to_its_column_is_not_taken_for_the_form_it_resembles(field, services):
    held = field.send(instance(form_id="survey" + "y" * 300))
    with pytest.raises(Conflict, match=r"tray\.still_unknown"):
        release(services, held)
