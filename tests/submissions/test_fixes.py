"""What a geopoint says, and which of a form's geopoints is the record's."""

from __future__ import annotations

import pytest
from lxml import etree

from server.forms.logic import bind_tree
from server.submissions.fixes import Fix, read_fix
from server.submissions.landmarks import Landmarks

FORM = """
| survey | | | |
| | type | name | label |
| | start-geopoint | opened_at | |
| | begin repeat | members | Members |
| | geopoint | member_spot | Where |
| | end repeat | | |
| | geopoint | gate | Gate |
| | geopoint | yard | Yard |
"""


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("14.5166 107.9166 600.0 8.5", Fix(14.5166, 107.9166, 8.5)),
        ("14.5166 107.9166", Fix(14.5166, 107.9166, 0.0)),
        ("14.5 107.9 0.0 -1", Fix(14.5, 107.9, 0.0)),
        ("14.5 107.9 0.0 1e9", Fix(14.5, 107.9, 10_000.0)),
        ("", None),
        ("14.5", None),
        ("0.0 0.0 0.0 0.0", None),
        ("91 107.9", None),
        ("14.5 181", None),
        ("nan 107.9", None),
        ("14.5 107.9 inf 3", None),
        ("mười bốn 107.9", None),
    ],
)
def test_a_geopoint_is_a_place_with_what_it_may_be_off(text, fix):
    assert read_fix(text) == fix


@pytest.mark.parametrize(
    ("answers", "spot"),
    [
        ({"gate": "14.1 108.1 0 5", "yard": "14.2 108.2 0 5", "opened_at": "14.3 108.3 0 5"}, "gate"),
        ({"gate": "0 0 0 0", "yard": "14.2 108.2 0 5", "opened_at": "14.3 108.3 0 5"}, "yard"),
        ({"opened_at": "14.3 108.3 0 5"}, "opened_at"),
        ({}, None),
    ],
)
def test_the_spot_is_what_was_asked_first_and_what_the_phone_noted_last(compiled, answers, spot):
    form = compiled(FORM)
    xml = "".join(f"<{name}>{text}</{name}>" for name, text in answers.items())
    members = "<members><member_spot>14.9 108.9 0 5</member_spot></members>"
    root = etree.fromstring(f'<data id="sample" version="1">{members}{xml}</data>')
    found = Landmarks.of(form.definition).point(bind_tree(form.shape, root))
    assert (found and found[0].path()) == (spot and f"/data/{spot}")
