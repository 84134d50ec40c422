"""What the form's rules say of every node of a record, for designers and for comparing with the device.

Findings name only what is odd; here each node of the form has its line, the sound ones too. It judges nothing by
itself: relevance, values and findings come from `server.submissions.validation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.forms.definition import NodeKind
from server.forms.logic import Context, LogicError, Steps, bind_tree, compile_expression
from server.submissions.answer_types import stored_text
from server.submissions.device_clock import device_clock
from server.submissions.findings import has_errors
from server.submissions.validation import validate_tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element

    from server.forms.definition import FormDefinition
    from server.forms.logic import Expression, InstanceNode
    from server.submissions.circumstances import Circumstances
    from server.submissions.findings import Finding
    from server.submissions.rules import Compiled


@dataclass(frozen=True, slots=True)
class NodeVerdict:
    """One node: *submitted* is None for groups and for what was not sent, *calculated* where nothing was recomputed."""

    path: str
    relevant: bool
    required: bool
    constraint_ok: bool
    submitted: str | None
    calculated: str | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Every node of the form in the order of the record, and the findings."""

    nodes: tuple[NodeVerdict, ...]
    findings: tuple[Finding, ...]

    @property
    def is_valid(self) -> bool:
        """Return whether no finding is an error."""
        return not has_errors(self.findings)


@dataclass(frozen=True, slots=True)
class Evaluator:
    """A form ready to evaluate records; *required* holds that rule of every node that has one, asked or not."""

    compiled: Compiled
    required: Mapping[str, Expression]

    @staticmethod
    def of(compiled: Compiled) -> Evaluator:
        """Return the evaluator of a compiled form."""
        return Evaluator(compiled, _required_rules(compiled.definition))

    def evaluate(self, element: _Element, circumstances: Circumstances) -> Evaluation:
        """Return what the rules say of the record whose root is *element*."""
        root = bind_tree(self.compiled.shape, element)
        findings = validate_tree(root, self.compiled, circumstances)
        broken = {one.path for one in findings if one.code == "answer.constraint_broken"}
        context = self._context(root, circumstances)
        known = [node for node in root.walk() if node.shape.node is not None]
        return Evaluation(tuple(self._verdict(node, broken, context) for node in known), findings)

    def _context(self, root: InstanceNode, circumstances: Circumstances) -> Context:
        clock = device_clock(root, self.compiled.clock_paths, circumstances.timezone)
        lists = {**self.compiled.inner_lists, **circumstances.lists}
        now = clock.last or circumstances.received_at
        return Context(root, root, now, clock.zone, lists, self.compiled.definition, steps=Steps())

    def _verdict(self, node: InstanceNode, broken: set[str], context: Context) -> NodeVerdict:
        definition, path = node.shape.node, node.path()
        assert definition is not None, "unknown nodes were left out"
        is_sent = definition.kind is NodeKind.LEAF and not node.missing
        return NodeVerdict(
            path=path,
            relevant=node.relevant,
            required=self._is_required(definition.path, context.at(node)),
            constraint_ok=path not in broken,
            submitted=node.text if is_sent else None,
            calculated=None if node.computed is None else stored_text(node.computed, definition.datatype),
        )

    def _is_required(self, path: str, context: Context) -> bool:
        rule = self.required.get(path)
        try:
            return rule is not None and rule.boolean(context)
        except LogicError:
            return False  # the findings tell of a rule that cannot be asked


def _required_rules(definition: FormDefinition) -> dict[str, Expression]:
    rules = {}
    for node in definition.leaves():
        try:
            rules[node.path] = compile_expression(node.required or "false()")
        except LogicError:
            continue  # publishing refuses it, and the findings tell
    return rules
