"""Whatever XML comes in, validation answers, in bounded time, and the same each time."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from server.submissions.findings import MAX_FINDINGS

FORM = """
| survey | | | | | | | |
| | type | name | label | required | relevant | constraint | calculation |
| | start | start | | | | | |
| | today | today | | | | | |
| | text | a | A | yes | | . != ${b} | |
| | integer | b | B | | ${a} = 'x' | . < today() | |
| | begin repeat | r | R | | | | |
| | decimal | c | C | yes | ${b} > 1 | . < max(${c}) | |
| | geopoint | g | G | | | distance(.) < 5 | |
| | calculate | many | | | | | count(../../r[c > current()/../c]) |
| | end repeat | | | | | | |
| | datetime | d | D | | | decimal-date-time(.) > 1 | |
| | calculate | e | | | | | sum(${c}) + indexed-repeat(${c}, ${r}, ${b}) |
"""
NAMES = st.sampled_from(["data", *"abcdegrrr", "many", "meta", "start", "today", "zz", "instanceID"])
ODD = ("", "x", "1", "-1", "1.5", "NaN", "1e999", "2025-02-30", "2025-02-28", "1 2", "14 108 0 0", "é")
MOMENTS = ("9999-12-31T23:59:59.999-14:00", "0001-01-01", "2025-01-01T25:00:00")
LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"))
TEXTS = st.one_of(st.sampled_from(ODD + MOMENTS), st.text(LETTERS, max_size=8))


def elements(depth: int) -> st.SearchStrategy[etree._Element]:
    below = st.lists(elements(depth - 1), max_size=6) if depth else st.just([])

    def made(name: str, text: str, children: list[etree._Element]) -> etree._Element:
        element = etree.Element(name)
        element.text = text
        element.extend(children)
        return element

    return st.builds(made, NAMES, TEXTS, below)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(elements(3), max_size=10))
def test_any_record_has_findings_and_the_same_ones_again(found, children: list[etree._Element]) -> None:
    answers = "".join(etree.tostring(child, encoding="unicode") for child in children)
    assert found(FORM, answers) == found(FORM, answers)


@pytest.mark.parametrize(
    "answers",
    [
        "<r><c>1</c></r>" * 3000,
        "<r/>" * 50_000,
        "<r>" * 150 + "</r>" * 150,
        "<zz/>" * 50_000,
        "<a>" + "x" * 1_000_000 + "</a>",
        "<b>2</b>" * 20_000,
    ],
    ids=["repeat against repeat", "empty repeats", "deep", "unknown nodes", "a long text", "one leaf many times"],
)
def test_flood_is_cut_short(found, answers: str) -> None:
    findings = found(FORM, answers)
    assert len(findings) <= MAX_FINDINGS + 1
