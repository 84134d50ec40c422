"""What a check of the server does about entity lists: what is asked, what is downloaded, what fails."""

from urllib.parse import quote

import pytest

from .entity_store import EntityAction, EntityState, FormEntity, ListCrash
from .form_server import XML, FormServer
from .phone import Phone
from .recording_server import Answer

HOMES = tuple(f"0e27ae38-4c0f-4f8a-9a53-5b3c4a1d2e0{number}" for number in range(4))
HEADER = "name,label,__version\n"


def rows(*ids: str, version: int = 1) -> bytes:
    return (HEADER + "".join(f"{one},Hộ mẫu,{version}\n" for one in ids)).encode()


@pytest.fixture
def phone(shelf: FormServer) -> Phone:
    shelf.publish("a", "1", media={"homes.csv": b""})
    shelf.publish("b", "1", media={"homes.csv": b"", "units.csv": b"name,label\n1,x\n"})
    shelf.lists["homes"] = ("one", rows(HOMES[0]))
    return Phone(shelf.recording.url + "/")


def asked(shelf: FormServer, ending: str) -> list[str]:
    """Return the paths of that ending that were asked for, and forget all requests."""
    found = [one.path.partition("?")[0] for one in shelf.recording.requests]
    shelf.recording.requests.clear()
    return [one for one in found if one.endswith(ending)]


def make_here(phone: Phone, *ids: str) -> None:
    phone.entities.apply(FormEntity(EntityAction.CREATE, "homes", one, "Hộ mới", {}) for one in ids)


def test_a_list_goes_to_the_store_of_all_forms_and_to_no_media_folder(shelf: FormServer, phone: Phone):
    report = phone.sync()
    assert (report.added, report.failed, report.mismatched) == (("a", "b"), {}, ())
    assert {form_id: set(form.media) for form_id, form in phone.forms.items()} == {"a": set(), "b": {"units.csv"}}
    assert asked(shelf, "homes.csv") == ["/a/homes.csv"], "the second form finds the version it names already there"
    assert phone.media("a") == {"homes.csv": phone.entities.render("homes")}
    assert set(phone.media("b")) == {"homes.csv", "units.csv"}


def test_a_form_with_a_list_is_fetched_at_every_check_and_the_list_when_its_version_changes(
    shelf: FormServer, phone: Phone
):
    phone.sync()
    asked(shelf, "")
    report = phone.sync()
    assert (report.added, report.updated, report.rechecked) == ((), (), ("a", "b"))
    assert asked(shelf, "") == [
        "/formList",
        "/a/manifest",
        "/b/manifest",
        "/a/form.xml",
        "/b/form.xml",
    ]
    shelf.lists["homes"] = ("two", rows(HOMES[0], HOMES[1]))
    report = phone.sync()
    assert (report.updated, report.rechecked) == (("a",), ("b",))
    assert set(phone.entities.entities("homes")) == {HOMES[0], HOMES[1]}


def test_the_name_of_a_list_is_the_file_name_up_to_csv(shelf: FormServer, phone: Phone):
    entry = f"<filename>x/homes.csv.csv</filename><hash>md5:1</hash><downloadUrl>{shelf.recording.url}/a/homes.csv"
    manifest = f'<mediaFile type="entityList">{entry}</downloadUrl></mediaFile>'
    body = f'<manifest xmlns="http://openrosa.org/xforms/xformsManifest">{manifest}</manifest>'
    shelf.overrides["/a/manifest"] = Answer(200, body.encode(), XML)
    phone.sync()
    assert set(phone.entities.lists) == {"homes"}


def test_a_kind_of_file_collect_does_not_know_is_plain_media(shelf: FormServer, phone: Phone):
    shelf.list_type = "somethingElse"
    phone.sync()
    assert phone.entities.lists == {}
    assert phone.forms["a"].media == {"homes.csv": rows(HOMES[0])}


def test_a_list_that_needs_approval_is_told_by_its_kind(shelf: FormServer, phone: Phone):
    shelf.list_type = "approvalEntityList"
    phone.sync()
    assert phone.entities.lists["homes"].needs_approval


def test_a_forms_own_file_of_the_same_name_comes_before_the_list(shelf: FormServer, phone: Phone):
    phone.sync()
    del shelf.lists["homes"]
    shelf.publish("a", "2", media={"homes.csv": b"name,label\n9,own\n"})
    phone.sync()
    assert phone.media("a") == {"homes.csv": b"name,label\n9,own\n"}


def test_a_list_that_was_abandoned_is_downloaded_again_by_every_form_at_every_check(shelf: FormServer, phone: Phone):
    shelf.lists["homes"] = ("one", (HEADER + HOMES[0] + "\n").encode())
    phone.sync()
    phone.sync()
    assert asked(shelf, "homes.csv") == ["/a/homes.csv", "/b/homes.csv"] * 2
    assert phone.entities.entities("homes") == {}


def test_a_version_that_is_no_number_ends_the_whole_check(shelf: FormServer, phone: Phone):
    shelf.lists["homes"] = ("one", f"{HEADER}{HOMES[0]},x,v1\n".encode())
    with pytest.raises(ListCrash):
        phone.sync()
    assert phone.forms == {}


def test_nothing_made_here_asks_nothing(shelf: FormServer, phone: Phone):
    phone.sync()
    assert asked(shelf, "integrity") == []


def test_all_that_was_made_here_is_asked_about_in_one_request(shelf: FormServer, phone: Phone):
    phone.sync()
    asked(shelf, "")
    make_here(phone, HOMES[1], HOMES[2])
    phone.sync()
    wanted = f"/a/homes/integrity?id={HOMES[1]}%2C{HOMES[2]}&deviceID={quote(phone.device_id, safe='')}"
    assert shelf.recording.requests[4].path == wanted
    assert asked(shelf, "integrity") == ["/a/homes/integrity", "/b/homes/integrity"]


def test_a_thousand_ids_still_go_in_one_request(shelf: FormServer, phone: Phone):
    phone.sync()
    asked(shelf, "")
    many = [f"0e27ae38-4c0f-4f8a-9a53-{number:012d}" for number in range(1000)]
    make_here(phone, *many)
    phone.sync()
    first = next(one for one in shelf.recording.requests if "/a/homes/integrity" in one.path)
    assert first.path.count("%2C") == 999


def test_what_the_server_calls_deleted_is_gone_even_if_the_list_is_the_same(shelf: FormServer, phone: Phone):
    phone.sync()
    make_here(phone, HOMES[1], HOMES[2], HOMES[3])
    shelf.deleted, shelf.unknown = {HOMES[1]}, {HOMES[2]}
    report = phone.sync()
    assert (report.rechecked, report.failed) == (("a", "b"), {})
    assert set(phone.entities.entities("homes")) == {HOMES[0], HOMES[2], HOMES[3]}


def test_what_has_come_back_in_the_list_is_not_asked_about(shelf: FormServer, phone: Phone):
    phone.sync()
    make_here(phone, HOMES[1])
    shelf.lists["homes"] = ("two", rows(HOMES[0], HOMES[1]))
    asked(shelf, "")
    phone.sync()
    assert asked(shelf, "integrity") == []
    assert {one.state for one in phone.entities.entities("homes").values()} == {EntityState.ONLINE}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(500, b"", XML), id="an error"),
        pytest.param(Answer(204, b"", XML), id="no content"),
        pytest.param(Answer(200, b"<data><entities/></data>", (("Content-Type", "text/xml"),)), id="not OpenRosa"),
        pytest.param(Answer(200, b"<data><entities/></data>", (*XML[1:], ("Content-Type", "text/html"))), id="html"),
        pytest.param(Answer(200, b"<data>", XML), id="broken"),
        pytest.param(Answer(200, b"<list><entities/></list>", XML), id="another root"),
        pytest.param(Answer(200, b"<data/>", XML), id="no entities"),
        pytest.param(Answer(200, b"<data><entities/><entities/></data>", XML), id="entities twice"),
        pytest.param(Answer(200, b"<data><entities><!-- none --></entities></data>", XML), id="a comment"),
        pytest.param(Answer(200, b"<data><entities><entity id='x'/></entities></data>", XML), id="no state"),
        pytest.param(
            Answer(200, b"<data><entities><entity><deleted>true</deleted></entity></entities></data>", XML), id="no id"
        ),
        pytest.param(
            Answer(200, b"<data><entities><entity id='x'><deleted>1</deleted></entity></entities></data>", XML),
            id="another word",
        ),
    ],
)
def test_an_answer_about_deletions_that_cannot_be_used_fails_the_form(shelf: FormServer, phone: Phone, answer: Answer):
    phone.sync()
    make_here(phone, HOMES[1])
    shelf.overrides["/a/homes/integrity"] = answer
    report = phone.sync()
    assert (set(report.failed), report.rechecked) == ({"a"}, ("b",))
    assert HOMES[1] in phone.entities.entities("homes")


def test_namespaces_and_blanks_in_the_answer_do_not_matter(shelf: FormServer, phone: Phone):
    phone.sync()
    make_here(phone, HOMES[1])
    body = f"""<?xml version="1.0"?><data xmlns="http://openrosa.org/xforms/entities">
      <entities> <entity id="{HOMES[1]}"> <deleted>true</deleted> </entity> </entities></data>"""
    shelf.overrides["/a/homes/integrity"] = Answer(200, body.encode(), XML)
    assert phone.sync().failed == {}
    assert set(phone.entities.entities("homes")) == {HOMES[0]}
