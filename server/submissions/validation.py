"""The form's own rules asked again of what a device sent.

Pure: a record, a compiled form and the lists as of receipt in, findings out; the same in gives the same out. It refuses
nothing, and where only the device could know (lots drawn, its clock, a list it does not have) it says so in a note.
Source: ODK XForms specification, https://getodk.github.io/xforms-spec/#bind-attributes, as JavaRosa 5.1 applies it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.forms.definition import ControlKind
from server.forms.logic import InstanceNode, bind_tree
from server.submissions.answer_types import is_in_range, is_of_type
from server.submissions.circumstances import Circumstances
from server.submissions.findings import MAX_FINDINGS, Finding, Severity, finding
from server.submissions.recalculation import Recalculation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from server.submissions.rules import Choices, Compiled, NodeRules

__all__ = ["Circumstances", "validate", "validate_tree"]

CONFIRMED = "OK"
"""What a device writes where a person ticked an acknowledgement."""


def validate(element: _Element, compiled: Compiled, circumstances: Circumstances) -> tuple[Finding, ...]:
    """Return the findings for the record whose root is *element*, in the order of its nodes."""
    return validate_tree(bind_tree(compiled.shape, element), compiled, circumstances)


def validate_tree(root: InstanceNode, compiled: Compiled, circumstances: Circumstances) -> tuple[Finding, ...]:
    """Return the findings for the record bound as *root*, which then holds what was worked out: relevance, values."""
    return tuple(_Validation(Recalculation(root, compiled, circumstances)).findings())


class _Validation:
    """One record whose relevance and calculates are worked out, looked at node by node."""

    def __init__(self, record: Recalculation) -> None:
        self._record = record

    def findings(self) -> Iterator[Finding]:
        """Yield the findings, at most MAX_FINDINGS and one that tells there are more."""
        for count, one in enumerate(self._found()):
            if count == MAX_FINDINGS:
                yield finding("findings.more", f"/{self._record.root.name}", Severity.NOTE, shown=str(MAX_FINDINGS))
                return
            yield one

    def _found(self) -> Iterator[Finding]:
        record = self._record
        for node in record.nodes:
            yield from record.asking.taken(node)
            rules = record.rules(node)
            if rules is None:
                continue
            if rules.counted and node.relevant:
                yield from self._count_findings(node, rules)
            if node.shape.is_leaf and not node.missing:
                yield from self._leaf_findings(node, rules)
                yield from record.asking.taken(node)
        yield from record.attributes_that_differ()
        yield from record.clock_findings()
        if record.asking.is_spent:
            yield finding("logic.failed", f"/{record.root.name}", Severity.WARNING, reason="logic.too_costly")

    def _count_findings(self, node: InstanceNode, rules: NodeRules) -> Iterator[Finding]:
        """Tell of repeats with more or fewer instances than the form asks for.

        Only notes: the device keeps the instances there were when the number is lowered.
        """
        for name in rules.counted:
            instances = [one for one in node.children.get(name, ()) if one.relevant]
            if not instances:
                continue
            wanted = self._record.wanted_count(node, name)
            path = f"{node.path()}/{name}"
            if wanted is not None and len(instances) != wanted:
                code = "repeat.too_many" if len(instances) > wanted else "repeat.too_few"
                yield finding(code, path, Severity.NOTE)

    def _leaf_findings(self, node: InstanceNode, rules: NodeRules) -> Iterator[Finding]:
        text = node.text
        if not node.relevant:
            if text.strip():
                yield finding("answer.not_relevant", node.path(), Severity.ERROR)
        elif not text:
            yield from self._empty_findings(node, rules)
        elif rules.node.control.kind is ControlKind.TRIGGER and text.strip() != CONFIRMED:
            yield finding("answer.wrong_type", node.path(), Severity.WARNING, type="trigger")
        elif not is_of_type(text, rules.node.datatype):
            yield finding("answer.wrong_type", node.path(), Severity.ERROR, type=rules.node.datatype.value)
        else:
            yield from self._answer_findings(node, rules, text)

    def _answer_findings(self, node: InstanceNode, rules: NodeRules, text: str) -> Iterator[Finding]:
        if rules.choices is not None:
            yield from self._choice_findings(node, rules, rules.choices, text)
        if rules.node.control.kind is ControlKind.RANGE:
            yield from self._range_findings(node, rules, text)
        if rules.constraint is not None and not self._record.asking.holds(node, rules.constraint, otherwise=True):
            yield finding("answer.constraint_broken", node.path(), Severity.ERROR)

    def _empty_findings(self, node: InstanceNode, rules: NodeRules) -> Iterator[Finding]:
        if self._record.is_required(node, rules):
            yield finding("answer.required_missing", node.path(), Severity.ERROR)

    def _choice_findings(self, node: InstanceNode, rules: NodeRules, choices: Choices, text: str) -> Iterator[Finding]:
        values = [text] if rules.node.control.kind is ControlKind.SELECT_ONE else text.split()
        if len(set(values)) < len(values):
            yield finding("answer.duplicate_choice", node.path(), Severity.ERROR)
        if not self._offers_all(node, choices, values):
            severity = Severity.ERROR if choices.is_binding else Severity.WARNING
            yield finding("answer.not_a_choice", node.path(), severity)
        elif rules.node.control.kind is ControlKind.RANK and self._is_incomplete(node, choices, values):
            yield finding("answer.rank_incomplete", node.path(), Severity.WARNING)

    def _offers_all(self, node: InstanceNode, choices: Choices, values: list[str]) -> bool:
        if choices.fixed is not None:
            return choices.fixed.issuperset(values)
        if choices.is_searched:
            self._record.asking.note_unchecked(node, "logic.searched_list")
            return True
        if choices.rule is None:
            offered = self._record.asking.offered(node, choices)
            return offered is None or offered.issuperset(values)
        if not self._record.asking.is_known(choices.instance_id):
            self._record.asking.note_unknown_list(node, choices.instance_id)
            return True
        rule = choices.rule
        return all(self._record.asking.is_offered(node, rule, value) for value in values)

    def _is_incomplete(self, node: InstanceNode, choices: Choices, values: list[str]) -> bool:
        if choices.instance_id and not self._record.asking.is_known(choices.instance_id):
            return False
        offered = self._record.asking.offered(node, choices)
        return offered is not None and not offered.issubset(values)

    def _range_findings(self, node: InstanceNode, rules: NodeRules, text: str) -> Iterator[Finding]:
        control = rules.node.control
        if not is_in_range(text, control.range_start, control.range_end, control.range_step):
            yield finding("answer.out_of_range", node.path(), Severity.ERROR)
