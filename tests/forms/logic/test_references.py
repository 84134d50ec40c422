"""What an expression refers to, and ``${question}`` written out."""

from __future__ import annotations

import pytest

from server.forms.definition import FormDefinition, Node, NodeKind
from server.forms.logic import LogicError, compile_expression, substitute_references


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("1 + 1", ()),
        ("/data/a = /data/b and /data/a > 1", ("/data/a", "/data/b")),
        ("../a + .", ("../a", ".")),
        ("current()/../c", ("current()/../c",)),
        ("sum(/data/rep[x > 1]/y)", ("/data/rep/y", "/data/rep/x")),
        ("/data/rep[../n = 1]/y", ("/data/rep/y", "/data/n")),
        ("/data/rep[x = /data/z]/y", ("/data/rep/y", "/data/rep/x", "/data/z")),
        (
            "instance('l')/root/item[k = current()/../c and p = /data/d]/label",
            ("instance('l')/root/item/label", "instance('l')/root/item/k", "current()/../c",
             "instance('l')/root/item/p", "/data/d"),
        ),
        ("count(/data/*)", ("/data/*",)),
        ("/data/@version", ("/data/@version",)),
    ],
)  # fmt: skip
def test_paths_are_listed_once_with_those_inside_predicates(source: str, paths: tuple[str, ...]) -> None:
    assert compile_expression(source).paths == paths


@pytest.mark.parametrize(
    ("source", "context", "absolute"),
    [
        ("/data/a", "/data/g/b", "/data/a"),
        (".", "/data/g/b", "/data/g/b"),
        ("../c", "/data/g/b", "/data/g/c"),
        ("current()/../c", "/data/g/b", "/data/g/c"),
        ("../../a", "/data/g/b", "/data/a"),
        ("../../../../a", "/data/g/b", None),
        ("instance('l')/root/item", "/data/g/b", None),
        ("/data/*", "/data/g/b", None),
    ],
)
def test_reference_resolves_against_the_node_it_stands_at(source: str, context: str, absolute: str | None) -> None:
    (reference,) = compile_expression(source).references
    assert reference.absolute(context) == absolute


def leaf(path: str) -> Node:
    return Node(path, path.rpartition("/")[2], NodeKind.LEAF)


FORM = FormDefinition(
    "f",
    "1",
    "f",
    Node("/data", "data", NodeKind.GROUP),
    nodes={path: leaf(path) for path in ("/data/age", "/data/g/name", "/data/h/name")},
)


@pytest.mark.parametrize(
    ("source", "written_out"),
    [("${age} >= 18", " /data/age  >= 18"), ("${ age }+1", " /data/age +1"), ("true()", "true()")],
)
def test_question_becomes_its_absolute_path(source: str, written_out: str) -> None:
    assert substitute_references(source, FORM) == written_out


@pytest.mark.parametrize(
    ("source", "code"), [("1 + ${agee}", "logic.unknown_question"), ("${name}", "logic.ambiguous_question")]
)
def test_question_that_is_not_one_node_is_refused(source: str, code: str) -> None:
    with pytest.raises(LogicError) as refusal:
        substitute_references(source, FORM)
    assert refusal.value.code == code


def test_dollar_is_no_part_of_the_language() -> None:
    with pytest.raises(LogicError):
        compile_expression("${age} + 1")
