"""The one reader of foreign XML: what it takes, what it refuses, and with which code."""

import threading

import pytest

from server.errors import DomainError, InvalidInput, TooLarge
from server.forms.xml_reader import MAX_ATTRIBUTES, MAX_BYTES, MAX_ELEMENTS, attributes, local_name, read_xml

BILLION_LAUGHS = (
    b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(9))
    + b"]><r>&j;</r>"
)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "xml.malformed"),
        (b"hello", "xml.malformed"),
        (b"<a><b></a>", "xml.malformed"),
        (b"<a>\x00</a>", "xml.malformed"),
        (b"<a>\xff\xfe</a>", "xml.malformed"),
        ("<a>Kon Tum</a>".encode("utf-16"), "xml.malformed"),
        (b"<a>&undefined;</a>", "xml.malformed"),
        (b"<a/><b/>", "xml.malformed"),
        (b"<!DOCTYPE a><a/>", "xml.doctype"),
        (b'<?xml version="1.0"?><!-- x --><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "xml.doctype"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "xml.doctype"),
        (BILLION_LAUGHS, "xml.doctype"),
        (b"<a>" * 201 + b"</a>" * 201, "xml.too_deep"),
        (b"<a>" * 300 + b"</a>" * 300, "xml.too_deep"),
        (b"<a>" * 100_000 + b"</a>" * 100_000, "xml.too_deep"),
    ],
)
def test_what_could_harm_is_refused_by_code(source: bytes, code: str):
    with pytest.raises(InvalidInput) as refusal:
        read_xml(source)
    assert refusal.value.code == code


def test_malformed_xml_is_told_by_line_and_column():
    with pytest.raises(InvalidInput) as refusal:
        read_xml(b"<a>\n  <b></c>\n</a>")
    assert refusal.value.params["line"] == 2
    assert refusal.value.params["column"] > 2


@pytest.mark.parametrize(
    "source",
    [b"<r>" + b"<a/>" * MAX_ELEMENTS + b"</r>", b"<r>" + b"x" * MAX_BYTES + b"</r>"],
    ids=["elements", "bytes"],
)
def test_what_would_fill_the_memory_is_refused_before_a_tree_is_built(source: bytes):
    with pytest.raises(TooLarge) as refusal:
        read_xml(source)
    assert refusal.value.code == "xml.too_large"


def _with_attributes(number: int, *, quote: str = '"', text: str = "") -> bytes:
    written = " ".join(f"a{place} = {quote}>{quote}" for place in range(number))
    return f"<r><b/><a {written}>{text}</a></r>".encode()


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("number", [MAX_ATTRIBUTES + 1, 300_000])
def test_a_flood_of_attributes_is_refused_before_libxml2_compares_each_with_all(number: int, quote: str):
    with pytest.raises(TooLarge) as refusal:
        read_xml(_with_attributes(number, quote=quote))
    assert refusal.value.code == "xml.too_large"


def test_a_text_that_looks_like_attributes_is_read():
    text = 'a="b" ' * 1000
    root = read_xml(_with_attributes(MAX_ATTRIBUTES, text=text))
    assert (len(root[1].attrib), root[1].text) == (MAX_ATTRIBUTES, text)


def test_a_tree_as_deep_and_wide_as_allowed_is_read():
    assert len(list(read_xml(b"<a>" * 200 + b"</a>" * 200).iter())) == 200
    assert len(read_xml(b"<r>" + b"<a></a>" * (MAX_ELEMENTS - 1) + b"</r>")) == MAX_ELEMENTS - 1


def test_comments_and_instructions_leave_the_text_whole():
    root = read_xml(b"<?xml version='1.0'?><a><?x y?>Y <!-- <!DOCTYPE x> -->K\xc3\xb4</a>")
    assert root.text == "Y Kô"
    assert len(root) == 0


def test_a_doctype_in_an_answer_is_only_text():
    assert read_xml(b"<a>&lt;!DOCTYPE a></a>").text == "<!DOCTYPE a>"
    assert read_xml(b"<a><![CDATA[<!DOCTYPE a>]]></a>").text == "<!DOCTYPE a>"


def test_declared_encodings_do_not_change_what_is_read():
    assert read_xml('<?xml version="1.0" encoding="ISO-8859-1"?><a>Đăk Hà</a>'.encode()).text == "Đăk Hà"


def test_names_are_given_without_namespaces():
    root = read_xml(b'<x:a xmlns:x="urn:x" x:version="1" id="f"/>')
    assert local_name(root) == "a"
    assert attributes(root) == {"version": "1", "id": "f"}


def test_threads_may_read_at_once():
    outcomes: list[str] = []

    def read(number: int) -> None:
        try:
            outcomes.append(read_xml(b"<a>%d</a>" % number if number % 2 else b"<a>").text or "")
        except DomainError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == sorted([str(n) for n in range(1, 40, 2)] + ["xml.malformed"] * 20)
