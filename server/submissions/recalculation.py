"""A record's tree with its relevance and its calculates worked out again, in the order the device works them out.

It knows which rules may be asked and what to note where one cannot; what is right or wrong about an answer is for
`server.submissions.validation` to say. The tree it is given is changed: it carries the relevance and the values.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from server.forms.definition import Datatype, NodeKind
from server.forms.logic import Context, InstanceNode, LogicError, Steps
from server.forms.logic.tree import UNKNOWN
from server.forms.logic.values import Scalar, to_boolean, to_number
from server.submissions.answer_types import held_value, is_same_answer, stored_text
from server.submissions.device_clock import device_clock
from server.submissions.findings import Finding, Severity, finding
from server.submissions.rules import Again, AttributeRule, Choices, Compiled, NodeRules, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from server.forms.logic import Expression
    from server.submissions.circumstances import Circumstances

MOST_COUNTED = 100_000
"""Instances counted to; no record the reader lets in has more."""

_DAYS_BACK = (0, 1, 31, 366, 3660)
"""Days before receipt on which a rule about today is tried, where the record does not say its own."""

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
        if not self._clock.moments and circumstances.filled_at is not None:
            self._clock = replace(self._clock, moments=(circumstances.filled_at,))
        self._received_at = circumstances.received_at
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
        self._take_out_lacking()

    def clock_findings(self) -> Iterator[Finding]:
        """Yield what is odd about the times the device wrote."""
        for code, name in self._clock.oddities(self._received_at):
            yield finding(code, self._compiled.clock_paths[name], Severity.NOTE)

    def rules(self, node: InstanceNode) -> NodeRules | None:
        """Return the rules of *node*, None where the form does not know it."""
        definition = node.shape.node
        return None if definition is None else self._compiled.rules[definition.path]

    def taken(self, node: InstanceNode) -> list[Finding]:
        """Return what was noted at *node* and not yet taken."""
        return self._notes.pop(node, [])

    def holds(self, node: InstanceNode, rule: Rule, *, otherwise: bool) -> bool:
        """Return whether the rule holds at any moment the record may have been filled in."""

        if self._is_timeless(rule):
            return self._whenever(node, rule, otherwise=otherwise)

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

    def offered(self, node: InstanceNode, choices: Choices) -> frozenset[str] | None:
        """Return every value *node* may hold, None where that cannot be said (which is noted)."""
        rule = choices.every
        if rule is None:
            return choices.fixed

        def values() -> frozenset[str] | None:
            return frozenset(_text_at(row, choices.value_steps) for row in self._nodes(node, rule))

        return self._asked(node, rule, values, otherwise=None)

    def wanted_count(self, node: InstanceNode, name: str) -> int | None:
        """Return how many instances of repeat *name* are to be below *node*, None if that cannot be said."""
        shape = node.shape.children[name]
        rules = self._compiled.rules[shape.node.path] if shape.node is not None else None
        if rules is None or rules.count is None:
            return None
        rule = rules.count
        number = self._asked(node, rule, lambda: to_number(self._value(node, rule)), otherwise=math.nan)
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
            self._notes[node] = [finding("node.unknown", node.path(), Severity.WARNING)]
        node.shape = UNKNOWN

    # -- relevance and calculates, in the order the device works them out --------------------------------------------

    def attributes_that_differ(self) -> Iterator[Finding]:
        """Yield what is said of attributes, as entity blocks have, that are not what the form works out."""
        for one in self._compiled.attributes:
            for node in self._by_path.get(one.path, ()):
                if node.relevant and not node.missing and not one.rule.fault and one.rule.again is not Again.NEVER:
                    yield from self._attribute_findings(node, one)

    def _attribute_findings(self, node: InstanceNode, one: AttributeRule) -> Iterator[Finding]:
        computed = self._asked(node, one.rule, lambda: self._computed(node, one.rule), otherwise=None)
        if computed is None:
            return
        sent, zone = node.attributes.get(one.attribute, ""), self._clock.zone
        if not any(is_same_answer(sent, stored_text(value, Datatype.STRING), zone) for value in computed):
            severity = Severity.WARNING if one.rule.reads_list else Severity.ERROR
            yield finding("answer.calculate_differs", f"{node.path()}/@{one.attribute}", severity)

    def _work_out(self) -> None:
        for trigger in self._compiled.triggers:
            for node in self._by_path.get(trigger.path, ()):
                if not node.relevant:
                    continue
                if trigger.is_calculate:
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
        self._notes = {node: found for node, found in self._notes.items() if node.missing or node.shape is UNKNOWN}
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
            self._add(node, finding("answer.required_missing", node.path(), Severity.ERROR))

    def is_required(self, node: InstanceNode, rules: NodeRules) -> bool:
        """Return whether a person was to answer *node*."""
        rule = rules.required
        if rule is None or not rules.is_asked:
            return False
        return rule.is_always_true or self.holds(node, rule, otherwise=False)

    def _is_relevant(self, node: InstanceNode, rule: Rule) -> bool:
        if self._is_timeless(rule):
            return self._whenever(node, rule, otherwise=not node.missing)
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

    def _is_timeless(self, rule: Rule) -> bool:
        """Return whether the rule asks for the day and the record does not say when it was filled in."""
        return rule.again is Again.AT_DEVICE_TIME and not rule.fault and not self._clock.moments

    def _whenever(self, node: InstanceNode, rule: Rule, *, otherwise: bool) -> bool:
        """Return what the rule says on any day before receipt, if it is the same on all of some; else *otherwise*."""
        said = set()
        for days in _DAYS_BACK:
            self._context.now = _days_before(self._received_at, days)
            try:
                said.add(to_boolean(self._value(node, rule)))
            except LogicError as error:
                self._failed(node, error.code)
                return otherwise
        if len(said) == 1:
            return said.pop()
        self.note_unchecked(node, "logic.device_time_unknown")
        return otherwise

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


def _days_before(moment: datetime, days: int) -> datetime:
    try:
        return moment - timedelta(days=days)
    except OverflowError:
        return moment


def _text_at(row: InstanceNode, steps: tuple[str, ...]) -> str:
    """Return the text at the end of *steps*, empty where there is no such node; of a calculate the one worked out."""
    node = row
    for step in steps:
        found = node.children.get(step)
        if not found:
            return ""
        node = found[0]
    return node.text if node.computed is None else stored_text(node.computed, node.datatype)


def _is_root_metadata(node: InstanceNode) -> bool:
    is_below_root = node.parent is not None and node.parent.parent is None
    return is_below_root and node.name in _METADATA


def _expression_of(rule: Rule) -> Expression:
    if rule.expression is None:
        raise LogicError(rule.fault)
    return rule.expression
