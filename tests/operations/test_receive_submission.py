"""Intake keeps everything once: new, again, in pieces, edited in any order, clashing or unknown."""

import itertools

import pytest
from sqlalchemy import func, select

from server.operations.envelope import Filed, Held
from server.storage.models.submissions import AttachmentRow, FindingRow, SubmissionRow, SubmissionVersionRow
from server.storage.models.tray import HeldAttachmentRow, HeldUploadRow
from server.submissions.decision import Edit, New, Resend
from tests.builders import instance, make_field, new_id, practice_field, publish

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


def content(services, key) -> bytes:
    with services.media.open(key) as reader:
        return reader.read()


def count(services, model) -> int:
    return rows(services, select(func.count()).select_from(model))[0][0]


def test_a_new_instance_is_filed_with_its_place_day_and_sender(field, services):
    receipt = field.send(instance(visit_date="2026-09-30"))
    assert isinstance(receipt.decision, New)
    (record,) = rows(services, select(SubmissionRow))
    assert record.review_state == "received"
    assert record.event_date.isoformat() == "2026-09-30"
    assert services.atlas.current().territory.period(record.unit_id, record.event_date).code == "23500"
    assert record.collaborator_id == field.enrolment.collaborator_id
    assert not record.is_flagged


def test_the_same_bytes_again_are_one_record(field, services):
    xml = instance()
    first, second = field.send(xml), field.send(xml)
    assert isinstance(second.decision, Resend)
    assert second.submission_id == first.submission_id
    assert count(services, SubmissionVersionRow) == 1


def test_raw_bytes_are_kept_as_they_came(field, services):
    xml = instance()
    field.send(xml)
    assert rows(services, select(SubmissionVersionRow.xml)) == [(xml,)]


def test_a_broken_constraint_is_kept_and_flagged(field, services):
    receipt = field.send(instance(members="99"))
    assert isinstance(receipt, Filed)
    (found,) = rows(services, select(FindingRow.code, FindingRow.path, FindingRow.severity))
    assert found == ("answer.constraint_broken", "/data/members", "error")
    assert rows(services, select(SubmissionRow.is_flagged)) == [(True,)]


def test_photos_in_several_posts_in_any_order_complete_the_record(field, services):
    for order in itertools.permutations([{"1.jpg": b"one"}, {"2.jpg": b"two"}, {}]):
        xml = instance(photo="1.jpg", photo_2="2.jpg")
        receipts = [field.send(xml, files) for files in (*order, *order)]
        submission_id = receipts[0].submission_id
        assert {one.submission_id for one in receipts} == {submission_id}
        missing = select(SubmissionRow.missing_media).where(SubmissionRow.id == submission_id)
        assert rows(services, missing) == [(0,)]


def test_a_record_says_how_many_photos_it_waits_for(field, services):
    field.send(instance(photo="1.jpg", photo_2="2.jpg"), {"2.jpg": b"two"})
    assert rows(services, select(SubmissionRow.missing_media)) == [(1,)]


def test_names_match_however_unicode_spells_them(field, services):
    decomposed, composed = "a\u0309nh.jpg", "\u1ea3nh.jpg"
    field.send(instance(photo=composed), {decomposed: b"photo"})
    assert rows(services, select(SubmissionRow.missing_media)) == [(0,)]


def test_one_file_serves_two_questions(field, services):
    field.send(instance(photo="1.jpg", photo_2="1.jpg"), {"1.jpg": b"one"})
    assert count(services, AttachmentRow) == 1
    assert rows(services, select(SubmissionRow.missing_media)) == [(0,)]


def test_a_file_nobody_asked_for_is_kept(field, services):
    field.send(instance(), {"audit.csv": b"event,node,start,end\n"})
    assert rows(services, select(AttachmentRow.name, AttachmentRow.is_expected)) == [("audit.csv", False)]


def test_other_bytes_under_a_file_name_are_held_beside_the_first(field, services):
    xml = instance(photo="1.jpg")
    field.send(xml, {"1.jpg": b"one"})
    receipt = field.send(xml, {"1.jpg": b"another"})
    assert isinstance(receipt, Held)
    assert receipt.reason == "other_attachment"
    kept = {row.media_key for row in rows(services, select(AttachmentRow.media_key))}
    held = {row.media_key for row in rows(services, select(HeldAttachmentRow.media_key))}
    assert {content(services, key) for key in kept | held} == {b"one", b"another"}


def test_other_content_under_an_instance_id_is_held_and_overwrites_nothing(field, services):
    instance_id = new_id()
    first, second = instance(instance_id), instance(instance_id, household="ho-2")
    field.send(first)
    receipt = field.send(second, {"2.jpg": b"two"})
    assert (receipt.reason, field.send(second).upload_id) == ("other_content", receipt.upload_id)
    assert rows(services, select(SubmissionVersionRow.xml)) == [(first,)]
    assert rows(services, select(HeldUploadRow.xml)) == [(second,)]


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"form_id": "no_such_form"}, "unknown_form"),
        ({"version": "2020010101"}, "unknown_version"),
        ({"instance_id": ""}, "no_instance_id"),
    ],
)
def test_what_cannot_be_filed_is_held_once_with_its_files(field, services, sent, reason):
    xml = instance(**sent)
    for _ in range(2):
        receipt = field.send(xml, {"1.jpg": b"one"})
        assert receipt.reason == reason
    assert count(services, HeldUploadRow) == 1
    assert count(services, HeldAttachmentRow) == 1
    assert count(services, SubmissionRow) == 0


def test_an_edit_becomes_the_record_and_waits_for_review(field, services):
    original, edit = new_id(), new_id()
    first = field.send(instance(original))
    receipt = field.send(instance(edit, deprecated_id=original, household="ho-9"))
    assert receipt.submission_id == first.submission_id
    assert receipt.decision == Edit(becomes_current=True, is_branch=False)
    assert rows(services, select(SubmissionRow.review_state)) == [("edited",)]
    current = select(SubmissionVersionRow.instance_id).where(SubmissionVersionRow.is_current)
    assert rows(services, current) == [(edit,)]


def test_an_edit_takes_over_the_photos_it_does_not_send_again(field, services):
    original = new_id()
    field.send(instance(original, photo="1.jpg"), {"1.jpg": b"one"})
    field.send(instance(deprecated_id=original, photo="1.jpg", household="ho-2"))
    assert rows(services, select(SubmissionRow.missing_media)) == [(0,)]


def test_two_edits_of_one_version_are_both_kept_and_the_first_stays(field, services):
    original, first, second = new_id(), new_id(), new_id()
    field.send(instance(original))
    field.send(instance(first, deprecated_id=original, household="ho-2"))
    receipt = field.send(instance(second, deprecated_id=original, household="ho-3"))
    assert receipt.decision == Edit(becomes_current=False, is_branch=True)
    current = select(SubmissionVersionRow.instance_id).where(SubmissionVersionRow.is_current)
    assert rows(services, current) == [(first,)]
    codes = [row.code for row in rows(services, select(FindingRow.code))]
    assert codes == ["version.branch"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_chain_of_edits_ends_the_same_in_every_order(field, services, order):
    ids = [new_id() for _ in range(4)]
    chain = [
        instance(one, deprecated_id=before, household=f"ho-{place}", photo=f"{place}.jpg")
        for place, (before, one) in enumerate(zip([None, *ids], ids, strict=False))
    ]
    for place in order:
        field.send(chain[place], {f"{place}.jpg": f"photo {place}".encode()})
    visible = rows(services, select(SubmissionRow).where(SubmissionRow.merged_into_id.is_(None)))
    assert len(visible) == 1
    assert visible[0].missing_media == 0
    versions = rows(services, select(SubmissionVersionRow))
    assert {row.submission_id for row in versions} == {visible[0].id}
    assert [row.instance_id for row in versions if row.is_current] == [ids[-1]]
    assert [field.send(xml).submission_id for xml in chain] == [visible[0].id] * 4


def test_a_practice_twin_keeps_its_records_apart_under_its_parents_form(field, services):
    twin = practice_field(field)
    xml = instance()
    assert isinstance(twin.send(xml), Filed)
    assert isinstance(field.send(xml), Filed)
    assert sorted(row.project_id for row in rows(services, select(SubmissionRow.project_id))) == sorted(
        [field.project_id, twin.project_id]
    )


def test_old_and_closed_versions_are_still_accepted(field, services):
    publish(services, field.project_id, version="2026100102")
    with services.unit_of_work(services.operator()) as uow:
        form_key, _ = uow.forms.form(field.project_id, "survey")
        uow.forms.set_state(form_key, "closed")
    assert isinstance(field.send(instance()), Filed)


def test_a_record_from_outside_the_senders_territory_is_kept_with_a_finding(field, services):
    field.send(instance(commune="23302"))
    assert rows(services, select(FindingRow.code, FindingRow.severity)) == [("place.out_of_territory", "warning")]
    assert rows(services, select(SubmissionRow.is_flagged)) == [(False,)]
