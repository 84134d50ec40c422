"""Asking a rule of a node of one record: at the device's moments, within a budget, and saying so where it cannot be.

What the answers mean for the record is `server.submissions.recalculation`'s and `server.submissions.validation`'s.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from server.forms.logic import Context, InstanceNode, LogicError, Steps
from server.forms.logic.values import Scalar, to_boolean
from server.submissions.answer_types import stored_text
from server.submissions.device_clock import device_clock
from server.submissions.findings import Finding, Severity, finding
from server.submissions.rules import Again, Choices, Compiled, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from server.forms.logic import Expression
    from server.submissions.circumstances import Circumstances

_DAYS_BACK = (0, 1, 31, 366, 3660)
"""Days before receipt on which a rule about today is tried, where the record does not say its own."""

_UNKNOWN_LIST = "logic.unknown_list"
_UNCHECKED = frozenset({"logic.unrepeatable", "logic.regex_unsupported"})

Answer = TypeVar("Answer")


class Asking:
    """Who asks the rules of one record; keeps what there is to tell of each node until it is taken."""

    def __init__(self, root: InstanceNode, compiled: Compiled, circumstances: Circumstances) -> None:
        """Make ready to ask of the tree under *root*; nothing is asked yet."""
        self.is_spent = False
        """Whether the record asked for more work than is allowed; what was left is unchecked."""
        self._notes: dict[InstanceNode, list[Finding]] = {}
        clock = device_clock(root, compiled.clock_paths, circumstances.timezone)
        if not clock.moments and circumstances.filled_at is not None:
            clock = replace(clock, moments=(circumstances.filled_at,))
        self.clock = clock
        self._rules = compiled.rules
        self._languages = compiled.definition.languages
        self._entity_lists = compiled.entity_lists
        self._received_at = circumstances.received_at
        self._now = clock.last or circumstances.received_at
        self._context = Context(
            root,
            root,
            self._now,
            clock.zone,
            {**compiled.inner_lists, **circumstances.lists},
            compiled.definition,
            steps=Steps(),
            offers=self._offers,
        )

    def taken(self, node: InstanceNode) -> list[Finding]:
        """Return what was noted at *node* and not yet taken."""
        return self._notes.pop(node, []) if self._notes else []

    def forget(self, nodes: Iterable[InstanceNode]) -> None:
        """Drop what was noted at *nodes*."""
        for node in nodes:
            self._notes.pop(node, None)

    def add(self, node: InstanceNode, one: Finding) -> None:
        """Note *one* at *node*, once."""
        noted = self._notes.setdefault(node, [])
        if one not in noted:
            noted.append(one)

    def note_unchecked(self, node: InstanceNode, reason: str) -> None:
        """Note that something of *node* could not be checked, and why."""
        self.add(node, finding("answer.unchecked", node.path(), Severity.NOTE, reason=reason))

    def note_unknown_list(self, node: InstanceNode, instance_id: str) -> None:
        """Note that *node* could not be checked for want of a list, unless it is one of entities, as every one is."""
        if instance_id not in self._entity_lists:
            self.note_unchecked(node, _UNKNOWN_LIST)

    def is_known(self, instance_id: str) -> bool:
        """Return whether the list of that id is at hand."""
        return instance_id in self._context.instances

    def holds(self, node: InstanceNode, rule: Rule, *, otherwise: bool) -> bool:
        """Return whether the rule holds at any moment the record may have been filled in."""
        if rule.is_plain:
            return self._holds_plainly(node, rule, otherwise=otherwise)
        if self._is_timeless(rule):
            return self._whenever(node, rule, otherwise=otherwise)

        def at_any_moment() -> bool:
            for moment in self._moments(rule):
                self._context.now = moment
                if to_boolean(self.value(node, rule)):
                    return True
            return False

        return self.asked(node, rule, at_any_moment, otherwise=otherwise)

    def holds_last(self, node: InstanceNode, rule: Rule, *, otherwise: bool) -> bool:
        """Return whether the rule holds at the last moment known: the record was sent as it stood then."""
        if rule.is_plain:
            return self._holds_plainly(node, rule, otherwise=otherwise)
        if self._is_timeless(rule):
            return self._whenever(node, rule, otherwise=otherwise)
        self._context.now = self._now
        return self.asked(node, rule, lambda: to_boolean(self.value(node, rule)), otherwise=otherwise)

    def _holds_plainly(self, node: InstanceNode, rule: Rule, *, otherwise: bool) -> bool:
        value = self._plain_value(node, rule)
        return otherwise if value is None else to_boolean(value)

    def _plain_value(self, node: InstanceNode, rule: Rule) -> Scalar | None:
        """Return the value of a plain rule, None where it has none."""
        if self.is_spent:
            return None
        self._context.now = self._now
        try:
            return self.value(node, rule)
        except LogicError as error:
            self._failed(node, error)
            return None

    def _is_timeless(self, rule: Rule) -> bool:
        """Return whether the rule asks for the day and the record does not say when it was filled in."""
        return rule.again is Again.AT_DEVICE_TIME and not rule.fault and not self.clock.moments

    def _whenever(self, node: InstanceNode, rule: Rule, *, otherwise: bool) -> bool:
        """Return what the rule says on any day before receipt, if it is the same on all of some; else *otherwise*."""
        said: set[bool] = set()
        try:
            for days in () if self.is_spent else _DAYS_BACK:
                self._context.now = _days_before(self._received_at, days)
                said.add(to_boolean(self.value(node, rule)))
        except LogicError as error:
            self._failed(node, error)
            return otherwise
        if len(said) == 1:
            return said.pop()
        self.note_unchecked(node, "logic.device_time_unknown")
        return otherwise

    def worked_out(self, node: InstanceNode, rule: Rule) -> list[Scalar] | None:
        """Return the values the calculate may have had, None where it cannot be asked."""
        if rule.is_plain:
            value = self._plain_value(node, rule)
            return None if value is None else [value]
        return self.asked(node, rule, lambda: self.computed(node, rule), otherwise=None)

    def computed(self, node: InstanceNode, rule: Rule) -> list[Scalar]:
        """Return the values the calculate may have had: one, or one for each language and each day it may be of."""
        found = []
        for language in self._spoken(rule):
            self._context.language = language
            for moment in self._moments(rule):
                self._context.now = moment
                found.append(self.value(node, rule))
        return found

    def outdated(self, node: InstanceNode, rule: Rule) -> list[Scalar]:
        """Return the values of other times, when a filter offered a choice that is named, or did not."""
        found: list[Scalar] = []
        try:
            for offers in (_always, _never) if rule.may_be_stale else ():
                self._context.offers = offers
                found.extend(self.computed(node, rule))
        finally:
            self._context.offers = self._offers
        return found

    def _spoken(self, rule: Rule) -> tuple[str, ...]:
        return (self._languages if rule.speaks else ()) or (self._context.language,)

    def _moments(self, rule: Rule) -> tuple[datetime, ...]:
        if rule.again is Again.AT_DEVICE_TIME:
            return self.clock.moments
        if rule.is_of_its_day:
            return self.clock.moments or (self._now, _days_before(self._now, 1))
        return (self._now,)

    def is_of_unknown_day(self, rule: Rule, values: list[Scalar]) -> bool:
        """Return whether *values*, worked out on any two days, differ by the day and the record's own is not known."""
        return rule.is_of_its_day and not self.clock.moments and len(set(values)) > 1

    def is_offered(self, node: InstanceNode, rule: Rule, value: str) -> bool:
        """Return whether the list offers *value*, asked from a text node in the question's place."""
        probe = InstanceNode(node.name, value, parent=node.parent, position=node.position)
        return self.asked(node, rule, lambda: bool(self._nodes(probe, rule)), otherwise=True)

    def offered(self, node: InstanceNode, choices: Choices) -> frozenset[str] | None:
        """Return every value *node* may hold, None where that cannot be said (which is noted)."""
        rule = choices.every
        if rule is None:
            return choices.fixed

        def values() -> frozenset[str] | None:
            return frozenset(_text_at(row, choices.value_steps) for row in self._nodes(node, rule))

        return self.asked(node, rule, values, otherwise=None)

    def _offers(self, place: InstanceNode, path: str, value: str) -> bool:
        """Return whether the question at *path*, the one nearest to *place*, offers *value*; for ``jr:choice-name()``.

        Raises LogicError where its rule has no answer. A filter that asks for the name of a choice itself sees all.
        """
        rules = self._rules[path]
        question = place.nearest(path)
        choices = rules.choices
        if choices is None or choices.fixed is not None or choices.is_searched or question is None:
            return True
        probe = InstanceNode(question.name, value, parent=question.parent, position=question.position)
        context = self._context.at(probe)
        context.offers = None
        if choices.rule is not None:
            return bool(_expression_of(choices.rule).nodes(context))
        rows = _expression_of(choices.every).nodes(context) if choices.every else []
        return value in {_text_at(row, choices.value_steps) for row in rows}

    def value(self, node: InstanceNode, rule: Rule) -> Scalar:
        """Return the rule's value at *node*; raises LogicError where it has none. For use inside `asked`."""
        self._context.node = node
        return _expression_of(rule).scalar(self._context)

    def _nodes(self, node: InstanceNode, rule: Rule) -> list[InstanceNode]:
        self._context.node = node
        return _expression_of(rule).nodes(self._context)

    def asked(self, node: InstanceNode, rule: Rule, ask: Callable[[], Answer], *, otherwise: Answer) -> Answer:
        """Return what *ask* says, or *otherwise* where the rule cannot be asked; that leaves a finding at *node*."""
        if rule.fault:
            self.add(node, finding("logic.failed", node.path(), Severity.WARNING, reason=rule.fault))
            return otherwise
        if reason := self._reason_unchecked(rule):
            self.note_unchecked(node, reason)
            return otherwise
        if self.is_spent:
            return otherwise
        try:
            return ask()
        except LogicError as error:
            self._failed(node, error)
            return otherwise

    def _reason_unchecked(self, rule: Rule) -> str:
        if rule.again is Again.NEVER:
            return "logic.unrepeatable"
        if rule.again is Again.AT_DEVICE_TIME and not self.clock.moments:
            return "logic.device_time_unknown"
        return ""

    def _failed(self, node: InstanceNode, error: LogicError) -> None:
        code = error.code
        if code == _UNKNOWN_LIST:
            self.note_unknown_list(node, str(error.params["list"]))
        elif code in _UNCHECKED:
            self.note_unchecked(node, code)
        elif self._context.steps.left < 0:
            self.is_spent = True
        else:
            self.add(node, finding("logic.failed", node.path(), Severity.WARNING, reason=code))


def _expression_of(rule: Rule) -> Expression:
    if rule.expression is None:
        raise LogicError(rule.fault)
    return rule.expression


def _always(_: InstanceNode, __: str, ___: str) -> bool:
    return True


def _never(_: InstanceNode, __: str, ___: str) -> bool:
    return False


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
