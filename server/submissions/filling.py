"""A record that is being filled in at the office: its calculates and relevance worked out as the phone would.

The rules are the form's own, asked by `recalculation`. What the phone worked out from lists beside the form is left as
it was while nothing it reads has changed: the list may say otherwise today, and the record tells of its own day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.forms.definition import ControlKind, Datatype, NodeKind
from server.forms.logic import Context, InstanceNode, LogicError, Steps, bind_tree, compile_expression
from server.submissions.answer_types import is_same_answer, stored_text
from server.submissions.device_clock import device_clock
from server.submissions.documents import (
    add_instance,
    complete,
    drop_instance,
    element_at,
    put_text,
    unnumbered,
    without,
)
from server.submissions.recalculation import Recalculation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

    from server.forms.definition import Node
    from server.submissions.circumstances import Circumstances
    from server.submissions.rules import Compiled, Trigger

_ROUNDS: Final = 3
"""How often repeats are brought to the number that is asked for: a number may depend on what is in another repeat."""
_MOST_INSTANCES: Final = 200
"""Of a repeat that is brought to a number; more a person does not go through on a page."""
_FIRST_LOAD: Final = "odk-instance-first-load"
_VALUE_CHANGED: Final = "xforms-value-changed"
_PHONE_ONLY: Final = frozenset({"trunkVersion", "branchId"})


@dataclass(frozen=True, slots=True)
class Worked:
    """A document with all its nodes, worked out; *tree* holds the relevance of each."""

    root: _Element
    tree: InstanceNode
    record: Recalculation
    context: Context

    def document(self) -> _Element:
        """Return what a phone would send of it: without what is not relevant."""
        hidden = [node.path() for node in self.tree.walk() if not node.relevant and _is_topmost(node)]
        return without(self.root, hidden)


def work_out(
    root: _Element, compiled: Compiled, circumstances: Circumstances, *, kept: frozenset[str] = frozenset()
) -> Worked:
    """Complete the document at *root*, work it out and return it; calculates at the plain paths *kept* stay.

    Raises InvalidInput ``record.too_long``.
    """
    for _ in range(_ROUNDS):
        complete(root, compiled.definition.root)
        tree = bind_tree(compiled.shape, root)
        record = Recalculation(tree, compiled, circumstances, kept=kept)
        _write_calculates(root, record, circumstances)
        if not _is_brought_to_number(root, record, compiled):
            break
    clock = device_clock(tree, compiled.clock_paths, circumstances.timezone)
    lists = {**compiled.inner_lists, **circumstances.lists}
    now = clock.last or circumstances.filled_at or circumstances.received_at
    context = Context(tree, tree, now, clock.zone, lists, compiled.definition, steps=Steps())
    _write_attributes(root, compiled, context, kept)
    return Worked(root, tree, record, context)


def kept_calculates(before: _Element, root: _Element, compiled: Compiled) -> frozenset[str]:
    """Return the plain paths of calculates from lists that read nothing *root* says otherwise than *before*."""
    old, new = (_said(bind_tree(compiled.shape, one)) for one in (before, root))
    stirred = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    kept = set()
    for trigger in compiled.triggers:
        if stirred & set(_reads(trigger)):
            stirred |= set(_told_by(trigger, compiled))
        elif trigger.is_calculate and trigger.rule.reads_list:
            kept.add(trigger.path)
    attributes = (f"{one.path}/@{one.attribute}" for one in compiled.attributes)
    unread = (
        name
        for name, one in zip(attributes, compiled.attributes, strict=True)
        if one.rule.expression is not None
        and not stirred & {reference.absolute(one.path) for reference in one.rule.expression.references}
    )
    return frozenset({*kept, *unread})


def is_typed(node: Node) -> bool:
    """Return whether a person answers the question at the office: no files, and nothing that is only shown."""
    kind = node.control.kind
    is_answered = kind not in {ControlKind.NONE, ControlKind.UPLOAD}
    return node.kind is NodeKind.LEAF and is_answered and node.readonly != "true()"


def _said(tree: InstanceNode) -> dict[str, list[tuple[str, str]]]:
    """Return what is answered, by the plain path of the question, with where."""
    said: dict[str, list[tuple[str, str]]] = {}
    for node in tree.walk():
        definition = node.shape.node
        if definition is not None and definition.control.kind is not ControlKind.NONE and node.text.strip():
            said.setdefault(definition.path, []).append((node.path(), node.text.strip()))
    return said


def _reads(trigger: Trigger) -> Iterator[str]:
    expression = trigger.rule.expression
    for reference in expression.references if expression else ():
        read = reference.absolute(trigger.path)
        if read is not None:
            yield read


def _told_by(trigger: Trigger, compiled: Compiled) -> Iterable[str]:
    """Return the paths that may come out otherwise: the calculate, or all that is shown under a condition."""
    if trigger.is_calculate:
        return (trigger.path,)
    return (one.path for one in compiled.definition.nodes[trigger.path].walk())


def _write_calculates(root: _Element, record: Recalculation, circumstances: Circumstances) -> None:
    for node in record.nodes:
        rules = record.rules(node)
        if rules is None or rules.calculate is None or node.computed is None or not node.relevant:
            continue
        text = stored_text(node.computed, node.shape.datatype)
        element = element_at(root, node.path())
        if element is not None and not is_same_answer(element.text or "", text, circumstances.timezone):
            put_text(element, text)


def _write_attributes(root: _Element, compiled: Compiled, context: Context, kept: frozenset[str]) -> None:
    """Write what entity blocks say in attributes; what only the phone knows of a row goes when the row is another."""
    for one in compiled.attributes:
        name = f"{one.path}/@{one.attribute}"
        element = element_at(root, one.path)
        if element is None or name in kept or one.rule.expression is None:
            continue
        if one.attribute in _PHONE_ONLY:
            element.set(one.attribute, "")
            continue
        node = context.root.nearest(one.path)
        try:
            value = one.rule.expression.scalar(context.at(InstanceNode(f"@{one.attribute}", parent=node)))
        except LogicError:
            continue
        element.set(one.attribute, stored_text(value, Datatype.STRING))


def _is_brought_to_number(root: _Element, record: Recalculation, compiled: Compiled) -> bool:
    """Add and remove instances of repeats that have a number asked for; return whether any was."""
    moves = [
        (node.path(), name, len(node.children.get(name, ())), wanted)
        for node in record.nodes
        if (rules := record.rules(node)) is not None and node.relevant
        for name in rules.counted
        if (wanted := record.wanted_count(node, name)) is not None
    ]
    is_changed = False
    for path, name, there, wanted in moves:
        for _ in range(there, min(wanted, _MOST_INSTANCES)):
            is_changed |= add_instance(root, compiled.definition, f"{path}/{name}")
        for number in range(there, wanted, -1):
            is_changed |= drop_instance(root, compiled.definition, f"{path}/{name}[{number}]")
    return is_changed


def _is_topmost(node: InstanceNode) -> bool:
    """Return whether what holds a node that is not relevant is; meta stays whatever a form says."""
    return node.parent is not None and node.parent.relevant and node.shape.node is not None and node.name != "meta"


def first_values(root: _Element, compiled: Compiled, circumstances: Circumstances) -> None:
    """Write what the form sets when a record is begun, as far as it can be worked out here, into a blank document.

    What it would take from the record before it is for whoever opens the document to carry over.
    """
    worked = work_out(root, compiled, circumstances)
    for action in compiled.definition.actions:
        path, _, attribute = action.path.partition("/@")
        element = element_at(root, path)
        if action.kind != "setvalue" or _FIRST_LOAD not in action.event or element is None or not action.value:
            continue
        try:
            value = compile_expression(action.value).scalar(worked.context.at(worked.tree.nearest(path) or worked.tree))
        except LogicError:
            continue
        text = stored_text(value, compiled.definition.nodes[path].datatype)
        if attribute:
            element.set(attribute, text)
        else:
            put_text(element, text)


def follow(root: _Element, before: Worked, compiled: Compiled, *, changed: frozenset[str], at: Circumstances) -> None:
    """Set what the form sets once an answer is another: *changed* are the numbered paths of those given just now.

    An answer that somebody gave stays, other than on a phone, where it could only have been given afterwards: on paper
    it stands. It is told by what the form would have set *before*.
    """
    moves = [
        (action.value, target)
        for action in compiled.definition.actions
        if action.kind == "setvalue" and _VALUE_CHANGED in action.event and action.value
        for path in sorted(changed)
        if unnumbered(path) == action.trigger and (target := _beside(action.path, path)) not in changed
    ]
    if not moves:
        return
    worked = work_out(root, compiled, at)
    now, old = ({node.path(): node for node in one.tree.walk()} for one in (worked, before))
    for value, target in moves:
        element, node = element_at(root, target), now.get(target)
        text = None if node is None else _worth(value, node, worked.context)
        if element is None or node is None or text is None:
            continue
        is_given = node.shape.node is not None and node.shape.node.control.kind is not ControlKind.NONE
        said = (element.text or "").strip()
        if not is_given or said in {"", target in old and _worth(value, old[target], before.context)}:
            put_text(element, text)


def is_of_form(worked: Worked, compiled: Compiled, path: str, text: str) -> bool:
    """Return whether an answer is what the form itself sets there once another is given: nobody need have given it."""
    actions = (one for one in compiled.definition.actions if one.kind == "setvalue" and _VALUE_CHANGED in one.event)
    values = [one.value for one in actions if one.value and one.path == unnumbered(path)]
    node = next((one for one in worked.tree.walk() if one.path() == path), None) if values else None
    return node is not None and any(_worth(value, node, worked.context) == text for value in values)


def _worth(source: str, node: InstanceNode, context: Context) -> str | None:
    """Return what an expression comes to at a node, as it is stored; None where that cannot be said."""
    try:
        return stored_text(compile_expression(source).scalar(context.at(node)), node.shape.datatype)
    except LogicError:
        return None


def _beside(path: str, numbered: str) -> str:
    """Return the plain *path* in the very instances of repeats in which *numbered* stands."""
    steps, there = path.split("/"), numbered.split("/")
    shared = 0
    while shared < min(len(steps), len(there)) and unnumbered(there[shared]) == steps[shared]:
        shared += 1
    return "/".join((*there[:shared], *steps[shared:]))
