"""Whatever a stranger writes to the phones' door, it answers what was promised, as OpenRosa, and never with 500."""

import pytest
from test_submission_door import leftovers, message_of, part, post, stored

from tests.builders import instance, new_id

pytestmark = pytest.mark.database
KIND = "multipart/form-data; boundary=b"


@pytest.fixture
def client(app):
    """A client that gets the answers people get, not our exceptions."""
    with app.test_client() as client:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        yield client


def xml_part(xml: bytes) -> bytes:
    return part("xml_submission_file", xml, filename="a.xml", kind="text/xml")


def send(client, key, *parts: bytes, query: str = ""):
    return client.post(f"{key}/submission{query}", data=b"".join(parts) + b"--b--\r\n", content_type=KIND)


def named(name: bytes, *, kind: bytes = b"image/jpeg") -> bytes:
    head = b'--b\r\nContent-Disposition: form-data; name="%b"; filename="%b"\r\nContent-Type: %b\r\n\r\nx\r\n'
    return head % (name, name, kind)


ODD_FILES = [
    named(b"a\0b"),
    named(b"n" * 300),
    named(b""),
    named(b"../../../etc/passwd"),
    named(b"a.jpg", kind=b"image/\0"),
    named(b"a.jpg", kind=b"j" * 300),
]


@pytest.mark.parametrize(("form_id", "status"), [("survey", 201), ("unknown", 202)])
def test_any_name_and_kind_of_file_is_kept(client, key, services, form_id, status):
    answers = [send(client, key, xml_part(instance(form_id=form_id)), file) for file in ODD_FILES]
    assert [one.status_code for one in answers] == [status] * len(ODD_FILES)
    assert leftovers(services) == []


class SilentPhone:
    """A body whose next byte never comes."""

    def read(self, *_size: int) -> bytes:
        raise BlockingIOError("nothing came for half a minute")


def test_a_phone_gone_silent_is_told_that_the_line_broke(client, key, services):
    environment = {"wsgi.input": SilentPhone(), "CONTENT_LENGTH": "1000", "CONTENT_TYPE": KIND}
    answer = client.post(f"{key}/submission", environ_overrides=environment)
    assert answer.status_code == 400
    assert "gửi lại khi có sóng" in message_of(answer)
    assert stored(services) == (0, 0)


def test_any_device_id_is_kept(client, key):
    for device in ("%00", "%0d%0aX-Injected: yes", "a" * 3000, "%ff", "%F0%9F%98%80" * 130):
        answer = send(client, key, xml_part(instance()), query=f"?deviceID={device}")
        assert answer.status_code == 201
        assert "X-Injected" not in answer.headers


def test_ids_of_ten_kilobytes_are_kept(client, key, services):
    long = "uuid:" + "a" * 10_240
    for xml in (instance(long), instance(deprecated_id=long + "b")):
        assert [post(client, key, xml).status_code for _ in range(2)] == [201, 201]
    assert stored(services) == (2, 0)


def test_two_instances_in_one_post_are_refused_and_neither_is_dropped_in_silence(client, key, services):
    one, two = instance(new_id()), instance(new_id())
    for parts in ((xml_part(one), xml_part(two)), (xml_part(one), part("xml_submission_file", two))):
        assert send(client, key, *parts).status_code == 400
    assert stored(services) == (0, 0)


def _declared(encoding: str, xml: bytes) -> bytes:
    return xml.replace(b"<?xml version='1.0' ?>", f'<?xml version="1.0" encoding="{encoding}"?>'.encode())


XML = [
    (b"\xef\xbb\xbf" + instance(), 201),
    (_declared("UTF-7", instance()), 201),
    (_declared("UTF-16", instance()).decode().encode("utf-16"), 400),
    (_declared("ISO-8859-1", instance(household="é")).decode().encode("latin-1"), 400),
    (instance(household="a\0b"), 400),
    (instance(household="&#0;"), 400),
    (instance(household="&#xD800;"), 400),
    (instance(household="%").replace(b"%", b"\xed\xa0\x80"), 400),
    (instance(household="&unknown;"), 400),
    (instance().replace(b"<meta>", b"<z " + b" ".join(b'a%d=""' % n for n in range(90_000)) + b"/><meta>"), 413),
]


def test_xml_is_read_as_utf8_or_refused(client, key, services):
    for xml, status in XML:
        answer = post(client, key, xml)
        assert (answer.status_code, bool(message_of(answer))) == (status, True)
    assert stored(services) == (2, 0)


ODD_ANSWERS = [
    *(
        {"visit_date": one}
        for one in ("9999-99-99", "0001-01-01", "99999-01-01", "0000-01-01", "9999-12-31", "x" * 5000)
    ),
    *({"members": one} for one in ("1E308", "NaN", "INF", "1" + "0" * 30, "1" * 5000, "1e99999999", "٣", "1_000")),
    *({"commune": one} for one in ("%", "' OR 1=1 --", "c" * 10_240, "23500@2025-06-30", "²³⁵⁰⁰")),
    *({"household": one} for one in ("h" * 10_240, "😀" * 300, "\u202e" * 300)),
]


def test_answers_outside_every_range_are_kept(client, key, services):
    assert {post(client, key, instance(**odd)).status_code for odd in ODD_ANSWERS} == {201}
    assert stored(services) == (len(ODD_ANSWERS), 0)


def test_no_number_or_name_in_an_address_is_too_odd_to_be_refused(client, key):
    base = key.rpartition("/")[0]
    for project in ("0", "-1", str(2**63), "1" * 30, "1" * 4000):
        assert client.get(f"{base}/{project}/formList").status_code in {403, 404}
        assert client.get(f"/v1/projects/{project}/formList").status_code in {401, 404}
    for version in ("0", "-1", str(2**63), "1" * 30):
        for rest in ("form.xml", "manifest", "files/units.csv", "files/%00", "files/..%2f..%2fsecret"):
            assert client.get(f"{key}/forms/survey/versions/{version}/{rest}").status_code == 404


def test_crooked_paths_lead_nowhere(client):
    for path in ("/v1//key/x", "/v1/key//projects/1/formList", "/v1/%2e%2e", "/v1/%ff"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "cán bộ xã" in message_of(answer)


def test_what_has_too_many_parts_is_not_told_to_be_of_megabytes(client, key, services):
    many = instance().replace(b"</data>", b"<x/>" * 100_001 + b"</data>")
    attributes = instance().replace(b"<data ", b"<data " + b" ".join(b'a%d=""' % one for one in range(100_001)) + b" ")
    files = {f"{one}.jpg": b"x" for one in range(1_001)}
    answers = [post(client, key, many), post(client, key, attributes), post(client, key, instance(), files=files)]
    for answer in answers:
        assert (answer.status_code, "MB" in message_of(answer)) == (413, False)
        assert "quá nhiều mục" in message_of(answer)
    assert stored(services) == (0, 0)


def test_a_doubled_slash_is_not_led_to_an_address_in_clear(client, key):
    """A redirect would carry the key to http, whatever TLS stands in front, and to whatever host was named."""
    project = key.rpartition("/")[2]
    for path in (f"{key}//formList", f"{key}//submission", key.replace("/key/", "//key/") + "/formList"):
        for ask in (client.get, client.head, client.post):
            answer = ask(path, headers={"Host": "elsewhere.example"})
            assert (answer.status_code, answer.location) == (404, None), path
    assert client.get(f"/v1/projects//{project}/formList").status_code == 404


def test_no_other_method_does_anything(client, key):
    for path in ("formList", "submission", "forms/survey/versions/1/form.xml"):
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
            answer = client.open(f"{key}/{path}", method=method)
            assert (answer.status_code, bool(message_of(answer))) == (405, True)
