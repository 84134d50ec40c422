"""A form's own rules, compiled once for all its submissions, in the order the device works them out.

A calculate or a relevance is worked out after everything it reads, as JavaRosa does; a cycle, which a publish refuses,
is cut where it closes. Nothing here looks at a submission.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from server.forms.definition import ControlKind, Datatype, NodeKind
from server.forms.entities import entity_list_files
from server.forms.logic import FUNCTIONS, LogicError, Shape, compile_expression
from server.forms.logic.references import reference_of
from server.forms.logic.secondary import list_of
from server.forms.logic.syntax import Call, Literal, Path, walk
from server.submissions.across import read_across

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from server.forms.definition import Control, FormDefinition, Itemset, Node
    from server.forms.lists import ChoiceList
    from server.forms.logic import Expression

_CHOICE_NAME = "jr:choice-name"
_CLOCK = frozenset({"today", "now"})
_LANGUAGE_LETTERS = ("%a", "%b", "%W")
_DEVICE_COLUMNS = frozenset({"__trunkVersion", "__branchId"})
_TIME_ALONE = frozenset({"format-date-time", "format-date", "decimal-time"})


class Again(Enum):
    """Whether a rule may be evaluated again on the server."""

    ALWAYS = auto()
    AT_DEVICE_TIME = auto()
    """It asks for the day or the moment: only where the record says when it was filled in."""
    NEVER = auto()
    """It draws lots, keeps a first value, or asks the device."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One expression of the form; *expression* is None where it did not compile (*fault* says why)."""

    expression: Expression | None
    again: Again
    reads_list: bool = False
    """Whether it reads a list beside the form, which the device may have had in an older state."""
    speaks: bool = False
    """Whether its value depends on the language the device showed."""
    may_be_stale: bool = False
    """Whether it names a choice by what a filter offered when the device worked it out, and never again after."""
    is_of_its_day: bool = False
    """Whether a stored value takes a time of day for a moment of the day it was worked out on."""
    across: tuple[str, ...] = ()
    """Paths a stored value reads in other instances of its own repeats."""
    fault: str = ""
    is_plain: bool = field(init=False)
    """Whether it has one value, at whatever moment and in whatever language it is asked."""

    def __post_init__(self) -> None:
        """Note whether the rule is plain, which is asked far more often than rules are made."""
        is_bound = self.is_of_its_day or self.speaks or bool(self.fault) or self.expression is None
        object.__setattr__(self, "is_plain", self.again is Again.ALWAYS and not is_bound)

    @property
    def is_always_true(self) -> bool:
        """Return whether it is the constant true()."""
        return self.expression is not None and self.expression.constant is True


@dataclass(frozen=True, slots=True)
class Choices:
    """What a select may hold: *fixed* values, or what rules find in a list or in the answers of a repeat."""

    fixed: frozenset[str] | None = None
    rule: Rule | None = None
    """Yields the rows with the value sought, where there is a list."""
    every: Rule | None = None
    """Yields all rows, where each counts: choices from a repeat, and ranks, which hold every choice."""
    value_steps: tuple[str, ...] = ()
    """The way from a row to its value."""
    instance_id: str = ""
    is_binding: bool = True
    """Whether the engine knows the list; select_one_external is looked up outside of it."""
    is_searched: bool = False
    """Whether the device alone finds them, by the appearance search()."""


@dataclass(frozen=True, slots=True)
class NodeRules:
    """The rules of one node."""

    node: Node
    relevant: Rule | None = None
    calculate: Rule | None = None
    required: Rule | None = None
    is_asked: bool = False
    """Whether it has a control, so that the device holds a person to *required*, even where it is read only."""
    constraint: Rule | None = None
    choices: Choices | None = None
    count: Rule | None = None
    """How many instances a repeat is to have, asked at its parent."""
    counted: tuple[str, ...] = ()
    """The names of the repeats below it that have a count."""


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """The calculate of an attribute, as entity blocks have."""

    path: str
    attribute: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Trigger:
    """A relevance or a calculate, at its place in the order of work."""

    path: str
    rule: Rule
    is_calculate: bool


@dataclass(frozen=True, slots=True)
class Compiled:
    """A form ready to validate submissions; immutable, worth keeping per form version."""

    definition: FormDefinition
    shape: Shape
    rules: Mapping[str, NodeRules]
    triggers: tuple[Trigger, ...]
    cycles: tuple[str, ...]
    """Paths whose relevance or calculate goes round in a circle."""
    inner_lists: Mapping[str, ChoiceList]
    """The choices written inside the form, by instance id."""
    clock_paths: Mapping[str, str]
    """The paths of ``start``, ``end`` and ``today``, where the form has them."""
    attributes: tuple[AttributeRule, ...] = ()
    entity_lists: frozenset[str] = frozenset()
    """The ids of lists of entities. The device may know of some we do not, so we check nothing against them."""

    @staticmethod
    def of(definition: FormDefinition) -> Compiled:
        """Return *definition* compiled; an expression that does not compile becomes a rule with a fault."""
        rules = {node.path: _node_rules(node, definition) for node in definition.root.walk()}
        triggers, cycles = _ordered(rules)
        kept = entity_list_files(definition)
        return Compiled(
            definition=definition,
            shape=Shape.of(definition),
            rules=rules,
            triggers=triggers,
            cycles=cycles,
            inner_lists={one.instance_id: list_of(one) for one in definition.instances if not one.src},
            clock_paths=_clock_paths(definition),
            attributes=_attribute_rules(definition),
            entity_lists=frozenset(one.instance_id for one in definition.instances if one.filename in kept),
        )


def _node_rules(node: Node, definition: FormDefinition) -> NodeRules:
    is_asked = node.kind is NodeKind.LEAF and node.control.kind is not ControlKind.NONE
    is_written = is_asked and node.readonly != "true()"
    return NodeRules(
        node=node,
        relevant=_rule(node.relevant, definition),
        # A question a person may answer only starts from its calculate; what they wrote over it is right.
        calculate=None if is_written else _stored(_rule(node.calculate, definition), node, definition),
        required=_rule(node.required, definition),
        is_asked=is_asked,
        constraint=_rule(node.constraint, definition),
        choices=_choices(node, definition),
        count=_count(node, definition),
        counted=tuple(child.name for child in node.children if child.repeat_count),
    )


def _count(node: Node, definition: FormDefinition) -> Rule | None:
    """Return the rule of a repeat's count as seen from its parent, where it can be asked of no instances too."""
    rule = _rule(node.repeat_count, definition)
    if rule is None or rule.expression is None:
        return rule
    paths = [reference.absolute(node.path) for reference in rule.expression.references]
    return _rule(paths[0], definition) if len(paths) == 1 and paths[0] else None


def _attribute_rules(definition: FormDefinition) -> tuple[AttributeRule, ...]:
    found = ((bind, _rule(bind.calculate, definition)) for bind in definition.attribute_binds)
    return tuple(AttributeRule(bind.path, bind.attribute, rule) for bind, rule in found if rule is not None)


def _rule(source: str, definition: FormDefinition) -> Rule | None:
    if not source.strip():
        return None
    try:
        expression = compile_expression(source)
    except LogicError as error:
        return Rule(None, Again.NEVER, fault=error.code)
    inside = {"", *(one.instance_id for one in definition.instances if not one.src)}
    names = expression.functions
    named = tuple(_named_choices(expression, definition)) if _CHOICE_NAME in names else ()
    lists = {one.instance_id for one in expression.references} | {itemset.instance_id for itemset, _ in named}
    return Rule(
        expression=expression,
        again=Again.NEVER if _reads_device(expression) else _again(source, names),
        reads_list="pulldata" in names or not lists <= inside,
        speaks=_CHOICE_NAME in names,
        may_be_stale=any(itemset.predicate and not is_own for itemset, is_own in named),
    )


def _named_choices(expression: Expression, definition: FormDefinition) -> Iterator[tuple[Itemset, bool]]:
    """Yield the itemsets ``jr:choice-name()`` looks in, and whether it names the answer of that very question.

    A device works the name out anew when the value changes, and then offers it; not when an answer its filter reads
    does.
    """
    for part in walk(expression.syntax):
        match part:
            case Call("jr:choice-name", (value, Literal(path))):
                name = path.strip().rpartition("/")[2]
                is_own = isinstance(value, Path) and bool(value.steps) and value.steps[-1].name == name
                itemsets = (node.control.itemset for node in definition.leaves() if node.name == name)
                yield from ((one, is_own) for one in itemsets if one is not None)
            case _:
                continue


def _stored(rule: Rule | None, node: Node, definition: FormDefinition) -> Rule | None:
    """Return the rule of a value that is kept: the very moment now() gave cannot be had again, nor the last ``end``.

    The device writes ``end`` after it has worked out everything, so what reads it holds the one of an earlier opening.
    """
    if rule is None or rule.expression is None:
        return rule
    ends = {one.path for one in definition.leaves() if one.preload == "timestamp" and one.preload_params == "end"}
    reads = {reference.absolute(node.path) for reference in rule.expression.references}
    is_gone = "now" in rule.expression.functions or bool(reads & ends)
    return replace(
        rule,
        again=Again.NEVER if is_gone else rule.again,
        is_of_its_day=_takes_a_time_for_a_day(rule.expression, node, definition),
        across=read_across(rule.expression, node.path, definition),
    )


def _takes_a_time_for_a_day(expression: Expression, node: Node, definition: FormDefinition) -> bool:
    """Return whether it reads a time of day other than to write it: the device takes it for one of the present day."""
    times = {leaf.path for leaf in definition.leaves() if leaf.datatype is Datatype.TIME}
    if not times:
        return False
    calls = (part for part in walk(expression.syntax) if isinstance(part, Call) and part.name in _TIME_ALONE)
    written = {id(call.arguments[0]) for call in calls}
    paths = (part for part in walk(expression.syntax) if isinstance(part, Path) and id(part) not in written)
    return any(reference_of(path).absolute(node.path) in times for path in paths)


def _reads_device(expression: Expression) -> bool:
    """Return whether it reads what the device alone notes of a list's rows."""
    return any(_DEVICE_COLUMNS & set(reference.steps) for reference in expression.references)


def _again(source: str, names: frozenset[str]) -> Again:
    if any(not FUNCTIONS[name].is_repeatable for name in names - _CLOCK):
        return Again.NEVER
    if names & {"format-date", "format-date-time"} and any(letter in source for letter in _LANGUAGE_LETTERS):
        return Again.NEVER
    return Again.AT_DEVICE_TIME if names & _CLOCK else Again.ALWAYS


def _choices(node: Node, definition: FormDefinition) -> Choices | None:
    control = node.control
    if not control.kind.is_choosing:
        return None
    if "search(" in control.appearance:
        return Choices(is_searched=True)
    if control.itemset is not None:
        return _listed(control, control.itemset, definition)
    return Choices(fixed=frozenset(choice.value for choice in control.choices)) if control.choices else None


def _listed(control: Control, itemset: Itemset, definition: FormDefinition) -> Choices:
    steps = tuple(itemset.value_ref.split("/"))
    narrowed = f"[{itemset.predicate}]" if itemset.predicate else ""
    if not itemset.instance_id:
        return Choices(every=_rule(f"{itemset.nodeset}{narrowed}", definition), value_steps=steps)
    inside = definition.instance(itemset.instance_id)
    if inside is not None and not inside.src and not narrowed:
        return Choices(fixed=frozenset(inside.column(itemset.value_ref)))
    rows = f"instance('{itemset.instance_id}')/{itemset.rows}"
    return Choices(
        rule=_rule(f"{rows}[{itemset.value_ref} = current()]{narrowed}", definition),
        every=_rule(f"{rows}{narrowed}", definition) if control.kind is ControlKind.RANK else None,
        value_steps=steps,
        instance_id=itemset.instance_id,
        is_binding=inside is not None,
    )


def _clock_paths(definition: FormDefinition) -> dict[str, str]:
    return {
        node.preload_params: node.path
        for node in definition.leaves()
        if node.preload in ("timestamp", "date") and node.preload_params in ("start", "end", "today")
    }


def _ordered(rules: Mapping[str, NodeRules]) -> tuple[tuple[Trigger, ...], tuple[str, ...]]:
    """Return the triggers in the order of work, and the paths of those in a circle."""
    triggers: dict[tuple[str, bool], Trigger] = {}
    for path, rule in rules.items():
        if rule.relevant is not None:
            triggers[path, False] = Trigger(path, rule.relevant, is_calculate=False)
        if rule.calculate is not None:
            triggers[path, True] = Trigger(path, rule.calculate, is_calculate=True)
    needs = {key: [other for other in _needs(trigger) if other in triggers] for key, trigger in triggers.items()}
    order, cycles = _sorted_by_need(needs)
    return tuple(triggers[key] for key in order), tuple(dict.fromkeys(path for path, _ in cycles))


def _needs(trigger: Trigger) -> Iterable[tuple[str, bool]]:
    """Yield what must be worked out before *trigger*: its ancestors' relevance and all it reads."""
    for above in _ancestors(trigger.path):
        yield above, False
    if trigger.is_calculate:
        yield trigger.path, False
    if trigger.rule.expression is None:
        return
    for reference in trigger.rule.expression.references:
        read = reference.absolute(trigger.path)
        if read is None or (read == trigger.path and trigger.is_calculate):
            continue
        yield read, True
        yield read, False
        for above in _ancestors(read):
            if not trigger.path.startswith(f"{above}/") and above != trigger.path:
                yield above, False


def _ancestors(path: str) -> list[str]:
    names = path.split("/")
    return ["/".join(names[:depth]) for depth in range(2, len(names))]


Key = tuple[str, bool]


def _sorted_by_need(needs: Mapping[Key, list[Key]]) -> tuple[list[Key], list[Key]]:
    """Return the keys, each after those it needs, and the keys at which a circle closed; without recursion."""
    order: list[Key] = []
    cycles: list[Key] = []
    state: dict[Key, bool] = {}  # False while its needs are being visited, True when it is in the order
    for start in needs:
        waiting: list[tuple[Key, int]] = [(start, 0)] if start not in state else []
        while waiting:
            key, place = waiting.pop()
            state.setdefault(key, False)
            if place == len(needs[key]):
                state[key] = True
                order.append(key)
                continue
            waiting.append((key, place + 1))
            need = needs[key][place]
            if need not in state:
                waiting.append((need, 0))
            elif not state[need]:
                cycles.append(need)
    return order, cycles
