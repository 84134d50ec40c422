"""A record that was filled in quicker than its questions can be read is worth a look; what nobody timed is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import etree

from server.forms.logic import bind_tree
from server.submissions.pace import pace_findings
from tests.submissions.conftest import RECEIVED, ZONE

QUESTIONS = "".join(f"| | text | q{number} | Câu {number} | | | |\n" for number in range(1, 13))
HEAD = """
| survey | | | | | |
| | type | name | label | default | bind::seconds-per-answer | calculation |
| | start | start | | | | |
"""
REST = f"| | calculate | worked_out | | | | 1 |\n| | text | given | Có sẵn | sẵn | | |\n{QUESTIONS}"


def form(seconds: str = "") -> str:
    return f"{HEAD}| | end | end | | | {seconds} | |\n{REST}"


def told(compiled, table: str, *, answered: int, seconds: float, start: str = "", old: str = "") -> list:
    """Return code, path, severity and facts of what is found in a record of so many answers and seconds."""
    shape = compiled(table)
    end = RECEIVED - timedelta(hours=1)
    times = start or f"<start>{(end - timedelta(seconds=seconds)).isoformat()}</start><end>{end.isoformat()}</end>"
    texts = "".join(f"<q{number}>x</q{number}>" for number in range(1, answered + 1))
    meta = f"<meta><deprecatedID>{old}</deprecatedID></meta>" if old else ""
    xml = f"<data>{times}<worked_out>1</worked_out><given>sẵn</given>{texts}{meta}</data>"
    tree = bind_tree(shape.shape, etree.fromstring(xml))
    found = pace_findings(tree, shape, ZONE, is_edit=bool(old))
    return [(one.code, one.path, one.severity.value, dict(one.params)) for one in found]


QUICK = ("time.too_quick", "/data/end", "warning", {"answers": "12", "seconds": "20"})


@pytest.mark.parametrize(
    ("rule", "table", "record", "expected"),
    [
        ("two seconds an answer is the least", form(), {"answered": 12, "seconds": 20}, [QUICK]),
        ("just enough", form(), {"answered": 12, "seconds": 24}, []),
        ("a few answers say nothing of a pace", form(), {"answered": 9, "seconds": 1}, []),
        ("the form says its own pace", form("1.5"), {"answered": 12, "seconds": 20}, []),
        ("a careful form", form("10"), {"answered": 12, "seconds": 119},
         [("time.too_quick", "/data/end", "warning", {"answers": "12", "seconds": "119"})]),
        ("a form may do without", form("0"), {"answered": 12, "seconds": 1}, []),
        ("what is no pace counts as none said", form("soon"), {"answered": 12, "seconds": 20}, [QUICK]),
        ("an edit is no filling in", form(), {"answered": 12, "seconds": 20, "old": "uuid:1"}, []),
        ("paper has no clock", form(), {"answered": 12, "seconds": 0, "start": "<start/><end/>"}, []),
        ("a clock that went back is told elsewhere", form(), {"answered": 12, "seconds": -5}, []),
    ],
)  # fmt: skip
def test_what_was_filled_in_too_quickly_is_found(compiled, rule: str, table: str, record: dict, expected: list) -> None:
    assert told(compiled, table, **record) == expected, rule
