"""Whatever bytes are given as a form, reading, checking and laying out end in a value or a refusal with a code."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.errors import DomainError
from server.forms.check import Surroundings, faults
from server.forms.compatibility import changes
from server.forms.paper import paper_blank
from server.forms.paper_html import paper_html
from server.forms.xform import read_form
from server.language.catalogue import load_catalogue

SURVEY = (Path(__file__).parents[2] / "xlsforms" / "household_register" / "form.xml").read_bytes()
SURROUNDINGS = Surroundings(frozenset(), frozenset(), frozenset(), frozenset(), is_sensitive=True)
CATALOGUE = load_catalogue().strict()
PIECES = st.sampled_from(
    [
        b"",
        b"<",
        b"/>",
        b"'",
        b'"',
        b"[",
        b"]",
        b"]]",
        b"(",
        b"instance('",
        b"/data",
        b"..",
        b"../../../../x",
        b"@x",
        b"*",
        b":",
    ]
)
CUTS = st.tuples(st.integers(0, len(SURVEY)), st.integers(0, 40), PIECES)


def everything_with(source: bytes) -> None:
    definition = read_form(source)
    for fault in faults(definition, SURROUNDINGS):
        assert CATALOGUE.sentence(fault.code, fault.params)
    changes(definition, definition)
    paper_html(paper_blank(definition, CATALOGUE, is_sensitive=False, language="vi"), CATALOGUE)


def refusal_of(source: bytes) -> str:
    try:
        everything_with(source)
    except DomainError as refusal:
        return refusal.code
    return "none"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(CUTS, min_size=1, max_size=4))
def test_a_damaged_form_is_read_or_refused(cuts):
    source = SURVEY
    for start, length, piece in cuts:
        source = source[:start] + piece + source[start + length :]
    assert refusal_of(source).startswith(("xml.", "form.", "none"))


TEXT = st.text(st.sampled_from("abx/.@*'\"[]()$={}, <>&|-"), max_size=14)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(TEXT, min_size=8, max_size=8))
def test_any_words_in_the_places_of_paths_and_logic_are_borne(words):
    safe = [word.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;") for word in words]
    xform = """<html><head><title>T</title><model><instance><d id="f" version="1"><a/><b><c/></b></d>
    </instance><instance id="{0}"><root><item><name>1</name></item></root></instance>
    <bind nodeset="/d/a" relevant="{1}" constraint="{2}" type="{3}"/><bind nodeset="{4}"/>
    <setvalue ref="{5}" value="{2}"/></model></head><body><select1 ref="/d/a"><itemset nodeset="{6}">
    <value ref="{7}"/><label ref="{7}"/></itemset></select1><group ref="{4}"><repeat nodeset="/d/b" count="{5}">
    <input ref="{7}"><label><output value="{1}"/></label></input></repeat></group></body></html>""".format(*safe)
    assert refusal_of(xform.encode()).startswith(("xml.", "form.", "none"))


def test_the_undamaged_form_passes_through_all_of_it():
    everything_with(SURVEY)


@pytest.mark.parametrize("depth", [60, 190])
def test_groups_nested_deep_are_borne(depth: int):
    opened = "".join(f"<g{n}>" for n in range(depth))
    closed = "".join(f"</g{n}>" for n in reversed(range(depth)))
    head = "<html><head><title>T</title><model><instance><d id='f' version='1'>"
    everything_with(f"{head}{opened}{closed}</d></instance></model></head><body/></html>".encode())
