"""Reading instance documents as devices of all ages write them."""

import hashlib
import unicodedata

import pytest

from server.errors import InvalidInput
from server.forms.definition import Datatype, FormDefinition, Node, NodeKind
from server.submissions.instance import MAX_NAME, binary_names, kept_name, name_key, read_instance

NFD = unicodedata.normalize("NFD", "Ảnh nhà.jpg")
PLAIN_META = "<meta><instanceID>uuid:1</instanceID><instanceName>Hộ A (mẫu)</instanceName></meta>"
OTHER_META = (
    '<n0:meta xmlns:n0="http://openrosa.org/xforms"><n0:instanceID>uuid:1</n0:instanceID>'
    "<deprecatedID>uuid:0</deprecatedID></n0:meta>"
)


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (f'<data id="f" version="2025010101">{PLAIN_META}</data>', ("f", "2025010101", "uuid:1", None)),
        (f'<data id="f">{PLAIN_META}</data>', ("f", "", "uuid:1", None)),
        (f'<data id="f" version="1">{OTHER_META}</data>', ("f", "1", "uuid:1", "uuid:0")),
        (f'<d xmlns="urn:x" xmlns:o="urn:o" id="f" o:version="3">{OTHER_META}</d>', ("f", "3", "uuid:1", "uuid:0")),
        ('<data id="f" version="1"><instanceID>uuid:9</instanceID></data>', ("f", "1", "uuid:9", None)),
        ('<data id="f" version="1"/>', ("f", "1", "", None)),
        ('<data id="f"><meta><instanceID> </instanceID></meta></data>', ("f", "", "", None)),
        ('<data id="f"><meta><instanceID>UUID:Ab-1</instanceID></meta></data>', ("f", "", "UUID:Ab-1", None)),
    ],
)
def test_ids_are_found_by_local_name_and_kept_verbatim(xml: str, expected: tuple):
    instance = read_instance(xml.encode())
    assert (instance.form_id, instance.form_version, instance.instance_id, instance.deprecated_id) == expected


def test_an_instance_keeps_its_bytes_their_hash_and_its_name():
    xml = f'<data id="f">{PLAIN_META}</data>'.encode()
    instance = read_instance(xml)
    assert instance.xml is xml
    assert instance.sha256 == hashlib.sha256(xml).hexdigest()
    assert instance.instance_name == "Hộ A (mẫu)"


def test_an_edit_belongs_to_two_ids():
    assert read_instance(f'<data id="f">{OTHER_META}</data>'.encode()).ids == ("uuid:1", "uuid:0")
    assert read_instance(f'<data id="f">{PLAIN_META}</data>'.encode()).ids == ("uuid:1",)


@pytest.mark.parametrize("xml", [b"<data/>", b'<data id=" "><meta/></data>'])
def test_a_document_without_form_id_is_refused(xml: bytes):
    with pytest.raises(InvalidInput) as refusal:
        read_instance(xml)
    assert refusal.value.code == "submission.no_form_id"


def test_an_instance_id_deeper_in_the_answers_is_not_the_instance_id():
    assert read_instance(b'<data id="f"><g><instanceID>uuid:x</instanceID></g></data>').instance_id == ""


def a_form_with_pictures() -> FormDefinition:
    photo = Node("/data/g/photo", "photo", NodeKind.LEAF, Datatype.BINARY)
    picture = Node("/data/m/picture", "picture", NodeKind.LEAF, Datatype.BINARY)
    name = Node("/data/m/name", "name", NodeKind.LEAF)
    group = Node("/data/g", "g", NodeKind.GROUP, children=(photo,))
    members = Node("/data/m", "m", NodeKind.REPEAT, children=(picture, name))
    root = Node("/data", "data", NodeKind.GROUP, children=(group, members))
    return FormDefinition("f", "1", "F", root, nodes={node.path: node for node in root.walk()})


def test_every_file_an_answer_names_is_found_with_its_path():
    xml = (
        "<data id='f'><g><photo>a.jpg</photo><photo>b.m4a</photo></g>"
        "<m><picture>1.jpg</picture><name>no file.jpg</name></m><m><picture> </picture></m>"
        "<m><picture>3.jpg</picture></m><stray>x.jpg</stray>"
        "<o:meta xmlns:o='urn:o'><o:audit>audit.csv</o:audit></o:meta></data>"
    )
    found = binary_names(read_instance(xml.encode()).root, a_form_with_pictures())
    assert [(one.path, one.name) for one in found] == [
        ("/data/g/photo", "a.jpg"),
        ("/data/g/photo", "b.m4a"),
        ("/data/m[1]/picture", "1.jpg"),
        ("/data/m[3]/picture", "3.jpg"),
        ("/data/meta/audit", "audit.csv"),
    ]


def test_accents_written_apart_or_together_are_one_name():
    xml = f"<data id='f'><g><photo>{NFD}</photo></g></data>".encode()
    (found,) = binary_names(read_instance(xml).root, a_form_with_pictures())
    assert found.name == NFD
    assert found.key == name_key("Ảnh nhà.jpg") == "\u1ea2nh nh\u00e0.jpg"


def test_an_id_too_long_to_keep_is_always_shortened_to_the_same_and_another_to_another():
    def read(written: str):
        return read_instance(f'<a id="f"><meta><instanceID>{written}</instanceID></meta></a>'.encode()).instance_id

    longest, over = "uuid:" + "đ" * (MAX_NAME - 5), "uuid:" + "đ" * 10_000
    assert read(longest) == longest
    assert read(over) == read(over)
    assert len(read(over)) == MAX_NAME
    assert read(over) != read(over + "e")


@pytest.mark.parametrize("name", ["nhà.jpg", "a\u0309nh.jpg", "a\u0309" * 200, "\ufb2c" * 100 + "x", "\ufb2c" * 400])
def test_the_key_of_a_kept_name_is_the_key_of_the_name(name: str):
    assert name_key(kept_name(name)) == name_key(name)
    assert len(kept_name(name)) <= MAX_NAME
    assert len(name_key(name)) <= MAX_NAME
