"""Entity lists at the phones' door: what Collect demands of manifest, file and integrity, and whose rows they are."""

import csv
import io
from xml.etree import ElementTree as ET

import pytest

from server.operations.add_collaborator import revoke_collaborator
from server.operations.add_project import add_practice, add_project
from server.storage.models.people import CollaboratorPostRow
from tests.builders import Field, enrol, publish
from tests.register_field import NEIGHBOUR, colleague, created, entity_id, household, register_field
from tests.web.openrosa.test_form_list import SENSITIVE

pytestmark = pytest.mark.database
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
LIST = "{http://openrosa.org/xforms/xformsList}"


def made_field(services):
    field = register_field(services)
    with services.unit_of_work(services.operator()) as uow:
        households = uow.entities.lists(field.project_id)["households"]
        uow.entities.note_properties(households.list_id, (), sent={"head_name", "village", "commune"})
    return field


@pytest.fixture
def beginning():
    return made_field


@pytest.fixture
def field(begun):
    return begun


def path(field: Field) -> str:
    return field.enrolment.server_url.removeprefix(field.services.settings.public_url)


def local(url: str) -> str:
    return url.removeprefix("http://field.test:8000")


def manifest(client, field) -> dict[str, ET.Element]:
    """Return the entries of the form's manifest by file name."""
    forms = ET.fromstring(client.get(f"{path(field)}/formList").data)
    answer = client.get(local(forms.find(f"{LIST}xform/{LIST}manifestUrl").text))
    return {one.findtext(f"{MANIFEST}filename"): one for one in ET.fromstring(answer.data)}


def entry(client, field, name: str = "households.csv") -> tuple[str, str, str]:
    """Return hash, download and integrity address of a list as the manifest names them."""
    found = manifest(client, field)[name]
    assert found.get("type") == "entityList"
    texts = [found.findtext(f"{MANIFEST}{tag}") for tag in ("hash", "downloadUrl", "integrityUrl")]
    return texts[0], local(texts[1]), local(texts[2])


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def states(client, address: str, *ids: str) -> dict[str, str]:
    answer = client.get(f"{address}?id={'%2C'.join(ids)}&deviceID=collect%3Aabc")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/xml")
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    (entities,) = ET.fromstring(answer.data)
    return {one.get("id"): one.findtext("deleted") for one in entities}


def test_the_manifest_names_the_list_as_collect_wants_it(client, field):
    entries = manifest(client, field)
    assert set(entries) == {"households.csv", "units.csv"}
    assert entries["units.csv"].get("type") is None
    assert entries["units.csv"].find(f"{MANIFEST}integrityUrl") is None
    md5, download, integrity = entry(client, field)
    assert md5.startswith("md5:")
    assert len(md5) == len("md5:") + 32
    assert download.startswith(path(field))
    assert integrity == f"{path(field)}/entities/households/integrity"


def test_a_list_without_rows_has_its_header(client, field):
    answer = client.get(entry(client, field)[1])
    assert answer.status_code == 200
    assert answer.text == "name,label,__version,commune,head_name,village\r\n"


def test_the_etag_is_the_hash_and_an_unchanged_list_is_304(client, field):
    field.send(created(entity_id()))
    md5, download, _ = entry(client, field)
    first = client.get(download)
    assert f"md5:{first.headers['ETag'].strip(chr(34))}" == md5
    again = client.get(download, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["X-OpenRosa-Version"] == "1.0"
    field.send(created(entity_id()))
    changed = client.get(download, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert len(rows(changed.data)) == 2
    assert entry(client, field)[0] != md5


def test_head_of_a_list_answers_without_its_bytes(client, field):
    field.send(created(entity_id()))
    _, download, integrity = entry(client, field)
    answer = client.head(download)
    assert (answer.status_code, answer.data) == (200, b"")
    assert int(answer.headers["Content-Length"]) == len(client.get(download).data)
    assert client.head(f"{integrity}?id={entity_id()}").status_code == 200


AWKWARD = {
    "comma": "A Tik, Y Bét",
    "quote": 'A "Tik"',
    "newline": "A Tik\nY Bét",
    "carriage return": "A Tik&#13;Y Bét",
    "semicolon": "A Tik; Y Bét",
    "formula": "=1+1",
    "accents": "Đặng Thị Hằng",
    "emoji": "A Tik 🏠",
    "spaces": "  A Tik  ",
}


def test_no_answer_breaks_a_row(client, field):
    ids = {kind: entity_id() for kind in AWKWARD}
    for kind, text in AWKWARD.items():
        field.send(created(ids[kind], head_name=text, label=text))
    content = client.get(entry(client, field)[1]).data
    found = {one["name"]: one for one in rows(content)}
    assert set(found) == set(ids.values())
    for kind, text in AWKWARD.items():
        assert found[ids[kind]]["head_name"] == text.replace("&#13;", "\r"), kind
    assert all(one["name"] and one["label"].strip() and int(one["__version"]) >= 1 for one in found.values())
    assert b";" not in content.splitlines()[0]


def test_a_carriage_return_alone_ends_no_row(client, field):
    field.send(created(entity_id(), head_name="A&#13;B"))
    content = client.get(entry(client, field)[1]).text
    assert '"A\rB"' in content


def test_a_property_no_header_can_hold_never_travels(client, field, services):
    known = {"a;b", "name", "Label", "__version", "ok"}
    with services.unit_of_work(services.operator()) as uow:
        households = uow.entities.lists(field.project_id)["households"]
        uow.entities.note_properties(households.list_id, known, sent=known)
    header = client.get(entry(client, field)[1]).text.splitlines()[0].split(",")
    assert "ok" in header
    assert not {"a;b", "Label"} & set(header)
    assert len(header) == len(set(header))


def test_places_are_named_by_the_codes_of_today(client, field):
    field.send(created(entity_id()))
    (row,) = rows(client.get(entry(client, field)[1]).data)
    assert (row["village"], row["commune"]) == ("23500-01", "23500")


def test_integrity_tells_what_a_phone_must_drop(client, field):
    gone, moved, here, never = (entity_id() for _ in range(4))
    for one in (gone, moved, here):
        field.send(created(one))
    field.send(household(gone, update=True, base=1, trunk=1, status="gone"))
    field.send(household(moved, update=True, base=1, trunk=1, village=NEIGHBOUR))
    address = entry(client, field)[2]
    assert states(client, address, gone, moved, here, never) == {gone: "true", moved: "true", here: "false"}
    neighbour = colleague(field, unit=NEIGHBOUR)
    assert states(client, entry(client, neighbour)[2], gone, moved, here, never) == {
        gone: "true", moved: "false", here: "true",
    }  # fmt: skip


@pytest.mark.parametrize("odd", ["", ",,", "ho-37", "%00", "%FF", "x" * 5000, "'; drop table entity; --", "uuid:"])
def test_integrity_leaves_out_what_is_no_id(client, field, odd):
    known = entity_id()
    field.send(created(known))
    assert states(client, entry(client, field)[2], odd, known) == {known: "false"}


def test_integrity_answers_an_id_as_the_phone_writes_it(client, field):
    known = entity_id()
    field.send(created(known))
    address = entry(client, field)[2]
    assert states(client, address, known.upper()) == {known.upper(): "false"}
    assert states(client, address, f"uuid%3A{known}") == {f"uuid:{known}": "false"}
    assert states(client, address) == {}


def test_an_entity_of_another_project_is_as_if_not_there(client, field, services):
    other = add_project(services, "Dự án khác (mẫu)")
    theirs = entity_id()
    with services.unit_of_work(services.operator()) as uow:
        one = uow.entities.ensure_list(other.project_id, "households", services.now())
        stored = uow.entities.claimed(one, [theirs], services.now())[theirs]
        uow.entities.set_facts(stored.key, {"version": 1, "label": "Hộ (mẫu)", "is_live": True})
    assert states(client, entry(client, field)[2], theirs) == {}


@pytest.mark.parametrize(
    "name", ["trusted_addresses", "clubs", "staff", "nothing", "households.csv", "..", "a;b", "%00"]
)
def test_a_list_no_form_of_hers_reads_is_as_if_not_there(client, field, services, name):
    with services.unit_of_work(services.operator()) as uow:
        for known in ("trusted_addresses", "clubs"):
            uow.entities.ensure_list(field.project_id, known, services.now())
    assert client.get(f"{path(field)}/entities/{name}/integrity?id={entity_id()}").status_code == 404


def test_a_revoked_key_reads_no_list_and_no_state(client, field, services):
    field.send(created(entity_id()))
    _, download, integrity = entry(client, field)
    revoke_collaborator(services, field.enrolment.collaborator_id, is_stolen=False)
    assert client.get(download).status_code == client.get(f"{integrity}?id={entity_id()}").status_code == 403


def test_without_a_post_there_is_no_list_and_no_state(client, field, services, clock):
    _, download, integrity = entry(client, field)
    with services.engine.begin() as connection:
        connection.execute(CollaboratorPostRow.__table__.update().values(valid_to=services.today()))
    assert client.get(download).status_code == 200
    clock.advance(days=1)
    assert client.get(download).status_code == client.get(f"{integrity}?id={entity_id()}").status_code == 403


def test_another_s_addresses_are_not_opened_by_ones_own_project(client, field):
    """A list is asked for under one's own key; the project in the address must be the key's."""
    download = entry(client, field)[1]
    assert client.get(download.replace(f"/projects/{field.project_id}/", "/projects/99/")).status_code == 403


def test_practice_has_the_lists_and_nobody_of_the_main_project(client, field, services):
    field.send(created(entity_id()))
    twin = add_practice(services, field.project_id)
    trainee = Field(services, twin.project_id, enrol(services, twin.project_id, unit="23500-01"))
    md5, download, integrity = entry(client, trainee)
    assert rows(client.get(download).data) == []
    assert md5 != entry(client, field)[0]
    practised = entity_id()
    trainee.send(created(practised))
    assert [one["name"] for one in rows(client.get(download).data)] == [practised]
    assert practised not in client.get(entry(client, field)[1]).text
    assert states(client, integrity, practised) == {practised: "false"}
    assert states(client, entry(client, field)[2], practised) == {}


def test_the_project_of_incidents_has_no_list(client, field, services):
    """Its form names no household, and what a list of the main project holds is not there."""
    known = entity_id()
    field.send(created(known))
    apart = add_project(services, "Công việc riêng (mẫu)", kind="separate")
    publish(services, apart.project_id, workbook=SENSITIVE, is_sensitive=True)
    officer = Field(services, apart.project_id, enrol(services, apart.project_id, unit="23500"))
    (form,) = ET.fromstring(client.get(f"{path(officer)}/formList").data)
    assert form.find(f"{LIST}manifestUrl") is None
    assert client.get(f"{path(officer)}/entities/households/integrity?id={known}").status_code == 404
    with services.reading(services.operator()) as uow:
        assert uow.entities.lists(apart.project_id) == {}
