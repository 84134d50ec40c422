"""A household implements the criteria when it registered and every group that applies is passed, and only then."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import etree
from workbooks import XLSFORMS, xform

from server.forms.logic import Context, bind_untyped, compile_expression

FORM = "household_conduct_survey"
EXAMPLE = XLSFORMS / FORM / "examples" / "couple_with_children.xml"
XF = "{http://www.w3.org/2002/xforms}"
JUDGED = [f"c{n}_{part}" for n in range(1, 6) for part in ("answered", "points")] + [
    f"group_passed_c{n}" for n in range(1, 6)
]
CALCULATES = {
    bind.get("nodeset").rsplit("/", 1)[1]: compile_expression(bind.get("calculate"))
    for bind in xform(FORM).iter(f"{XF}bind")
    if bind.get("calculate") and not bind.get("calculate").startswith("once")
}


def judged(**answers):
    """Return the example with *answers* put in and its rule worked out again: name → value."""
    root = etree.parse(EXAMPLE).getroot()
    for name, value in answers.items():
        root.find(f".//{name}").text = value
    for name in (*JUDGED, "assessed", "implementing", "knowledge_reached", "policy_reached"):
        node = root.find(f".//{name}")
        tree = bind_untyped(root)
        node.text = CALCULATES[name].string(Context(tree, tree, datetime(2026, 11, 20, tzinfo=UTC), UTC))
    return {node.tag: node.text for node in root.iter("*")}


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        (("3", "3", "3", "3"), "yes"),
        (("3", "3", "2", "2"), "yes"),  # mean 2.5
        (("3", "2", "2", "2"), "no"),  # mean 2.25
        (("3", "3", "3", "1"), "no"),  # mean 2.5, but one is not yet done
        (("3", "2", "no_answer", "no_answer"), "yes"),  # half is missing, mean 2.5
        (("3", "no_answer", "no_answer", "no_answer"), "not_assessed"),
        (("no_answer",) * 4, "not_assessed"),
        (("1", "no_answer", "no_answer", "no_answer"), "not_assessed"),
    ],
)
def test_a_group_is_passed_without_a_not_yet_and_with_a_mean_of_two_and_a_half(scores, verdict):
    found = judged(**{f"c1_{n}": score for n, score in enumerate(scores, start=1)})
    assert found["group_passed_c1"] == verdict
    assert found["assessed"] == ("no" if verdict == "not_assessed" else "yes")
    assert found["implementing"] == ("yes" if verdict == "yes" else "no")


@pytest.mark.parametrize(
    ("relations", "applicable"),
    [
        ("alone", {"c1"}),
        ("couple", {"c1", "c2"}),
        ("parent_child", {"c1", "c3", "c4"}),
        ("grandparent_grandchild", {"c1", "c3", "c4"}),
        ("siblings", {"c1", "c5"}),
        ("couple parent_child siblings", {"c1", "c2", "c3", "c4", "c5"}),
    ],
)
def test_a_group_applies_to_the_relations_of_the_home(relations, applicable):
    found = judged(hh_relations=relations)
    assert {f"c{n}" for n in range(1, 6) if found[f"group_passed_c{n}"] != "not_applicable"} == applicable


def test_a_group_that_does_not_apply_keeps_nobody_from_implementing():
    assert judged(hh_relations="alone", c2_1="1", c5_1="1")["implementing"] == "yes"


@pytest.mark.parametrize("registered", ["no", "unknown", "no_answer"])
def test_a_household_that_did_not_register_does_not_implement(registered):
    found = judged(registered=registered)
    assert (found["assessed"], found["implementing"]) == ("yes", "no")


@pytest.mark.parametrize(
    ("channels", "knowledge", "policy"),
    [
        ("club", "yes", "yes"),
        ("visit loudspeaker", "yes", "yes"),
        ("leaflet", "no", "yes"),
        ("loudspeaker", "no", "no"),
        ("online", "no", "no"),
    ],
)
def test_a_household_is_reached_through_a_qualifying_channel_only(channels, knowledge, policy):
    found = judged(k_channel=channels, p_channel=channels)
    assert (found["knowledge_reached"], found["policy_reached"]) == (knowledge, policy)


def test_nothing_but_registration_and_answers_enters_the_rule():
    used = {path.rsplit("/", 1)[1] for path in CALCULATES["implementing"].paths}
    assert used == {"registered", "assessed", *(f"group_passed_c{n}" for n in range(1, 6))}
