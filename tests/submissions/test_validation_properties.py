"""Whatever a device or a liar puts into a record of any form: told in bounds, the same again, and discreetly."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from varied_forms import NAMES, PROJECT_FORMS, VariedForm, varied_form

from server.forms.definition import Node, NodeKind
from server.forms.xml_reader import read_xml
from server.submissions.circumstances import Circumstances
from server.submissions.findings import MAX_FINDINGS
from server.submissions.validation import validate

if TYPE_CHECKING:
    from server.submissions.findings import Finding

CANARY = "canary7f3q"
ODD = (
    *("", " ", "0", "1", "-1", "1.5", "007", "1e3", "1e999", "NaN", "yes", "no", "a b", "OK", "x" * 300, CANARY),
    *("2025-02-30", "2025-02-28", "9999-12-31", "0001-01-01", "08:30", "2026-11-20T08:30:00.000+07:00"),
    *("0001-01-01T00:00:00", "0001-01-01T00:00:00.000+14:00", "9999-12-31T23:59:59.000-12:00", "9999-12-31T23:59:59"),
    *("14 108 0 0", "14 108; 15 109; 16 110; 14 108", ";", "c1", "v1", "h1", "m1", f"{CANARY} {CANARY}"),
)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
RECEIVED = datetime(2026, 11, 24, tzinfo=UTC)


def record(form: VariedForm, seed: int) -> bytes:
    """Return a record in which every node stands by chance: not, once, several times, with anything in it."""
    chance = random.Random(seed)
    root = etree.Element(form.compiled.definition.root.name, {"id": "sample", "version": "1"})
    _fill(root, form.compiled.definition.root, chance)
    return etree.tostring(root)


def _fill(element: etree._Element, node: Node, chance: random.Random) -> None:
    for child in node.children:
        most = 3 if child.kind is NodeKind.REPEAT or chance.random() < 0.05 else 1
        for _ in range(chance.randint(0 if chance.random() < 0.3 else 1, most)):
            below = etree.SubElement(element, child.name)
            if child.kind is NodeKind.LEAF:
                below.text = chance.choice(ODD)
            _fill(below, child, chance)
    if chance.random() < 0.1:
        etree.SubElement(element, chance.choice(["stranger", CANARY[:6], "meta"])).text = CANARY


def findings(form: VariedForm, xml: bytes) -> tuple[Finding, ...]:
    known = Circumstances(RECEIVED, ZONE, form.lists)
    return validate(read_xml(xml), form.compiled, known)


@pytest.mark.parametrize("name", [*PROJECT_FORMS, *NAMES, "long"])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_any_record_of_any_form_is_told_the_same_twice_without_its_answers(name: str, seed: int) -> None:
    form = varied_form(name)
    xml = record(form, seed)
    told = findings(form, xml)
    assert told == findings(form, xml)
    assert len(told) <= MAX_FINDINGS + 1
    assert CANARY not in str([(one.code, one.params) for one in told])
    assert not [one for one in told if ("reason", "logic.too_costly") in one.params]
