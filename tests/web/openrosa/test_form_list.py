"""What a phone is offered: exact bytes under exact hashes, and never an empty list by mistake."""

import hashlib
from xml.etree import ElementTree as ET

import pytest

from server.operations.add_collaborator import revoke_collaborator
from server.storage.models.people import CollaboratorPostRow
from tests.builders import enrol, publish

pytestmark = pytest.mark.database
LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"


def listed(answer) -> list[dict[str, str]]:
    forms = ET.fromstring(answer.data).findall(f"{LIST}xform")
    return [{child.tag.removeprefix(LIST): child.text for child in form} for form in forms]


def path_of(url: str) -> str:
    assert url.startswith("http://field.test:8000/")
    return url.removeprefix("http://field.test:8000")


def test_the_list_has_what_collect_demands(client, key):
    answer = client.get(f"{key}/formList?deviceID=collect%3Aabc")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/xml")
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert ET.fromstring(answer.data).tag == f"{LIST}xforms"
    (form,) = listed(answer)
    assert form["formID"] == "survey"
    assert set(form) == {"formID", "name", "version", "hash", "downloadUrl", "manifestUrl"}


def test_hashes_are_of_the_very_bytes_served_and_stay(client, key, app, services):
    (form,) = listed(client.get(f"{key}/formList"))
    for _ in range(2):
        xform = client.get(path_of(form["downloadUrl"]))
        assert form["hash"] == f"md5:{hashlib.md5(xform.data).hexdigest()}"
        manifest = ET.fromstring(client.get(path_of(form["manifestUrl"])).data)
        for file in manifest.findall(f"{MANIFEST}mediaFile"):
            content = client.get(path_of(file.findtext(f"{MANIFEST}downloadUrl"))).data
            assert file.findtext(f"{MANIFEST}hash") == f"md5:{hashlib.md5(content).hexdigest()}"


def test_the_units_list_holds_only_the_collaborators_communes(client, key):
    (form,) = listed(client.get(f"{key}/formList"))
    manifest = ET.fromstring(client.get(path_of(form["manifestUrl"])).data)
    (url,) = [one.text for one in manifest.iter(f"{MANIFEST}downloadUrl")]
    rows = client.get(path_of(url)).text.splitlines()
    assert rows[0] == "name,label,kind,commune,commune_label,frame"
    assert {row.split(",")[3] for row in rows[1:]} == {"23500"}


def test_an_unchanged_list_costs_a_304(client, key):
    first = client.get(f"{key}/formList")
    again = client.get(f"{key}/formList", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    (form,) = listed(first)
    xform = client.get(path_of(form["downloadUrl"]))
    not_modified = client.get(path_of(form["downloadUrl"]), headers={"If-None-Match": xform.headers["ETag"]})
    assert not_modified.status_code == 304


def test_a_new_version_replaces_the_old_in_the_list(client, key, field, services):
    old = listed(client.get(f"{key}/formList"))[0]
    publish(services, field.project_id, version="2026100102")
    new = listed(client.get(f"{key}/formList"))[0]
    assert (new["version"], new["formID"]) == ("2026100102", "survey")
    assert new["downloadUrl"] != old["downloadUrl"]
    assert client.get(path_of(old["downloadUrl"])).status_code == 404


def test_form_id_narrows_the_list(client, key):
    assert listed(client.get(f"{key}/formList?formID=other")) == []
    assert len(listed(client.get(f"{key}/formList?formID=survey"))) == 1


def test_a_revoked_key_reads_nothing_from_that_moment(client, key, field, services):
    (form,) = listed(client.get(f"{key}/formList"))
    revoke_collaborator(services, field.enrolment.collaborator_id, is_stolen=False)
    for path in (f"{key}/formList", path_of(form["downloadUrl"]), path_of(form["manifestUrl"])):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "QR" in answer.text


def test_a_person_without_a_post_is_refused_not_given_an_empty_list(client, key, services, clock):
    with services.engine.begin() as connection:
        connection.execute(CollaboratorPostRow.__table__.update().values(valid_to=services.today()))
    assert client.get(f"{key}/formList").status_code == 200
    clock.advance(days=1)
    assert client.get(f"{key}/formList").status_code == 403


@pytest.mark.parametrize("token", ["x" * 64, "short", "!" * 64, "%00" * 10])
def test_a_wrong_token_is_403_and_never_a_password_prompt(client, field, token):
    answer = client.get(f"/v1/key/{token}/projects/{field.project_id}/formList")
    assert answer.status_code == 403
    assert "WWW-Authenticate" not in answer.headers
    assert "<message" in answer.text


def test_a_key_opens_its_own_project_only(client, key, field, services):
    other = key.replace(f"/projects/{field.project_id}", f"/projects/{field.project_id + 1}")
    assert client.get(f"{other}/formList").status_code == 403


def test_a_sensitive_form_for_nobody_is_in_no_list(client, key, field, services):
    publish(services, field.project_id, workbook=SENSITIVE, is_sensitive=True)
    with services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE form_version SET audience = 'nobody' WHERE title = 'Phiếu C'")
        connection.exec_driver_sql("UPDATE project SET forms_revision = forms_revision + 1")
    assert [form["formID"] for form in listed(client.get(f"{key}/formList"))] == ["survey"]


SENSITIVE = """
| survey |         |        |                |
|        | type    | name   | label::vi (vi) |
|        | integer | amount | Số lượng       |
| settings |            |         |           |                  |
|          | form_title | form_id | version   | default_language |
|          | Phiếu C    | phieu_c | {version} | vi (vi)          |
"""


def test_two_collaborators_get_their_own_addresses(client, key, field, services):
    other = enrol(services, field.project_id)
    other_key = other.server_url.removeprefix(services.settings.public_url)
    mine, hers = client.get(f"{key}/formList").text, client.get(f"{other_key}/formList").text
    assert other.token not in mine
    assert field.enrolment.token not in hers
