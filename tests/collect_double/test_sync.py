"""What lies on the phone after a check in match_exactly mode, and what each check asks of the server."""

import pytest

from .form_server import XML, FormServer, xform
from .phone import Phone
from .recording_server import OPENROSA, Answer
from .test_sending import survey


@pytest.fixture
def phone(shelf: FormServer) -> Phone:
    shelf.publish("a", "1")
    shelf.publish("b", "1", media={"units.csv": b"name,label\n1,x\n"})
    return Phone(shelf.recording.url + "/")


def test_the_first_check_brings_every_form_with_its_media(shelf: FormServer, phone: Phone):
    report = phone.sync()
    assert (report.added, report.updated, report.removed, report.error) == (("a", "b"), (), (), None)
    assert report.mismatched == ()
    assert phone.forms["b"].xform == xform("b", "1")
    assert phone.forms["b"].media == {"units.csv": b"name,label\n1,x\n"}
    assert {request.path.partition("?")[2] for request in shelf.recording.requests} == {
        "deviceID=collect%3Asampledevice0001"
    }


def test_a_second_check_asks_for_list_and_manifests_only_and_gets_304(shelf: FormServer, phone: Phone):
    phone.sync()
    before = len(phone.log)
    report = phone.sync()
    assert (report.added, report.updated, report.removed) == ((), (), ())
    assert [(one.url.partition("?")[0].rpartition("/")[2], one.status) for one in phone.log[before:]] == [
        ("formList", 304),
        ("manifest", 304),
    ]


def test_a_new_version_is_an_update_and_the_older_one_is_out_of_sight(shelf: FormServer, phone: Phone):
    phone.sync()
    shelf.publish("a", "2")
    assert phone.sync().updated == ("a",)
    assert phone.forms["a"].version == "2"


def test_other_media_are_an_update(shelf: FormServer, phone: Phone):
    phone.sync()
    shelf.publish("b", "1", media={"units.csv": b"name,label\n2,y\n"})
    assert phone.sync().updated == ("b",)
    assert phone.forms["b"].media["units.csv"] == b"name,label\n2,y\n"


def test_a_form_no_longer_listed_leaves_the_phone(shelf: FormServer, phone: Phone):
    phone.sync()
    del shelf.forms["a"]
    assert phone.sync().removed == ("a",)
    assert set(phone.forms) == {"b"}
    assert phone.hidden_forms == []


def test_a_dropped_form_with_filled_copies_is_hidden_and_comes_back(shelf: FormServer, phone: Phone):
    shelf.publish("sample", "1")
    phone.sync()
    phone.keep_filled(survey())
    kept = shelf.forms.pop("sample")
    phone.sync()
    assert "sample" not in phone.forms
    assert [form.form_id for form in phone.hidden_forms] == ["sample"]
    shelf.forms["sample"] = kept
    assert phone.sync().added == ("sample",)
    assert "sample" in phone.forms
    assert phone.hidden_forms == []


def test_an_empty_list_wipes_the_phone(shelf: FormServer, phone: Phone):
    phone.sync()
    shelf.forms.clear()
    assert phone.sync().removed == ("a", "b")
    assert phone.forms == {}


LIST = '<xforms xmlns="http://openrosa.org/xforms/xformsList">{}</xforms>'


@pytest.mark.parametrize(
    "answer",
    [
        Answer(503, b"", XML),
        Answer(403, b"", XML),
        Answer(202, LIST.format("").encode(), XML),
        Answer(200, LIST.format("").encode(), (("Content-Type", "application/xml"), *OPENROSA.items())),
        Answer(200, LIST.format("").encode(), (("Content-Type", "text/xml"),)),
        Answer(200, LIST.format("<xform><formID>a</formID><name>a</name></xform>").encode(), XML),
        Answer(200, LIST.format("<xform><hash/></xform>").encode(), XML),
        Answer(200, LIST.format("")[:-5].encode(), XML),
        Answer(200, b"<xforms/>", XML),
    ],
)
def test_a_list_that_cannot_be_used_changes_nothing(shelf: FormServer, phone: Phone, answer: Answer):
    phone.sync()
    shelf.overrides["/formList"] = answer
    report = phone.sync()
    assert report.error is not None
    assert set(phone.forms) == {"a", "b"}


def test_bytes_that_are_not_those_of_the_hash_are_reported_and_fetched_again(shelf: FormServer, phone: Phone):
    shelf.overrides["/a/form.xml"] = Answer(200, xform("a", "1") + b"\n")
    assert phone.sync().mismatched == ("a",)
    assert phone.sync().updated == ("a",)


def test_a_broken_manifest_installs_the_form_without_media(shelf: FormServer, phone: Phone):
    shelf.overrides["/b/manifest"] = Answer(500)
    assert phone.sync().added == ("a", "b")
    assert phone.forms["b"].media == {}
    del shelf.overrides["/b/manifest"]
    assert phone.sync().updated == ("b",)


def test_one_failing_form_leaves_the_others_alone(shelf: FormServer, phone: Phone):
    shelf.overrides["/b/units.csv"] = Answer(404)
    report = phone.sync()
    assert report.added == ("a",)
    assert set(report.failed) == {"b"}


def test_an_unsupported_401_or_a_dead_server_is_an_error_of_the_check(shelf: FormServer):
    assert Phone("http://127.0.0.1:1").sync().error is not None
    shelf.overrides["/formList"] = Answer(401, headers=(("WWW-Authenticate", 'Basic realm="x"'),))
    assert "401" in str(Phone(shelf.recording.url).sync().error)
