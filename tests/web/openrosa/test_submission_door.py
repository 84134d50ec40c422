"""Each POST is answered as promised: a status Collect understands and a Vietnamese message, nothing stored half."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import func, select

from server.operations.add_collaborator import revoke_collaborator
from server.storage.models.submissions import SubmissionRow
from server.storage.models.tray import HeldUploadRow
from tests.builders import instance, new_id

pytestmark = pytest.mark.database
RECEIVED = "full submission upload was successful!"


def post(client, key, xml: bytes, files: dict[str, bytes] | None = None, **extra):
    parts = [part("xml_submission_file", xml, filename="phieu.xml", kind="text/xml")]
    parts += [part(name, content, filename=name, kind="image/jpeg") for name, content in (files or {}).items()]
    parts += [part(name, value.encode()) for name, value in extra.items()]
    body = b"".join(parts) + b"--b--\r\n"
    kind = "multipart/form-data; boundary=b"
    return client.post(f"{key}/submission?deviceID=collect%3Aabc", data=body, content_type=kind)


def part(name: str, content: bytes, *, filename: str = "", kind: str = "text/plain") -> bytes:
    named = f'; filename="{filename}"' if filename else ""
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{named}\r\nContent-Type: {kind}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def message_of(answer) -> str:
    root = ET.fromstring(answer.data)
    assert root.tag == "{http://openrosa.org/http/response}OpenRosaResponse"
    return root.findtext("{http://openrosa.org/http/response}message")


def stored(services) -> tuple[int, int]:
    with services.engine.connect() as connection:
        records = connection.execute(select(func.count()).select_from(SubmissionRow)).scalar_one()
        held = connection.execute(select(func.count()).select_from(HeldUploadRow)).scalar_one()
    return records, held


def leftovers(services) -> list[str]:
    folder = services.settings.media_url.removeprefix("file:")
    return [path.name for path in Path(folder).glob("incoming/*")]


def test_head_says_how_much_may_come_and_redirects_nowhere(client, key):
    for method in (client.head, client.get):
        answer = method(f"{key}/submission?deviceID=collect%3Aabc")
        assert (answer.status_code, answer.data) == (204, b"")
        assert answer.headers["X-OpenRosa-Version"] == "1.0"
        assert answer.headers["X-OpenRosa-Accept-Content-Length"] == "20000000"
        assert "Location" not in answer.headers


def test_a_new_instance_is_201_in_the_words_collect_translates(client, key, services):
    answer = post(client, key, instance(photo="1.jpg"), {"1.jpg": b"x" * 300_000})
    assert (answer.status_code, message_of(answer)) == (201, RECEIVED)
    assert stored(services) == (1, 0)
    assert leftovers(services) == []


def test_sent_again_split_or_incomplete_it_is_201_and_one_record(client, key, services):
    xml = instance(photo="1.jpg", photo_2="2.jpg")
    for files, extra in (({"1.jpg": b"1"}, {"*isIncomplete*": "yes"}), ({"2.jpg": b"2"}, {}), ({}, {})):
        assert post(client, key, xml, files, **extra).status_code == 201
    assert stored(services) == (1, 0)


def test_raw_utf8_names_arrive_whole(client, key, services):
    name = "ảnh nhà rông.jpg"
    boundary = "----collect"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="Phiếu.xml"\r\n'
        "Content-Type: text/xml; charset=utf-8\r\nContent-Length: 9\r\n\r\n"
    ).encode() + instance(photo=name)
    body += (
        f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
        f"Content-Type: image/jpeg\r\n\r\nphoto\r\n--{boundary}--\r\n"
    ).encode()
    kind = f"multipart/form-data; boundary={boundary}"
    answer = client.post(f"{key}/submission", data=body, content_type=kind)
    assert answer.status_code == 201
    with services.engine.connect() as connection:
        assert connection.execute(select(SubmissionRow.missing_media)).scalars().all() == [0]


def test_more_than_a_hundred_files_in_one_post(client, key):
    assert post(client, key, instance(), {f"{number}.jpg": b"x" for number in range(101)}).status_code == 201


def test_what_is_held_is_202_and_says_no_need_to_send_again(client, key, services):
    answer = post(client, key, instance(form_id="no_such_form"))
    assert answer.status_code == 202
    assert "không cần gửi lại" in message_of(answer)
    assert stored(services) == (0, 1)


def test_other_content_under_one_id_is_202(client, key, services):
    instance_id = new_id()
    assert post(client, key, instance(instance_id)).status_code == 201
    assert post(client, key, instance(instance_id, members="5")).status_code == 202
    assert stored(services) == (1, 1)


DEEP = b"<data id='survey'>" + b"<a>" * 300 + b"</a>" * 300 + b"</data>"
DOCTYPE = b"<!DOCTYPE data [<!ENTITY x 'y'>]><data id='survey'><a>&x;</a></data>"


@pytest.mark.parametrize(
    ("xml", "status", "word"),
    [
        (b"", 400, "không đọc được"),
        (b"not xml at all", 400, "không đọc được"),
        (b"<data id='survey'><a></data>", 400, "không đọc được"),
        (DOCTYPE, 400, "DOCTYPE"),
        (DEEP, 400, "nhiều tầng"),
        (b"<data><a/></data>", 400, "tên mẫu phiếu"),
        (b"<data id='survey'>" + b" " * 8_400_000 + b"</data>", 413, "quá lớn"),
    ],
)
def test_unreadable_xml_is_refused_in_vietnamese_and_leaves_nothing(client, key, services, xml, status, word):
    answer = post(client, key, xml, {"1.jpg": b"x" * 300_000})
    assert answer.status_code == status
    assert word in message_of(answer)
    assert stored(services) == (0, 0)
    assert leftovers(services) == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<data/>", "text/xml"),
        (b"", "multipart/form-data; boundary=b"),
        (b"--b\r\nnonsense", "multipart/form-data; boundary=b"),
        (b"--other\r\n\r\n", "multipart/form-data; boundary=b"),
        (b"x", "multipart/form-data"),
        (b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n', "multipart/form-data; boundary=b"),
    ],
)
def test_wrong_multipart_is_400_with_a_message(client, key, services, body, kind):
    answer = client.post(f"{key}/submission", data=body, content_type=kind)
    assert answer.status_code == 400
    assert "gửi lại" in message_of(answer)
    assert stored(services) == (0, 0)


def test_a_body_without_its_last_boundary_is_refused(client, key, services):
    start = b'--b\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="a.xml"\r\n\r\n'
    body = start + instance()
    answer = client.post(f"{key}/submission", data=body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 400
    assert stored(services) == (0, 0)


def test_a_post_over_the_limit_is_413_before_its_body_is_read(client, key):
    declared = {"CONTENT_LENGTH": "501000000"}
    kind = "multipart/form-data; boundary=b"
    answer = client.post(f"{key}/submission", data=b"--b", content_type=kind, environ_overrides=declared)
    assert answer.status_code == 413
    assert "500 MB" in message_of(answer)


def test_a_revoked_phones_queue_is_held_for_thirty_days(client, key, field, services, clock):
    revoke_collaborator(services, field.enrolment.collaborator_id, is_stolen=False)
    assert client.head(f"{key}/submission").status_code == 204
    assert post(client, key, instance()).status_code == 202
    clock.advance(days=31)
    answer = post(client, key, instance())
    assert answer.status_code == 403
    assert stored(services) == (0, 1)


def test_a_stolen_phone_can_send_nothing(client, key, field, services):
    revoke_collaborator(services, field.enrolment.collaborator_id, is_stolen=True)
    assert client.head(f"{key}/submission").status_code == 403
    assert post(client, key, instance()).status_code == 403
    assert stored(services) == (0, 0)


def test_a_revoked_phone_cannot_flood_the_tray(client, key, field, services, monkeypatch):
    monkeypatch.setattr("server.operations.hold_upload.UPLOADS_A_DAY", 3)
    revoke_collaborator(services, field.enrolment.collaborator_id, is_stolen=False)
    statuses = [post(client, key, instance()).status_code for _ in range(5)]
    assert statuses == [202, 202, 202, 403, 403]
    assert stored(services) == (0, 3)


def test_a_dead_database_is_503_and_the_phone_keeps_its_form(client, key, services):
    post(client, key, instance())
    with services.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE submission_version RENAME TO away")
    answer = post(client, key, instance())
    assert answer.status_code in {500, 503}
    assert "vẫn còn trên máy" in message_of(answer)
    with services.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO submission_version")
    assert stored(services) == (1, 0)


@pytest.mark.parametrize("path", ["/v1/", "/v1/nothing", "/v1/key/x", "/v1/projects/1/forms"])
def test_unknown_addresses_answer_as_openrosa(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert "cán bộ xã" in message_of(answer)
