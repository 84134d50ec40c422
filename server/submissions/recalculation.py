"""A record's tree with its relevance and its calculates worked out again, in the order the device works them out.

It knows which rules may be asked and what to note where one cannot; what is right or wrong about an answer is for
`server.submissions.validation` to say. The tree it is given is changed: it carries the relevance and the values.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from server.forms.definition import Datatype, NodeKind
from server.forms.logic.tree import UNKNOWN, InstanceNode
from server.forms.logic.values import to_number
from server.submissions.answer_types import held_value, is_same_answer, stored_text
from server.submissions.asking import Asking
from server.submissions.findings import Finding, Severity, finding
from server.submissions.rules import Again, AttributeRule, Compiled, NodeRules, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.forms.logic.values import Scalar
    from server.submissions.circumstances import Circumstances

MOST_COUNTED = 100_000
"""Instances counted to; no record the reader lets in has more."""

_EXPONENT = re.compile(r"-?[0-9]\.[0-9]+E-?[0-9]{1,3}", re.ASCII)
"""How Java writes a number below a thousandth or from ten million on."""

_METADATA = frozenset({"meta", "instanceID", "instanceName", "deprecatedID"})


class Recalculation:
    """One record on its way through the rules; *nodes* are all its nodes in order, the unknown ones too."""

    def __init__(
        self,
        root: InstanceNode,
        compiled: Compiled,
        circumstances: Circumstances,
        *,
        kept: frozenset[str] = frozenset(),
    ) -> None:
        """Work out relevance and calculates of the tree under *root*, but for the calculates at the paths *kept*."""
        self.root = root
        self._kept = kept
        self._compiled = compiled
        self._by_path: dict[str, list[InstanceNode]] = {}
        self.asking = Asking(root, compiled, circumstances)
        self._received_at = circumstances.received_at
        self.nodes = self._place_nodes()
        self._work_out()
        self._take_out_lacking()

    def clock_findings(self) -> Iterator[Finding]:
        """Yield what is odd about the times the device wrote."""
        for code, name in self.asking.clock.oddities(self._received_at):
            yield finding(code, self._compiled.clock_paths[name], Severity.NOTE)

    def rules(self, node: InstanceNode) -> NodeRules | None:
        """Return the rules of *node*, None where the form does not know it."""
        definition = node.shape.node
        return None if definition is None else self._compiled.rules[definition.path]

    def wanted_count(self, node: InstanceNode, name: str) -> int | None:
        """Return how many instances of repeat *name* are to be below *node*, None if that cannot be said."""
        shape = node.shape.children[name]
        rules = self._compiled.rules[shape.node.path] if shape.node is not None else None
        if rules is None or rules.count is None:
            return None
        rule = rules.count
        number = self.asking.asked(node, rule, lambda: to_number(self.asking.value(node, rule)), otherwise=math.nan)
        return None if math.isnan(number) else max(0, int(min(number, MOST_COUNTED)))

    # -- the tree: what is known, what is not, what is there twice ---------------------------------------------------

    def _place_nodes(self) -> list[InstanceNode]:
        """Return the nodes in order; note the unknown and the doubled ones, and take those out of the logic."""
        nodes = []
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            nodes.append(node)
            definition = node.shape.node
            if definition is None or (node.position > 1 and not node.shape.is_repeat):
                self._leave_out(node)
                continue
            node.relevant = True
            if not node.text.strip() or (node.children and definition.kind is NodeKind.LEAF):
                node.text = ""  # what the device reads back; a space alone says nothing
            self._by_path.setdefault(definition.path, []).append(node)
            if node.children:
                waiting.extend([one for named in reversed([*node.children.values()]) for one in reversed(named)])
        return nodes

    def _leave_out(self, node: InstanceNode) -> None:
        _hide(node)
        if node.parent is None or not (node.parent.name == "meta" or _is_root_metadata(node)):
            self.asking.add(node, finding("node.unknown", node.path(), Severity.WARNING))
        node.shape = UNKNOWN

    # -- relevance and calculates, in the order the device works them out --------------------------------------------

    def attributes_that_differ(self) -> Iterator[Finding]:
        """Yield what is said of attributes, as entity blocks have, that are not what the form works out."""
        for one in self._compiled.attributes:
            for node in self._by_path.get(one.path, ()):
                if node.relevant and not node.missing and not one.rule.fault and one.rule.again is not Again.NEVER:
                    yield from self._attribute_findings(node, one)

    def _attribute_findings(self, node: InstanceNode, one: AttributeRule) -> Iterator[Finding]:
        place = InstanceNode(f"@{one.attribute}", parent=node)  # relative paths count from the attribute itself
        computed = self.asking.asked(node, one.rule, lambda: self.asking.computed(place, one.rule), otherwise=None)
        if computed is None:
            return
        sent, zone = node.attributes.get(one.attribute, ""), self.asking.clock.zone
        if not any(is_same_answer(sent, stored_text(value, Datatype.STRING), zone) for value in computed):
            severity = Severity.WARNING if one.rule.reads_list else Severity.ERROR
            yield finding("answer.calculate_differs", f"{node.path()}/@{one.attribute}", severity)

    def _work_out(self) -> None:
        for trigger in self._compiled.triggers:
            for node in self._by_path.get(trigger.path, ()):
                if not node.relevant:
                    continue
                if trigger.is_calculate:
                    if trigger.path not in self._kept:
                        self._recalculate(node, trigger.rule)
                elif not self._is_relevant(node, trigger.rule):
                    _hide(node)

    def _take_out_lacking(self) -> None:
        """Tell of the nodes the record should have but lacks, and work out the rest without them, as the device does.

        To the device a node that is not there is not relevant unless its own condition says it is. Honest records lack
        nothing, so only damaged ones are worked out twice.
        """
        lacking = [node for node in self.nodes if node.missing and node.relevant]
        if not lacking:
            return
        for node in lacking:
            self._note_lacking(node)
        self.asking.forget(node for node in self.nodes if not node.missing and node.shape is not UNKNOWN)
        for node in self.nodes:
            node.relevant = node.shape is not UNKNOWN
            node.computed = None
        for node in lacking:
            rules = self.rules(node)
            is_top = node.parent is not None and not node.parent.missing
            if is_top and rules is not None and rules.relevant is None:
                _hide(node)
        self._work_out()

    def _note_lacking(self, node: InstanceNode) -> None:
        rules = self.rules(node)
        if rules is not None and self.is_required(node, rules):
            self.asking.add(node, finding("answer.required_missing", node.path(), Severity.ERROR))

    def is_required(self, node: InstanceNode, rules: NodeRules) -> bool:
        """Return whether a person was to answer *node*."""
        rule = rules.required
        if rule is None or not rules.is_asked:
            return False
        return rule.is_always_true or self.asking.holds(node, rule, otherwise=False)

    def _is_relevant(self, node: InstanceNode, rule: Rule) -> bool:
        return self.asking.holds_last(node, rule, otherwise=not node.missing)

    def _recalculate(self, node: InstanceNode, rule: Rule) -> None:
        """Put the recomputed value into the tree; what follows reads it, as it would on the device."""
        if rule.again is Again.NEVER and not rule.fault:
            # Drawn by lot or kept from the first time: there is no right value to compare with. On the device it stays
            # the number it is; only its text, in which small and large ones have an exponent, would read as none.
            if _EXPONENT.fullmatch(node.text):
                node.computed = float(node.text)
            return
        computed = self.asking.worked_out(node, rule)
        if computed is None or self._is_kept(node, computed):
            return
        if self.asking.is_of_unknown_day(rule, computed):
            self.asking.note_unchecked(node, "logic.device_time_unknown")
            return
        datatype, submitted, zone = node.shape.datatype, node.text, self.asking.clock.zone
        agreeing = [one for one in computed if is_same_answer(submitted, stored_text(one, datatype), zone)]
        if not agreeing and _may_lag(node, rule):
            self.asking.note_unchecked(node, "logic.other_instances")
        elif not agreeing and not self._was_right(node, rule):
            severity = Severity.WARNING if rule.reads_list else Severity.ERROR
            self.asking.add(node, finding("answer.calculate_differs", node.path(), severity))
        node.computed = held_value((agreeing or computed)[0], datatype)

    def _is_kept(self, node: InstanceNode, computed: list[Scalar]) -> bool:
        """Return whether the one value there is stands in the record to the letter, as nearly all do; if so take it."""
        if len(computed) != 1 or stored_text(computed[0], node.shape.datatype) != node.text:
            return False
        node.computed = held_value(computed[0], node.shape.datatype)
        return True

    def _was_right(self, node: InstanceNode, rule: Rule) -> bool:
        """Return whether the value the record has was right when the device worked it out."""
        nothing: list[Scalar] = []
        known = self.asking.asked(node, rule, lambda: self.asking.outdated(node, rule), otherwise=nothing)
        zone = self.asking.clock.zone
        return any(is_same_answer(node.text, stored_text(one, node.shape.datatype), zone) for one in known)


def _may_lag(node: InstanceNode, rule: Rule) -> bool:
    """Return whether the device may have left the value as it was before later instances were answered.

    It works it out anew where what it reads in its own instance is answered.
    """
    own = (node.nearest(path) for path in rule.across)
    return any(one is None or not one.relevant or not one.text.strip() for one in own)


def _hide(node: InstanceNode) -> None:
    for one in node.walk():
        one.relevant = False


def _is_root_metadata(node: InstanceNode) -> bool:
    is_below_root = node.parent is not None and node.parent.parent is None
    return is_below_root and node.name in _METADATA
