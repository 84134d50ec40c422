"""A record as its page tells it: answers in the words of people here."""

from __future__ import annotations

import pytest

from server.forms.definition import Control, ControlKind, Datatype, Node, NodeKind
from server.submissions.answers import Answer
from server.web.console.record_view import answer_words


@pytest.mark.parametrize(
    ("appearance", "text", "said"),
    [
        ("month-year", "2026-06-01", "06/2026"),
        ("no-calendar year", "2026-01-01", "2026"),
        ("", "2026-06-01", "01/06/2026"),
        ("month-year", "tháng sáu", "tháng sáu"),
    ],
)
def test_of_a_day_no_more_is_said_than_was_asked_for(appearance, text, said):
    node = Node("/data/day", "day", NodeKind.LEAF, Datatype.DATE, control=Control(ControlKind.INPUT, appearance))
    assert answer_words(Answer(node.path, node, node.name, text), "vi") == (said,)
