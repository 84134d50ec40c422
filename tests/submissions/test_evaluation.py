"""Every node of a record with what the rules say of it, the sound ones too."""

from __future__ import annotations

from dataclasses import astuple
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from server.submissions.circumstances import Circumstances
from server.submissions.evaluation import Evaluation, Evaluator

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.submissions.rules import Compiled

FORM = """
| survey | | | | | | | |
| | type | name | label | relevant | required | constraint | calculation |
| | integer | age | Tuổi | | yes | . < 120 | |
| | begin repeat | visit | Lần thăm | | | | |
| | text | place | Nơi | ${age} > 5 | ${age} = 7 | | |
| | calculate | twice | | | | | ${age} * 2 |
| | end repeat | | | | | | |
| | begin group | g | G | ${age} = 0 | | | |
| | text | inner | Trong | | yes | | |
| | end group | | | | | | |
"""


@pytest.fixture
def evaluated(compiled: Callable[[str], Compiled]) -> Callable[[str], Evaluation]:
    """Evaluate what stands inside ``<data>``."""
    circumstances = Circumstances(datetime(2025, 3, 10, 5, 0, tzinfo=UTC), UTC)
    evaluator = Evaluator.of(compiled(FORM))
    return lambda answers: evaluator.evaluate(etree.fromstring(f'<data id="sample">{answers}</data>'), circumstances)


def lines(evaluation: Evaluation) -> dict[str, tuple[object, ...]]:
    return {one.path: astuple(one)[1:] for one in evaluation.nodes if "/meta" not in one.path}


def test_each_node_has_relevance_requirement_constraint_and_values(evaluated) -> None:
    sound = evaluated(
        "<age>7</age><visit><place>A</place><twice>14</twice></visit><visit><place/><twice>3</twice></visit>"
    )
    assert lines(sound) == {
        "/data": (True, False, True, None, None),
        "/data/age": (True, True, True, "7", None),
        "/data/visit[1]": (True, False, True, None, None),
        "/data/visit[1]/place": (True, True, True, "A", None),
        "/data/visit[1]/twice": (True, False, True, "14", "14"),
        "/data/visit[2]": (True, False, True, None, None),
        "/data/visit[2]/place": (True, True, True, "", None),
        "/data/visit[2]/twice": (True, False, True, "3", "14"),
        "/data/g": (False, False, True, None, None),
        "/data/g/inner": (False, True, True, None, None),
    }
    assert not sound.is_valid
    assert {(one.code, one.path) for one in sound.findings} == {
        ("answer.required_missing", "/data/visit[2]/place"),
        ("answer.calculate_differs", "/data/visit[2]/twice"),
    }


def test_broken_constraint_is_told_at_its_node(evaluated) -> None:
    assert lines(evaluated("<age>130</age>"))["/data/age"] == (True, True, False, "130", None)


def test_record_without_errors_is_valid(evaluated) -> None:
    assert evaluated("<age>3</age><unknown/>").is_valid


def test_nodes_the_form_does_not_have_have_no_line(evaluated) -> None:
    assert "/data/unknown" not in lines(evaluated("<age>3</age><unknown>1</unknown>"))
