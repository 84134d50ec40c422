"""A record's tree with its relevance and its calculates worked out again, in the order the device works them out.

It knows which rules may be asked and what to note where one cannot; what is right or wrong about an answer is for
`server.submissions.validation` to say. The tree it is given is changed: it carries the relevance and the values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from server.forms.logic import Context, InstanceNode, LogicError, Steps
from server.forms.logic.tree import UNKNOWN
from server.forms.logic.values import Scalar, to_boolean
from server.submissions.answer_types import held_value, is_same_answer, stored_text
from server.submissions.device_clock import device_clock
from server.submissions.findings import Finding, Severity, finding
from server.submissions.rules import Again, Compiled, NodeRules, Rule

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from server.forms.logic import Expression
    from server.submissions.circumstances import Circumstances

_METADATA = frozenset({"meta", "instanceID", "instanceName", "deprecatedID"})
_UNCHECKED = frozenset({"logic.unrepeatable", "logic.unknown_list", "logic.regex_unsupported"})

Answer = TypeVar("Answer")


class Recalculation:
    """One record on its way through the rules; *nodes* are all its nodes in order, the unknown ones too."""

    def __init__(self, root: InstanceNode, compiled: Compiled, circumstances: Circumstances) -> None:
        """Work out relevance and calculates of the tree under *root*."""
        self.root = root
        self.is_spent = False
        """Whether the record asked for more work than is allowed; what was left is unchecked."""
        self._compiled = compiled
        self._by_path: dict[str, list[InstanceNode]] = {}
        self._notes: dict[InstanceNode, list[Finding]] = {}
        self._clock = device_clock(root, compiled.clock_paths, circumstances.timezone)
        self._now = self._clock.last or circumstances.received_at
        self._context = Context(
            root,
            root,
            self._now,
            self._clock.zone,
            {**compiled.inner_lists, **circumstances.lists},
            compiled.definition,
            steps=Steps(),
        )
        self.nodes = self._place_nodes()
        self._work_out()

    def rules(self, node: InstanceNode) -> NodeRules | None:
        """Return the rules of *node*, None where the form does not know it."""
        definition = node.shape.node
        return None if definition is None else self._compiled.rules[definition.path]

    def taken(self, node: InstanceNode) -> list[Finding]:
        """Return what was noted at *node* and not yet taken."""
        return self._notes.pop(node, [])

    def holds(self, node: InstanceNode, rule: Rule, *, otherwise: bool) -> bool:
        """Return whether the rule holds at any moment the record may have been filled in."""

        def at_any_moment() -> bool:
            for moment in self._moments(rule):
                self._context.now = moment
                if to_boolean(self._value(node, rule)):
                    return True
            return False

        return self._asked(node, rule, at_any_moment, otherwise=otherwise)

    def is_known(self, instance_id: str) -> bool:
        """Return whether the list of that id is at hand."""
        return instance_id in self._context.instances

    def is_offered(self, node: InstanceNode, rule: Rule, value: str) -> bool:
        """Return whether the list offers *value*, asked from a text node in the question's place."""
        probe = InstanceNode(node.name, value, parent=node.parent, position=node.position)
        return self._asked(node, rule, lambda: bool(self._nodes(probe, rule)), otherwise=True)

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
            self._by_path.setdefault(definition.path, []).append(node)
            if node.children:
                waiting.extend([one for named in reversed([*node.children.values()]) for one in reversed(named)])
        return nodes

    def _leave_out(self, node: InstanceNode) -> None:
        _hide(node)
        if node.parent is None or not (node.parent.name == "meta" or _is_root_metadata(node)):
            self._notes[node] = [finding("node.unknown", node.path(), Severity.WARNING)]
        node.shape = UNKNOWN

    # -- relevance and calculates, in the order the device works them out --------------------------------------------

    def _work_out(self) -> None:
        for trigger in self._compiled.triggers:
            for node in self._by_path.get(trigger.path, ()):
                if not node.relevant:
                    continue
                if trigger.is_calculate:
                    self._recalculate(node, trigger.rule)
                elif not self._is_relevant(node, trigger.rule):
                    _hide(node)

    def _is_relevant(self, node: InstanceNode, rule: Rule) -> bool:
        self._context.now = self._now
        return self._asked(node, rule, lambda: to_boolean(self._value(node, rule)), otherwise=not node.missing)

    def _recalculate(self, node: InstanceNode, rule: Rule) -> None:
        """Put the recomputed value into the tree; what follows reads it, as it would on the device."""
        if rule.again is Again.NEVER and not rule.fault:
            return  # drawn by lot or kept from the first time: there is no right value to compare with
        computed = self._asked(node, rule, lambda: self._computed(node, rule), otherwise=None)
        if computed is None:
            return
        datatype, submitted, zone = node.shape.datatype, node.text, self._clock.zone
        agreeing = [one for one in computed if is_same_answer(submitted, stored_text(one, datatype), zone)]
        if not agreeing:
            severity = Severity.WARNING if rule.reads_list else Severity.ERROR
            self._add(node, finding("answer.calculate_differs", node.path(), severity))
        node.computed = held_value((agreeing or computed)[0], datatype)

    def _computed(self, node: InstanceNode, rule: Rule) -> list[Scalar] | None:
        """Return the values the calculate may have had: one, or one for each language and each day it may be of."""
        found = []
        for language in self._languages(rule):
            self._context.language = language
            for moment in self._moments(rule):
                self._context.now = moment
                found.append(self._value(node, rule))
        return found

    def _languages(self, rule: Rule) -> tuple[str, ...]:
        return (self._compiled.definition.languages if rule.speaks else ()) or (self._context.language,)

    def _moments(self, rule: Rule) -> tuple[datetime, ...]:
        if rule.again is Again.AT_DEVICE_TIME:
            return self._clock.moments
        return (self._now,)

    # -- asking ------------------------------------------------------------------------------------------------------

    def _value(self, node: InstanceNode, rule: Rule) -> Scalar:
        self._context.node = node
        return _expression_of(rule).scalar(self._context)

    def _nodes(self, node: InstanceNode, rule: Rule) -> list[InstanceNode]:
        self._context.node = node
        return _expression_of(rule).nodes(self._context)

    def _asked(self, node: InstanceNode, rule: Rule, ask: Callable[[], Answer], *, otherwise: Answer) -> Answer:
        """Return what *ask* says, or *otherwise* where the rule cannot be asked; that leaves a finding at *node*."""
        if rule.fault:
            self._add(node, finding("logic.failed", node.path(), Severity.WARNING, reason=rule.fault))
            return otherwise
        if reason := self._reason_unchecked(rule):
            self.note_unchecked(node, reason)
            return otherwise
        if self.is_spent:
            return otherwise
        try:
            return ask()
        except LogicError as error:
            self._failed(node, error.code)
            return otherwise

    def _reason_unchecked(self, rule: Rule) -> str:
        if rule.again is Again.NEVER:
            return "logic.unrepeatable"
        if rule.again is Again.AT_DEVICE_TIME and not self._clock.moments:
            return "logic.device_time_unknown"
        return ""

    def _failed(self, node: InstanceNode, code: str) -> None:
        if code in _UNCHECKED:
            self.note_unchecked(node, code)
        elif self._context.steps.left < 0:
            self.is_spent = True
        else:
            self._add(node, finding("logic.failed", node.path(), Severity.WARNING, reason=code))

    def note_unchecked(self, node: InstanceNode, reason: str) -> None:
        """Note that something of *node* could not be checked, and why."""
        self._add(node, finding("answer.unchecked", node.path(), Severity.NOTE, reason=reason))

    def _add(self, node: InstanceNode, one: Finding) -> None:
        noted = self._notes.setdefault(node, [])
        if one not in noted:
            noted.append(one)


def _hide(node: InstanceNode) -> None:
    for one in node.walk():
        one.relevant = False


def _is_root_metadata(node: InstanceNode) -> bool:
    is_below_root = node.parent is not None and node.parent.parent is None
    return is_below_root and node.name in _METADATA


def _expression_of(rule: Rule) -> Expression:
    if rule.expression is None:
        raise LogicError(rule.fault)
    return rule.expression
