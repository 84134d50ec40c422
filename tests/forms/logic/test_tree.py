"""Binding what a device sent to the form, however it is written."""

from __future__ import annotations

import pytest
from lxml import etree

from server.forms.definition import Datatype, FormDefinition, Node, NodeKind
from server.forms.logic import InstanceNode, Shape, bind_known, bind_tree
from server.forms.logic.tree import MAX_MISSING, local_name

FORM = FormDefinition(
    "f",
    "1",
    "f",
    Node(
        "/data",
        "data",
        NodeKind.GROUP,
        children=(
            Node("/data/age", "age", NodeKind.LEAF, Datatype.INTEGER),
            Node("/data/g", "g", NodeKind.GROUP, children=(Node("/data/g/name", "name", NodeKind.LEAF),)),
            Node("/data/r", "r", NodeKind.REPEAT, children=(Node("/data/r/x", "x", NodeKind.LEAF),)),
        ),
    ),
)


def bound(xml: str) -> InstanceNode:
    return bind_tree(FORM, etree.fromstring(xml))


def outline(root: InstanceNode) -> list[str]:
    return [f"{node.path()}={node.text.strip()}{' missing' if node.missing else ''}" for node in root.walk()]


def test_nodes_are_bound_by_local_name_in_any_order_and_namespace() -> None:
    root = bound('<n:data xmlns:n="urn:x"><r><n:x>1</n:x></r><n:g><name>A</name></n:g><n:age>7</n:age></n:data>')
    assert root.children["age"][0].datatype is Datatype.INTEGER
    assert root.children["g"][0].children["name"][0].text == "A"
    assert root.children["r"][0].children["x"][0].path() == "/data/r[1]/x"


def test_what_the_device_left_out_is_missing_and_not_relevant() -> None:
    root = bound("<data><age>7</age></data>")
    assert outline(root) == ["/data=", "/data/age=7", "/data/g= missing", "/data/g/name= missing"]
    assert not root.children["g"][0].relevant


def test_position_counts_siblings_of_the_same_name() -> None:
    root = bound("<data><r><x>1</x></r><age/><r><x>2</x></r></data>")
    assert [node.path() for node in root.children["r"]] == ["/data/r[1]", "/data/r[2]"]


def test_a_narrowed_shape_knows_the_way_to_its_paths_and_all_below_them() -> None:
    shape = Shape.of(FORM).narrowed(["/data/r", "/data/g/name"])
    sent = etree.fromstring("<data><r><x>1</x></r><age>7</age><zz/><!-- a --><r><x>2</x></r></data>")
    assert outline(bind_known(shape, sent)) == [
        "/data=",
        "/data/r[1]=",
        "/data/r[1]/x=1",
        "/data/r[2]=",
        "/data/r[2]/x=2",
        "/data/g= missing",
        "/data/g/name= missing",
    ]
    assert outline(bind_known(Shape.of(FORM).narrowed([]), sent)) == ["/data="]
    assert Shape.of(FORM).narrowed(["/data"]) == Shape.of(FORM)


def test_unknown_nodes_comments_and_instructions_do_no_harm() -> None:
    root = bound("<data><!-- a --><?b c?><zz><y>1</y></zz><age>7</age></data>")
    assert root.children["zz"][0].definition is None
    assert root.children["age"][0].text == "7"


def test_attributes_are_kept_by_local_name() -> None:
    root = bound('<data id="f" xmlns:o="urn:o" o:version="2"/>')
    assert root.attributes == {"id": "f", "version": "2"}


def test_flood_of_empty_repeats_does_not_fill_the_memory() -> None:
    root = bound("<data>" + "<r/>" * (MAX_MISSING + 5000) + "</data>")
    assert sum(1 for node in root.walk() if node.missing) <= MAX_MISSING + 4


@pytest.mark.parametrize(("tag", "name"), [("a", "a"), ("{urn:x}a", "a")])
def test_local_name_drops_the_namespace(tag: str, name: str) -> None:
    assert local_name(tag) == name
