"""Whether a record was filled in quicker than anybody can read its questions aloud and hear the answers.

The phone's own ``start`` and ``end`` say how long it took; where it noted neither, as on paper, nothing is said, and an
edit, of a phone or of the office, is no filling in. Who did it and why is for a person to ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.forms.definition import ControlKind
from server.submissions.device_clock import device_clock
from server.submissions.findings import Finding, Severity, finding

if TYPE_CHECKING:
    from datetime import tzinfo

    from server.forms.definition import Node
    from server.forms.logic import InstanceNode
    from server.submissions.rules import Compiled

TOO_QUICK: Final = "time.too_quick"
QUICKEST_SECONDS: Final = 2.0
"""An answer, where the form says nothing: an answer alone is counted with three (`scripts/time-reading`)."""
FEWEST_ANSWERS: Final = 10
"""Of which a pace can be told: a visit to an empty house takes a moment."""
_UNASKED: Final = frozenset({ControlKind.NONE, ControlKind.TRIGGER})


def pace_findings(tree: InstanceNode, compiled: Compiled, zone: tzinfo, *, is_edit: bool) -> tuple[Finding, ...]:
    """Return a finding at the record's ``end`` if it was filled in too quickly."""
    if is_edit:
        return ()
    stamps = dict(device_clock(tree, compiled.clock_paths, zone).stamps)
    start, end = stamps.get("start"), stamps.get("end")
    if start is None or end is None or end < start:
        return ()
    path = compiled.clock_paths["end"]
    taken, answers = (end - start).total_seconds(), sum(map(_is_answered, tree.walk()))
    if answers < FEWEST_ANSWERS or taken >= answers * _least_seconds(compiled.definition.nodes[path]):
        return ()
    facts = {"answers": str(answers), "seconds": str(round(taken))}
    return (finding(TOO_QUICK, path, Severity.WARNING, **facts),)


def _least_seconds(end: Node) -> float:
    return QUICKEST_SECONDS if end.pace is None else end.pace


def _is_answered(node: InstanceNode) -> bool:
    """Return whether somebody answered there: what the form fills in by itself takes no time."""
    if not node.text or not node.shape.is_leaf:
        return False
    text, definition = node.text.strip(), node.shape.node
    if not text or definition is None or definition.control.kind in _UNASKED:
        return False
    return text != definition.default and definition.readonly != "true()"
