"""The examples are instances of the committed versions and say where their faults are."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from lxml import etree
from workbooks import EVERY_EXAMPLE, EVERY_EXAMPLE_ID, FORMS, examples, settings, survey, xform

CODES = {
    "answer.required_missing",
    "answer.constraint_broken",
    "answer.not_a_choice",
    "answer.not_relevant",
    "answer.wrong_type",
    "node.unknown",
    "answer.calculate_differs",
    "attachment.missing",
    "answer.duplicate_choice",
}
REPEATS = {row["name"] for form in FORMS for row in survey(form) if row["type"] == "begin_repeat"}


def findings(path):
    return json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))["findings"]


def instance(path):
    return etree.parse(path).getroot()


@pytest.mark.parametrize("form", FORMS)
def test_each_form_has_good_and_bad_examples(form):
    verdicts = [bool(findings(path)) for path in examples(form)]
    assert 4 <= len(verdicts) <= 12
    assert set(verdicts) == {True, False}


def test_every_kind_of_finding_is_planted_somewhere():
    assert {finding["code"] for _, path in EVERY_EXAMPLE for finding in findings(path)} == CODES


@pytest.mark.parametrize(("form", "path"), EVERY_EXAMPLE, ids=EVERY_EXAMPLE_ID)
def test_an_example_belongs_to_the_committed_version(form, path):
    root = instance(path)
    assert (root.get("id"), root.get("version")) == (settings(form)["form_id"], settings(form)["version"])
    instance_id = root.findtext("meta/instanceID")
    assert uuid.UUID(instance_id.removeprefix("uuid:"))
    assert bool(findings(path)) is path.stem.startswith("bad_")


@pytest.mark.parametrize(("form", "path"), EVERY_EXAMPLE, ids=EVERY_EXAMPLE_ID)
def test_an_example_holds_only_nodes_of_the_form_but_the_planted_ones(form, path):
    template = xform(form).find(".//{http://www.w3.org/2002/xforms}instance")[0]
    known = {etree.QName(node).localname for node in template.iter("*")}
    planted = {finding["path"].rsplit("/", 1)[1] for finding in findings(path) if finding["code"] == "node.unknown"}
    assert {etree.QName(node).localname for node in instance(path).iter("*")} - known == planted


@pytest.mark.parametrize(("form", "path"), EVERY_EXAMPLE, ids=EVERY_EXAMPLE_ID)
def test_a_finding_points_at_a_node_of_the_instance_with_repeats_numbered(form, path):
    for finding in findings(path):
        assert finding["severity"] in {"error", "warning", "note"}
        assert len(instance(path).xpath(finding["path"])) == 1
        steps = re.findall(r"/([a-z0-9_]+)(\[\d+\])?", finding["path"])
        assert {name for name, number in steps if number} == {name for name, _ in steps if name in REPEATS}


def test_people_of_the_examples_are_marked_as_samples():
    names = [node.text for _, path in EVERY_EXAMPLE for node in instance(path).iter("hh_head_name", "hh_spouse_name")]
    assert [name for name in names if name and "(mẫu)" not in name] == []
