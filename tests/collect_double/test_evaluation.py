"""The engine's verdict on an instance, node by node, and on free expressions: the yardstick for other evaluators."""

import pytest

from .engine import Form, JavaRosa, JavaRosaError
from .test_filling import AFTERNOON, NO_TALK

pytestmark = pytest.mark.java


def test_each_node_has_its_state_and_both_values(engine: JavaRosa, household: Form):
    survey = engine.fill(household, NO_TALK | {"/data/member": 2}, now=AFTERNOON).survey
    tampered = survey.xml.replace(b"<size>4</size>", b"<size>31</size>").replace(
        b"<members>2</members>", b"<members>7</members>"
    )
    nodes = engine.evaluate(household, tampered, now=AFTERNOON)
    assert not nodes["/data/size"].constraint_ok
    assert nodes["/data/children"].constraint_ok
    assert (nodes["/data/members"].sent, nodes["/data/members"].value) == ("7", "2")
    assert nodes["/data/member[2]/name"].required
    assert not nodes["/data/talk"].relevant
    assert not nodes["/data/talk/village"].relevant
    assert nodes["/data/member[1]"].value is None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("../size + 1", ("number", "5")),
        ("/data/visited = '2026-11-01'", ("boolean", "true")),
        ("'' != 0", ("boolean", "true")),
        ("today()", ("date", "2026-11-03")),
        ("number('1e3')", ("number", "NaN")),
        ("round(2.5)", ("number", "3")),
        ("round(-2.5)", ("number", "-2")),
        ("substr('Kon Tum', 4)", ("string", "Tum")),
        ("count(/data/member)", ("number", "2")),
    ],
)
def test_expressions_are_javarosas_own(engine: JavaRosa, household: Form, expression: str, expected: tuple[str, str]):
    survey = engine.fill(household, NO_TALK | {"/data/member": 2}, now=AFTERNOON).survey
    [value] = engine.xpath(household, [expression], xml=survey.xml, context="/data/code", now=AFTERNOON)
    assert (value["type"], value["text"]) == expected


def test_an_expression_javarosa_refuses_says_so(engine: JavaRosa, household: Form):
    missing, syntax = engine.xpath(household, ["floor(1.5)", "1 +"])
    assert "cannot handle function 'floor'" in missing["message"]
    assert syntax["error"] == "XPathSyntaxException"


def test_a_form_that_does_not_parse_is_an_error_and_the_engine_lives_on(engine: JavaRosa, household: Form):
    with pytest.raises(JavaRosaError):
        engine.load(b"<h:html xmlns:h='http://www.w3.org/1999/xhtml'/>")
    assert engine.fill(household, NO_TALK, now=AFTERNOON).valid


def test_without_a_jdk_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="openjdk-17-jdk-headless"):
        JavaRosa().__enter__()
