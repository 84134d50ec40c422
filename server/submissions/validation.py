"""The form's own rules asked again of what a device sent.

Pure: a record, a compiled form and the lists as of receipt in, findings out; the same in gives the same out. It refuses
nothing, and where only the device could know (lots drawn, its clock, a list it does not have) it says so in a note.
Source: ODK XForms specification, https://getodk.github.io/xforms-spec/#bind-attributes, as JavaRosa 5.1 applies it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from server.forms.definition import ControlKind, Datatype, NodeKind
from server.forms.logic import Context, InstanceNode, LogicError, Steps, bind_tree
from server.forms.logic.tree import UNKNOWN
from server.forms.logic.values import Scalar, to_boolean
from server.submissions.answer_types import held_value, is_in_range, is_of_type, is_same_answer, stored_text
from server.submissions.device_clock import device_clock
from server.submissions.findings import Finding, Severity, finding
from server.submissions.rules import Again, Compiled, NodeRules, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime, tzinfo

    from lxml.etree import _Element

    from server.forms.lists import ChoiceList
    from server.forms.logic import Expression

MAX_FINDINGS = 500
"""Findings kept of one record; more than a person reads, fewer than a hostile record can make."""

_METADATA = frozenset({"meta", "instanceID", "instanceName", "deprecatedID"})
_UNCHECKED = frozenset({"logic.unrepeatable", "logic.unknown_list", "logic.regex_unsupported"})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known beside the record: when it came, the zone it is read in, the lists and files there are."""

    received_at: datetime
    timezone: tzinfo
    lists: Mapping[str, ChoiceList] = field(default_factory=dict)
    """Lists beside the form by instance id; a list that is not here leaves its questions unchecked."""
    attachments: frozenset[str] | None = None
    """Names of the files that came with the record; None leaves them out of the check."""


def validate(element: _Element, compiled: Compiled, circumstances: Circumstances) -> tuple[Finding, ...]:
    """Return the findings for the record whose root is *element*, in the order of its nodes."""
    root = bind_tree(compiled.shape, element)
    return tuple(_Validation(root, compiled, circumstances).findings())


Answer = TypeVar("Answer")


class _Validation:
    """One record on its way through the rules: the tree with its relevance and recomputed values."""

    def __init__(self, root: InstanceNode, compiled: Compiled, circumstances: Circumstances) -> None:
        self._root = root
        self._compiled = compiled
        self._circumstances = circumstances
        self._by_path: dict[str, list[InstanceNode]] = {}
        self._early: dict[InstanceNode, list[Finding]] = {}
        self._spent = False
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

    def findings(self) -> Iterator[Finding]:
        """Yield the findings, at most MAX_FINDINGS and one that tells there are more."""
        nodes = self._place_nodes()
        self._work_out()
        for count, one in enumerate(self._found(nodes)):
            if count == MAX_FINDINGS:
                yield finding("findings.more", f"/{self._root.name}", Severity.NOTE, shown=str(MAX_FINDINGS))
                return
            yield one

    def _found(self, nodes: list[InstanceNode]) -> Iterator[Finding]:
        for node in nodes:
            yield from self._taken(node)
            rules = self._rules(node)
            if rules is not None and rules.node.kind is NodeKind.LEAF:
                yield from self._leaf_findings(node, rules)
                yield from self._taken(node)
        if self._spent:
            yield finding("logic.failed", f"/{self._root.name}", Severity.WARNING, reason="logic.too_costly")

    def _rules(self, node: InstanceNode) -> NodeRules | None:
        definition = node.shape.node
        return None if definition is None else self._compiled.rules[definition.path]

    # -- the tree: what is known, what is not, what is there twice ---------------------------------------------------

    def _place_nodes(self) -> list[InstanceNode]:
        """Return the nodes in order; note the unknown and the doubled ones, and take those out of the logic."""
        nodes = []
        waiting = [self._root]
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
            self._early[node] = [finding("node.unknown", node.path(), Severity.WARNING)]
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

    # -- one leaf ----------------------------------------------------------------------------------------------------

    def _leaf_findings(self, node: InstanceNode, rules: NodeRules) -> Iterator[Finding]:
        text = node.text
        if not node.relevant:
            if text.strip() and not node.missing:
                yield finding("answer.not_relevant", node.path(), Severity.ERROR)
        elif not text:
            yield from self._empty_findings(node, rules)
        elif not is_of_type(text, rules.node.datatype):
            yield finding("answer.wrong_type", node.path(), Severity.ERROR, type=rules.node.datatype.value)
        else:
            not_offered = list(self._choice_findings(node, rules, text))
            yield from not_offered
            yield from self._range_findings(node, rules, text)
            if not not_offered:  # the device drops such an answer; its constraint says nothing more
                yield from self._constraint_findings(node, rules)
            yield from self._attachment_findings(node, rules, text)

    def _empty_findings(self, node: InstanceNode, rules: NodeRules) -> Iterator[Finding]:
        rule = rules.required
        if rule is None:
            return
        if rule.is_always_true or self._holds(node, rule, otherwise=False):
            yield finding("answer.required_missing", node.path(), Severity.ERROR)

    def _constraint_findings(self, node: InstanceNode, rules: NodeRules) -> Iterator[Finding]:
        rule = rules.constraint
        if rule is None:
            return
        if not self._holds(node, rule, otherwise=True):
            yield finding("answer.constraint_broken", node.path(), Severity.ERROR)

    def _holds(self, node: InstanceNode, rule: Rule, *, otherwise: bool) -> bool:
        """Return whether the rule holds at any moment the record may have been filled in."""

        def at_any_moment() -> bool:
            for moment in self._moments(rule):
                self._context.now = moment
                if to_boolean(self._value(node, rule)):
                    return True
            return False

        return self._asked(node, rule, at_any_moment, otherwise=otherwise)

    def _choice_findings(self, node: InstanceNode, rules: NodeRules, text: str) -> Iterator[Finding]:
        choices = rules.choices
        if choices is None:
            return
        values = [text] if rules.node.control.kind is ControlKind.SELECT_ONE else text.split()
        if len(set(values)) < len(values):
            yield finding("answer.duplicate_choice", node.path(), Severity.ERROR)
        if choices.fixed is not None:
            is_offered = choices.fixed.issuperset(values)
        elif choices.rule is not None and self._is_known(choices.instance_id):
            is_offered = all(self._is_offered(node, choices.rule, value) for value in values)
        else:
            is_offered = True
            self._note_unchecked(node, "logic.unknown_list")
        if not is_offered:
            yield finding("answer.not_a_choice", node.path(), Severity.ERROR)

    def _is_known(self, instance_id: str) -> bool:
        return instance_id in self._context.instances

    def _is_offered(self, node: InstanceNode, rule: Rule, value: str) -> bool:
        """Return whether the list offers *value*, asked from a text node in the question's place."""
        probe = InstanceNode(node.name, value, parent=node.parent, position=node.position)
        return self._asked(node, rule, lambda: bool(self._nodes(probe, rule)), otherwise=True)

    def _range_findings(self, node: InstanceNode, rules: NodeRules, text: str) -> Iterator[Finding]:
        control = rules.node.control
        if control.kind is not ControlKind.RANGE:
            return
        if not is_in_range(text, control.range_start, control.range_end, control.range_step):
            yield finding("answer.out_of_range", node.path(), Severity.ERROR)

    def _attachment_findings(self, node: InstanceNode, rules: NodeRules, text: str) -> Iterator[Finding]:
        present = self._circumstances.attachments
        if present is None or rules.node.datatype is not Datatype.BINARY:
            return
        name = unicodedata.normalize("NFC", text.strip())
        if name not in {unicodedata.normalize("NFC", one) for one in present}:
            yield finding("attachment.missing", node.path(), Severity.WARNING)

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
            self._note_unchecked(node, reason)
            return otherwise
        if self._spent:
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
            self._note_unchecked(node, code)
        elif self._context.steps.left < 0:
            self._spent = True
        else:
            self._add(node, finding("logic.failed", node.path(), Severity.WARNING, reason=code))

    def _note_unchecked(self, node: InstanceNode, reason: str) -> None:
        self._add(node, finding("answer.unchecked", node.path(), Severity.NOTE, reason=reason))

    def _add(self, node: InstanceNode, one: Finding) -> None:
        noted = self._early.setdefault(node, [])
        if one not in noted:
            noted.append(one)

    def _taken(self, node: InstanceNode) -> list[Finding]:
        return self._early.pop(node, [])


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
